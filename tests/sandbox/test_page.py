from __future__ import annotations

import json
import re
from typing import Any

import pytest

from alert24_sandbox import Sandbox
from alert24_sandbox.model import overall
from sandbox.tools import Client

EVIL = "<img src=x onerror=alert(1)>"


def embedded(text: str) -> Any:
    """The data that the page carries for its script."""
    found = re.search(r'<script type="application/json" id="initial">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_page__carries_what_is_known(sandbox: Sandbox, client: Client) -> None:
    """The first look needs no second request: services, overall status and events are in it."""
    service = sandbox.add_service("A", description="Main")
    sandbox.set_status("A", "down")
    data = embedded(client.get("/").text)
    assert data["status"] == "down"
    assert data["services"] == [sandbox.service("A").to_json()]
    assert [event["to"] for entry in data["entries"] for event in entry["events"]] == ["down"]
    assert client.get("/timeline.json").json() == {name: data[name] for name in ("entries", "incidents")}
    assert data["services"][0]["id"] == service.id


def test_page__lists_services_without_scripts(sandbox: Sandbox, client: Client) -> None:
    """A browser without JavaScript shows the statuses too."""
    sandbox.add_service("Payments & more", status="degraded")
    noscript = client.get("/").text.partition("<noscript>")[2].partition("</noscript>")[0]
    assert "<li>Payments &amp; more: degraded</li>" in noscript


@pytest.mark.parametrize(
    "evil", [EVIL, "</script><script>alert(1)</script>", "<!--<script>", "{{rows}}", "\\u003c", "'\"&"]
)
def test_page__text_stays_text(sandbox: Sandbox, client: Client, evil: str) -> None:
    """A name, description or status that looks like HTML is escaped, and arrives whole."""
    harmless = client.get("/").text.count("<")
    sandbox.add_service(evil, description=evil, status=evil)
    text = client.get("/").text
    [service] = embedded(text)["services"]
    assert (service["name"], service["description"], service["status"]) == (evil, evil, evil)
    # One list item more, and not a single other element.
    assert text.count("<") == harmless + 2


def test_page__half_a_surrogate_pair(client: Client) -> None:
    """A name that UTF-8 can't hold does not break the page."""
    response = client.call("POST", "/api/v1/services", data=b'{"name": "\\ud800"}')
    assert response.status_code == 201
    assert client.get("/").status_code == 200
    assert client.get("/status.json").json()["services"][0]["name"] == "\ud800"


def test_page__nothing_from_elsewhere(client: Client) -> None:
    """The page and its files name no other host, run no script in the page, and can make no HTML out of text."""
    text = client.get("/").text
    found = re.findall(r"""(?:src|href)="([^"#]+)""", text)
    assert found == "/icon.svg /page.css /page.js /status.json /timeline.json /events".split()
    assert not re.search(r"<style|style=|\son\w+=", text)
    style, script = client.get("/page.css").text, client.get("/page.js").text
    assert not re.search(r"https?:|@import|url\(", style + script)
    assert "textContent" in script
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|DOMParser", script)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/page.js", "text/javascript; charset=utf-8"),
        ("/page.css", "text/css; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
        ("/status.json", "application/json"),
        ("/timeline.json", "application/json"),
        ("/events", "application/json"),
    ],
)
def test_page__headers(client: Client, path: str, kind: str) -> None:
    """Everything of the page has its type and the policy that lets only its own files run; it can only be read."""
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert headers["Content-Type"] == kind
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert client.call("POST", path).status_code == 405


@pytest.mark.parametrize(
    ("origin", "play", "code"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, "hand down", 303),
        ({"Origin": "URL"}, "hand down", 303),
        ({"Origin": "https://example.org"}, "hand down", 403),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, "hand down", 403),
        ({}, "hand down", 403),
        ({"Origin": "URL"}, "webhook down", 400),
        ({"Origin": "URL"}, "hand broken", 400),
    ],
)
def test_play__only_the_pages_own_buttons(
    sandbox: Sandbox, client: Client, origin: dict[str, str], play: str, code: int
) -> None:
    """A button needs no key; a page of another site, or a word that no button has, changes nothing."""
    service = sandbox.add_service("A")
    headers = {name: value.replace("URL", sandbox.url) for name, value in origin.items()}
    assert client.call("POST", "/play", data={"service": service.id, "play": play}, headers=headers).status_code == code
    assert [(event.to_json()["to"], event.by) for event in sandbox.events] == [("down", "hand")] * (code == 303)


def test_play__monitor__runs_it(sandbox: Sandbox, client: Client) -> None:
    """A service's monitors run, as Alert24's do; without any, the status alone is a monitor's."""
    sandbox.add_service("A", id="a", monitors=["A check"])
    for status in ("down", "operational"):
        form = {"service": "a", "play": f"monitor {status}"}
        client.call("POST", "/play", data=form, headers={"Origin": sandbox.url})
        assert [(m.up, m.last_check_at is None) for m in sandbox.monitors] == [(status == "operational", False)]
        assert (sandbox.events[-1].after, sandbox.events[-1].by) == (status, "monitor")


def test_events__as_json(sandbox: Sandbox, client: Client) -> None:
    """The log has each change with its time, and `after` leaves out what was seen."""
    service = sandbox.add_service("A")
    sandbox.set_status("A", "down", by="somebody")
    sandbox.set_status("A", "operational")
    first, second = client.get("/events").json()["data"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("time"))
    assert first == {
        "id": 1,
        "service_id": service.id,
        "service": "A",
        "from": "operational",
        "to": "down",
        "by": "somebody",
    }
    assert client.get("/events", after=1).json()["data"] == [second]
    assert client.get("/status.json").json()["last_event"] == 2


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], "operational"),
        (["operational"], "operational"),
        (["operational", "maintenance"], "maintenance"),
        (["maintenance", "degraded"], "degraded"),
        (["maintenance", "under_review"], "degraded"),
        (["down", "under_review", "operational"], "down"),
    ],
)
def test_overall__is_the_worst(statuses: list[str], expected: str) -> None:
    """The banner shows the worst of the statuses; an unknown one counts as degraded."""
    assert overall(statuses) == expected
