from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from alert24_sandbox import Sandbox
from sandbox.tools import Client, Clock

LANE = ["alert24-deploy", "lane:shop"]


class Story:
    """A sandbox with the services A and B in which every step takes a second."""

    def __init__(self, sandbox: Sandbox, clock: Clock, client: Client) -> None:
        self.sandbox, self.clock, self.client = sandbox, clock, client
        for name in "AB":
            sandbox.add_service(name, id=name)

    def set(self, services: str, status: str, by: str = "alert24-deploy") -> None:
        """Let somebody set a status."""
        for service in services:
            self.clock.pass_by(1)
            self.sandbox.set_status(service, status, by)

    def record(self, deployment: str, services: str, phase: str, *tags: str, **fields: object) -> None:
        """Let a deployment record its start or end."""
        body = {"summary": f"{deployment} {phase}", "external_id": deployment, "tags": [*LANE, f"phase:{phase}", *tags]}
        for service in services:
            self.clock.pass_by(1)
            answer = self.client.call("POST", f"/api/v1/services/{service}/changes", json={**body, **fields})
            assert answer.status_code == 201

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The timeline, oldest first."""
        found: list[dict[str, Any]] = self.client.get("/timeline.json").json()["entries"]
        return found[::-1]

    @property
    def told(self) -> list[str]:
        """Each entry with its status changes, oldest first."""
        return [
            f"{each['title'] or each['kind']}: "
            + " ".join(f"{event['service']}-{event['to'][:4]}" for event in reversed(each["events"]))
            for each in self.entries
        ]


@pytest.fixture
def story(clock: Clock) -> Iterator[Story]:
    """A story on a running sandbox."""
    with Sandbox(now=clock.now) as sandbox, Client(sandbox, sandbox.add_key()) as client:
        yield Story(sandbox, clock, client)


def test_timeline__recorded__overlapping_deployments_stay_apart(story: Story) -> None:
    """Each status change belongs to the deployment that made it, or that goes on while others write."""
    story.record("one", "AB", "begin")
    story.set("AB", "maintenance")
    story.record("two", "A", "begin")
    story.set("B", "degraded", by="monitor")
    story.record("one", "AB", "end", "outcome:failure")
    story.set("B", "down")
    story.set("A", "down", by="hand")
    story.record("two", "A", "end", "outcome:success", "settles")
    story.set("A", "operational")
    assert story.told == ["one end: A-main B-main B-degr B-down", "two end: A-down A-oper"]
    one, two = story.entries
    assert (one["status"], one["services"]) == ("down", ["A", "B"])
    assert (two["status"], two["services"]) == ("operational", ["A"])
    assert one["began"] < two["began"] < one["ended"] < two["ended"]


def test_timeline__dead_runner__has_not_reported_its_end(story: Story) -> None:
    """A deployment without an end is in progress until the end that it declared, and the next one stands apart."""
    until = (story.clock.now() + timedelta(seconds=30)).isoformat()
    story.record("dead", "A", "begin", f"until:{until}")
    story.set("A", "maintenance")
    assert (story.told, story.entries[0]["status"]) == (["Deployment in progress: A-main"], "maintenance")
    story.clock.pass_by(60)
    story.record("next", "A", "begin")
    story.record("next", "A", "end", "outcome:success")
    story.set("A", "operational")
    story.set("A", "down", by="monitor")
    dead, later, loose = story.told
    assert (dead, later) == ("Deployment has not reported its end: A-main", "next end: A-oper")
    assert (loose, story.entries[0]["status"]) == ("event: A-down", "unknown")


@pytest.mark.parametrize(
    ("tags", "fields", "status"),
    [
        (["outcome:success", "settles"], {}, "operational"),
        (["outcome:failure"], {}, "down"),
        (["outcome:cancelled"], {}, "degraded"),
        (["outcome:failure", "settles"], {"change_type": "rollback"}, "degraded"),
        (["outcome:failure"], {"change_type": "rollback"}, "down"),
        ([], {}, "unknown"),
    ],
)
def test_timeline__recorded_end__has_the_outcomes_status(
    story: Story, tags: list[str], fields: dict[str, str], status: str
) -> None:
    """The colour and shape of a deployment come from its recorded outcome."""
    story.record("one", "A", "begin")
    story.record("one", "A", "end", *tags, **fields)
    [entry] = story.entries
    assert (entry["kind"], entry["status"]) == ("deployment", status)


def test_timeline__unrecorded__lasts_until_no_service_is_in_maintenance(story: Story) -> None:
    """Without records, the first maintenance begins a deployment and the last one that ends ends it."""
    story.set("A", "degraded", by="hand")
    story.set("AB", "maintenance")
    assert story.told[-1] == "Deployment in progress: A-main B-main"
    story.set("B", "down", by="monitor")
    story.set("A", "operational")
    story.set("A", "down")
    assert story.told == ["event: A-degr", "Deployment ended: A-main B-main B-down A-oper", "event: A-down"]
    entry = story.entries[1]
    assert (entry["status"], entry["maintenance_seconds"], entry["services"]) == ("down", 3.0, ["A", "B"])


def test_timeline__unrecorded_after_a_recorded_one__stands_apart(story: Story) -> None:
    """What a deployment without a record writes is not its recorded predecessor's."""
    story.record("one", "A", "begin")
    story.record("one", "A", "end", "outcome:success")
    story.set("A", "maintenance")
    story.set("A", "operational")
    story.clock.pass_by(3600)
    story.set("A", "down")
    assert story.told == ["one end: ", "Deployment ended: A-main A-oper", "event: A-down"]


def test_timeline__other_changes__are_entries_of_their_own(story: Story) -> None:
    """A change that somebody else records has no deployment, and need not have a service."""
    others = ({"summary": "Feature on", "service_id": "A"}, {"summary": "New certificate", "tags": ["phase:begin"]})
    for fields in others:
        assert story.client.call("POST", "/api/v1/changes", json=fields).status_code == 201
    story.set("A", "down")
    assert story.told == ["Feature on: ", "New certificate: ", "event: A-down"]
    assert [(each["kind"], each["services"]) for each in story.entries[:2]] == [("change", ["A"]), ("change", [])]


@pytest.mark.parametrize("until", ["soon", "2026-01-01T12:00:00", ""])
def test_timeline__senseless_end__is_none(story: Story, until: str) -> None:
    """A declared end that is no time, or has no zone, ends nothing."""
    story.record("one", "A", "begin", f"until:{until}")
    assert story.told == ["Deployment in progress: "]


def test_timeline__incidents__with_the_names_of_their_services(story: Story) -> None:
    """Incidents come with the newest first; one of a deleted service shows its id; each change moves the revision."""
    revisions = set()
    for title in ("First", "Second"):
        story.client.call("POST", "/api/v1/incidents", json={"title": title, "affected_services": ["A", "B"]})
        revisions.add(story.client.get("/status.json").json()["revision"])
    story.sandbox.delete_service("B")
    incidents = story.client.get("/timeline.json").json()["incidents"]
    assert [each["title"] for each in incidents] == ["Second", "First"]
    assert incidents[0]["services"] == ["A", "B"]
    story.client.put(f"/api/v1/incidents/{incidents[0]['id']}", status="resolved")
    assert len(revisions | {story.client.get("/status.json").json()["revision"]}) == 3
