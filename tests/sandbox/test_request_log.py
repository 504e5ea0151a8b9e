from __future__ import annotations

import pytest

from alert24_sandbox import Sandbox
from sandbox.tools import Client, Clock

SERVICES = "/api/v1/services"


def test_requests__everything_about_one(clock: Clock) -> None:
    """A request is noted with its query, body, headers, answer and time."""
    with Sandbox(now=clock.now, monotonic=clock.monotonic) as sandbox:
        service = sandbox.add_service("A b", id="a b")
        with Client(sandbox, sandbox.add_key()) as client:
            response = client.call("PUT", f"{SERVICES}/a%20b?x=1", json={"status": "down"})
    [request] = sandbox.requests
    assert (request.method, request.path, request.query) == ("PUT", f"{SERVICES}/a%20b", {"x": "1"})
    assert (request.json, request.body) == ({"status": "down"}, b'{"status": "down"}')
    assert request.headers["Content-Type"] == "application/json"
    assert (request.status, request.request_id) == (200, response.headers["X-Request-Id"])
    assert (request.started, request.time) == (clock.monotonic(), clock.now())
    assert sandbox.status_of(service.id) == "down"


def test_requests__scopes_instead_of_the_key(sandbox: Sandbox) -> None:
    """The log has what a key may do or that it doesn't work, and the key nowhere; without one there is no header."""
    revoked, other = sandbox.add_key(), Sandbox().add_key()
    sandbox.revoke(revoked)
    scopes = [["write"], ["read", "services"], []]
    keys = [*map(sandbox.add_key, scopes), other, revoked, None]
    for key in keys:
        with Client(sandbox, key) as client:
            client.get(SERVICES)
    shown = [request.headers.get("Authorization") for request in sandbox.requests]
    assert shown == ["write", "read+services", "none", "unknown", "revoked", None]
    assert not [key for key in keys if key and key in f"{[vars(request) for request in sandbox.requests]}"]


def test_writes__only_put(sandbox: Sandbox, client: Client) -> None:
    """Writes are the PUT requests, in order, the refused ones too."""
    service = sandbox.add_service("A")
    client.get(SERVICES)
    for status in ("maintenance", "fine", "operational"):
        client.put(f"{SERVICES}/{service.id}", status=status)
    assert [(write.json["status"], write.status) for write in sandbox.writes] == [
        ("maintenance", 200),
        ("fine", 400),
        ("operational", 200),
    ]


def test_clear_requests(sandbox: Sandbox, client: Client) -> None:
    """Forgetting the requests keeps the services and their history; requests for the page are not logged at all."""
    service = sandbox.add_service("A")
    client.put(f"{SERVICES}/{service.id}", status="down")
    sandbox.clear_requests()
    for path in ("/", "/page.js", "/page.css", "/icon.svg", "/status.json", "/events"):
        assert client.get(path).status_code == 200
    assert (sandbox.requests, len(sandbox.events)) == ([], 1)


def test_events__who_changed_what_and_when(clock: Clock) -> None:
    """Each change has both statuses, the writer and the time."""
    with Sandbox(now=clock.now) as sandbox:
        service = sandbox.add_service("A")
        sandbox.set_status("A", "maintenance")
        clock.pass_by(30)
        sandbox.set_status("A", "down", by="somebody")
    first, second = sandbox.events
    assert (first.service_id, first.service, first.before, first.after) == (
        service.id,
        "A",
        "operational",
        "maintenance",
    )
    assert (second.before, second.after, second.by) == ("maintenance", "down", "somebody")
    assert (second.time - first.time).total_seconds() == 30


AGENTS = {"alert24-deploy/1.0.0": "alert24-deploy", "curl/8.0": "hand", "x alert24-deploy/1": "hand", "": "hand"}


@pytest.mark.parametrize("agent", AGENTS)
def test_events__writer_by_its_user_agent(sandbox: Sandbox, client: Client, agent: str) -> None:
    """A write over the API is alert24-deploy's if its User-Agent says so, and else somebody's by hand."""
    service = sandbox.add_service("A")
    client.call("PUT", f"{SERVICES}/{service.id}", json={"status": "down"}, headers={"User-Agent": agent})
    assert [event.by for event in sandbox.events] == [AGENTS[agent]]


def test_wait_for__returns_on_change(sandbox: Sandbox, client: Client) -> None:
    """A condition that holds is seen at once, and one that never does ends in an error."""
    client.get(SERVICES)
    sandbox.wait_for(lambda: len(sandbox.requests) == 1)
    with pytest.raises(TimeoutError):
        sandbox.wait_for(lambda: len(sandbox.requests) == 2, timeout=0.01)


def test_service__by_id_before_name(sandbox: Sandbox) -> None:
    """A reference is an id first, then the exact name of the first service that has it."""
    sandbox.add_service("B", id="A")
    sandbox.add_service("A", id="x")
    assert [sandbox.service(reference).id for reference in ("A", "B", "x")] == ["A", "A", "x"]
    with pytest.raises(LookupError, match="no service 'a'"):
        sandbox.service("a")


def test_add_and_delete_service__ids_are_never_shared(sandbox: Sandbox, client: Client) -> None:
    """Two services may share a name but not an id; a deleted one is a 404 for the API and unknown here."""
    sandbox.add_service("A", id="svc_000001")
    assert sandbox.add_service("A").id == "svc_000002"
    with pytest.raises(ValueError, match="already a service with the id 'svc_000001'"):
        sandbox.add_service("B", id="svc_000001")
    sandbox.delete_service("svc_000002")
    assert client.error(client.get(f"{SERVICES}/svc_000002")) == (404, "not_found")
    with pytest.raises(LookupError):
        sandbox.status_of("svc_000002")
