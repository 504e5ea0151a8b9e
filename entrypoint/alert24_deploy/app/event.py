"""Builds what `phase: event` does: what the status of a deployment on GitHub asks for, and what is there to do it."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from ..ci.runs.deployments import (
    OUTCOMES,
    STARTED,
    SUPERSEDED,
    WAITING,
    GitHubDeployment,
    GitHubDeployments,
    read_event,
)
from ..deployment.event import EventDeployment, EventRequest, find_deployment
from ..deployment.report import Report, forgiven, is_fatal
from ..deployment.start import StartRequest
from ..errors import NOTHING_CHANGED, CannotReachAlert24, WrongSetting
from ..net.deadline import Deadline
from ..settings import Settings
from ..state import State
from ..text import quote
from .build import Context, now, recording, references, start_request, status_page

# Of the time: for GitHub, for reading the page, and what is left for the start or the finish.
_ASKING_SHARE, _FINDING_SHARE, WRITING_SHARE = 0.25, 0.25, 0.5
_NOTHING = "Nothing was changed"


class Plan(NamedTuple):
    """What is to be done: start, or finish with a state and an outcome, or else nothing; and what else is known."""

    report: Report
    start: StartRequest | None = None
    state: State | None = None
    outcome: str = ""

    def complete(self, report: Report) -> Report:
        """Add to what was done what is known beside it, and return that."""
        report.notes[:0], report.notices[:0] = self.report.notes, self.report.notices
        report.warnings[:0] = self.report.warnings
        report.services = [*report.services, *self.report.services]
        return report


def plan_event(settings: Settings, context: Context) -> Plan:
    """Return what the latest status of the deployment asks for, by GitHub if there is a token, else by the event.

    Raises:
        WrongSetting: this run was not started by such an event, or a setting needs a state; nothing was changed.
        Alert24DeployError: the services could not be read; nothing was changed.
    """
    _refuse(settings)
    event, report = read_event(context.environ), Report("event", dry_run=settings.dry_run)
    if event.environment.casefold() != settings.environment.strip().casefold():
        report.notes.append(
            f"{_NOTHING}: this deployment is to the environment {quote(event.environment)}, and "
            f"{settings.display_name('environment')} is {quote(settings.environment)}."
        )
        return Plan(report)
    deployment = _latest(event, settings, context, report)
    state = deployment.state
    if state in OUTCOMES:
        return _finish(deployment, settings, context, report)
    if state == STARTED or (state in WAITING and settings.start_on_pending):
        return _start(deployment, settings, context, report)
    shown = f"the status of deployment {deployment.number} is {quote(state)}"
    if state in WAITING:
        report.notes.append(f"{_NOTHING}: {shown}, so it has not started.")
    elif state == SUPERSEDED:
        report.notes.append(f"{_NOTHING}: {shown}, so a newer deployment has replaced it and sets the final status.")
    else:
        report.warnings.append(f"{_NOTHING}: {shown}, which is not a status that GitHub documents.")
    return Plan(report)


def _refuse(settings: Settings) -> None:
    name = settings.display_name
    for given, setting in ((settings.webhook_urls, "webhook-urls"), (settings.description, "description")):
        if given:
            raise WrongSetting(
                f"{name(setting)} can't be used with `phase: event`",
                detail="The run that finishes the deployment has only what Alert24 shows to go by.",
                remedy=f"Leave {name(setting)} out.",
            ).with_context(left=NOTHING_CHANGED)


def _latest(event: GitHubDeployment, settings: Settings, context: Context, report: Report) -> GitHubDeployment:
    deadline = Deadline(settings.timeout * _ASKING_SHARE, context.cancellation)
    latest, reason = GitHubDeployments(context.environ, settings.github_token, deadline).latest(event)
    if reason:
        messages = report.warnings if settings.github_token else report.notices
        messages.append(
            f"The deployment's latest status is not known, because {reason}. This event's own status counts: if the "
            "runs for a deployment's statuses overtake each other, the page may show the wrong one."
        )
    elif latest.state != event.state:
        report.notes.append(f"The event says {quote(event.state)}, but the latest status is {quote(latest.state)}.")
    return latest


def _find(deployment: GitHubDeployment, settings: Settings, context: Context, report: Report) -> EventDeployment:
    request = EventRequest(
        deployment=deployment.id,
        references=references(settings),
        recording=recording(settings, context),
        began_at=deployment.began_at,
        ended_at=deployment.ended_at,
        patience=settings.timeout,
    )
    found = find_deployment(status_page(settings, context, seconds=settings.timeout * _FINDING_SHARE), request)
    report.warnings += found.warnings
    return found


def _start(deployment: GitHubDeployment, settings: Settings, context: Context, report: Report) -> Plan:
    try:
        found = _find(deployment, settings, context, report)
    except CannotReachAlert24 as error:
        if is_fatal(error, finishing=False, rule=settings.fail_on_unreachable):
            raise
        return Plan(replace(report, error=error))
    if found.has_ended:
        report.notes.append(f"{_NOTHING}: the end of deployment {deployment.number} is recorded already.")
        return Plan(report)
    if found.has_started:
        report.notes.append(f"{_NOTHING}: the services are in maintenance for this deployment already.")
        return Plan(report)
    request = replace(start_request(settings, context), deployment=deployment.id)
    if request.recording:  # a later attempt of the same deployment replaces an earlier one, as with a run of the CI
        run = deployment._replace(attempt=1).id
        changes = request.recording.changes and not found.is_recorded
        again = request.recording._replace(run=run, attempt=deployment.attempt, changes=changes)
        request = replace(request, recording=again)
    return Plan(report, start=request)


def _finish(deployment: GitHubDeployment, settings: Settings, context: Context, report: Report) -> Plan:
    try:
        found = _find(deployment, settings, context, report)
    except CannotReachAlert24 as error:
        return Plan(forgiven("finish", error, settings.fail_on_unreachable, dry_run=settings.dry_run))
    report.services = found.left()
    if not found.needs_finish:
        report.notes.append(f"{_NOTHING}: no service is in maintenance because of deployment {deployment.number}.")
        return Plan(report)
    return Plan(report, state=found.state(now()), outcome=OUTCOMES[deployment.state])
