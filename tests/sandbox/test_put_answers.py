from __future__ import annotations

from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, get_args

import pytest

from alert24_sandbox import Options, PutShape, Sandbox
from sandbox.tools import Client, Clock

SERVICE = "/api/v1/services/svc-1"
SERVICES = "/api/v1/services"


@pytest.fixture(autouse=True)
def _service(sandbox: Sandbox) -> None:
    """Every test has one service."""
    sandbox.add_service("A", id="svc-1")


def seen(client: Client, number: int, path: str = SERVICE) -> list[str]:
    """The statuses that so many reads of the service show."""
    answers = [client.get(path).json()["data"] for _ in range(number)]
    return [(answer if path == SERVICE else answer[0])["status"] for answer in answers]


@pytest.mark.parametrize(
    ("shape", "code", "document"),
    [
        ("empty", 200, None),
        ("no-content", 204, None),
        ("data", 200, {"data": {"id": "svc-1", "status": "down"}}),
        ("bare", 200, {"id": "svc-1", "status": "down"}),
        ("accepted", 202, {"data": {"queued": True}}),
        ("old-status", 200, {"data": {"id": "svc-1", "status": "operational"}}),
        ("other-service", 200, {"data": {"id": "svc-1-other", "status": "down"}}),
        ("error", 200, {"error": {"type": "server_error", "status": 500}}),
    ],
)
def test_answer_puts__document(
    sandbox: Sandbox, client: Client, shape: PutShape, code: int, document: dict[str, Any] | None
) -> None:
    """Each shape shows what it says, once, and the write takes effect; the connection stays good."""
    sandbox.answer_puts(shape)
    answer = client.put(SERVICE, status="down")
    assert answer.status_code == code
    assert subset(answer.json(), document) == document if document else answer.content == b""
    assert seen(client, 1) == ["down"]
    assert client.put(SERVICE, status="down").json() == {"data": sandbox.service("A").to_json()}
    assert sandbox.connections == 1


def subset(whole: Any, part: Any) -> Any:
    """The whole document without the keys that the part lacks."""
    return {k: subset(whole[k], v) for k, v in part.items()} if isinstance(part, dict) else whole


@pytest.mark.parametrize("shape", get_args(PutShape))
def test_answer_puts__ignored(sandbox: Sandbox, client: Client, shape: PutShape) -> None:
    """Whatever the answer shows, the write may never take effect."""
    sandbox.answer_puts(shape, reads=None)
    assert client.put(SERVICE, status="down").ok
    assert seen(client, 3) == ["operational"] * 3
    assert sandbox.events == []


@pytest.mark.parametrize("path", [SERVICE, SERVICES])
def test_answer_puts__takes_effect_after_reads(sandbox: Sandbox, client: Client, path: str) -> None:
    """A late write is seen after so many reads that show the old status, by id or in the list."""
    sandbox.answer_puts("accepted", reads=2)
    client.put(SERVICE, status="down")
    assert sandbox.status_of("A") == "operational"
    assert seen(client, 4, path) == ["operational", "operational", "down", "down"]
    assert [event.after for event in sandbox.events] == ["down"]


def test_answer_puts__late__other_reads_do_not_count(sandbox: Sandbox, client: Client) -> None:
    """Only reads that show the service count: not another service, nor another part of the list."""
    sandbox.add_service("B", id="svc-2")
    sandbox.answer_puts("empty", reads=1)
    client.put(SERVICE, status="down")
    client.get(f"{SERVICES}/svc-2")
    client.get(SERVICES, limit=1, offset=1)
    assert sandbox.status_of("A") == "operational"
    client.get(SERVICES, limit=1)
    assert sandbox.status_of("A") == "down"


def test_answer_puts__late__replaced_by_the_next_write(sandbox: Sandbox, client: Client) -> None:
    """A write that has not taken effect yet never does once another has come."""
    sandbox.answer_puts("accepted", reads=1)
    client.put(SERVICE, status="down")
    client.put(SERVICE, status="degraded")
    assert seen(client, 3) == ["degraded"] * 3


def test_answer_puts__all_or_some(sandbox: Sandbox, client: Client) -> None:
    """The fault takes the keywords of the others, and counts only writes that would take effect."""
    sandbox.add_service("B", id="svc-2")
    fault = sandbox.answer_puts("no-content", None, path="svc-1", after=1)
    codes = [client.put(path, status="down").status_code for path in [SERVICE, SERVICE, f"{SERVICES}/svc-2", SERVICE]]
    assert codes == [200, 204, 200, 204]
    assert client.put(SERVICE, status="fine").status_code == 400
    assert fault.hits == 2
    sandbox.clear_faults()
    assert client.put(SERVICE, status="down").status_code == 200


@pytest.mark.parametrize(
    ("shape", "reads", "said"), [("json", 0, "Unknown shape 'json'"), ("data", -1, "reads is a number from 0")]
)
def test_answer_puts__mistake(sandbox: Sandbox, shape: Any, reads: int, said: str) -> None:
    """An unknown shape or a negative number of reads is refused at once."""
    with pytest.raises(ValueError, match=said):
        sandbox.answer_puts(shape, reads=reads)


@pytest.mark.parametrize(("moves", "expected"), [(True, 30), (False, 0)])
@pytest.mark.parametrize("fields", [{"status": "operational"}, {"status": "operational", "name": "A"}])
def test_same_status__moves_updated_at_or_not(
    clock: Clock, moves: bool, expected: int, fields: dict[str, object]
) -> None:
    """Whether a write that changes nothing moves `updated_at` can be chosen; one that changes something moves it."""
    with Sandbox(Options(same_status_moves_updated_at=moves), now=clock.now) as sandbox:
        created = sandbox.add_service("A", id="svc-1").updated_at
        clock.pass_by(30)
        with Client(sandbox, sandbox.add_key()) as client:
            client.put(SERVICE, **fields)
            assert sandbox.service("A").updated_at - created == timedelta(seconds=expected)
            client.put(SERVICE, status="down")
            assert sandbox.service("A").updated_at - created == timedelta(seconds=30)


@pytest.mark.parametrize(("whole", "shown"), [(False, "12:00:00.250Z"), (True, "12:00:00.000Z")])
def test_whole_seconds(clock: Clock, whole: bool, shown: str) -> None:
    """`updated_at` shows milliseconds, or whole seconds on request; events keep the milliseconds."""
    clock.pass_by(0.25)
    with Sandbox(Options(whole_seconds=whole), now=clock.now) as sandbox:
        service = sandbox.add_service("A")
        updated = sandbox.set_status("A", "down")
    for moment in (service.to_json()["created_at"], updated.to_json()["updated_at"]):
        assert moment == f"2026-01-01T{shown}"
    assert sandbox.events[0].time == clock.now()


@pytest.mark.parametrize("path", ["/", "/status.json", SERVICES, "/api/v1/nowhere"])
def test_date_header__by_the_sandbox_clock(clock: Clock, path: str) -> None:
    """Every answer has the sandbox's own time, errors and the page's included, exactly once."""
    with Sandbox(now=clock.now) as sandbox, Client(sandbox, None) as client:
        date = client.get(path).headers["Date"]
    assert parsedate_to_datetime(date) == clock.now()


def test_date_header__a_fault_may_have_its_own(sandbox: Sandbox, client: Client) -> None:
    """A fault can show another time, instead of the sandbox's and not beside it."""
    sandbox.fail(headers={"Date": "Thu, 01 Jan 2026 00:00:00 GMT"})
    assert client.get(SERVICES).headers["Date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
