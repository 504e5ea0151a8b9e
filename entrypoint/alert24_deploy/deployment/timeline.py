"""What happened when: the phases of a deployment, and how long each service was in maintenance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import NamedTuple

from ..policy import MAINTENANCE
from ..state import ServiceState, WriteStatus
from .report import Action, Report, ServiceResult


class Phase(NamedTuple):
    """A phase of a deployment. Times are seconds since the epoch, on this machine's clock."""

    name: str
    began: float
    ended: float
    failed: bool = False


class Maintenance(NamedTuple):
    """A service's maintenance; it began when the deployment did."""

    service: str
    seconds: float
    note: str = ""  # what else to know, a clause
    goes_on: bool = False


class Timeline(NamedTuple):
    """What happened when."""

    phases: Sequence[Phase]
    maintenance: Sequence[Maintenance]

    @property
    def began(self) -> float:
        """When the deployment began."""
        return self.phases[0].began

    @property
    def visible(self) -> str:
        """Return a sentence on how long visitors saw maintenance, empty if they saw none."""
        if not self.maintenance:
            return ""
        longest = duration(max(each.seconds for each in self.maintenance))
        goes_on = any(each.goes_on for each in self.maintenance)
        return f"Visitors {'have seen' if goes_on else 'saw'} maintenance for {longest}{' so far' if goes_on else ''}."


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
    whole = phases[-1].ended - phases[0].began
    shown = [(each, results[each.id]) for each in state.services if each.id in results and each.written is not _NOT]
    return Timeline(phases, [_maintenance(service, result, whole) for service, result in shown])


_NOT = WriteStatus.NO


def _maintenance(service: ServiceState, result: ServiceResult, whole: float) -> Maintenance:
    """Return how long visitors saw it: by Alert24's clock if that is known, else as long as the deployment took."""
    goes_on = result.after in (None, MAINTENANCE)
    began, ended = moment(service.wrote_at), moment(service.after_at)
    seconds = min(ended - began, whole) if began and ended and ended >= began and not goes_on else whole
    note = "still in maintenance" if result.after == MAINTENANCE else "perhaps still in maintenance" if goes_on else ""
    if not goes_on and result.action is Action.KEPT:
        note = "at most: someone else ended it"
    return Maintenance(result.name, seconds, note, goes_on)


def moment(value: str | None) -> float | None:
    """Return a time in ISO 8601 as seconds since the epoch; None if it is none."""
    try:
        read = datetime.fromisoformat((value or "").replace("Z", "+00:00"))
        return (read if read.tzinfo else read.replace(tzinfo=timezone.utc)).timestamp()
    except (ValueError, OverflowError):
        return None


def duration(seconds: float) -> str:
    """Return a duration in words, such as `1 h 1 min 5 s`."""
    minutes, rest = divmod(max(round(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    words = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{number} {unit}" for number, unit in words if number) or "0 s"
