"""Where text goes that the terminal can't show, or that nobody reads any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.gate import Gate
from helpers.processes import CliProcess

from .raw import Raw


@pytest.mark.parametrize("env", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "latin-1"}, {"PYTHONIOENCODING": "ascii"}])
def test_process__name_that_the_terminal_cannot_show__is_written_somehow(
    sandbox: Sandbox, cli_process: CliProcess, env: dict[str, str]
) -> None:
    """A container often has no locale, and an old terminal few characters: a name must not end a command."""
    sandbox.add_service("Größe 🚀", id="svc-1")
    for arguments in (["start", "-s", "svc-1"], ["services"]):
        result = cli_process(*arguments, env=env)
        assert (result.code, "Gr" in result.people + result.out) == (0, True)
    assert sandbox.status_of("svc-1") == "maintenance"


def test_process__terminal_is_gone__command_is_told_and_the_page_follows(
    sandbox: Sandbox, raw: Raw, gate: Gate, tmp_path: Path
) -> None:
    """A dropped ssh connection sends SIGHUP, and from then on nothing can be written to the terminal."""
    sandbox.add_service("API")
    command = f"trap 'touch told; exit 7' HUP; {gate.here}; for _ in $(seq 400); do sleep 0.05; done"
    with raw.on_terminal("run", "--verbose", "-s", "API", "--", "/bin/sh", "-c", command) as terminal:
        gate.wait()
        code = terminal.hang_up()
    assert (code, (tmp_path / "told").exists(), sandbox.status_of("API")) == (7, True, "degraded")
