"""What happened when: the phases of a deployment, and how long each service was in maintenance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from ..policy import MAINTENANCE
from ..state import ServiceState, WriteStatus
from .changes import read_time
from .report import Action, Report, ServiceResult


class Phase(NamedTuple):
    """A phase of a deployment. Times are seconds since the epoch, on this machine's clock."""

    name: str
    began: float
    ended: float
    failed: bool = False


class Maintenance(NamedTuple):
    """A service's maintenance, as visitors saw it."""

    service: str
    began: float
    seconds: float
    note: str = ""  # what else to know, a clause
    goes_on: bool = False

    def describe(self) -> str:
        """Return how long it lasted: `12 s so far (still in maintenance)`."""
        note = f" ({self.note})" if self.note else ""
        return f"{duration(self.seconds)}{' so far' if self.goes_on else ''}{note}"


class Timeline(NamedTuple):
    """What happened when."""

    phases: Sequence[Phase]
    maintenance: Sequence[Maintenance]

    @property
    def began(self) -> float:
        """When the deployment began."""
        return self.phases[0].began

    @property
    def seconds(self) -> float:
        """How long visitors saw maintenance of any service."""
        began = min((each.began for each in self.maintenance), default=0.0)
        return max((each.began + each.seconds for each in self.maintenance), default=0.0) - began

    @property
    def goes_on(self) -> bool:
        """Whether visitors may still see maintenance."""
        return any(each.goes_on for each in self.maintenance)

    @property
    def visible(self) -> str:
        """Return a sentence on how long visitors saw maintenance, empty if they saw none."""
        if not self.maintenance:
            return ""
        saw, so_far = ("have seen", " so far") if self.goes_on else ("saw", "")
        lasted = duration(self.seconds) if self.seconds >= 1 else "less than 1 s"
        return f"Visitors {saw} maintenance for {lasted}{so_far}."

    def document(self) -> dict[str, object]:
        """Return the timeline as `--json` shows it."""
        return {
            "phases": [
                {
                    "name": each.name,
                    "began": utc(each.began).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "seconds": round(each.ended - each.began, 3),
                    "failed": each.failed,
                }
                for each in self.phases
            ],
            "maintenance": [
                {"service": each.service, "seconds": round(each.seconds, 3), "goes_on": each.goes_on, "note": each.note}
                for each in self.maintenance
            ],
            "maintenance_seconds": round(self.seconds, 3),
        }


def timeline(report: Report) -> Timeline | None:
    """Return the timeline of a deployment that a report ends; None if it never began, or only as a dry run."""
    state = report.state
    began, ended = (moment(state.started_at), moment(state.finished_at)) if state else (None, None)
    if not state or not state.deployment or state.never_began or report.dry_run or not report.services:
        return None
    if began is None or ended is None or ended < began:
        return None
    phases = list(report.phases) or [Phase("finish", ended, ended)]
    if phases[0].began > began and phases[0].name != "start":  # what came before was not measured here
        phases.insert(0, Phase("deployment", began, phases[0].began))
    results = {each.id: each for each in report.services}
    shown = [(each, results[each.id]) for each in state.services if each.id in results and each.written is not _NOT]
    first = min((wrote for each, _ in shown if (wrote := moment(each.wrote_at))), default=0.0)
    finished = max((each.ended for each in phases if each.name == "finish"), default=ended)
    maintenance = [_maintenance(service, result, phases[0].began, finished, first) for service, result in shown]
    return Timeline(phases, maintenance)


_NOT = WriteStatus.NO


def _maintenance(
    service: ServiceState, result: ServiceResult, start: float, finished: float, first: float
) -> Maintenance:
    """Return how long visitors saw it: by Alert24's clock if that is known, else as long as the deployment took.

    Args:
        service: the service in the state.
        result: what finish did to it.
        start: when the deployment began, by this machine's clock.
        finished: when it finished, by this machine's clock.
        first: when the first of its services was written, by Alert24's clock.
    """
    goes_on = result.after in (None, MAINTENANCE)
    wrote, ended = moment(service.wrote_at), moment(service.after_at)
    later = wrote - first if wrote else 0.0
    began = start + (later if later <= finished - start else 0.0)
    seconds = finished - began
    if wrote and ended and ended >= wrote and not goes_on:
        seconds = min(ended - wrote, seconds)
    note = "still in maintenance" if result.after == MAINTENANCE else "perhaps still in maintenance" if goes_on else ""
    if not goes_on and result.action is Action.KEPT:
        note = "at most: someone else ended it"
    return Maintenance(result.name, began, seconds, note, goes_on)


def moment(value: str | None) -> float | None:
    """Return a time in ISO 8601 as seconds since the epoch; None if it is none."""
    read = read_time(value)
    return read.timestamp() if read else None


def utc(seconds: float) -> datetime:
    """Return seconds since the epoch as a time in UTC."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def duration(seconds: float) -> str:
    """Return a duration in words, such as `1 h 1 min 5 s`."""
    minutes, rest = divmod(max(round(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    words = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{number} {unit}" for number, unit in words if number) or "0 s"
