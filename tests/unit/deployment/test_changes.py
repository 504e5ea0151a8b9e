"""Which deployments still run, which outcomes count, and tags that anybody may write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.deployment.changes import Recorded, Recording, last_ended, read_changes, view
from alert24_deploy.deployment.interfaces import Change
from alert24_deploy.policy import DeploymentResult, Outcome

ZERO = datetime(2026, 1, 2, tzinfo=timezone.utc)
NOW = 50
ORDER = ("operational", "degraded", "down", "maintenance")
FAILED = DeploymentResult(Outcome.FAILURE)


def at(minute: int) -> datetime:
    """A time of the story."""
    return ZERO + timedelta(minutes=minute)


@dataclass
class Told:
    """A deployment in the words of the second statement: minutes, and None for what did not happen."""

    name: str
    lane: str
    run: str
    attempt: int
    began: int
    until: int
    before: str | None
    ended: int | None
    settles: bool
    status: str | None

    def recorded(self) -> Recorded:
        """The same in the program's words."""
        ended = (at(self.ended), self.name) if self.ended is not None else None
        return Recorded(
            self.name,
            (at(self.began), self.name),
            at(self.until),
            self.lane,
            self.run,
            self.attempt,
            self.before,
            "",
            ended,
            self.settles,
            self.status,
        )


@st.composite
def stories(draw: st.DrawFn) -> list[Told]:
    """Up to six deployments, whose starts and ends all have times of their own."""
    count = draw(st.integers(1, 6))
    times = draw(st.permutations(range(2 * count)))
    told = []
    for number in range(count):
        began, ended = sorted(times[2 * number : 2 * number + 2])
        told.append(
            Told(
                f"d{number}",
                draw(st.sampled_from("XY")),
                draw(st.sampled_from(["", "r1", "r2"])),
                draw(st.integers(1, 2)),
                began,
                draw(st.sampled_from([began + 1, 99])),
                draw(st.sampled_from([None, "operational", "down"])),
                draw(st.sampled_from([None, ended])),
                draw(st.booleans()),
                draw(st.sampled_from([None, *ORDER])),
            )
        )
    return told


def over(one: Told, story: Sequence[Told]) -> bool:
    """A later one of its lane was a success or rolled back, or a later attempt of its run has begun."""
    for other in story:
        if other.lane == one.lane and other.began > one.began:
            if other.ended is not None and other.settles:
                return True
            if one.run and other.run == one.run and other.attempt > one.attempt:
                return True
    return False


def repeated(one: Told, story: Sequence[Told]) -> bool:
    """A later attempt of its run has begun."""
    later = [other for other in story if other.began > one.began and other.attempt > one.attempt]
    return bool(one.run) and any((other.run, other.lane) == (one.run, one.lane) for other in later)


def before_all(one: Told, story: Sequence[Told]) -> str | None:
    """What the page showed before the deployments that it began in the middle of."""
    while one.before is None:
        around = [x for x in story if x.began < one.began and (x.ended is None or one.began - x.ended < 10)]
        if not around:
            return None
        one = max(around, key=lambda x: x.began)
        if one.ended is not None and one.status and not over(one, story):
            return None  # that status stands
    return one.before


def page_of(story: Sequence[Told], own: Told, asks: str | None) -> str | None:
    """The page that the contract asks for once a deployment has ended."""
    others = [one for one in story if one is not own]
    finder = max(story, key=lambda one: one.began) if over(own, story) else own
    if any(one.ended is None and one.until > NOW and not repeated(one, story) for one in others):
        return "maintenance"
    counting = {one.name: one.status for one in others if one.ended is not None and one.status and not over(one, story)}
    shown: set[str | None] = set(counting.values())
    meanwhile = [one for one in others if one.name in counting and (one.ended or 0) > own.began]
    if asks is None and not meanwhile:
        shown.add(before_all(finder, story))
    if asks is not None and not over(own, story):
        shown.add(asks)
    for status in reversed(ORDER):
        if status in shown:
            return status
    unknown = "operational" if over(own, story) else None
    return (before_all(finder, story) if not meanwhile else None) or unknown


@given(stories(), st.sampled_from([None, *ORDER]), st.randoms())
def test_view__any_story__the_page_is_as_the_second_statement_says(
    story: list[Told], asks: str | None, chance: object
) -> None:
    """In whatever order the list comes, who runs, what counts and what the page must show is the same in both."""
    own = story[0]
    recorded = [one.recorded() for one in story]
    chance.shuffle(recorded)  # type: ignore[attr-defined]
    seen = view(own.name, recorded, at(NOW))
    assert seen.page_status(asks) == page_of(story, own, asks)
    if len(story) == 1:
        assert seen.alone


def test_last_ended__after_the_last_end__is_whose_view_all_take() -> None:
    """A finish that looks late must not write what its own start had found over what the last one has written."""
    late = Told("late", "other", "", 1, 1, 99, None, 5, settles=True, status=None)
    rolled_back = Told("rolled back", "X", "", 1, 3, 99, "down", 6, settles=True, status=None)
    success = Told("success", "X", "", 1, 2, 99, "down", 8, settles=True, status="operational")
    recorded = [each.recorded() for each in (late, rolled_back, success)]
    last = last_ended("late", recorded)
    assert last
    assert last == recorded[2]
    assert last == last_ended("rolled back", recorded)
    assert view(last.id, recorded, at(NOW)).page_status(last.status) == "down"
    assert view("late", recorded, at(NOW)).page_status(None) is None  # of its own it knows nothing
    assert last_ended("success", recorded) is None
    assert last_ended("nobody", recorded) is None


def test_view__no_begin_of_its_own__counts_all_the_same() -> None:
    """A start whose change could not be recorded is in no list; its outcome counts."""
    other = Told("d1", "X", "", 1, 1, 99, None, 2, settles=False, status="degraded").recorded()
    assert view("d0", [other], at(NOW)).page_status("down") == "down"
    assert view("d0", [], at(NOW)).page_status(None) is None


RECORDING = Recording({"source": "api", "tags": ["phase:x", "eu"]}, "shop/deploy", "github-7", 2, 7200, lambda: at(0))


def sent(body: dict[str, object], number: str, when: str | None = "2026-01-02T00:00:00Z") -> Change:
    """A change as Alert24 lists it."""
    return Change(number, "svc-1", str(body["external_id"]), tuple(map(str, body["tags"])), when)  # type: ignore[call-overload]


def test_read_changes__begin_and_end__is_what_was_recorded() -> None:
    """What a deployment says is read back: lane, run, declared end, status found, and how it ended."""
    begin = RECORDING.begin("d1", "down", 60)
    end = RECORDING.end("d1", FAILED._replace(rolled_back=True), "degraded", "2026-01-01T23:57:55Z", 0)
    assert (begin["summary"], begin["change_type"]) == ("Deployment started", "deployment")
    assert end["summary"] == "Deployment failed and was rolled back after 2 min 5 s"
    assert end["change_type"] == "rollback"
    (one,) = read_changes([sent(end, "2", "2026-01-02T00:05:00Z"), sent(begin, "1")])
    assert one == Recorded(
        "d1",
        (at(0), "1"),
        at(121),
        "shop/deploy",
        "github-7",
        2,
        "down",
        "",
        (at(5), "2"),
        settles=True,
        status="degraded",
    )


@pytest.mark.parametrize(("outcome", "word"), [("failure", "failed"), ("cancelled", "was cancelled")])
def test_recording__a_rollback__says_so(outcome: str, word: str) -> None:
    """The summary of `rollback` is about the rollback, and its type is rollback from the start."""
    recording = RECORDING._replace(rolling_back=True)
    assert recording.begin("d1", None, 0)["change_type"] == "rollback"
    end = recording.end("d1", DeploymentResult(Outcome(outcome)), None, "", 0)
    assert (end["summary"], end["change_type"]) == (f"Rollback {word}", "rollback")
    assert "settles" not in end["tags"]  # type: ignore[operator]


def test_read_changes__what_others_may_write__is_checked() -> None:
    """Changes of others are no deployments; a tag that makes no sense is as if it were missing."""
    stranger = Change("9", "svc-1", "d9", ("phase:begin",), "2026-01-02T00:00:00Z")
    nameless = Change("8", "svc-1", "", ("alert24-deploy", "phase:begin"), "2026-01-02T00:00:00Z")
    tags = ("alert24-deploy", "phase:begin", "until:2099-01-01T00:00:00Z", "before:broken", "run:x#-1", "at:soon")
    forged = Change("7", "svc-1", "d7", tags, "yesterday")
    ended = Change("6", "svc-1", "d6", ("alert24-deploy", "phase:end", "status:<b>"), "2026-01-02T00:00:00Z")
    one, two = read_changes([stranger, nameless, forged, ended])
    assert (one.id, one.before, one.run, one.attempt, one.until - one.began[0]) == (
        "d7",
        None,
        "x",
        0,
        timedelta(days=1),
    )
    assert (two.id, two.status, two.ended is not None) == ("d6", None, True)


def test_read_changes__no_created_at__the_machines_clock_decides() -> None:
    """The list's times are not documented, so each change carries its own."""
    first, last = RECORDING.begin("d1", None, 0), RECORDING._replace(time=lambda: at(1)).begin("d2", None, 0)
    assert [each.id for each in read_changes([sent(last, "1", None), sent(first, "2", None)])] == ["d1", "d2"]
