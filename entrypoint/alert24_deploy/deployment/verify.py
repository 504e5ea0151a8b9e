"""After a deployment, before it counts as a success: is what was deployed healthy?"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from typing import NamedTuple

from ..errors import Alert24DeployError, WrongSetting
from ..text import join_words, pluralize, quote
from .interfaces import Monitor

DEFAULT_TIMEOUT = 120.0  # seconds
_READING_SECONDS = 10.0  # for one reading of the monitors
MARGIN_SECONDS = 15.0  # between a monitor's run and what the API shows of it


class VerificationResult(NamedTuple):
    """How a single check, or the whole verification, ended."""

    reason: str = ""  # why it is not healthy, a clause; empty if it is
    inconclusive: bool = False  # whether there was no result yet: nothing unhealthy was seen
    stopped: bool = False  # whether a signal came first


# Checks once, within so many seconds.
HealthCheck = Callable[[float], VerificationResult]


def verify(
    checks: Sequence[HealthCheck],
    *,
    timeout: float,
    interval: float,
    successes: int,
    clock: Callable[[], float],
    sleep: Callable[[float], bool],
    notify: Callable[[float, str], None],
) -> VerificationResult:
    """Check until everything is healthy so many times in a row, or the time is over.

    Args:
        checks: what is checked.
        timeout: how many seconds it may take.
        interval: seconds between two rounds of checks.
        successes: so many rounds in a row are enough.
        clock: returns seconds and never goes back.
        sleep: sleeps so many seconds; returns True if a signal arrives.
        notify: called before every wait with the seconds that have passed and the reason for waiting.
    """
    began = clock()
    row, last = 0, VerificationResult("there was no time to check", inconclusive=True)
    while True:
        left = timeout - (clock() - began)
        if left > 0:
            last = _check(checks, left)
            row = 0 if last.reason else row + 1  # a check counts once, also where there is no time for another
        if row >= successes:
            return VerificationResult()
        over = left <= interval
        if not over:
            notify(clock() - began, last.reason)
        if sleep(0.0 if over else interval):
            return VerificationResult("it was stopped by a signal", stopped=True)
        if over:
            return last if last.reason else VerificationResult(f"{row} of {successes} checks in a row succeeded")


def _check(checks: Sequence[HealthCheck], seconds: float) -> VerificationResult:
    """Run the checks up to the first that fails; one without a result yet counts after those that have one."""
    pending = VerificationResult()
    for check in checks:
        result = check(seconds)
        if result.reason and not result.inconclusive:
            return result
        pending = pending if pending.reason else result
    return pending


class LinkedMonitors:
    """Alert24's own monitors as a health check: each must have run after the deployment's end, and be up.

    A change of its own time tells whether one has run, so that no clock but Alert24's counts. Disabled monitors never
    run, so they don't count.
    """

    def __init__(self, read: Callable[[float], Sequence[Monitor]]) -> None:
        """Keep how to read the monitors within so many seconds."""
        self._read = read
        self._before: Mapping[str, str | None] | None = None
        self.service_ids: Sequence[str] = ()

    def seconds_needed(self, services: Mapping[str, str]) -> float:
        """Return how long it can take until every monitor of the services, given by id and name, has run.

        A margin for what the API may take to show it is not included: see `MARGIN_SECONDS`.

        Raises:
            WrongSetting: a service has no active monitor: it could never be verified.
            Alert24DeployError: the monitors can't be read.
        """
        active = self._active()
        watched = {monitor.service_id for monitor in active}
        bare = [quote(name) for service_id, name in services.items() if service_id not in watched]
        if bare:
            raise WrongSetting(
                f"no active Alert24 monitor is linked to {join_words(bare)}, so there is nothing to verify by",
                remedy="Link a monitor to each service under Monitoring, or verify by a URL or a command.",
            )
        return _longest_run(active, services)

    def begin(self) -> float:
        """Remember when each monitor last ran, and return how long it can take until all have run again.

        Raises:
            Alert24DeployError: the monitors can't be read.
        """
        monitors = self._active()
        self._before = {monitor.id: monitor.last_run for monitor in monitors}
        return _longest_run(monitors, self.service_ids)

    def __call__(self, seconds: float) -> VerificationResult:
        """Check once; if `begin` could not, the first time only remembers when each monitor last ran."""
        try:
            monitors = [each for each in self._active(seconds) if each.service_id in self.service_ids]
        except Alert24DeployError as error:
            return VerificationResult(f"the monitors could not be read: {error.why}", inconclusive=True)
        if self._before is None:
            self._before = {monitor.id: monitor.last_run for monitor in monitors}
        waiting = [each for each in monitors if each.last_run in (None, self._before.get(each.id))]
        failing = [quote(each.name) for each in monitors if not each.up and each not in waiting]
        if not monitors:
            return VerificationResult("no active monitor of the services was found", inconclusive=True)
        if failing:
            return VerificationResult(f"not up: {join_words(failing)}")
        if waiting:
            return VerificationResult(f"{pluralize(len(waiting), 'monitor')} did not run since", inconclusive=True)
        return VerificationResult()

    def _active(self, seconds: float = _READING_SECONDS) -> list[Monitor]:
        return [each for each in self._read(min(seconds, _READING_SECONDS)) if each.active]


def _longest_run(monitors: Sequence[Monitor], service_ids: Container[str]) -> float:
    return max((each.interval + each.timeout for each in monitors if each.service_id in service_ids), default=0.0)
