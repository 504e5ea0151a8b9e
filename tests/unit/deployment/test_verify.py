from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from alert24_deploy.deployment.interfaces import Monitor
from alert24_deploy.deployment.verify import CheckResult, LinkedMonitors, VerificationResult, verify
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

    def __call__(self, seconds: float) -> CheckResult:
        """Check once; a reason that begins with a question mark is no result yet."""
        self.asked.append(seconds)
        self.time.seconds += self.takes
        reason = self.reasons.pop(0) if len(self.reasons) > 1 else self.reasons[0]
        return CheckResult(reason.removeprefix("?"), pending=reason.startswith("?"))


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


def test_verify__well_at_once__no_wait() -> None:
    """And nothing is told."""
    time = Time()
    assert (look(time, Checks(time, "")), time.waits, time.told) == (VerificationResult(), [], [])


def test_verify__well_in_the_end__waits_between() -> None:
    """Each wait is told with what it waits for."""
    time = Time()
    assert look(time, Checks(time, "ill", "still ill", "")) == VerificationResult()
    assert (time.waits, time.told) == ([2.0, 2.0], [(0.0, "ill"), (2.0, "still ill")])


def test_verify__never_well__the_last_reason_when_time_is_over() -> None:
    """No wait begins that the time does not last for."""
    time = Time()
    probe = Checks(time, "ill", "worse")
    assert look(time, probe) == VerificationResult("worse")
    assert (time.seconds, [round(left) for left in probe.asked]) == (8.0, [10, 8, 6, 4, 2])


@pytest.mark.parametrize(
    ("reasons", "successes", "asked"),
    [(["", ""], 2, 2), (["", "ill", "", ""], 2, 4), (["", "", "ill", "", "", ""], 3, 6)],
)
def test_verify__successes__must_be_in_a_row(reasons: list[str], successes: int, asked: int) -> None:
    """A failure begins the row anew."""
    time = Time()
    probe = Checks(time, *reasons)
    assert look(time, probe, successes=successes, timeout=100) == VerificationResult()
    assert len(probe.asked) == asked


def test_verify__time_is_over_in_a_row__says_how_far_it_got() -> None:
    """It was well, only not often enough."""
    time = Time()
    assert look(time, Checks(time, ""), successes=9).reason == "5 of 9 checks in a row succeeded"


def test_verify__several_probes__the_first_that_is_not_well_tells() -> None:
    """Those after it are not asked."""
    time = Time()
    third = Checks(time, "")
    assert look(time, Checks(time, ""), Checks(time, "ill"), third, timeout=1) == VerificationResult("ill")
    assert third.asked == []


@pytest.mark.parametrize("timeout", [100.0, 1.0])
def test_verify__signal__stops_whatever_time_is_left(timeout: float) -> None:
    """A look that a signal ended is no verdict on the deployment."""
    time = Time(signal_at=0.0)
    verdict = look(time, Checks(time, "it was stopped"), timeout=timeout)
    assert (verdict.stopped, len(time.waits)) == (True, 1)


def test_verify__a_look_takes_all_the_time__no_other_begins() -> None:
    """The clock goes on while somebody looks."""
    time = Time()
    probe = Checks(time, "ill", takes=30.0)
    assert (look(time, probe), len(probe.asked)) == (VerificationResult("ill"), 1)


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


def pending(reason: str) -> CheckResult:
    """No result yet."""
    return CheckResult(reason, pending=True)


def test_verify__no_result_in_time__inconclusive() -> None:
    """Nothing unhealthy was seen, so the deployment is not called a failure."""
    time = Time()
    assert look(time, Checks(time, "?waiting")) == VerificationResult("waiting", inconclusive=True)


def test_verify__no_result_beside_an_unhealthy_url__a_failure() -> None:
    """An address that was tried is never inconclusive, in whichever order the checks run."""
    time = Time()
    assert look(time, Checks(time, "?waiting"), Checks(time, "it answered 500")) == VerificationResult(
        "it answered 500"
    )


def test_verify__no_time_at_all__inconclusive() -> None:
    """What was never tried proves nothing."""
    time = Time()
    assert look(time, Checks(time, ""), timeout=0.0).inconclusive


def test_linked_monitors__must_run_once_more() -> None:
    """Up is not enough if it was seen before the end."""
    monitors = Monitors(check("a"), check("b", None))
    linked = monitors.linked("a", "b")
    assert linked(5) == pending("2 monitors did not run since")
    monitors.checks = [check("a", "2"), check("b", None)]
    assert linked(5) == pending("1 monitor did not run since")
    monitors.checks = [check("a", "2"), check("b", "2")]
    assert linked(5) == CheckResult()


def test_linked_monitors__down_since__unhealthy() -> None:
    """A monitor that has run since and is not up proves the service unhealthy, whatever the others do."""
    monitors = Monitors(check("a"), check("b"))
    linked = monitors.linked("a", "b")
    linked(5)
    monitors.checks = [check("a", "2", up=False), check("b")]
    assert linked(5) == CheckResult("not up: 'ping a'")


def test_linked_monitors__down_from_before__no_result_yet() -> None:
    """What a monitor saw before the deployment's end says nothing about it."""
    assert Monitors(check("a", up=False)).linked("a")(5) == pending("1 monitor did not run since")


def test_linked_monitors__of_other_services__do_not_matter() -> None:
    """Only those linked to what is deployed."""
    monitors = Monitors(check("a"), check("other", up=False))
    linked = monitors.linked("a")
    linked(5)
    monitors.checks[0] = check("a", "2")
    assert linked(5) == CheckResult()


def test_linked_monitors__disabled__does_not_matter() -> None:
    """A disabled monitor never runs, so nobody waits for it."""
    monitors = Monitors(check("a"), Monitor("off", "off", "a", up=False, last_run=None, active=False))
    linked = monitors.linked("a")
    linked(5)
    monitors.checks[0] = check("a", "2")
    assert linked(5) == CheckResult()


def test_linked_monitors__none_left__no_result() -> None:
    """No news is no good news, and no bad news either."""
    assert Monitors(check("other")).linked("a")(5) == pending("no active monitor of the services was found")


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


def test_verify__no_time_for_another_check__the_last_one_counts_once() -> None:
    """A check that took nearly all of the time is no second success in a row."""
    time = Time()
    result = look(time, Checks(time, "", takes=9.0), successes=2)
    assert result == VerificationResult("1 of 2 checks in a row succeeded")
