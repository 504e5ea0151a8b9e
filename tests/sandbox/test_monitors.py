from __future__ import annotations

import pytest

from alert24_sandbox import Options, Sandbox
from sandbox.tools import Client, Clock

MONITORING = "/api/v1/monitoring"


def test_list__documented_fields(sandbox: Sandbox, client: Client) -> None:
    """A monitor that has not run yet says so."""
    service = sandbox.add_service("A")
    monitor = sandbox.add_monitor("A", "ping", interval=30)
    assert client.get(MONITORING).json() == {
        "data": [
            {
                "id": monitor.id,
                "name": "ping",
                "linked_service_id": service.id,
                "current_status": "up",
                "last_check_at": None,
                "check_interval_seconds": 30,
            }
        ],
        "meta": {"total": 1, "limit": 25, "offset": 0, "has_more": False},
    }


def test_list__filter_and_paging(sandbox: Sandbox, client: Client) -> None:
    """Monitors can be filtered by up and down, and come in pages."""
    sandbox.add_service("A")
    for number in range(3):
        sandbox.add_monitor("A", f"ping {number}", up=number != 1)
    down = client.get(MONITORING, status="down").json()
    assert [monitor["name"] for monitor in down["data"]] == ["ping 1"]
    second = client.get(MONITORING, limit=2, offset=2).json()
    assert [monitor["name"] for monitor in second["data"]] == ["ping 2"]


def test_list__wrong_filter(client: Client) -> None:
    """A monitor is up or down and nothing else."""
    assert client.error(client.get(MONITORING, status="maintenance")) == (400, "validation_error")


def test_run_check__tells_when(clock: Clock) -> None:
    """A check that ran has its time in the API."""
    with Sandbox(now=clock.now) as sandbox:
        sandbox.add_service("A", monitors=["ping"])
        client = Client(sandbox, sandbox.add_key())
        clock.pass_by(5)
        sandbox.run_check(sandbox.monitors[0], up=False)
        with client.session:
            [seen] = client.get(MONITORING).json()["data"]
    assert (seen["current_status"], seen["last_check_at"]) == ("down", "2026-01-01T12:00:05.000Z")


@pytest.mark.parametrize(
    ("up", "failing", "after"),
    [(True, "down", "operational"), (False, "down", "down"), (False, "degraded", "degraded")],
)
def test_run_check__writes_over_maintenance(sandbox: Sandbox, up: bool, failing: str, after: str) -> None:
    """A check writes its service's status, and maintenance is no exception."""
    sandbox.add_service("A", status="maintenance")
    monitor = sandbox.run_check(sandbox.add_monitor("A", "ping"), up=up, failing=failing)
    assert monitor.up is up
    assert [(event.before, event.after, event.by) for event in sandbox.events] == [("maintenance", after, "monitor")]


def test_run_check__gone_with_its_service(sandbox: Sandbox) -> None:
    """The monitor of a deleted service can't run."""
    sandbox.add_service("A", monitors=["ping"])
    [monitor] = sandbox.monitors
    sandbox.delete_service("A")
    assert sandbox.monitors == []
    with pytest.raises(LookupError):
        sandbox.run_check(monitor)


def loop_statuses(seed: int) -> list[str]:
    """The statuses that one monitor writes in ten runs."""
    sandbox = Sandbox(Options(monitor_failures=0.5, seed=seed))
    sandbox.add_service("A", monitors=["ping"])
    seen = []
    for _ in range(10):
        sandbox.run_all_checks()
        seen.append(sandbox.status_of("A"))
    return seen


def test_monitor_loop__follow_the_seed() -> None:
    """The same seed flips the same way, and all of the options' statuses occur."""
    assert loop_statuses(1) == loop_statuses(1)
    assert loop_statuses(1) != loop_statuses(3)
    assert set(loop_statuses(1)) == {"operational", "degraded", "down"}


def test_monitor_loop__run_by_themselves() -> None:
    """With an interval every service gets a monitor, and the background runs it."""
    with Sandbox(Options(monitor_interval=0.01, monitor_failures=1, monitor_statuses=("down",))) as sandbox:
        sandbox.add_service("A")
        sandbox.wait_for(lambda: sandbox.status_of("A") == "down")
    assert [monitor.name for monitor in sandbox.monitors] == ["A check"]


def test_monitor_loop__off_by_default(sandbox: Sandbox) -> None:
    """Without an interval no service gets a monitor of its own."""
    sandbox.add_service("A")
    assert sandbox.monitors == []
