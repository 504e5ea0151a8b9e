"""SIGINT and SIGTERM while Alert24 has not answered: the command ends at once, says what is written, and finish heals.

Every process here waits for an answer that the sandbox holds back until the process is gone: that it ends at all
shows that it did not wait.
"""

from __future__ import annotations

import signal

import pytest

from alert24_sandbox import Hold, Sandbox
from helpers.cli import Cli
from helpers.processes import CliProcess, Running
from helpers.results import state_in

THREE = ("-s", "A", "-s", "B", "-s", "C", "--concurrency", "1")
AT_ONCE = 5.0  # seconds, generously; an answer that never comes is waited for twice as long
SIGNALS = pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)


@pytest.fixture(autouse=True)
def three(sandbox: Sandbox) -> None:
    """Three services."""
    for name, status in (("A", "degraded"), ("B", "operational"), ("C", "down")):
        sandbox.add_service(name, id=f"svc-{name.lower()}", status=status)


def statuses(sandbox: Sandbox) -> list[str]:
    """Return the statuses of A, B and C."""
    return [service.status for service in sandbox.services]


def held(running: Running, hold: Hold) -> Running:
    """Return a process as soon as its request is being held back."""
    hold.wait_until_reached()
    return running


@SIGNALS
def test_finish__second_signal_while_writing__is_finished_by_the_next(
    sandbox: Sandbox, cli_process: CliProcess, cli: Cli, number: signal.Signals, code: int
) -> None:
    """Whoever insists gets the prompt back; what is still in maintenance is named, and a second finish ends it."""
    cli("start", *THREE)
    hold = sandbox.hold(method="PUT", path="svc-b")
    running = held(cli_process.begin("finish", "--outcome", "success", "--concurrency", "1"), hold)
    running.signal(number)
    running.signal(signal.SIGTERM if number == signal.SIGHUP else signal.SIGHUP)
    result = running.end(AT_ONCE)
    result.says("Written: 'A'", "perhaps written: 'B'", "Not written: 'C'", "'B' and 'C' are still in maintenance")
    result.says("alert24-deploy set operational -s svc-b -s svc-c")
    assert result.code in (code, 129)  # of two signals at once, Python may see either first
    state = state_in(cli_process.folder)
    assert (state["stage"], [each.get("done") for each in state["services"]]) == ("started", [True, None, None])
    hold.cut()
    assert cli("finish", "--outcome", "success").code == 0
    assert statuses(sandbox) == ["operational"] * 3


@SIGNALS
def test_start__signal_while_waiting_to_try_again__ends_the_wait(
    sandbox: Sandbox, cli_process: CliProcess, number: signal.Signals, code: int
) -> None:
    """A wait that Alert24 asked for is no reason to stay."""
    sandbox.fail(times=None, status=503, headers={"Retry-After": "40"})
    running = cli_process.begin("start", *THREE)
    sandbox.wait_for(lambda: any(request.status == 503 for request in sandbox.requests))
    running.signal(number)
    result = running.end(AT_ONCE)
    result.says("signal", "Nothing was changed")
    assert (result.code, len(sandbox.requests)) == (code, 1)
