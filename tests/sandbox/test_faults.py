from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from alert24_sandbox import Sandbox
from sandbox.tools import Client

SERVICES = "/api/v1/services"

DOCUMENTED = [
    (400, "validation_error"),
    (401, "authentication_error"),
    (403, "authorization_error"),
    (404, "not_found"),
    (429, "rate_limit_error"),
    (500, "server_error"),
    (502, "server_error"),
    (503, "server_error"),
    (504, "server_error"),
]


def statuses(client: Client, number: int, path: str = SERVICES) -> list[int]:
    """The statuses of so many requests, one after the other."""
    return [client.get(path).status_code for _ in range(number)]


@pytest.mark.parametrize(("status", "kind"), DOCUMENTED)
def test_fail__documented_error(sandbox: Sandbox, client: Client, status: int, kind: str) -> None:
    """Without a body of its own a failure answers the documented error, once."""
    sandbox.fail(status=status)
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


def test_fail__only_this_method(sandbox: Sandbox, client: Client) -> None:
    """A fault for PUT lets GET through."""
    service = sandbox.add_service("A")
    sandbox.fail(method="put")
    assert client.get(SERVICES).status_code == 200
    assert client.put(f"{SERVICES}/{service.id}", status="down").status_code == 503


@pytest.mark.parametrize(("applied", "after"), [(False, "operational"), (True, "down")])
def test_fail__applied_or_not(sandbox: Sandbox, client: Client, applied: bool, after: str) -> None:
    """A failed write takes effect only if the fault says so."""
    service = sandbox.add_service("A")
    sandbox.fail(applied=applied)
    assert client.put(f"{SERVICES}/{service.id}", status="down").status_code == 503
    assert sandbox.status_of("A") == after


def test_drop__no_answer(sandbox: Sandbox, client: Client) -> None:
    """The connection is closed, the request noted without a status, and the next one works."""
    sandbox.drop()
    with pytest.raises(requests.ConnectionError):
        client.get(SERVICES)
    assert client.get(SERVICES).status_code == 200
    assert [request.status for request in sandbox.requests] == [None, 200]


def test_drop__applied(sandbox: Sandbox, client: Client) -> None:
    """The write counts although its answer never came."""
    service = sandbox.add_service("A")
    sandbox.drop(applied=True)
    with pytest.raises(requests.ConnectionError):
        client.put(f"{SERVICES}/{service.id}", status="down")
    assert sandbox.status_of("A") == "down"


@pytest.mark.parametrize("kind", ["html", "empty", "json"])
def test_garbage__answers_200(sandbox: Sandbox, client: Client, kind: Any) -> None:
    """An answer that claims success has none of the documented content."""
    sandbox.garbage(kind)
    response = client.get(SERVICES)
    assert response.status_code == 200
    assert '"data"' not in response.text


def test_garbage__not_utf_8(sandbox: Sandbox, client: Client) -> None:
    """An answer can look like JSON and have bytes that UTF-8 can't have."""
    sandbox.garbage("not-utf-8")
    with pytest.raises(UnicodeDecodeError):
        client.get(SERVICES).content.decode()


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("truncated", requests.exceptions.ChunkedEncodingError),
        ("bad-chunk", requests.exceptions.ChunkedEncodingError),
        ("not-http", requests.ConnectionError),
    ],
)
def test_garbage__breaks_http(sandbox: Sandbox, client: Client, kind: Any, error: type[Exception]) -> None:
    """An answer can end too early, have a wrong chunk, or be no HTTP at all."""
    sandbox.garbage(kind)
    with pytest.raises(error):
        client.get(SERVICES)
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
    """A sandbox that stops closes held connections, and their requests never take effect."""
    service = sandbox.add_service("A")
    hold = sandbox.hold()
    answer = background.submit(client.put, f"{SERVICES}/{service.id}", status="down")
    hold.wait_until_reached()
    sandbox.stop()
    with pytest.raises(requests.ConnectionError):
        answer.result(10)
    assert sandbox.status_of("A") == "operational"


def test_hold__nobody_comes(sandbox: Sandbox) -> None:
    """Waiting for a request that never comes is an error, not a wait without end."""
    with pytest.raises(TimeoutError, match="No request reached the hold"):
        sandbox.hold().wait_until_reached(timeout=0.01)


def test_page_is_spared(sandbox: Sandbox, client: Client) -> None:
    """Faults strike the API, never the status page."""
    sandbox.fail(None)
    assert client.get("/").status_code == 200
    assert client.get("/status.json").status_code == 200
