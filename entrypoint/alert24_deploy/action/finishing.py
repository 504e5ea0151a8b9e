"""Finish, as both stages do it: the outcome, verification, and the report."""

from __future__ import annotations

from dataclasses import replace

from ..assembly.compose import ending, finish_order, page_of
from ..assembly.handing import handover
from ..assembly.looking import Looks
from ..assembly.processes import Processes
from ..assembly.world import World
from ..ci.context import facts
from ..deployment.finish import finish
from ..deployment.report import Report
from ..errors import NOT_VERIFIED
from ..policy import Ending, Outcome
from ..settings import Settings
from ..state import State
from .store import ActionStore


def finished(world: World, settings: Settings, store: ActionStore, state: State | None, word: str) -> Report:
    """Finish the deployment that ended so, verified first where the inputs ask for it, and return the report.

    Args:
        world: the stage's surroundings.
        settings: the stage's.
        store: where the state is.
        state: what is in there.
        word: the outcome's word.
    """
    warnings: list[str] = []
    ended = ending(word, settings.rollback_outcome, warnings)
    unverified = ""
    if ended.outcome is Outcome.SUCCESS and not (state and state.never_began):
        ended, unverified = _verified(world, settings, state)
    calm = world.undisturbed() if world.stop.requested else world
    order = replace(finish_order(settings, ended), handover=handover(settings, calm, facts(world.environ)))
    report = finish(page_of(settings, calm), store, order)
    report.warnings[:0] = warnings
    if unverified:
        report.notes.append(f"The deployment could not be verified: {unverified}.")
        report.verdict = NOT_VERIFIED
    return report


def _verified(world: World, settings: Settings, state: State | None) -> tuple[Ending, str]:
    """Return the ending that verification leaves of a success, and why it was not well."""
    looks = Looks(settings, world, Processes(settings, world), dict)
    looks.watch([service.id for service in state.services] if state else [])
    verdict = looks.look()
    if verdict.stopped:
        return Ending(Outcome.CANCELLED), ""
    return Ending(Outcome.FAILURE if verdict.reason else Outcome.SUCCESS), verdict.reason
