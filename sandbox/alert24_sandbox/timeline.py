"""What happened, by deployment: the status changes and recorded changes as the page shows them.

A deployment records two changes per service under one `external_id`, one when it starts and one when it ends, with the
tags `phase:begin` and `phase:end`. Without such records, a deployment lasts from the first maintenance that
alert24-deploy writes until none of its services is in maintenance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from .model import Event, overall, timestamp
from .records import Record

DEPLOYER = "alert24-deploy"
MAINTENANCE = "maintenance"
FINISHING = timedelta(minutes=10)  # that a finish may take after it has recorded its end
LAST = datetime.max.replace(tzinfo=timezone.utc)
# The status whose colour and shape fit an outcome.
STATUS_OF = {"success": "operational", "failure": "down", "cancelled": "degraded", "skipped": "operational"}
DETAILS = ("environment", "branch", "commit_sha", "commit_message", "changed_by", "pipeline_url", "description")


@dataclass
class Entry:
    """A deployment, another recorded change, or a status change that belongs to no deployment."""

    began: datetime
    kind: str  # `deployment`, `change` or `event`
    title: str = ""
    status: str = MAINTENANCE  # whose colour and shape it has
    ended: datetime | None = None
    until: datetime = LAST  # the end that it declared
    services: dict[str, str] = field(default_factory=dict)  # names by id
    going: set[str] = field(default_factory=set)  # the ids of those that it has not ended yet
    details: Mapping[str, object] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    @property
    def maintenance(self) -> float | None:
        """How many seconds visitors saw maintenance; None if they saw none, or still see it."""
        begins = [event.time for event in self.events if event.after == MAINTENANCE]
        ends = [event.time for event in self.events if event.before == MAINTENANCE]
        return (ends[-1] - begins[0]).total_seconds() if begins and len(begins) == len(ends) else None

    def to_json(self) -> dict[str, object]:
        """Return the entry as the page shows it, the newest status change first."""
        return {
            "kind": self.kind,
            "title": self.title,
            "status": self.status,
            "began": timestamp(self.began),
            "ended": timestamp(self.ended) if self.ended else None,
            "maintenance_seconds": self.maintenance,
            "services": sorted(self.services.values()),
            "details": {name: self.details[name] for name in DETAILS if self.details.get(name)},
            "events": [event.to_json() for event in reversed(self.events)],
        }


class Mark(NamedTuple):
    """The moment at which a recorded deployment of a service starts, or ends."""

    time: datetime
    starts: bool
    entry: Entry


def timeline(
    events: Iterable[Event], changes: Iterable[Record], names: Mapping[str, str], now: datetime
) -> list[Entry]:
    """Return what happened, the newest first; `names` are the services' by their ids."""
    entries, marks = recorded(changes, names)
    for each in entries:
        if each.going and each.until <= now:
            each.title, each.status = "Deployment has not reported its end", "unknown"
    current: Entry | None = None  # the deployment that goes on and has no record
    for event in events:
        unrecorded = current and event.service_id in current.going
        if not (entry := None if unrecorded else owner(event, marks.get(event.service_id, []))):
            if event.by == DEPLOYER and event.after == MAINTENANCE:
                current = current or added(entries, Entry(event.time, "deployment", "Deployment in progress"))
                current.going.add(event.service_id)
                current.services[event.service_id] = event.service
            entry = current or added(entries, Entry(event.time, "event"))
        entry.events.append(event)
        if current and event.after != MAINTENANCE:
            current = left(current, event)
    return sorted(entries, key=lambda entry: entry.began)[::-1]


def left(entry: Entry, event: Event) -> Entry | None:
    """Let a service leave the deployment that has no record; return the deployment if others are still in it."""
    entry.going.discard(event.service_id)
    if entry.going:
        return entry
    final = {each.service_id: each.after for each in entry.events}
    entry.title, entry.status, entry.ended = "Deployment ended", overall(final.values()), event.time
    return None


def added(entries: list[Entry], entry: Entry) -> Entry:
    """Return an entry that was added to the others."""
    entries.append(entry)
    return entry


def recorded(changes: Iterable[Record], names: Mapping[str, str]) -> tuple[list[Entry], dict[str, list[Mark]]]:
    """Return the entries of recorded changes, and by service when its deployments start and end."""
    entries: list[Entry] = []
    deployments: dict[str, Entry] = {}
    marks: dict[str, list[Mark]] = {}
    for change in changes:
        tags, service_id = tags_of(change), str(change.fields["service_id"] or "")
        name, phase = names.get(service_id, service_id), tags.get("phase")
        external_id = str(change.fields["external_id"] or "")
        if phase not in ("begin", "end") or not external_id:
            entry = added(entries, Entry(change.created_at, "change", str(change.fields["summary"]), "unknown"))
        elif (found := deployments.get(external_id)) is None:
            until = moment(tags.get("until"))
            entry = added(entries, Entry(change.created_at, "deployment", "Deployment in progress", until=until))
            deployments[external_id] = entry
        else:
            entry = found
        entry.details = change.fields
        if service_id:
            entry.services[service_id] = name
        if entry.kind == "deployment":
            marks.setdefault(service_id, []).append(Mark(change.created_at, phase == "begin", entry))
            change_phase(entry, change, service_id, tags)
    return entries, marks


def change_phase(entry: Entry, change: Record, service_id: str, tags: Mapping[str, str]) -> None:
    """Let a recorded change start or end the deployment of a service."""
    if tags["phase"] == "begin":
        entry.going.add(service_id)
        return
    entry.going.discard(service_id)
    entry.title = str(change.fields["summary"])
    rolled_back = change.fields["change_type"] == "rollback" and "settles" in tags
    entry.status = "degraded" if rolled_back else STATUS_OF.get(tags.get("outcome", ""), "unknown")
    entry.ended = None if entry.going else change.created_at


def owner(event: Event, marks: Iterable[Mark]) -> Entry | None:
    """Return the recorded deployment in which a status changed, if there is one.

    A deployment records its start before it writes maintenance, and its end before it writes the final status. What
    others write belongs to the deployment that started last and still goes on.
    """
    past = [mark for mark in marks if mark.time <= event.time]
    last = past[-1] if past else None
    ours = event.by == DEPLOYER and last is not None and last.starts is (event.after == MAINTENANCE)
    if last and ours and (last.starts or event.time - last.time < FINISHING):
        return last.entry
    going = {id(mark.entry): mark.entry for mark in past if mark.starts and event.time < mark.entry.until}
    for mark in past:
        if not mark.starts:
            going.pop(id(mark.entry), None)
    return list(going.values())[-1] if going else None


def tags_of(change: Record) -> dict[str, str]:
    """Return a change's tags of the form `name:value`."""
    tags = change.fields["tags"]
    return dict(str(tag).partition(":")[::2] for tag in tags) if isinstance(tags, list) else {}


def moment(text: str | None) -> datetime:
    """Return the time that a tag gives, or the last of all."""
    try:
        found = datetime.fromisoformat((text or "").replace("Z", "+00:00"))
    except ValueError:
        return LAST
    return found if found.tzinfo else LAST
