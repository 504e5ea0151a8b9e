"""Where text goes that the terminal can't show, or that nobody reads any more."""

from __future__ import annotations

import pytest

from alert24_sandbox import Sandbox
from helpers.processes import CliProcess


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
