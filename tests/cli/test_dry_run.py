"""A dry run reads, says what it would write, and writes nothing: neither to Alert24 nor to disk."""

from __future__ import annotations

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli


def test_start__dry_run__writes_nothing_at_all(sandbox: Sandbox, cli: Cli) -> None:
    """No PUT, no state file, no folder."""
    sandbox.add_service("API")
    result = cli("start", "-s", "API", "--dry-run")
    result.says("API: would be set to maintenance", "Dry run: nothing was written")
    assert (result.code, sandbox.writes, list(cli.folder.iterdir())) == (0, [], [])
    assert sandbox.requests


def test_finish__dry_run__leaves_the_state_for_the_real_one(sandbox: Sandbox, cli: Cli) -> None:
    """A rehearsed finish reads and tells, and the real one still does its work."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    state = (cli.folder / ".alert24-deploy" / "state.json").read_bytes()
    sandbox.clear_requests()
    cli("finish", "--outcome", "failure", "--dry-run").says("API: would be set to down")
    assert (sandbox.writes, (cli.folder / ".alert24-deploy" / "state.json").read_bytes()) == ([], state)
    assert cli("finish", "--outcome", "failure").code == 0
    assert sandbox.status_of("API") == "down"


def test_finish__dry_run_after_a_dry_start__has_nothing_to_do(cli: Cli) -> None:
    """A whole pipeline can be rehearsed: there is no state file, and that is no error."""
    result = cli("finish", "--outcome", "success", env={"ALERT24_DRY_RUN": "true"})
    result.says("no state file", "dry run")
    assert result.code == 0


@pytest.mark.parametrize(("command", "code", "status"), [("true", 0, "operational"), ("false", 1, "down")])
def test_run__dry_run__says_what_each_end_would_write(
    sandbox: Sandbox, cli: Cli, command: str, code: int, status: str
) -> None:
    """Finish speaks of the page as it would be then, in maintenance, and not as a rehearsal left it."""
    sandbox.add_service("API", status="degraded")
    result = cli("run", "--dry-run", "-s", "API", "--", command)
    assert (result.code, sandbox.writes, list(cli.folder.iterdir())) == (code, [], [])
    result.says("API: would be set to maintenance", f"API: would be set to {status}")
    assert "somebody else" not in result.people


def test_run__dry_run_beside_another_deployments_state__leaves_it_alone(sandbox: Sandbox, cli: Cli) -> None:
    """What a real start has saved is neither used nor changed by a rehearsal."""
    sandbox.add_service("API")
    cli("start", "-s", "API")
    (state,) = cli.folder.glob("*/state.json")
    saved = state.read_bytes()
    cli("run", "--dry-run", "-s", "API", "--", "true")
    assert (state.read_bytes(), sandbox.status_of("API")) == (saved, "maintenance")
