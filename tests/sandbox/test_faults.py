from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from alert24_sandbox import Sandbox
from sandbox.tools import Client

SERVICES = "/api/v1/services"


def statuses(client: Client, number: int, path: str = SERVICES) -> list[int]:
    """The statuses of so many requests, one after the other."""
    return [client.get(path).status_code for _ in range(number)]


KINDS = {400: "validation", 401: "authentication", 403: "authorization", 404: "", 429: "rate_limit"}


@pytest.mark.parametrize("status", [*KINDS, 500, 502, 503, 504])
def test_fail__documented_error(sandbox: Sandbox, client: Client, status: int) -> None:
    """Without a body of its own a failure answers the documented error, once."""
    sandbox.fail(status=status)
    kind = "not_found" if status == 404 else f"{KINDS.get(status, 'server')}_error"
    assert client.error(client.get(SERVICES)) == (status, kind)
    assert client.get(SERVICES).status_code == 200


def test_fail__own_headers_and_body(sandbox: Sandbox, client: Client) -> None:
    """Headers and body can be given: text as it is, an object as JSON."""
    sandbox.fail(status=429, headers={"Retry-After": "7"}, body="slow down")
    sandbox.fail(status=429, body={"error": "slow down"})
    first, second = client.get(SERVICES), client.get(SERVICES)
    assert (first.headers["Retry-After"], first.text) == ("7", "slow down")
    assert second.json() == {"error": "slow down"}


def test_fail__times_and_after(sandbox: Sandbox, client: Client) -> None:
    """`after` lets requests pass first, `times` says how many are spoilt."""
    fault = sandbox.fail(2, after=1)
    assert statuses(client, 5) == [200, 503, 503, 200, 200]
    assert fault.hits == 2


def test_fail__for_ever_until_cleared(sandbox: Sandbox, client: Client) -> None:
    """`times=None` has no end but clear_faults or the fault's own cancel."""
    fault = sandbox.fail(None)
    assert statuses(client, 4) == [503] * 4
    fault.cancel()
    sandbox.fail(None, status=500)
    assert statuses(client, 2) == [500, 500]
    sandbox.clear_faults()
    assert statuses(client, 1) == [200]


def test_fail__several_make_a_sequence(sandbox: Sandbox, client: Client) -> None:
    """Faults strike in the order in which they were made."""
    for status in (503, 429, 500):
        sandbox.fail(status=status)
    assert statuses(client, 4) == [503, 429, 500, 200]


@pytest.mark.parametrize(
    ("pattern", "struck"),
    [
        ("svc-1", True),
        ("/services/svc-1", True),
        (r"/services/[^/]+$", True),
        (re.compile("SVC-1", re.IGNORECASE), True),
        ("limit=5", True),
        ("?limit", True),
        ("svc-2", False),
        (r"services$", False),
    ],
)
def test_fail__only_this_path(sandbox: Sandbox, client: Client, pattern: Any, struck: bool) -> None:
    """A path is a part of path and query, or a regular expression."""
    sandbox.add_service("A", id="svc-1")
    sandbox.fail(path=pattern)
    assert client.get(f"{SERVICES}/svc-1", limit=5).status_code == (503 if struck else 200)


@pytest.mark.parametrize("drop", [False, True])
@pytest.mark.parametrize(("applied", "after"), [(False, "operational"), (True, "down")])
def test_fail_or_drop__applied_or_not(sandbox: Sandbox, client: Client, drop: bool, applied: bool, after: str) -> None:
    """A write that fails, or whose answer never comes, takes effect only if the fault says so; a GET is let through."""
    service = sandbox.add_service("A")
    (sandbox.drop if drop else sandbox.fail)(method="put", applied=applied)
    assert client.get(SERVICES).status_code == 200
    if drop:
        with pytest.raises(requests.ConnectionError):
            client.put(f"{SERVICES}/{service.id}", status="down")
    else:
        assert client.put(f"{SERVICES}/{service.id}", status="down").status_code == 503
    assert sandbox.status_of("A") == after
    assert [request.status for request in sandbox.requests] == [200, None if drop else 503]


@pytest.mark.parametrize("kind", ["html", "empty", "json"])
def test_garbage__answers_200(sandbox: Sandbox, client: Client, kind: Any) -> None:
    """An answer that claims success has none of the documented content."""
    sandbox.garbage(kind)
    response = client.get(SERVICES)
    assert response.status_code == 200
    assert '"data"' not in response.text


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("not-utf-8", UnicodeDecodeError),
        ("truncated", requests.exceptions.ChunkedEncodingError),
        ("bad-chunk", requests.exceptions.ChunkedEncodingError),
        ("not-http", requests.ConnectionError),
    ],
)
def test_garbage__breaks_http_or_text(sandbox: Sandbox, client: Client, kind: Any, error: type[Exception]) -> None:
    """An answer can end too early, have a wrong chunk, be no HTTP at all, or hold bytes that UTF-8 can't have."""
    sandbox.garbage(kind)
    with pytest.raises(error):
        client.get(SERVICES).content.decode()
    assert client.get(SERVICES).status_code == 200


def test_garbage__unknown_kind(sandbox: Sandbox) -> None:
    """A kind that does not exist is refused, and the others are listed."""
    with pytest.raises(ValueError, match="Unknown garbage 'xml': there are html, empty, json"):
        sandbox.garbage("xml")  # type: ignore[arg-type]


@pytest.mark.parametrize(("applied", "meanwhile"), [(False, "operational"), (True, "down")])
def test_hold__waits_for_release(
    sandbox: Sandbox, client: Client, background: ThreadPoolExecutor, applied: bool, meanwhile: str
) -> None:
    """A held request waits before or after it takes effect, and goes on when released."""
    service = sandbox.add_service("A")
    hold = sandbox.hold(method="PUT", applied=applied)
    answer = background.submit(client.put, f"{SERVICES}/{service.id}", status="down")
    hold.wait_until_reached()
    assert sandbox.status_of("A") == meanwhile
    assert sandbox.writes[0].status is None
    hold.release()
    assert answer.result(10).status_code == 200
    assert sandbox.status_of("A") == "down"


def test_hold__then_fail(sandbox: Sandbox, client: Client, background: ThreadPoolExecutor) -> None:
    """A request can be held and then spoilt."""
    hold = sandbox.hold()
    sandbox.fail()
    answer = background.submit(client.get, SERVICES)
    hold.wait_until_reached()
    sandbox.clear_faults()
    assert answer.result(10).status_code == 503


def test_hold__cut_by_stop(sandbox: Sandbox, client: Client, background: ThreadPoolExecutor) -> None:
    """A sandbox that stops closes held connections, and their requests never take effect; waiting for nonends."""
    service = sandbox.add_service("A")
    hold = sandbox.hold()
    with pytest.raises(TimeoutError, match="No request reached the hold"):
        hold.wait_until_reached(timeout=0.01)
    answer = background.submit(client.put, f"{SERVICES}/{service.id}", status="down")
    hold.wait_until_reached()
    sandbox.stop()
    with pytest.raises(requests.ConnectionError):
        answer.result(10)
    assert sandbox.status_of("A") == "operational"


def test_page_is_spared(sandbox: Sandbox, client: Client) -> None:
    """Faults strike the API, never the status page."""
    sandbox.fail(None)
    assert client.get("/").status_code == 200
    assert client.get("/status.json").status_code == 200
