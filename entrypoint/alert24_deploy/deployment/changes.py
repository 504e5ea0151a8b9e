"""What Alert24's changes say about the deployments of a service: which still run, and which outcomes count.

Each deployment is two changes: one when it starts, one when it ends. Their `external_id` is the deployment's id, and
their tags carry the rest. Anybody with a key can write the same, so every tag is checked when it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import MAXYEAR, MINYEAR, datetime, timedelta, timezone
from typing import NamedTuple

from ..policy import DOWN, MAINTENANCE, OPERATIONAL, STATUSES, DeploymentResult, Outcome, severity
from ..state import CHANGES, INCIDENTS
from ..text import capitalize, pluralize, sanitize
from .interfaces import Change

TOOL_TAG = "alert24-deploy"
# Outcomes that are older no longer count: all changes ever made would have to be read to know them.
HORIZON = timedelta(days=7)
_FINISHING = timedelta(minutes=10)  # that a finish may take after it has recorded its end
_LONGEST = timedelta(hours=24)  # that anybody waits for a deployment, whatever it declared
_SUMMARIES = {Outcome.SUCCESS: "succeeded", Outcome.FAILURE: "failed", Outcome.CANCELLED: "was cancelled"}
_Key = tuple[datetime, str]


class Recorded(NamedTuple):
    """A deployment of one service, as its changes tell of it. Keys are times with an id, in one order for everybody."""

    id: str
    began: _Key
    until: datetime  # the end that it declared: nobody waits longer
    lane: str = ""
    run: str = ""  # the CI's run, the same for all of its attempts
    attempt: int = 0
    before: str | None = None  # what its start found on the page, None for maintenance or if that is unknown
    url: str = ""
    ended: _Key | None = None
    settles: bool = False  # whether it was a success or was rolled back, so that earlier outcomes of its lane are over
    status: str | None = None  # what its outcome asks for, None for what the page would show without it


class View(NamedTuple):
    """What the other deployments of a service mean for the one that looks."""

    running: Sequence[Recorded] = ()
    counting: Sequence[Recorded] = ()  # those whose outcomes count and ask for a status
    own_counts: bool = True
    base: str | None = None  # the status from before it, None if it is unknown or others have ended since
    relied_on: bool = False  # whether others that have ended may have left the page to it

    @property
    def alone(self) -> bool:
        """Whether no other deployment matters."""
        return not (self.running or self.counting or self.relied_on)

    def page_status(self, own: str | None) -> str | None:
        """Return what the page must show; None if nothing says it.

        `own` is what the outcome of the deployment that looks asks for, None for the status from before it.
        """
        if self.running:
            return MAINTENANCE
        statuses = [str(each.status) for each in self.counting]
        if own is None:
            statuses += [self.base] if self.base else []
        elif self.own_counts:
            statuses.append(own)
        return max(statuses, key=rank, default=self.base or (None if self.own_counts else OPERATIONAL))


def rank(status: str) -> int:
    """Return how bad a status is; a maintenance that an outcome asks for stands above all."""
    return severity(DOWN) + 1 if status == MAINTENANCE else severity(status)


def view(own_id: str, recorded: Sequence[Recorded], now: datetime) -> View:
    """Return what the other deployments of a service mean for one of them; see `page_status`."""
    own = next((each for each in recorded if each.id == own_id), None)
    others = [each for each in recorded if each is not own]
    since = [each for each in others if own and each.ended and each.ended > own.began]
    counting = [each for each in others if each.ended and each.status and not _superseded(each, recorded)]
    own_counts = own is None or not _superseded(own, recorded)
    # An outcome that is over says nothing about the page; the deployment that started last has found it as it was.
    finder = own if own_counts else max(recorded, key=lambda each: each.began)
    return View(
        running=[each for each in others if not (each.ended or each.until <= now or _repeated(each, recorded))],
        counting=counting,
        own_counts=own_counts,
        base=_base(finder, recorded, counting) if finder and not any(each in counting for each in since) else None,
        relied_on=bool(since) or (own is not None and bool(_around(own, others))),
    )


def last_ended(own_id: str, recorded: Sequence[Recorded]) -> Recorded | None:
    """Return the deployment that ended last, if that is not the one that looks and both ends are on record.

    Everybody who looks afterwards takes that one's view, so that all write the same, whoever writes last.
    """
    ended = [each for each in recorded if each.ended]
    last = max(ended, key=lambda each: each.ended or each.began, default=None)
    return last if last and last.id != own_id and any(each.id == own_id for each in ended) else None


def _superseded(one: Recorded, recorded: Sequence[Recorded]) -> bool:
    """Tell whether an outcome is over: a deployment of its lane that started later is a success or was rolled back."""
    later = (each for each in recorded if each.lane == one.lane and each.began > one.began)
    return any(each.ended and each.settles for each in later) or _repeated(one, recorded)


def _repeated(one: Recorded, recorded: Sequence[Recorded]) -> bool:
    """Tell whether a later attempt of the same run has begun."""
    return any(
        each.run == one.run != "" and each.lane == one.lane and each.attempt > one.attempt and each.began > one.began
        for each in recorded
    )


def _base(one: Recorded, others: Sequence[Recorded], counting: Sequence[Recorded]) -> str | None:
    """Return the status from before a deployment: if it began during another one, that one's."""
    if one.before:
        return one.before
    nearest = max(_around(one, others), key=lambda each: each.began, default=None)
    if nearest is None or nearest in counting:  # then its own status stands, and not what was before it
        return None
    return _base(nearest, others, counting)


def _around(one: Recorded, others: Sequence[Recorded]) -> list[Recorded]:
    """Return the deployments that had begun when this one began, and had not written their final status for sure."""
    earlier = [each for each in others if each.began < one.began]
    return [each for each in earlier if not each.ended or one.began[0] - each.ended[0] < _FINISHING]


def read_changes(changes: Iterable[Change]) -> list[Recorded]:
    """Return the deployments that the changes of one service tell of; of changes that say the same, the last counts."""
    found: dict[str, Recorded] = {}
    for change in sorted(changes, key=_key):
        tags = dict(tag.partition(":")[::2] for tag in change.tags)
        phase = tags.get("phase")
        if TOOL_TAG not in tags or not change.external_id or phase not in ("begin", "end"):
            continue
        one = found.get(change.external_id) or _begun(change, tags)
        if phase == "end":
            status = tags.get("status")
            one = one._replace(
                ended=_key(change), settles="settles" in tags, status=status if status in STATUSES else None
            )
        found[change.external_id] = one
    return list(found.values())


def _begun(change: Change, tags: Mapping[str, str]) -> Recorded:
    began, before = _key(change), tags.get("before")
    run, _, attempt = tags.get("run", "").rpartition("#")
    return Recorded(
        id=change.external_id,
        began=began,
        until=min(read_time(tags.get("until")) or began[0], began[0] + _LONGEST),
        lane=tags.get("lane", ""),
        run=run,
        attempt=int(attempt) if attempt.isascii() and attempt.isdigit() and len(attempt) < 20 else 0,
        before=before if before in STATUSES and before != MAINTENANCE else None,
        url=change.url,
    )


def _key(change: Change) -> _Key:
    """Return a change's place in time: by Alert24's clock, or else by that of the machine that made it."""
    own = next((tag for tag in change.tags if tag.startswith("at:")), "")
    time = read_time(change.created_at) or read_time(own[3:])
    return (time or datetime.min.replace(tzinfo=timezone.utc), change.id)


def read_time(value: str | None) -> datetime | None:
    """Return an ISO 8601 time, None if it is missing or makes no sense, such as one that no day can be added to."""
    try:
        read = datetime.fromisoformat((value or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return read if read.tzinfo and MINYEAR < read.year < MAXYEAR else None


class Recording(NamedTuple):
    """What a deployment tells Alert24, beside how it goes."""

    fields: Mapping[str, object]  # of each change, by Alert24's names
    lane: str
    run: str
    attempt: int
    max_duration: float  # seconds
    time: Callable[[], datetime]
    goes_on: Callable[[str], bool] = lambda _: True  # asks the CI whether the run of a deployment may still go on
    rolling_back: bool = False
    changes: bool = True  # `record-change`
    incidents: str = ""  # `incident-on-failure`: the severity, empty for none

    @property
    def kinds(self) -> Sequence[str]:
        """Return what is recorded, as the state remembers it."""
        wanted = {CHANGES: self.changes, INCIDENTS: bool(self.incidents)}
        return [kind for kind, is_wanted in wanted.items() if is_wanted]

    def begin(self, deployment: str, before: str | None, skew: float) -> dict[str, object]:
        """Return the change that tells of a start."""
        now = self.time() + timedelta(seconds=skew)
        until = now + timedelta(seconds=self.max_duration)
        tags = [f"until:{_iso(until)}", *([f"before:{before}"] if before else [])]
        noun = "Rollback" if self.rolling_back else "Deployment"
        return self._change(f"{noun} started", deployment, "begin", now, tags, rollback=self.rolling_back)

    def end(
        self, deployment: str, result: DeploymentResult, status: str | None, started_at: str, skew: float
    ) -> dict[str, object]:
        """Return the change that tells of an end; `status` is what the outcome asks for, None for the one before."""
        now = self.time() + timedelta(seconds=skew)
        tags = [f"outcome:{result.outcome.value}", *(["settles"] if result.settles else [])]
        tags += [f"status:{status}"] if status else []
        summary = capitalize(result.describe().removeprefix("the "))
        if self.rolling_back:
            how = "succeeded" if result.rolled_back else _SUMMARIES.get(result.outcome, "did not run")
            summary = f"Rollback {how}"
        began = read_time(started_at)
        if began:
            summary += f" after {_duration((self.time() - began).total_seconds())}"
        rollback = self.rolling_back or result.rolled_back
        return self._change(summary, deployment, "end", now, tags, rollback=rollback)

    def _change(
        self, summary: str, deployment: str, phase: str, now: datetime, tags: Sequence[str], *, rollback: bool
    ) -> dict[str, object]:
        own = [TOOL_TAG, f"phase:{phase}", f"lane:{self.lane}", f"run:{self.run}#{self.attempt}", f"at:{_iso(now)}"]
        given = self.fields.get("tags", ())
        extra = [str(tag) for tag in given] if isinstance(given, (list, tuple)) else []
        change_type = "rollback" if rollback else "deployment"
        made = {"change_type": change_type, "external_id": deployment, "tags": [*extra, *own, *tags]}
        return {"summary": summary, **self.fields, **made}


def _iso(time: datetime) -> str:
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _duration(seconds: float) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    return f"{minutes} min {rest} s" if minutes else pluralize(rest, "second")


def name_of(one: Recorded) -> str:
    """Return how a message names a deployment: by its id and the link to its run."""
    return sanitize(one.id) + (f" ({sanitize(one.url)})" if one.url else "")
