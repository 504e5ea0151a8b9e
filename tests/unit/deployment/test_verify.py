from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from alert24_deploy.deployment.interfaces import Monitor
from alert24_deploy.deployment.verify import LinkedMonitors, VerificationResult, verify
from alert24_deploy.errors import CannotReachAlert24, WrongSetting


class Time:
    """A clock that only waiting turns on; `signal_at` is when a signal arrives."""

    def __init__(self, signal_at: float = 1e9) -> None:
        self.seconds = 0.0
        self.waits: list[float] = []
        self.told: list[tuple[float, str]] = []
        self.signal_at = signal_at

    def wait(self, seconds: float) -> bool:
        """Wait, or be woken."""
        self.waits.append(seconds)
        self.seconds = min(self.seconds + seconds, max(self.seconds, self.signal_at))
        return self.seconds >= self.signal_at

    def notify(self, seconds: float, reason: str) -> None:
        """Keep what is said."""
        self.told.append((seconds, reason))


class Checks:
    """A probe that gives the reasons one after the other, the last for ever; each look takes `takes` seconds."""

    def __init__(self, time: Time, *reasons: str, takes: float = 0.0) -> None:
        self.time = time
        self.reasons = list(reasons)
        self.takes = takes
        self.asked: list[float] = []

    def __call__(self, seconds: float) -> VerificationResult:
        """Check once; a reason that begins with a question mark is no result yet."""
        self.asked.append(seconds)
        self.time.seconds += self.takes
        reason = self.reasons.pop(0) if len(self.reasons) > 1 else self.reasons[0]
        return VerificationResult(reason.removeprefix("?"), inconclusive=reason.startswith("?"))


def look(time: Time, *probes: Checks, successes: int = 1, timeout: float = 10.0) -> VerificationResult:
    """Verify every 2 s."""
    return verify(
        probes,
        timeout=timeout,
        interval=2.0,
        successes=successes,
        clock=lambda: time.seconds,
        sleep=time.wait,
        notify=time.notify,
    )


@pytest.mark.parametrize(
    ("reasons", "successes", "timeout", "result", "waits"),
    [
        ([""], 1, 10, VerificationResult(), 0),
        (["ill", "still ill", ""], 1, 10, VerificationResult(), 2),
        (["ill", "worse"], 1, 10, VerificationResult("worse"), 4),  # no wait begins that the time does not last for
        # A failure begins the row anew.
        (["", ""], 2, 100, VerificationResult(), 1),
        (["", "ill", "", ""], 2, 100, VerificationResult(), 3),
        (["", "", "ill", "", "", ""], 3, 100, VerificationResult(), 5),
        ([""], 9, 10, VerificationResult("5 of 9 checks in a row succeeded"), 4),
        # Nothing unhealthy was seen, so the deployment is not called a failure; what was never tried proves nothing.
        (["?waiting"], 1, 10, VerificationResult("waiting", inconclusive=True), 4),
        ([""], 1, 0, VerificationResult("there was no time to check", inconclusive=True), 0),
    ],
)
def test_verify__until_healthy_so_many_times_in_a_row_or_time_is_over(
    reasons: list[str], successes: int, timeout: float, result: VerificationResult, waits: int
) -> None:
    """Every wait takes two seconds, and is told with what it waits for; the last reason counts."""
    time = Time()
    assert look(time, Checks(time, *reasons), successes=successes, timeout=timeout) == result
    assert [each for each in time.waits if each] == [2.0] * waits
    assert time.told == [
        (2.0 * number, reason.removeprefix("?")) for number, reason in enumerate(_told(reasons, waits))
    ]


def _told(reasons: list[str], waits: int) -> list[str]:
    return [*reasons, *[reasons[-1]] * waits][:waits]


def test_verify__several_checks__the_first_that_is_unhealthy_decides() -> None:
    """Those after it are not asked; one without a result yet is, because what was tried is never inconclusive."""
    time = Time()
    third = Checks(time, "")
    assert look(time, Checks(time, ""), Checks(time, "ill"), third, timeout=1) == VerificationResult("ill")
    assert look(time, Checks(time, "?waiting"), Checks(time, "ill"), third, timeout=1) == VerificationResult("ill")
    assert third.asked == []


@pytest.mark.parametrize("timeout", [100.0, 1.0])
def test_verify__signal__stops_whatever_time_is_left(timeout: float) -> None:
    """A look that a signal ended is no verdict on the deployment."""
    time = Time(signal_at=0.0)
    verdict = look(time, Checks(time, "it was stopped"), timeout=timeout)
    assert (verdict.stopped, len(time.waits)) == (True, 1)


@pytest.mark.parametrize(("takes", "successes", "asked"), [(30.0, 1, [10]), (9.0, 2, [10])])
def test_verify__a_check_takes_nearly_all_the_time__counts_once(
    takes: float, successes: int, asked: list[float]
) -> None:
    """The clock goes on while somebody looks, and no other check begins."""
    time = Time()
    check = Checks(time, "", takes=takes)
    assert bool(look(time, check, successes=successes).reason) is (successes == 2)
    assert check.asked == asked


class Monitors:
    """What Alert24 answers; `error` is raised once it is set."""

    def __init__(self, *checks: Monitor) -> None:
        self.checks = list(checks)
        self.error: CannotReachAlert24 | None = None
        self.seconds: list[float] = []

    def read(self, seconds: float) -> Sequence[Monitor]:
        """All monitors of the organisation."""
        self.seconds.append(seconds)
        if self.error:
            raise self.error
        return self.checks

    def linked(self, *service_ids: str) -> LinkedMonitors:
        """The check of some services."""
        linked = LinkedMonitors(self.read)
        linked.service_ids = service_ids
        return linked


def check(service_id: str, last_run: str | None = "1", *, up: bool = True, **fields: Any) -> Monitor:
    """A monitor named after its service."""
    return Monitor(f"m-{service_id}", f"ping {service_id}", service_id, up, last_run, **fields)


def pending(reason: str) -> VerificationResult:
    """No result yet."""
    return VerificationResult(reason, inconclusive=True)


def test_linked_monitors__must_run_once_more() -> None:
    """Up is not enough if it was seen before the end."""
    monitors = Monitors(check("a"), check("b", None))
    linked = monitors.linked("a", "b")
    assert linked(5) == pending("2 monitors did not run since")
    monitors.checks = [check("a", "2"), check("b", None)]
    assert linked(5) == pending("1 monitor did not run since")
    monitors.checks = [check("a", "2"), check("b", "2")]
    assert linked(5) == VerificationResult()


def test_linked_monitors__down_since__unhealthy() -> None:
    """A monitor that has run since and is not up proves the service unhealthy, whatever the others do."""
    monitors = Monitors(check("a"), check("b"))
    linked = monitors.linked("a", "b")
    linked(5)
    monitors.checks = [check("a", "2", up=False), check("b")]
    assert linked(5) == VerificationResult("not up: 'ping a'")


def test_linked_monitors__down_from_before__no_result_yet() -> None:
    """What a monitor saw before the deployment's end says nothing about it."""
    assert Monitors(check("a", up=False)).linked("a")(5) == pending("1 monitor did not run since")


def test_linked_monitors__of_other_services_or_disabled__do_not_matter() -> None:
    """Only those linked to what is deployed; a disabled one never runs. No news is neither good nor bad."""
    others = [check("other", up=False), Monitor("off", "off", "a", up=False, last_run=None, active=False)]
    assert Monitors(*others).linked("a")(5) == pending("no active monitor of the services was found")
    monitors = Monitors(check("a"), *others)
    linked = monitors.linked("a")
    linked(5)
    monitors.checks[0] = check("a", "2")
    assert linked(5) == VerificationResult()


def test_linked_monitors__cannot_be_read__a_reason_and_not_an_error() -> None:
    """The next reading may succeed; the first that does is the one that remembers."""
    monitors = Monitors(check("a"))
    monitors.error = CannotReachAlert24("gone")
    linked = monitors.linked("a")
    assert linked(5) == pending("the monitors could not be read: gone")
    monitors.error = None
    assert linked(5) == pending("1 monitor did not run since")


def test_linked_monitors__reading__takes_no_longer_than_is_left() -> None:
    """And never longer than ten seconds."""
    monitors = Monitors(check("a"))
    linked = monitors.linked("a")
    linked(3)
    linked(300)
    assert monitors.seconds == [3, 10]


def test_seconds_needed__service_without_an_active_monitor__wrong_setting() -> None:
    """Every such service is named."""
    monitors = Monitors(check("a"), check("c", active=False))
    with pytest.raises(WrongSetting, match=r"linked to 'B' and 'C'"):
        monitors.linked().seconds_needed({"a": "A", "b": "B", "c": "C"})


def test_seconds_needed__the_slowest_decides() -> None:
    """A monitor of ten minutes that takes half a minute needs that long, not counting the time to show it."""
    monitors = Monitors(check("a", interval=60.0), check("b"), check("other", interval=3600.0))
    assert monitors.linked().seconds_needed({"a": "A", "b": "B"}) == 630.0
