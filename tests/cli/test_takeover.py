"""A runner dies half way, and the next one heals the page."""

from __future__ import annotations

import signal

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.processes import CliProcess
from helpers.results import state_in

TWO = ("-s", "A", "-s", "B", "--concurrency", "1")


@pytest.fixture
def dead(sandbox: Sandbox, cli_process: CliProcess) -> CliProcess:
    """A start that was killed when it had written A (degraded before), and B was on its way."""
    sandbox.add_service("A", id="svc-a", status="degraded")
    sandbox.add_service("B", id="svc-b")
    hold = sandbox.hold(method="PUT", path="svc-b")
    running = cli_process.begin("start", *TWO)
    hold.wait_until_reached()
    running.signal(signal.SIGKILL)
    assert running.end().code == -signal.SIGKILL
    hold.cut()
    return cli_process


def test_start__killed_half_way__had_saved_everything_before(dead: CliProcess, sandbox: Sandbox) -> None:
    """What was found is on disk before the first write goes out."""
    state = state_in(dead.folder)
    assert state["stage"] == "starting"
    assert [(s["id"], s["before"], s["written"]) for s in state["services"]] == [
        ("svc-a", "degraded", "maybe"),
        ("svc-b", "operational", "maybe"),
    ]
    assert sandbox.status_of("A") == "maintenance"


@pytest.mark.parametrize("outcome", ["success", "failure", "cancelled"])
def test_finish__after_a_killed_start__restores_whatever_the_outcome(
    dead: CliProcess, sandbox: Sandbox, cli: Cli, outcome: str
) -> None:
    """The deployment never began, so the page goes back to what it was, and never down."""
    assert dead.folder == cli.folder
    result = cli("finish", "--outcome", outcome)
    result.says("never began", "skipped")
    assert (result.code, sandbox.status_of("A"), sandbox.status_of("B")) == (0, "degraded", "operational")


def test_start__after_a_killed_start__takes_over(dead: CliProcess, sandbox: Sandbox, cli: Cli) -> None:
    """A re-run ends the dead run's maintenance by its own outcome."""
    assert dead.folder == cli.folder
    cli("start", *TWO).says("A: maintenance -> maintenance", "taken over")
    assert cli("finish", "--outcome", "success").code == 0
    assert (sandbox.status_of("A"), sandbox.status_of("B")) == ("operational", "operational")


def test_skipped__after_a_killed_start__its_maintenance_stays(dead: CliProcess, sandbox: Sandbox, cli: Cli) -> None:
    """A deployment that did not run leaves what it found in maintenance to `reconcile`."""
    assert dead.folder == cli.folder
    cli("start", *TWO)
    assert cli("finish", "--outcome", "skipped").code == 0
    assert (sandbox.status_of("A"), sandbox.status_of("B")) == ("maintenance", "operational")


def test_start__on_another_runner__heals_a_page_left_in_maintenance(sandbox: Sandbox, cli: Cli) -> None:
    """Without the dead run's state, `previous` of a service in maintenance is operational."""
    sandbox.add_service("API", status="maintenance")
    cli("start", "-s", "API")
    assert cli("finish", "--outcome", "failure", "--rollback-outcome", "success").code == 0
    assert sandbox.status_of("API") == "operational"


def test_respect_existing_maintenance__leaves_it_alone_from_start_to_end(sandbox: Sandbox, cli: Cli) -> None:
    """A service that was in maintenance already is not written by start, nor by finish."""
    sandbox.add_service("A", id="svc-a", status="maintenance")
    sandbox.add_service("B", id="svc-b")
    start = cli("start", "-s", "A", "-s", "B", "--respect-existing-maintenance")
    start.says("A: stays maintenance", "left alone")
    finish = cli("finish", "--outcome", "failure")
    finish.says("A: stays maintenance", "B: maintenance -> down")
    assert (sandbox.status_of("A"), sandbox.status_of("B")) == ("maintenance", "down")
    assert {put.path for put in sandbox.writes} == {"/api/v1/services/svc-b"}


def test_respect_existing_maintenance__only_such_services__writes_nothing(sandbox: Sandbox, cli: Cli) -> None:
    """Nothing to do is no error."""
    sandbox.add_service("A", status="maintenance")
    codes = [cli("start", "-s", "A", "--respect-existing-maintenance").code, cli("finish", "--outcome", "failure").code]
    assert (codes, sandbox.writes) == ([0, 0], [])


def test_start__mistaken_second_start__does_not_forget_the_dead_runs_services(
    dead: CliProcess, sandbox: Sandbox, cli: Cli
) -> None:
    """A re-run that fails at once keeps on record what the dead run left, and what that had found."""
    assert dead.folder == cli.folder
    assert cli("start", "-s", "Nothing of that name").code == 3
    assert cli("finish", "--outcome", "failure").code == 0
    assert sandbox.status_of("A") == "maintenance"
    inherited = state_in(cli.folder)["inherited"]
    assert [(each["id"], each["before"]) for each in inherited] == [("svc-a", "degraded"), ("svc-b", "operational")]
