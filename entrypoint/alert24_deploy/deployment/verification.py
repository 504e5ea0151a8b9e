"""After a deployment, before it is called a success: is what was deployed well?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ..errors import Alert24DeployError, WrongSetting
from ..text import join_words, pluralize, quote
from .ports import Monitor

_MOST_SECONDS = 10.0  # for one reading of the monitors

# Asks once, within so many seconds, and returns why it is not well, a clause; empty where it is.
HealthCheck = Callable[[float], str]


class Verification(NamedTuple):
    """What is asked, and how long: `timeout` and `interval` in seconds, `successes` in a row are enough."""

    probes: Sequence[HealthCheck]
    timeout: float
    interval: float
    successes: int = 1


class Around(NamedTuple):
    """What passes meanwhile: `clock` in seconds, `wait` sleeps and returns True where a signal arrives."""

    clock: Callable[[], float]
    wait: Callable[[float], bool]
    tell: Callable[[float, str], None]


class VerificationResult(NamedTuple):
    """`reason` says why it is not well, empty where it is; `stopped` that a signal came first."""

    reason: str = ""
    stopped: bool = False


def verify(verification: Verification, around: Around) -> VerificationResult:
    """Ask until everything is well so many times in a row, or the time is over.

    `around.tell` is called before every wait, with the seconds that have passed and the reason for waiting.
    """
    began = around.clock()
    row, last = 0, ""
    while True:
        left = verification.timeout - (around.clock() - began)
        last = _ask(verification.probes, left) if left > 0 else last or "there was no time to ask"
        row = 0 if last else row + 1
        if row >= verification.successes:
            return VerificationResult()
        over = left <= verification.interval
        if not over:
            around.tell(around.clock() - began, last)
        if around.wait(0.0 if over else verification.interval):
            return VerificationResult("it was stopped by a signal", stopped=True)
        if over:
            return VerificationResult(last or f"it was well {row} of {verification.successes} times in a row")


def _ask(probes: Sequence[HealthCheck], seconds: float) -> str:
    return next((reason for reason in (probe(seconds) for probe in probes) if reason), "")


class LinkedMonitors:
    """Alert24's own monitors as a probe: each must have run after the deployment's end, and be up.

    Whether one has run is told by a change of its own time, so that no clock but Alert24's counts.
    """

    def __init__(self, read: Callable[[float], Sequence[Monitor]], service_ids: Callable[[], Sequence[str]]) -> None:
        """Keep how monitors are read within so many seconds, and whose services they are, once start knows them."""
        self._read = read
        self._service_ids = service_ids
        self._before: Mapping[str, str | None] | None = None

    def require(self, services: Mapping[str, str]) -> None:
        """Raise WrongSetting where a service, by id and name, has no monitor: it could never be verified."""
        watched = {check.service_id for check in self._read(_MOST_SECONDS)}
        bare = [quote(name) for service_id, name in services.items() if service_id not in watched]
        if bare:
            raise WrongSetting(
                f"no monitor of Alert24 is linked to {join_words(bare)}, so there is nothing to verify by",
                remedy="Link a monitor to each service under Monitoring, or verify by an address or a command.",
            )

    def __call__(self, seconds: float) -> str:
        """Ask once; the first time only remembers when each monitor ran last."""
        wanted = set(self._service_ids())
        try:
            checks = [check for check in self._read(min(seconds, _MOST_SECONDS)) if check.service_id in wanted]
        except Alert24DeployError as error:
            return f"the monitors could not be read: {error.why}"
        if self._before is None:
            self._before = {check.id: check.last_run for check in checks}
        waiting = [check for check in checks if check.last_run in (None, self._before.get(check.id))]
        failing = [quote(check.name) for check in checks if not check.up]
        if not checks:
            return "no monitor of the services was found"
        if failing:
            return f"not up: {join_words(failing)}"
        return f"{pluralize(len(waiting), 'monitor')} did not run since" if waiting else ""
