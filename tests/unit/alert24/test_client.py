from __future__ import annotations

import json

import pytest

from alert24_deploy.deployment.interfaces import Service, ServiceUpdate, UpdateIgnored, UpdateResult
from alert24_deploy.errors import Alert24Refused, CannotReachAlert24, Interrupted, MissingScope, NoSuchService
from unit.exchanges import URL, Line, Reply

API = {"id": "svc-1", "name": "API", "status": "degraded", "description": "Main", "sort_order": 3}
SERVICE = Service("svc-1", "API", "degraded", "Main")


def data(document: object) -> Reply:
    """A yes with JSON."""
    return Reply(body=json.dumps(document).encode())


def page_of(first: int, count: int, **meta: object) -> Reply:
    """One page of a list of services."""
    services = [{"id": f"svc-{number}", "name": f"S{number}"} for number in range(first, first + count)]
    return data({"data": services, "meta": meta})


@pytest.mark.parametrize(
    ("reply", "found"), [(data({"data": API}), SERVICE), (data(API), SERVICE), (Reply(404), None)], ids=repr
)
def test_read__answer__the_service_or_none(reply: Reply, found: Service | None) -> None:
    """In `data`, by analogy with other resources, or bare; no service is not an error here."""
    assert Line(reply).api.read(["svc-1"]) == ([found] if found else [])


def test_read__refused__raised() -> None:
    """A wrong key is an error."""
    with pytest.raises(Alert24Refused):
        Line(Reply(401)).api.read(["svc-1"])


@pytest.mark.parametrize("service_id", [".", ".."])
def test_read__a_urls_own_words__none_without_asking(service_id: str) -> None:
    """No id leads to another path than a service's."""
    line = Line(data(API))
    assert line.api.read([service_id]) == []
    assert line.requests == []


IDS = [
    ("svc-1", "svc-1"),
    ("a/b", "a%2Fb"),
    ("../keys", "..%2Fkeys"),
    ("a?b#c", "a%3Fb%23c"),
    ("a b", "a%20b"),
    ("%2e%2e", "%252e%252e"),
    ("ä", "%C3%A4"),
]


@pytest.mark.parametrize(("service_id", "encoded"), IDS)
def test_read__any_id__one_step_of_the_path(service_id: str, encoded: str) -> None:
    """Ids have no documented form, so every character is encoded."""
    line = Line(data(API))
    line.api.read([service_id])
    assert line.requests[0].url == f"{URL}/api/v1/services/{encoded}"


def test_read__a_share_of_the_time__no_longer() -> None:
    """Reading leaves time for writing."""
    line = Line(Reply(503), seconds=60)
    with pytest.raises(CannotReachAlert24):
        line.api.read(["svc-1"], patience=0.1)
    assert line.waited <= 6


@pytest.mark.parametrize("document", [{"data": [API], "meta": {"has_more": False}}, [API]], ids=["in data", "bare"])
def test_list__one_page__one_request_with_the_documented_limit(document: object) -> None:
    """A small organisation costs one request, however its list is wrapped."""
    line = Line(data(document))
    assert line.api.list() == [SERVICE]
    assert [request.path_url for request in line.requests] == ["/api/v1/services?limit=100&offset=0"]


def test_list__250_services__three_requests() -> None:
    """A hundred a request, and no request more than that."""
    replies = [
        page_of(0, 100, has_more=True),
        page_of(100, 100, has_more=True),
        page_of(200, 50, has_more=False),
    ]
    line = Line(*replies)
    assert [service.id for service in line.api.list()] == [f"svc-{number}" for number in range(250)]
    assert [request.path_url.partition("&")[2] for request in line.requests] == ["offset=0", "offset=100", "offset=200"]


def test_list__more_is_told_by_total__asked_for() -> None:
    """Where `has_more` is missing, `total` says it."""
    line = Line(page_of(0, 100, total=101), page_of(100, 1, total=101))
    assert len(line.api.list()) == 101


@pytest.mark.parametrize("meta", [{}, {"total": "many"}, {"total": 100}, {"has_more": "yes"}])
def test_list__meta_says_nothing__one_page(meta: dict[str, object]) -> None:
    """What isn't documented makes nobody ask on and on."""
    line = Line(page_of(0, 100, **meta))
    assert len(line.api.list()) == 100


def test_list__a_service_moves_between_pages__once() -> None:
    """A service that is created meanwhile shifts the pages; nobody is listed twice."""
    line = Line(page_of(0, 100, has_more=True), page_of(99, 100, has_more=True), page_of(199, 2, has_more=False))
    ids = [service.id for service in line.api.list()]
    assert len(ids) == len(set(ids)) == 201


def test_list__more_without_end__not_for_ever() -> None:
    """A server that always says there is more, and gives the same, counts as one that can't be reached."""
    line = Line(page_of(0, 100, has_more=True), seconds=5)
    with pytest.raises(CannotReachAlert24, match="not with the JSON that it documents"):
        line.api.list()


def test_list__by_status__asked_of_alert24() -> None:
    """A filter is Alert24's work."""
    line = Line(data({"data": []}))
    line.api.list(status="down")
    assert line.requests[0].path_url == "/api/v1/services?limit=100&offset=0&status=down"


READ = [
    ({"id": "a"}, Service("a", "a", None, "")),
    ({"id": 7, "name": "Seven"}, Service("7", "Seven", None, "")),
    ({"id": "a", "name": "", "status": "", "description": None}, Service("a", "a", None, "")),
    ({"id": "a", "name": 5, "status": {}, "description": []}, Service("a", "a", None, "")),
    ({"id": "a", "name": "A", "status": "partial-outage"}, Service("a", "A", "partial-outage", "")),
]


@pytest.mark.parametrize(("item", "service"), READ, ids=repr)
def test_list__tolerant__only_the_id_must_be_there(item: object, service: Service) -> None:
    """A status that we don't know is carried through, and what is missing is empty."""
    assert Line(data({"data": [item]})).api.list() == [service]


BROKEN = [
    {"data": {}},
    {"data": None},
    {"services": []},
    {"data": ["svc-1"]},
    {"data": [{"name": "A"}]},
    {"data": [{"id": ""}]},
    {"data": [{"id": "a\nb"}]},
    {"data": [{"id": "\ud83d"}]},
]


@pytest.mark.parametrize("document", BROKEN, ids=ascii)
def test_list__not_as_documented__unreachable(document: object) -> None:
    """Another kind of JSON counts as no answer, after trying again."""
    line = Line(data(document), seconds=2)
    with pytest.raises(CannotReachAlert24, match="not with the JSON that it documents"):
        line.api.list()
    assert len(line.requests) > 1


def writes(*ids: str) -> list[ServiceUpdate]:
    """What is to be written to these services."""
    return [ServiceUpdate(Service(each, each.upper(), None, ""), {"status": "maintenance"}) for each in ids]


def test_write__several__a_put_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """One request a service, with the fields alone; no error is raised, each write has its own."""
    line = Line(Reply(echo=True))
    ended = list(line.api.update(writes("a", "b", "c")))
    assert {each.update.service.id: each.error for each in ended} == {"a": None, "b": None, "c": None}
    assert {(each.method, each.path_url, each.body) for each in line.requests} == {
        ("PUT", f"/api/v1/services/{name}", b'{"status": "maintenance"}') for name in "abc"
    }
    line = Line(Reply(403), Reply(echo=True))
    monkeypatch.setattr(line.api, "_concurrency", 1)
    ended = list(line.api.update(writes("a", "b")))
    assert [(each.update.service.id, type(each.error)) for each in ended] == [("a", MissingScope), ("b", type(None))]


def test_write__after_a_signal__none_is_sent() -> None:
    """Each write says that it did not happen."""
    line = Line(Reply())
    line.cancellation.request(15)
    errors = [each.error for each in line.api.update(writes("a", "b"))]
    assert [(type(error), getattr(error, "sent", None)) for error in errors] == [(Interrupted, False)] * 2
    assert line.requests == []


def test_write__a_urls_own_words__refused_without_asking() -> None:
    """No write goes to another path than a service's."""
    line = Line(Reply())
    (ended,) = line.api.update(writes(".."))
    assert isinstance(ended.error, NoSuchService)
    assert line.requests == []


def put(*replies: Reply, insist: bool = False) -> tuple[UpdateResult, Line]:
    """How one update ends, and what was sent."""
    line = Line(*replies, seconds=5)
    update = ServiceUpdate(Service("svc-1", "API", "operational", "", "t0"), {"status": "maintenance"}, insist)
    (result,) = line.api.update([update])
    return result, line


SHOWN = {**API, "status": "maintenance", "updated_at": "t1"}


@pytest.mark.parametrize("document", [{"data": SHOWN}, SHOWN], ids=["in data", "bare"])
def test_write__response_shows_the_service__is_believed(document: object) -> None:
    """One request is enough, and what it shows goes along."""
    result, line = put(data(document))
    assert (result.error, len(line.requests)) == (None, 1)
    assert result.shown == Service("svc-1", "API", "maintenance", "Main", "t1")


UNTELLING = [
    Reply(204, body=b""),
    Reply(200, body=b""),
    Reply(202, body=b'{"data": {"queued": true}}'),
    Reply(200, body=b'{"error": {"message": "no"}}'),
    Reply(200, body=b'{"data": {"id": "svc-1"}}'),
    Reply(200, body=b"[]"),
    Reply(200, body=b"<html>"),
]


@pytest.mark.parametrize("reply", UNTELLING, ids=repr)
def test_write__response_shows_nothing__settled_by_one_get(reply: Reply) -> None:
    """The response to an update is not documented: what is there afterwards decides."""
    result, line = put(reply, data({"data": SHOWN}))
    assert (result.error, [request.method for request in line.requests]) == (None, ["PUT", "GET"])


@pytest.mark.parametrize("reply", UNTELLING[:3], ids=repr)
def test_write__settled_by_a_get_that_contradicts__not_written(reply: Reply) -> None:
    """A write that took no effect is not reported as done."""
    result, _ = put(reply, data({"data": {**SHOWN, "status": "operational"}}))
    assert isinstance(result.error, UpdateIgnored)
    assert (result.error.exit_code, result.shown and result.shown.status) == (4, "operational")


CONTRADICTIONS = [{**SHOWN, "status": "operational"}, {**SHOWN, "id": "svc-2"}]


@pytest.mark.parametrize("shown", CONTRADICTIONS, ids=["another status", "another service"])
def test_write__contradiction__not_written_and_not_sent_again(shown: object) -> None:
    """At finish a status that differs may be somebody else's: no retry overwrites it."""
    result, line = put(data({"data": shown}))
    assert isinstance(result.error, UpdateIgnored)
    assert len(line.requests) == 1


def test_write__contradiction_at_start__sent_again_until_it_shows_or_time_is_over() -> None:
    """Start insists within its time, and then nobody claims that the status was set."""
    result, line = put(data({"data": CONTRADICTIONS[0]}), data({"data": SHOWN}), insist=True)
    assert (result.error, len(line.requests)) == (None, 2)
    result, _ = put(data({"data": CONTRADICTIONS[0]}), insist=True)
    assert isinstance(result.error, CannotReachAlert24)
    assert (result.error.sent, "shows 'operational'" in str(result.error)) == (False, True)


def test_write__cannot_be_confirmed__perhaps_written() -> None:
    """An update that was accepted, but can't be read back, may have taken effect."""
    result, _ = put(Reply(204, body=b""), Reply(403))
    assert isinstance(result.error, CannotReachAlert24)
    assert (result.error.sent, "could not be confirmed" in str(result.error)) == (True, True)
