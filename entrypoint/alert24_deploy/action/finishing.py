"""Finish, as both stages do it: the outcome, verification, and the report."""

from __future__ import annotations

from dataclasses import replace

from ..assembly.compose import deployment_result, finish_request, status_page
from ..assembly.handing import rollback_request
from ..assembly.looking import Verifier
from ..assembly.processes import CommandRunner
from ..assembly.world import Context
from ..ci.context import pipeline_info
from ..deployment.finish import finish
from ..deployment.report import Report
from ..errors import NOT_VERIFIED
from ..policy import DeploymentResult, Outcome
from ..settings import Settings
from ..state import State
from .store import ActionStateStore


def finished(context: Context, settings: Settings, store: ActionStateStore, state: State | None, word: str) -> Report:
    """Finish the deployment that ended so, verified first where the inputs ask for it, and return the report.

    Args:
        context: the stage's surroundings.
        settings: the stage's.
        store: where the state is.
        state: what is in there.
        word: the outcome's word.
    """
    warnings: list[str] = []
    ended = deployment_result(word, settings.rollback_outcome, warnings)
    unverified = ""
    if ended.outcome is Outcome.SUCCESS and not (state and state.never_began):
        ended, unverified = _verified(context, settings, state)
    calm = context.without_signals() if context.cancellation.requested else context
    request = replace(
        finish_request(settings, ended), handover=rollback_request(settings, calm, pipeline_info(context.environ))
    )
    report = finish(status_page(settings, calm), store, request)
    report.warnings[:0] = warnings
    if unverified:
        report.notes.append(f"The deployment could not be verified: {unverified}.")
        report.verdict = NOT_VERIFIED
    return report


def _verified(context: Context, settings: Settings, state: State | None) -> tuple[DeploymentResult, str]:
    """Return the ending that verification leaves of a success, and why it was not well."""
    verifier = Verifier(settings, context, CommandRunner(settings, context), dict)
    verifier.set_services([service.id for service in state.services] if state else [])
    verdict = verifier.run()
    if verdict.stopped:
        return DeploymentResult(Outcome.CANCELLED), ""
    return DeploymentResult(Outcome.FAILURE if verdict.reason else Outcome.SUCCESS), verdict.reason
