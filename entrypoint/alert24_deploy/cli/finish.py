"""`finish`: after the deployment."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import click

from ..app.build import Context, finish_request, read_result
from ..app.finish_page import finish_page
from ..app.stopwatch import Stopwatch
from ..ci.pipeline import job_status
from ..deployment.finish import finish
from ..deployment.report import Report, explain_mistake, still_in_maintenance
from ..errors import BrokenState, WrongSetting, explaining
from ..settings import Settings
from ..settings.table import AUTO
from ..state.file import FileStore
from ..text import quote
from .common import given_state, run_phase, state_store
from .options import POLICIES, RECORDINGS, WRITING, GivenOptions, GroupedCommand, options

_RUNNING = "running"  # in a job's own script (gitlab-runner, common/build.go)
_OUTCOMES = "--outcome success, failure, cancelled or skipped"


@click.command("finish", cls=GroupedCommand, short_help="Set the final status after a deployment.")
@options("outcome", "rollback-outcome", *WRITING, "state", "summary", *POLICIES, *RECORDINGS)
@click.pass_context
def command(ctx: click.Context, /, **_: object) -> int:
    """Set services to their status after a deployment, depending on how it ended.

    Works from the file that start saved, or from --service if there is none. If someone else has changed a service
    since start, the worse status wins (see --on-conflict).
    """
    return run_phase(ctx, _finish, on_mistake=explain_setting)


def explain_setting(_: Context, given: GivenOptions, error: WrongSetting) -> None:
    """Add to a setting's error which services are still in maintenance."""
    receivers = given.texts.get("webhook-urls") or given.parsed.get("webhook-urls")
    with contextlib.suppress(BrokenState):  # the mistake itself is the error to show
        explain_mistake(error, given_state(given).load(), by_command=not receivers)


def _finish(context: Context, settings: Settings) -> Report:
    store = state_store(settings)
    state = store.load()
    with explaining(left=still_in_maintenance(state)):
        read = read_result(_outcome(context, settings), settings.rollback_outcome)
        if state is None and not (settings.services or settings.webhook_urls):
            return read.complete(_nothing_to_finish(store, settings))
    hurried = context.cancellation.requested
    request = finish_request(settings, context, read.result, state)
    page = finish_page(settings, context, hurried=hurried)
    watch = Stopwatch()
    report = watch.measure(
        "finish", lambda: finish(page, store, replace(request, hurried=hurried)), lambda report: report.error
    )
    report.phases = watch.phases
    return read.complete(report)


def _outcome(context: Context, settings: Settings) -> str:
    if settings.outcome != AUTO:
        return settings.outcome
    status = job_status(context.environ)
    if status and status != _RUNNING:
        return status
    name = settings.display_name("outcome")
    why = "GitLab's CI_JOB_STATUS is not set" if not status else f"CI_JOB_STATUS is {quote(status)}: the job goes on"
    raise WrongSetting(
        f"{name} is auto, but {why}",
        remedy=f"Run finish in `after_script`, or say how the deployment ended: {_OUTCOMES}.",
    )


def _nothing_to_finish(store: FileStore, settings: Settings) -> Report:
    if settings.dry_run:
        note = f"There is no state file {quote(store.path)}, because a dry run of start writes none."
        return Report("finish", notes=[note], dry_run=True)
    raise WrongSetting(
        f"there is no state file {quote(store.path)}, and no service is named",
        detail="So it is not known which services to set.",
        remedy=(
            f"Run finish in the directory where start ran, name start's file with {settings.display_name('state')}, "
            f"or name the services with {settings.display_name('services')}."
        ),
    )
