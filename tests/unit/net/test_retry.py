from __future__ import annotations

import datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.errors import Alert24Refused, CannotReachAlert24, Interrupted
from alert24_deploy.net.retry import retry_after
from alert24_deploy.net.transport import Transient
from unit.exchanges import Line, Reply


class Attempts:
    """Fails some times, then succeeds; every failure is the same."""

    def __init__(self, failure: Transient, failures: int = 10**9) -> None:
        self.failure = failure
        self.failures = failures
        self.count = 0

    def __call__(self, _: float) -> str:
        """Try once more."""
        self.count += 1
        if self.count <= self.failures:
            raise self.failure
        return "done"


def repeat(line: Line, attempts: Attempts) -> str:
    """Try until it works."""
    return line.api.retrier.call(attempts, line.deadline)


def line(seconds: float = 60.0) -> Line:
    """A connection on which nothing is sent here."""
    return Line(Reply(), seconds=seconds)


def test_call__then_it_works__its_value() -> None:
    """A failure that passes is not even told."""
    assert repeat(line(), Attempts(Transient("broken"), failures=2)) == "done"


def test_call__backoff__random_and_bounded() -> None:
    """The wait is between nothing and half a second, then one, two, four, eight and at last ten."""
    bounds = [0.5, 1, 2, 4, 8, 10, 10]
    for _ in range(30):
        tried = line(seconds=1000)
        repeat(tried, Attempts(Transient("broken"), failures=len(bounds)))
        assert all(0 <= slept <= bound for slept, bound in zip(tried.cancellation.slept, bounds, strict=True))


def test_call__backoff__full_jitter() -> None:
    """Two pipelines that fail at once do not come back at once."""
    tries = [line() for _ in range(20)]
    for tried in tries:
        repeat(tried, Attempts(Transient("broken"), failures=1))
    assert len({tried.waited for tried in tries}) > 10


@pytest.mark.parametrize(("status", "for_all"), [(429, True), (503, False)])
def test_call__retry_after__at_least_so_long_and_for_all_if_it_is_a_limit(status: int, for_all: bool) -> None:
    """A limit is the key's, so that all workers wait; another failure may be this request's alone.

    Up to half as long again, because others were asked to come back at the same moment.
    """
    tried = line()
    began = tried.clock.seconds
    repeat(tried, Attempts(Transient("busy", status=status, retry_after="7"), failures=1))
    (slept,) = tried.cancellation.slept
    assert 7 <= slept <= 10.5
    assert max(tried.api.retrier.pause._until - began, 0.0) == (pytest.approx(slept) if for_all else 0.0)


@pytest.mark.parametrize("seconds", [8.5, 9, 20])
def test_call__retry_after__longer_only_if_there_is_the_time(seconds: float) -> None:
    """Whoever can do what was asked, and no more, does that."""
    tried = line(seconds)
    assert repeat(tried, Attempts(Transient("busy", status=429, retry_after="7"), failures=1)) == "done"
    assert 7 <= tried.waited <= max(7, seconds - 1)


def test_call__for_ever__ends_within_the_budget() -> None:
    """No failure outlasts the time that a phase may take."""
    tried = line(seconds=30)
    with pytest.raises(CannotReachAlert24) as caught:
        repeat(tried, Attempts(Transient("broken")))
    assert tried.waited <= 30
    assert "broken" in str(caught.value).lower()
    assert "tries" in str(caught.value)


def test_call__asked_to_wait_longer_than_there_is__ends_at_once() -> None:
    """Nobody is helped by waiting for what comes too late; the message says what was asked."""
    tried, attempts = line(seconds=30), Attempts(Transient("busy", status=429, retry_after="3600"))
    with pytest.raises(CannotReachAlert24, match=r"asks to wait 3600 s \(1 try, 30 of 30 s left\)"):
        repeat(tried, attempts)
    assert (tried.cancellation.slept, attempts.count) == ([], 1)


@pytest.mark.parametrize("after", ["7", "3"])
def test_call__a_long_wait__told(after: str) -> None:
    """Who watches a log that stands still reads why; nobody reads about a few seconds."""
    tried = line()
    repeat(tried, Attempts(Transient("busy", status=503, retry_after=after), failures=1))
    told = f"Alert24 can't be reached or asks to wait: trying again in {tried.waited:.0f} s."
    assert tried.notified == ([told] if after == "7" else [])


@pytest.mark.parametrize("sent", [False, True])
def test_call__a_signal_while_waiting__stopped(sent: bool) -> None:
    """A signal ends the waiting, and what the attempt before it may have done is not forgotten."""
    tried, attempts = line(), Attempts(Transient("busy", status=503, retry_after="7", sent=sent))
    tried.cancellation.at = tried.clock.seconds + 3
    with pytest.raises(Interrupted) as caught:
        repeat(tried, attempts)
    assert (attempts.count, caught.value.sent) == (1, sent)


def test_call__sent_once_and_then_not__may_have_been_carried_out() -> None:
    """One attempt that may have been carried out is enough for doubt."""
    tried = line(seconds=5)
    failures = [Transient("no answer", sent=True), *[Transient("no connection", sent=False)] * 99]

    def attempt(_: float) -> None:
        raise failures.pop(0)

    with pytest.raises(CannotReachAlert24) as caught:
        tried.api.retrier.call(attempt, tried.deadline)
    assert caught.value.sent


def test_call__refused_at_last__the_refusal() -> None:
    """A no ends the trying."""
    failures = [Transient("broken"), Alert24Refused("no")]

    def attempt(_: float) -> None:
        raise failures.pop(0)

    tried = line()
    with pytest.raises(Alert24Refused):
        tried.api.retrier.call(attempt, tried.deadline)


def http_date(seconds: int) -> str:
    """A date so many seconds from now."""
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize(("value", "seconds"), [("7", 7), ("0", 0), (" 7 ", 7), ("007", 7)])
def test_retry_after__seconds__so_many(value: str, seconds: float) -> None:
    """A number is a number of seconds."""
    assert retry_after(value) == seconds


@pytest.mark.parametrize(("ahead", "least", "most"), [(100, 90, 100), (-100, 0, 0)])
def test_retry_after__a_date__the_time_until_then(ahead: int, least: float, most: float) -> None:
    """A date is turned into seconds; a server's clock that is behind ours makes nobody wait."""
    asked = retry_after(http_date(ahead))
    assert asked is not None
    assert least <= asked <= most


NONSENSE = [
    None,
    "",
    " ",
    "-5",
    "1.5",
    "soon",
    "\u0667",
    "1e3",
    "Mon, 99 Foo 2015",
    "Mon, 01 Jan 99999 0:0:0 GMT",
    "9" * 5000,
]


@pytest.mark.parametrize("value", NONSENSE, ids=lambda value: repr(value)[:40])
def test_retry_after__nonsense__none(value: str | None) -> None:
    """What can't be understood is as good as not said."""
    assert retry_after(value) is None


@given(st.text(max_size=40) | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ (GMT|[+-]\d+)", fullmatch=True))
def test_retry_after__any_text__seconds_or_none(value: str) -> None:
    """No header ends in an exception, or in a wait that is negative or endless."""
    asked = retry_after(value)
    assert asked is None or 0 <= asked <= 24 * 3600


def test_call__within_another_ones_attempt__shares_its_turn() -> None:
    """A look at what an update has done does not wait for the update itself, even if only one may send at a time."""
    connection = line()
    connection.api.retrier.pause.extend(0)
    call = connection.api.retrier.call
    assert call(lambda _: call(lambda _: "done", within=True)) == "done"
    assert connection.waited == 0
