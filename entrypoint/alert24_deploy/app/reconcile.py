"""Builds what `reconcile` needs: the run that deployed, and whom to ask about it."""

from __future__ import annotations

import datetime
from dataclasses import replace
from typing import TYPE_CHECKING

from ..ci.change import named_run
from ..ci.pipeline import owner, run_of, this_run
from ..deployment.ci_run import Run, RunState
from ..deployment.interfaces import StateStore
from ..deployment.reconcile import ReconcileRequest, reconcile
from ..deployment.report import Report, explain_mistake
from ..errors import NOTHING_CHANGED, Alert24DeployError, WrongSetting
from ..policy import MAINTENANCE, DeploymentResult, Outcome
from ..settings import Settings
from ..settings.table import AUTO
from ..state import State
from .build import Context, ReadResult, finish_request, read_result, recording, references
from .finish_page import finish_page
from .verifier import http_check

if TYPE_CHECKING:
    from ..ci.runs.api import CiRuns
    from ..ci.runs.github import RunEvent
    from ..deployment.changes import Recording

_ASKING_SHARE = 0.5  # of the time; the rest is for the page
_HEALTH_SECONDS = 10.0
_EVENT = "workflow_run"


def reconcile_services(settings: Settings, context: Context, store: StateStore) -> Report:
    """End the maintenance that a deployment whose run is gone has left.

    Raises:
        WrongSetting: there are receivers, which can't be read, or no service is named; nothing was changed.
        Alert24DeployError: the services could not be read; nothing was changed.
    """
    from ..ci.runs.github import read_event  # brings the HTTP library, which `--help` must not pay for

    _refuse(settings)
    event = read_event(context.environ) if context.environ.get("GITHUB_EVENT_NAME") == _EVENT else None
    if event and event.skip and not settings.run:
        return Report("reconcile", notes=[f"Nothing was changed: {event.skip}."], dry_run=settings.dry_run)
    state = store.load()
    if state is None:
        references(settings)
    given = "" if settings.outcome == AUTO else settings.outcome
    read = read_result(given, "", unknown=Outcome.CANCELLED) if given.strip() else None
    page = finish_page(settings, context, hurried=False)
    request = _request(settings, context, state, event if event and not event.skip else None, read)
    try:
        report = reconcile(page, store, request)
    except Alert24DeployError as error:
        explain_mistake(error, state, by_command=True)
        raise
    return read.complete(report) if read else report


def _refuse(settings: Settings) -> None:
    name = settings.display_name
    if settings.webhook_urls:
        raise WrongSetting(
            f"receivers can't be reconciled: {name('webhook-urls')} is set",
            detail="Nothing can be read from a receiver, so nobody knows whether its service is in maintenance.",
            remedy=f"Use an API key and {name('services')}, or set the status by hand with `alert24-deploy set`.",
        ).with_context(left=NOTHING_CHANGED)
    if settings.to and settings.max_age is None:
        raise WrongSetting(
            f"{name('to')} is only used with {name('max-age')}",
            remedy=f"Add {name('max-age')}, or say with {name('outcome')} how the deployment ended.",
        ).with_context(left=NOTHING_CHANGED)


def _request(
    settings: Settings, context: Context, state: State | None, event: RunEvent | None, read: ReadResult | None
) -> ReconcileRequest:
    environ = context.environ
    here = this_run(environ)
    run_id, attempt = settings.run.strip(), None
    if not run_id and state:
        run_id, attempt = run_of(state.deployment)
    if not run_id and event:
        run_id, attempt = event.run_id, event.run.attempt
    if not run_id and not state and settings.max_age is None:
        run_id = here
    source = _source(settings, context)

    def find(wanted: str) -> Run:
        if not wanted:
            return Run(RunState.UNKNOWN, reason="no run is named")
        named = wanted == run_id
        run = source.find(wanted, attempt=attempt if named else None, job=settings.job.strip() if named else "")
        return event.run if event and run.state is RunState.UNKNOWN and wanted == event.run_id else run

    result = read.result if read else DeploymentResult(Outcome.CANCELLED)

    def recording_of(run: str) -> Recording | None:
        return recording(settings, context, state, run_id=None if run == here else run)

    finish = replace(
        finish_request(settings, context, result, state),
        recording=recording_of(run_id),
        ends_runs=(f"{owner(environ).partition('-')[0]}-{run_id}",) if run_id and not state else (),
    )
    if settings.rollback_url:  # a rollback that was accepted is the service's to end
        finish = replace(finish, policy={**finish.policy, "on_failure": MAINTENANCE})
    return ReconcileRequest(
        finish=finish,
        find=find,
        others=lambda: source.others(workflow=settings.workflow.strip(), besides={here}),
        time=lambda: datetime.datetime.now(datetime.timezone.utc),
        run_id=run_id,
        run_named_by=lambda deployment: named_run(deployment, environ)[0],
        recording_of=recording_of,
        own_run=bool(run_id) and run_id == here,
        outcome=result.outcome if read else None,
        outcome_proves=environ.get("GITHUB_ACTIONS") != "true",  # there, it may be a job's result
        max_age=settings.max_age,
        to=settings.to,
        unhealthy=lambda: _unhealthy(settings, context),
        display_name=settings.display_name,
    )


def _source(settings: Settings, context: Context) -> CiRuns:
    from ..ci.runs.source import run_source
    from ..net.deadline import Deadline

    return run_source(
        context.environ,
        settings.github_token or settings.ci_token,
        Deadline(settings.timeout * _ASKING_SHARE, context.cancellation),
    )


def _unhealthy(settings: Settings, context: Context) -> str:
    if not settings.verify_url:
        return ""
    return http_check(settings, settings.verify_url)(_HEALTH_SECONDS, context.cancellation)
