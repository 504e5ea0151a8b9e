"""A runner dies half way, and the next one heals the page."""

from __future__ import annotations

import signal

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.processes import CliProcess

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
    cli("start", *TWO).says("A: stays maintenance", "taken over")
    assert cli("finish", "--outcome", "success").code == 0
    assert (sandbox.status_of("A"), sandbox.status_of("B")) == ("operational", "operational")


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
