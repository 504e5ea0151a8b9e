"""A rehearsal of `run`: the command is run, and the page is only talked about."""

from __future__ import annotations

import pytest

from alert24_sandbox import Sandbox
from helpers.processes import CliProcess


@pytest.mark.parametrize(("command", "code", "status"), [("true", 0, "operational"), ("false", 1, "down")])
def test_run__dry_run__says_what_each_end_would_write(
    sandbox: Sandbox, cli_process: CliProcess, command: str, code: int, status: str
) -> None:
    """Finish speaks of the page as it would be then, in maintenance, and not as a rehearsal left it."""
    sandbox.add_service("API", status="degraded")
    result = cli_process("run", "--dry-run", "-s", "API", "--", command)
    assert (result.code, sandbox.writes, list(cli_process.folder.iterdir())) == (code, [], [])
    result.says("API: would be set to maintenance", f"API: would be set to {status}")
    assert "somebody else" not in result.people


def test_run__dry_run_beside_another_deployments_state__leaves_it_alone(
    sandbox: Sandbox, cli_process: CliProcess
) -> None:
    """What a real start has saved is neither used nor changed by a rehearsal."""
    sandbox.add_service("API")
    cli_process("start", "-s", "API")
    (state,) = cli_process.folder.glob("*/state.json")
    saved = state.read_bytes()
    cli_process("run", "--dry-run", "-s", "API", "--", "true")
    assert (state.read_bytes(), sandbox.status_of("API")) == (saved, "maintenance")
