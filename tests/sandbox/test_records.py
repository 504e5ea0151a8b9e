from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from alert24_sandbox import Sandbox
from sandbox.tools import Client, Clock

CHANGES = "/api/v1/changes"
INCIDENTS = "/api/v1/incidents"
STATUS_PAGES = "/api/v1/status-pages"
OF_SERVICE = "/api/v1/services/svc-1/changes"

CHANGE = {"summary": "Deployed 1.2.3", "service_id": "svc-1"}
PAGE = {"name": "Shop", "slug": "shop"}
INCIDENT = {"title": "Deployment failed"}


@pytest.fixture(autouse=True)
def _services(sandbox: Sandbox) -> None:
    """Every test has two services."""
    sandbox.add_service("A", id="svc-1")
    sandbox.add_service("B", id="svc-2")


def post(client: Client, path: str, **fields: object) -> dict[str, Any]:
    """Create a record; what the API shows of it."""
    response = client.call("POST", path, json=fields)
    assert response.status_code == 201
    created: dict[str, Any] = response.json()["data"]
    return created


def ids(client: Client, path: str, **query: object) -> list[str]:
    """The ids in a list."""
    return [item["id"] for item in client.get(path, **query).json()["data"]]


def test_change__documented_fields_and_defaults(clock: Clock) -> None:
    """A change has every documented field; those not given have their default or are null."""
    with Sandbox(now=clock.now) as sandbox:
        sandbox.add_service("A", id="svc-1")
        with Client(sandbox, sandbox.add_key()) as client:
            change = post(client, CHANGES, **CHANGE)
    nulls = "description commit_sha commit_message branch pr_number pr_url pipeline_url changed_by external_id".split()
    assert change == {
        **dict.fromkeys(nulls),
        **CHANGE,
        "id": "chg_000001",
        "change_type": "deployment",
        "source": "api",
        "environment": "production",
        "risk_level": "low",
        "tags": [],
        "created_at": "2026-01-01T12:00:00.000Z",
        "updated_at": "2026-01-01T12:00:00.000Z",
    }


def test_change__all_that_a_deployment_says(sandbox: Sandbox, client: Client) -> None:
    """Every documented field can be given, and comes back in both lists and in the sandbox, as often as it is sent."""
    words = "description source commit_sha commit_message branch pr_url pipeline_url environment changed_by external_id"
    given: dict[str, object] = {**CHANGE, **{name: f"some {name}" for name in words.split()}}
    given |= {"change_type": "rollback", "pr_number": "7", "risk_level": "high", "tags": ["alert24-deploy"]}
    first, second = post(client, CHANGES, **given), post(client, CHANGES, **given)
    assert {name: first[name] for name in given} == given
    assert client.get(CHANGES).json()["data"] == client.get(OF_SERVICE).json()["data"] == [first, second]
    assert [recorded.to_json() for recorded in sandbox.changes] == [first, second]


def test_change__under_its_service(client: Client) -> None:
    """The path names the service, and its list has only its own changes."""
    first = post(client, OF_SERVICE, summary="One")
    second = post(client, "/api/v1/services/svc-2/changes", summary="Two")
    assert (first["service_id"], second["service_id"]) == ("svc-1", "svc-2")
    assert ids(client, OF_SERVICE) == [first["id"]]
    assert ids(client, CHANGES) == [first["id"], second["id"]]


WRONG: dict[str, list[Mapping[str, object]]] = {
    CHANGES: [
        {},
        {"service_id": "svc-1"},
        *[{**CHANGE, "tags": tags} for tags in ("a", [1])],
        *[{**CHANGE, name: "9"} for name in ("service_id", "change_type", "risk_level", "outcome")],
        {**CHANGE, "summary": " "},
        {**CHANGE, "pr_number": 7},
    ],
    INCIDENTS: [
        {"severity": "low"},
        *[{**INCIDENT, name: "huge"} for name in ("severity", "status")],
        {**INCIDENT, "affected_services": ["svc-1", "svc-9"]},
    ],
    STATUS_PAGES: [{"slug": "shop"}, {"name": "Shop"}, {**PAGE, "is_public": "yes"}],
}


@pytest.mark.parametrize(("path", "fields"), [(path, fields) for path, each in WRONG.items() for fields in each])
def test_create__wrong_fields(sandbox: Sandbox, client: Client, path: str, fields: Mapping[str, object]) -> None:
    """A missing, unknown or invalid field is a validation error, which lists the valid values if they are few."""
    answer = client.call("POST", path, json=fields)
    assert client.error(answer) == (400, "validation_error")
    if fields.get("risk_level"):
        assert answer.json()["error"]["message"].endswith("'risk_level'. Valid values: low, medium, high, critical.")
    assert (sandbox.changes, sandbox.incidents, len(sandbox.status_pages)) == ([], [], 1)


def test_change__unknown_service_in_the_path(client: Client) -> None:
    """The changes of a service that is not there are not found, and none is recorded."""
    path = "/api/v1/services/svc-9/changes"
    assert client.error(client.get(path)) == (404, "not_found")
    assert client.error(client.call("POST", path, json={"summary": "One"})) == (404, "not_found")


def test_incident__opened_and_resolved(sandbox: Sandbox, client: Client) -> None:
    """An incident is open until it is resolved, and can be read in between."""
    incident = post(client, INCIDENTS, **INCIDENT, affected_services=["svc-1", "svc-2"], tags=["lane"])
    assert (incident["severity"], incident["status"], incident["resolved_at"]) == ("medium", "open", None)
    assert (incident["incident_number"], incident["source"], incident["acknowledged_at"]) == (1, "api", None)
    assert incident["started_at"] == incident["created_at"]
    path = f"{INCIDENTS}/{incident['id']}"
    assert client.get(path).json() == {"data": incident}
    resolved = client.put(path, status="resolved", resolved_at="2026-01-01T12:00:00Z").json()["data"]
    assert resolved["updated_at"] >= incident["updated_at"]
    times = ("status", "resolved_at", "updated_at")
    assert {**resolved, **dict.fromkeys(times)} == {**incident, **dict.fromkeys(times)}
    assert (resolved["status"], resolved["resolved_at"]) == ("resolved", "2026-01-01T12:00:00Z")
    assert [kept.to_json() for kept in sandbox.incidents] == [resolved]


def test_incident__filters_and_paging(client: Client) -> None:
    """A list can be filtered by status and by severity, begins with the newest, and comes in pages."""
    first = post(client, INCIDENTS, title="1", severity="low")["id"]
    second = post(client, INCIDENTS, title="2", severity="critical")["id"]
    third = post(client, INCIDENTS, title="3", severity="low", status="resolved")["id"]
    assert ids(client, INCIDENTS, severity="low") == [third, first]
    assert ids(client, INCIDENTS, status="open") == [second, first]
    assert ids(client, INCIDENTS, status="open", severity="low") == [first]
    assert client.get(INCIDENTS, limit=2).json()["meta"] == {"total": 3, "limit": 2, "offset": 0, "has_more": True}
    assert client.error(client.get(INCIDENTS, severity="huge")) == (400, "validation_error")


@pytest.mark.parametrize("path", [INCIDENTS, STATUS_PAGES])
def test_record__unknown_id(client: Client, path: str) -> None:
    """A record that is not there can be neither read nor written, whatever is sent."""
    assert client.error(client.get(f"{path}/none")) == (404, "not_found")
    assert client.error(client.put(f"{path}/none")) == (404, "not_found")


def test_incident__update_is_checked(client: Client) -> None:
    """An update without fields, with a wrong one or of an unknown service changes nothing."""
    incident = post(client, INCIDENTS, **INCIDENT)
    path = f"{INCIDENTS}/{incident['id']}"
    for fields in ({}, {"title": " "}, {"status": "closed"}, {"affected_services": ["svc-9"]}, {"started_at": "now"}):
        assert client.error(client.put(path, **fields)) == (400, "validation_error")
    assert client.get(path).json() == {"data": incident}


def test_status_page__of_all_services_and_more(sandbox: Sandbox, client: Client) -> None:
    """There is one page that services name, and others can be created and changed, but for their slug."""
    [first] = client.get(STATUS_PAGES).json()["data"]
    assert first["id"] == client.get("/api/v1/services/svc-1").json()["data"]["status_page_id"]
    assert (first["name"], first["slug"], first["is_public"]) == ("Service status", "service-status", True)
    made = post(client, STATUS_PAGES, name="Shop", slug="shop", is_public=False)
    changed = client.put(f"{STATUS_PAGES}/{made['id']}", custom_domain="status.example.com").json()["data"]
    assert (changed["slug"], changed["custom_domain"]) == ("shop", "status.example.com")
    assert client.error(client.put(f"{STATUS_PAGES}/{made['id']}", slug="other")) == (400, "validation_error")
    new = {"name": "Till", "status_page_id": made["id"]}
    assert post(client, "/api/v1/services", **new)["status_page_id"] == made["id"]
    assert client.call("POST", "/api/v1/services", json={**new, "status_page_id": "sp-9"}).status_code == 400
    assert [page.id for page in sandbox.status_pages] == [first["id"], made["id"]]


@pytest.mark.parametrize("path", [CHANGES, INCIDENTS, STATUS_PAGES])
@pytest.mark.parametrize("method", ["DELETE", "PATCH"])
def test_method__not_documented(client: Client, path: str, method: str) -> None:
    """A method that is not documented is refused, and the others are named."""
    response = client.call(method, path)
    assert client.error(response) == (405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, POST"


@pytest.mark.parametrize(
    ("scopes", "read", "write"),
    [(["read"], 200, 403), (["write"], 200, 201), (["services"], 403, 403), ([], 403, 403), (None, 401, 401)],
)
@pytest.mark.parametrize(
    ("path", "fields"),
    [(CHANGES, CHANGE), (OF_SERVICE, CHANGE), (INCIDENTS, INCIDENT), (STATUS_PAGES, PAGE)],
)
def test_scope(
    sandbox: Sandbox, scopes: list[str] | None, read: int, write: int, path: str, fields: dict[str, object]
) -> None:
    """A read-only key lists and creates nothing; a key for services alone does neither, and no key is a 401."""
    with Client(sandbox, None if scopes is None else sandbox.add_key(scopes)) as client:
        assert client.get(path).status_code == read
        assert client.call("POST", path, json=fields).status_code == write


@pytest.mark.parametrize("path", [f"{INCIDENTS}/inc_000001", f"{STATUS_PAGES}/sp-000001"])
def test_scope__one_record(sandbox: Sandbox, client: Client, path: str) -> None:
    """A read-only key reads one record and can't change it."""
    post(client, INCIDENTS, **INCIDENT)
    with Client(sandbox, sandbox.add_key(["read"])) as reader:
        assert reader.get(path).status_code == 200
        assert reader.error(reader.put(path, status="resolved")) == (403, "authorization_error")


def test_fault__strikes_records_too(sandbox: Sandbox, client: Client) -> None:
    """A change can be recorded although its answer is lost."""
    sandbox.fail(method="POST", path="/changes", applied=True)
    assert client.call("POST", CHANGES, json=CHANGE).status_code == 503
    assert ids(client, CHANGES) == [change.id for change in sandbox.changes] == ["chg_000001"]
