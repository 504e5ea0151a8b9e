from __future__ import annotations

from collections.abc import Iterator

import pytest

from alert24_sandbox import Options, Sandbox
from sandbox.tools import Client, Clock

MONITORING = "/api/v1/monitoring"


@pytest.fixture
def still(clock: Clock) -> Iterator[Sandbox]:
    """A sandbox whose clock stands still."""
    with Sandbox(now=clock.now) as running:
        running.add_service("A")
        yield running


def listed(sandbox: Sandbox) -> list[dict[str, object]]:
    """The monitors as the API lists them."""
    with Client(sandbox, sandbox.add_key()) as client:
        monitors: list[dict[str, object]] = client.get(MONITORING).json()["data"]
    return monitors


def test_list__documented_fields(sandbox: Sandbox, client: Client) -> None:
    """A monitor has the documented fields and defaults, in the list and by itself."""
    service = sandbox.add_service("A")
    monitor = sandbox.add_monitor("A", "ping")
    answer = client.get(MONITORING).json()
    assert answer["meta"] == {"total": 1, "limit": 25, "offset": 0, "has_more": False}
    [seen] = answer["data"]
    assert client.get(f"{MONITORING}/{monitor.id}").json() == {"data": seen}
    assert seen.pop("next_check_time") is not None
    assert seen.pop("created_at") == seen.pop("updated_at")
    assert seen == {
        "id": monitor.id,
        "name": "ping",
        "linked_service_id": service.id,
        "check_type": "http",
        "target_url": "",
        "description": None,
        "method": "GET",
        "headers": None,
        "expected_status_code": 200,
        "follow_redirects": True,
        "keyword_match": None,
        "ssl_check_enabled": True,
        "failure_threshold": 3,
        "success_threshold": 1,
        "status": "active",
        "current_status": "up",
        "consecutive_failures": 0,
        "consecutive_successes": 0,
        "last_check_at": None,
        "last_response_time": None,
        "check_interval_seconds": 600,
        "timeout_seconds": 30,
    }


def test_run_check__tells_when_and_what_is_next(still: Sandbox, clock: Clock) -> None:
    """What a test asks for is shown; the next check is due an interval after the last or the start."""
    monitor = still.add_monitor("A", "ping", up=False, interval=60, timeout=5)
    clock.pass_by(10)
    [before] = listed(still)
    still.run_check(monitor)
    [after] = listed(still)
    fields = "current_status last_check_at next_check_time check_interval_seconds timeout_seconds".split()
    assert [before[name] for name in fields] == ["down", None, "2026-01-01T12:01:00.000Z", 60, 5]
    assert [after[name] for name in fields[:2]] == ["up", "2026-01-01T12:00:10.000Z"]
    assert after["next_check_time"] == "2026-01-01T12:01:10.000Z"
    for up in (True, False, False):
        still.run_check(monitor, up=up)
        [seen] = listed(still)
        streaks = seen["consecutive_successes"], seen["consecutive_failures"]
        assert streaks == ((2, 0) if up else (0, still.monitors[0].streak))
    assert (streaks, seen["updated_at"]) == ((0, 2), "2026-01-01T12:00:10.000Z")


def test_monitor__unknown_status(still: Sandbox) -> None:
    """A monitor can't have a status that isn't documented."""
    with pytest.raises(ValueError, match="'paused' is not a monitor's status: use active or disabled"):
        still.add_monitor("A", "ping", status="paused")
    with pytest.raises(ValueError, match="'paused' is not a monitor's status"):
        still.set_monitor_status(still.add_monitor("A", "ping"), "paused")


def test_disabled__never_runs(still: Sandbox) -> None:
    """A disabled monitor has no next check and neither runs on request nor with all others, until it is enabled."""
    monitor = still.set_monitor_status(still.add_monitor("A", "ping"), "disabled")
    still.run_all_checks()
    with pytest.raises(LookupError, match="'ping' is disabled"):
        still.run_check(monitor)
    [seen] = listed(still)
    assert (seen["status"], seen["last_check_at"], seen["next_check_time"]) == ("disabled", None, None)
    still.set_monitor_status(monitor, "active")
    still.run_all_checks()
    assert listed(still)[0]["last_check_at"] == "2026-01-01T12:00:00.000Z"


def test_list__filter_and_paging(sandbox: Sandbox, client: Client) -> None:
    """Monitors can be filtered by active and disabled and nothing else, and come in pages; others are not found."""
    sandbox.add_service("A")
    assert sandbox.monitors == []
    for number in range(3):
        sandbox.add_monitor("A", f"ping {number}", status="disabled" if number == 1 else "active")
    disabled = client.get(MONITORING, status="disabled").json()
    assert [monitor["name"] for monitor in disabled["data"]] == ["ping 1"]
    second = client.get(MONITORING, limit=2, offset=2).json()
    assert [monitor["name"] for monitor in second["data"]] == ["ping 2"]
    assert client.error(client.get(MONITORING, status="up")) == (400, "validation_error")
    assert client.error(client.get(f"{MONITORING}/mon_000009")) == (404, "not_found")


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


def test_monitor_loop__skips_what_was_deleted(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A monitor that is deleted while the others run is left out, and the others still run."""
    for name in "AB":
        sandbox.add_service(name, monitors=["ping"])
    found = sandbox.monitors
    monkeypatch.setattr(sandbox._store, "monitors", lambda _status=None: found)
    sandbox.delete_service("A")
    sandbox.run_all_checks()
    assert sandbox._store.monitor(found[1].id).last_check_at is not None


def test_monitor_loop__run_by_themselves() -> None:
    """With an interval every service gets a monitor, and the background runs it."""
    with Sandbox(Options(monitor_interval=0.01, monitor_failures=1, monitor_statuses=("down",))) as sandbox:
        sandbox.add_service("A")
        sandbox.wait_for(lambda: sandbox.status_of("A") == "down")
    assert [monitor.name for monitor in sandbox.monitors] == ["A check"]


def test_monitoring__create__is_shown_as_documented(sandbox: Sandbox, client: Client) -> None:
    """A monitor can be made by the API; without an interval it has the documented ten minutes."""
    service = sandbox.add_service("A")
    sent: dict[str, object] = {"name": "Homepage", "target_url": "https://example.com", "linked_service_id": service.id}
    sent |= {"method": "HEAD", "headers": {"X-From": "Alert24"}, "expected_status_code": 204, "failure_threshold": 1}
    made = client.call("POST", MONITORING, json=sent)
    assert made.status_code == 201
    shown = client.get(MONITORING).json()["data"][0]
    assert shown == made.json()["data"]
    assert {**shown, **sent, "check_type": "http", "check_interval_seconds": 600, "timeout_seconds": 30} == shown
    for wrong in ({"name": "x"}, {**sent, "linked_service_id": "none"}, {**sent, "check_type": "smtp"}):
        assert client.call("POST", MONITORING, json=wrong).status_code == 400
    assert len(sandbox.monitors) == 1
    client.call("POST", MONITORING, json={"name": "Socket", "target_url": "example.com", "check_type": "tcp"})
    for kind, names in (("http", ["Homepage"]), ("tcp", ["Socket"]), ("ping", [])):
        assert [each["name"] for each in client.get(MONITORING, check_type=kind).json()["data"]] == names
    assert client.get(MONITORING, check_type="smtp").status_code == 400
