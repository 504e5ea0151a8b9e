"""Services that are in maintenance when `reconcile` looks, and whose maintenance that is."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from ..policy import MAINTENANCE
from ..state import ServiceState, Stage, State
from . import lookup
from .changes import read_time
from .ci_run import Run
from .finish import FinishRequest
from .interfaces import Service, StatusPage

# Clocks of a CI and of Alert24 that agree may still differ by so much; `Date` and GitHub's times count whole seconds.
_TOLERANCE = timedelta(seconds=2)


class Stuck(NamedTuple):
    """A service in maintenance, and what its deployment's state says about it, None without a state."""

    service: Service
    kept: ServiceState | None


def in_maintenance(page: StatusPage, state: State | None, request: FinishRequest) -> list[Stuck]:
    """Return the services in maintenance: those that are named, or those that a deployment's state may have left."""
    if state is None:
        found = lookup.resolve(page, request.references)
        return [Stuck(each, None) for each in found if each.status == MAINTENANCE]
    recorded = request.records_changes
    kept = {each.id: each for each in (*state.still_inherited, *own_services(state, recorded=recorded)) if each.pending}
    if not kept:
        return []
    shown = page.read(list(kept), among=state.total)
    return [Stuck(each, kept[each.id]) for each in shown if each.status == MAINTENANCE]


def own_services(state: State, *, recorded: bool) -> list[ServiceState]:
    """Return the services whose maintenance is the deployment's to end; one that never began took none over.

    But others may have left their maintenance to one that is recorded.
    """
    if state.stage is Stage.FINISHED:
        return []
    return [each for each in state.services if recorded or not (state.never_began and each.before == MAINTENANCE)]


def whose(stuck: Stuck, run: Run, skew: timedelta) -> str | None:
    """Return why maintenance is not the deployment's, a clause; empty if it is, None if that can't be found out.

    Without the `updated_at` of start's own write, it is if it began while the run went on. Alert24's clock is ahead of
    the CI's by `skew`.
    """
    if stuck.kept and stuck.kept.wrote_at is not None:
        own = stuck.service.updated_at == stuck.kept.wrote_at
        return "" if own else "somebody else, such as a newer deployment, has set maintenance since"
    at = read_time(stuck.service.updated_at)
    if at is None or run.started_at is None:
        return None
    at -= skew
    ended = (run.job.ended_at if run.job else None) or run.ended_at
    if at < run.started_at - _TOLERANCE:
        return "it was in maintenance before the deployment's run started"
    if ended and at > ended + _TOLERANCE:
        return "its maintenance began after the deployment had ended, so it belongs to a newer run or to somebody else"
    return ""
