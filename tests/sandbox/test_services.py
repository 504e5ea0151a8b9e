from __future__ import annotations

from collections.abc import Mapping

import pytest

from alert24_sandbox import Sandbox
from sandbox.tools import Client

SERVICES = "/api/v1/services"


def test_list__each_field_documented(sandbox: Sandbox, client: Client) -> None:
    """A service has the documented fields, its times in UTC."""
    sandbox.add_service("Payments API", id="svc-1", description="Charges")
    [service] = client.get(SERVICES).json()["data"]
    assert service.pop("created_at") == service.pop("updated_at")
    assert service == {
        "id": "svc-1",
        "name": "Payments API",
        "description": "Charges",
        "status": "operational",
        "status_page_id": "sp-000001",
        "sort_order": 0,
    }


def test_list__pages_of_25_by_default(sandbox: Sandbox, client: Client) -> None:
    """Without a limit there are 25 services, and the meta data say whether there are more."""
    for number in range(30):
        sandbox.add_service(f"Service {number}")
    for offset, shown in ((0, 25), (10, 20), (35, 0)):
        answer = client.get(SERVICES, offset=offset).json()
        assert len(answer["data"]) == shown
        assert answer["meta"] == {"total": 30, "limit": 25, "offset": offset, "has_more": offset == 0}


def all_pages(client: Client, path: str) -> tuple[list[str], list[dict[str, object]]]:
    """The names in all pages of 100 of a list, and what each page says about itself."""
    names: list[str] = []
    metas: list[dict[str, object]] = []
    while not metas or metas[-1]["has_more"]:
        answer = client.get(path, limit=100, offset=len(names)).json()
        names += [item["name"] for item in answer["data"]]
        metas.append(answer["meta"])
    return names, metas


@pytest.mark.parametrize("number", [250, 10_000])
def test_list__every_item_once_over_all_pages(sandbox: Sandbox, client: Client, number: int) -> None:
    """Pages of 100 give up to 10,000 services and monitors, each once and in order, and the last page says so."""
    expected = [f"Item {each}" for each in range(number)]
    for name in expected:
        service = sandbox.add_service(name)
        sandbox.add_monitor(service.id, name)
    for path in (SERVICES, "/api/v1/monitoring"):
        names, metas = all_pages(client, path)
        assert names == expected
        assert [meta["offset"] for meta in metas] == list(range(0, number, 100))
        assert {(meta["total"], meta["limit"]) for meta in metas} == {(number, 100)}


def test_list__order_survives_writes_and_deletions(sandbox: Sandbox, client: Client) -> None:
    """Services with one sort_order keep their order whatever happens between two pages; a new one is last."""
    for number in range(6):
        sandbox.add_service(f"{number}", sort_order=0)
    first = client.get(SERVICES, limit=3).json()["data"]
    for service in first:
        client.put(f"{SERVICES}/{service['id']}", status="maintenance")
    sandbox.delete_service("5")
    sandbox.add_service("new")
    second = client.get(SERVICES, limit=3, offset=3).json()["data"]
    assert [service["name"] for service in first + second] == ["0", "1", "2", "3", "4", "new"]


def test_list__status_filter(sandbox: Sandbox, client: Client) -> None:
    """The filter chooses, and the total counts only what it chose."""
    sandbox.add_service("A", status="down")
    sandbox.add_service("B")
    answer = client.get(SERVICES, status="down").json()
    assert [service["name"] for service in answer["data"]] == ["A"]
    assert answer["meta"]["total"] == 1


def test_list__by_sort_order(sandbox: Sandbox, client: Client) -> None:
    """The list follows sort_order."""
    sandbox.add_service("Later", sort_order=7)
    sandbox.add_service("Sooner", sort_order=3)
    assert [s["name"] for s in client.get(SERVICES).json()["data"]] == ["Sooner", "Later"]


WRONG_QUERIES = [("limit", word) for word in ("101", "0", "many", "-1", "\u0665")]
WRONG_QUERIES += [("offset", "-1"), ("offset", "9" * 5000), ("status", "fine")]


@pytest.mark.parametrize(("name", "word"), WRONG_QUERIES, ids=lambda word: ascii(word)[:12])
def test_list__wrong_query(client: Client, name: str, word: str) -> None:
    """What the query can't mean is a validation error."""
    assert client.error(client.get(SERVICES, **{name: word})) == (400, "validation_error")


def test_get__id_with_a_slash_and_a_question_mark(sandbox: Sandbox, client: Client) -> None:
    """An id may hold anything when it is percent-encoded; one service stands in `data`, even with an unknown status."""
    service = sandbox.add_service("A", id="a/b?c d", status="under_review")
    assert client.get(f"{SERVICES}/a%2Fb%3Fc%20d").json() == {"data": service.to_json()}


@pytest.mark.parametrize(("method", "fields"), [("GET", None), ("PUT", {"status": "down"})])
def test_unknown_service(client: Client, method: str, fields: dict[str, str] | None) -> None:
    """A service that is not there is not found."""
    response = client.call(method, f"{SERVICES}/svc-missing", json=fields)
    assert client.error(response) == (404, "not_found")


@pytest.mark.parametrize("status", ["operational", "degraded", "down", "maintenance"])
def test_put__each_status(sandbox: Sandbox, client: Client, status: str) -> None:
    """Each of the four statuses can be written, and nothing else changes."""
    before = sandbox.add_service("A", description="Main", status="under_review")
    response = client.put(f"{SERVICES}/{before.id}", status=status)
    after = sandbox.service("A")
    assert response.json() == {"data": after.to_json()}
    assert (after.status, after.description, after.name) == (status, "Main", "A")
    assert after.updated_at > before.updated_at


def test_put__every_field(sandbox: Sandbox, client: Client) -> None:
    """Name, description, status and sort_order can be written together."""
    service = sandbox.add_service("A")
    fields = {"name": "B", "description": "", "status": "down", "sort_order": 4}
    answer = client.put(f"{SERVICES}/{service.id}", **fields).json()["data"]
    assert {name: answer[name] for name in fields} == fields


def test_put__same_status_again_is_safe_and_no_event(sandbox: Sandbox, client: Client) -> None:
    """Writing the status that is there succeeds, and the timeline stays empty."""
    service = sandbox.add_service("A", status="down")
    assert client.put(f"{SERVICES}/{service.id}", status="down").status_code == 200
    assert sandbox.events == []


WRONG_FIELDS: list[Mapping[str, object]] = [
    *[{"status": status} for status in ("Operational", "under_review", None, ["down"])],
    *[{name: value} for name, value in (("name", " "), ("name", 1), ("description", None), ("message", "hello"))],
    *[{"sort_order": value} for value in ("1", True)],
    {},
    {"status": "down", "id": "svc-2"},
]


@pytest.mark.parametrize("fields", WRONG_FIELDS, ids=str)
def test_put__wrong_fields(sandbox: Sandbox, client: Client, fields: Mapping[str, object]) -> None:
    """A wrong value, an unknown field or none at all is a validation error, and nothing changes."""
    service = sandbox.add_service("A")
    response = client.put(f"{SERVICES}/{service.id}", **fields)
    assert client.error(response) == (400, "validation_error")
    assert sandbox.service("A") == service
    listed = response.json()["error"]["message"].endswith("Valid values: operational, degraded, down, maintenance.")
    assert listed is (list(fields) == ["status"])


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"down"', b"\xff", b"[" * 100_000])
def test_put__not_an_object(sandbox: Sandbox, client: Client, body: bytes) -> None:
    """A body that is no JSON object is a validation error."""
    service = sandbox.add_service("A")
    response = client.call("PUT", f"{SERVICES}/{service.id}", data=body)
    assert client.error(response) == (400, "validation_error")


def test_create__answers_201_with_the_service(sandbox: Sandbox, client: Client) -> None:
    """A service can be made over the API, but not without a name."""
    response = client.call("POST", SERVICES, json={"name": "New", "status": "degraded"})
    assert response.status_code == 201
    assert response.json() == {"data": sandbox.service("New").to_json()}
    assert client.error(client.call("POST", SERVICES, json={"status": "down"})) == (400, "validation_error")
    assert [service.status for service in sandbox.services] == ["degraded"]


def test_unknown_address(client: Client) -> None:
    """An address outside the API is not found, in the API's own shape."""
    assert client.error(client.get("/api/v2/services")) == (404, "not_found")


def test_wrong_method_says_which_are_right(sandbox: Sandbox, client: Client) -> None:
    """DELETE is not documented, so it is refused."""
    service = sandbox.add_service("A")
    response = client.call("DELETE", f"{SERVICES}/{service.id}")
    assert client.error(response) == (405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, PUT"


def test_request_ids_differ(client: Client) -> None:
    """Every response has an id of its own."""
    ids = {client.get(SERVICES).headers["X-Request-Id"] for _ in range(3)}
    assert len(ids) == 3
