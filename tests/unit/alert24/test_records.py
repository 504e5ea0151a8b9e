from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from alert24_deploy.alert24.client import Alert24
from alert24_deploy.alert24.responses import read_change, read_incident
from alert24_deploy.deployment.changes import read_changes, view
from alert24_deploy.errors import CannotReachAlert24
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.signals import Cancellation
from unit.exchanges import KEY

PATH = "/api/v1/services/svc-1/changes"
START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def change(number: int) -> dict[str, object]:
    """A change in the minute of its number."""
    at = (START + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"id": f"c{number}", "created_at": at, "external_id": f"d{number}", "tags": ["alert24-deploy"]}


class Listing:
    """Alert24's list of changes, by pages, as its answers to requests."""

    def __init__(self, server: HTTPServer, items: list[Any], meta: dict[str, object] | None = None) -> None:
        self.items = items
        self.meta = {"total": len(items)} if meta is None else meta
        self.offsets: list[int] = []
        server.expect_request(PATH).respond_with_handler(self._answer)
        self.log = Alert24(server.url_for("").rstrip("/"), KEY, deadline=Deadline(20, Cancellation())).log

    def _answer(self, request: Request) -> Response:
        offset, limit = int(request.args["offset"]), int(request.args["limit"])
        self.offsets.append(offset)
        document = {"data": self.items[offset : offset + limit], "meta": self.meta}
        return Response(json.dumps(document), content_type="application/json")

    def since(self, number: int) -> list[int]:
        """The numbers of the changes that are found since a minute."""
        found = self.log.changes(["svc-1"], START + timedelta(minutes=number))["svc-1"]
        return sorted(int(each.id[1:]) for each in found)


@pytest.mark.parametrize(
    ("newest_first", "since", "offsets"),
    [
        (True, 420, [0]),
        (True, 270, [0, 100]),
        (False, 420, [0, 400]),
        (False, 270, [0, 400, 300, 200]),
        (True, 0, None),
    ],
)
def test_changes__more_than_a_page__in_whichever_order_the_recent_ones_are_found(
    httpserver: HTTPServer, *, newest_first: bool, since: int, offsets: list[int] | None
) -> None:
    """The order isn't documented: from whichever end, no more pages are read than the time asks for."""
    items = [change(number) for number in range(450)]
    listing = Listing(httpserver, items[::-1] if newest_first else items)
    assert set(listing.since(since)) >= set(range(since, 450))
    assert listing.offsets == (offsets or [0, 100, 200, 300, 400])


@pytest.mark.parametrize("newest_first", [True, False])
def test_changes__endless_list__stops_after_fifty_pages(httpserver: HTTPServer, *, newest_first: bool) -> None:
    """A list that names no end holds nobody up."""
    items = [change(number) for number in range(100)]
    listing = Listing(httpserver, items[::-1] if newest_first else items, {"total": 10**30})
    listing.items *= 100
    listing.since(0)
    assert len(listing.offsets) == 51


@pytest.mark.parametrize("meta", [{}, {"total": "many"}, {"total": None}, {"total": -5}, {"total": True}])
def test_changes__no_usable_total__the_first_page_counts(httpserver: HTTPServer, meta: dict[str, object]) -> None:
    """What `meta` should say is missing, or is of another kind."""
    assert Listing(httpserver, [change(number) for number in range(20)], meta).since(0) == list(range(20))


@pytest.mark.parametrize("item", [None, 3, "text", [], {}, {"id": None}, {"id": "a\nb"}])
def test_changes__an_item_that_is_no_change__is_no_answer(httpserver: HTTPServer, item: object) -> None:
    """A list that is not the documented one says nothing about deployments."""
    listing = Listing(httpserver, [change(1), item])
    listing.log._deadline = Deadline(0.4, Cancellation())
    with pytest.raises(CannotReachAlert24, match="not with the JSON that it documents"):
        listing.since(0)


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9) | st.lists(st.text(max_size=3))
TIMES = st.sampled_from(
    ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
)
TAGS = st.lists(
    st.sampled_from(["alert24-deploy", "phase:begin", "phase:end", "settles", "run:a#1", "run:a#x", "run:#", "lane:"])
    | st.builds("until:{}".format, TIMES | st.text(max_size=5))
    | st.builds("at:{}".format, TIMES | st.text(max_size=5))
    | st.builds(
        "{}:{}".format, st.sampled_from(["status", "before"]), st.sampled_from(["down", "maintenance", "x", ""])
    )
    | st.text(max_size=9),
    max_size=9,
)
FORGED = st.fixed_dictionaries(
    {"id": st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=3)},
    optional={
        "tags": TAGS | VALUES,
        "external_id": st.sampled_from(["own", "a", "b"]) | VALUES,
        "created_at": TIMES | VALUES,
        "pipeline_url": VALUES,
        "description": VALUES,
        "affected_services": VALUES,
    },
)


BEGUN = {"id": "1", "external_id": "a", "tags": ["alert24-deploy", "phase:begin"]}


@given(st.lists(FORGED, max_size=6), st.sampled_from([None, "down", "operational"]))
@example([{**BEGUN, "created_at": "9999-12-31T23:59:59Z"}], "down")
@example([{**BEGUN, "created_at": "0001-01-01T00:00:00+14:00"}, BEGUN], "down")
def test_changes__forged__are_read_and_make_a_status(items: list[dict[str, object]], asks: str | None) -> None:
    """Whatever anybody with a key has written, the page gets a status that exists, and nobody waits past a day."""
    now = datetime(2026, 1, 1, tzinfo=timezone.utc)
    recorded = read_changes([read_change(item) for item in items])
    seen = view("own", recorded, now)
    assert seen.page_status(asks) in (None, "operational", "degraded", "down", "maintenance")
    assert all(each.until - each.began[0] <= timedelta(days=1) for each in recorded)
    for item in items:
        read_incident(item)


BODY = {"external_id": "d7", "tags": ["alert24-deploy"]}


def recorded(server: HTTPServer, *posted: Response, there_after: int = 99) -> list[str]:
    """Record a change by POSTs that are answered so, and return the methods of all requests.

    The list shows the change once there were so many POSTs.
    """
    listing, methods = Listing(server, []), []
    server.clear()

    def reply(request: Request) -> Response:
        methods.append(request.method)
        if request.method == "GET":
            listing.items = [change(7)] if methods.count("POST") >= there_after else []
            return listing._answer(request)
        return posted[methods.count("POST") - 1]

    server.expect_request(PATH).respond_with_handler(reply)
    listing.log.record([("svc-1", BODY)])
    return methods


def test_record__lost_after_a_429__is_looked_for_in_the_same_turn(httpserver: HTTPServer, quick_backoff: None) -> None:
    """After a 429 one request goes out at a time: the look between two tries must not wait for its own try."""
    del quick_backoff
    assert recorded(httpserver, Response("{}", 429), Response("{}", 502), there_after=2) == ["POST", "POST", "GET"]


@pytest.mark.parametrize("body", ["", "<!doctype html>", "1", "[]"])
def test_record__yes_without_json__is_looked_for(httpserver: HTTPServer, quick_backoff: None, body: str) -> None:
    """A page of a proxy says 200, too: a change is recorded if Alert24 shows it, and not before."""
    del quick_backoff
    assert recorded(httpserver, Response(body), there_after=1) == ["POST", "GET"]
    httpserver.clear()
    methods = recorded(httpserver, Response(body), Response('{"data": {}}', 201))
    assert methods.count("POST") == 2
