"""After a deployment, before it counts as a success: is what was deployed healthy?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ..errors import Alert24DeployError, WrongSetting
from ..text import join_words, pluralize, quote
from .interfaces import Monitor

_READING_SECONDS = 10.0  # for one reading of the monitors

# Checks once, within so many seconds, and returns why the service is not healthy, a clause; empty if it is.
HealthCheck = Callable[[float], str]


class Verification(NamedTuple):
    """What is checked, and how long: `timeout` and `interval` in seconds, so many `successes` in a row are enough."""

    checks: Sequence[HealthCheck]
    timeout: float
    interval: float
    successes: int = 1


class VerificationResult(NamedTuple):
    """`reason` says why the deployment is not healthy, empty if it is; `stopped` that a signal came first."""

    reason: str = ""
    stopped: bool = False


def verify(
    verification: Verification,
    *,
    clock: Callable[[], float],
    sleep: Callable[[float], bool],
    notify: Callable[[float, str], None],
) -> VerificationResult:
    """Check until everything is healthy so many times in a row, or the time is over.

    Args:
        verification: what is checked.
        clock: returns seconds and never goes back.
        sleep: sleeps so many seconds; returns True if a signal arrives.
        notify: called before every wait with the seconds that have passed and the reason for waiting.
    """
    began = clock()
    row, last = 0, ""
    while True:
        left = verification.timeout - (clock() - began)
        last = _check(verification.checks, left) if left > 0 else last or "there was no time to check"
        row = 0 if last else row + 1
        if row >= verification.successes:
            return VerificationResult()
        over = left <= verification.interval
        if not over:
            notify(clock() - began, last)
        if sleep(0.0 if over else verification.interval):
            return VerificationResult("it was stopped by a signal", stopped=True)
        if over:
            return VerificationResult(last or f"{row} of {verification.successes} checks in a row succeeded")


def _check(checks: Sequence[HealthCheck], seconds: float) -> str:
    return next((reason for reason in (check(seconds) for check in checks) if reason), "")


class LinkedMonitors:
    """Alert24's own monitors as a health check: each must have run after the deployment's end, and be up.

    A change of its own time tells whether one has run, so that no clock but Alert24's counts.
    """

    def __init__(self, read: Callable[[float], Sequence[Monitor]], service_ids: Callable[[], Sequence[str]]) -> None:
        """Keep how to read.

        Args:
            read: reads the monitors within so many seconds.
            service_ids: returns the services whose monitors count, once start knows them.
        """
        self._read = read
        self._service_ids = service_ids
        self._before: Mapping[str, str | None] | None = None

    def require(self, services: Mapping[str, str]) -> None:
        """Check that every service, by id and name, has a monitor: one without could never be verified.

        Raises:
            WrongSetting: a service has none.
        """
        watched = {monitor.service_id for monitor in self._read(_READING_SECONDS)}
        bare = [quote(name) for service_id, name in services.items() if service_id not in watched]
        if bare:
            raise WrongSetting(
                f"no Alert24 monitor is linked to {join_words(bare)}, so there is nothing to verify by",
                remedy="Link a monitor to each service under Monitoring, or verify by a URL or a command.",
            )

    def __call__(self, seconds: float) -> str:
        """Check once; the first time only remembers when each monitor last ran."""
        wanted = set(self._service_ids())
        try:
            monitors = [each for each in self._read(min(seconds, _READING_SECONDS)) if each.service_id in wanted]
        except Alert24DeployError as error:
            return f"the monitors could not be read: {error.why}"
        if self._before is None:
            self._before = {monitor.id: monitor.last_run for monitor in monitors}
        waiting = [monitor for monitor in monitors if monitor.last_run in (None, self._before.get(monitor.id))]
        failing = [quote(monitor.name) for monitor in monitors if not monitor.up]
        if not monitors:
            return "no monitor of the services was found"
        if failing:
            return f"not up: {join_words(failing)}"
        return f"{pluralize(len(waiting), 'monitor')} did not run since" if waiting else ""
