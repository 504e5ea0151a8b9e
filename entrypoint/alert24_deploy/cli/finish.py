"""`finish`: after the deployment."""

from __future__ import annotations

from pathlib import Path

import click

from ..app.build import deployment_result, finish_request, status_page
from ..app.context import Context
from ..ci.pipeline import job_status
from ..deployment.finish import finish
from ..deployment.report import Report
from ..errors import STILL_IN_MAINTENANCE, WrongSetting
from ..settings import Settings
from ..settings.table import AUTO
from ..state.file import FileStore
from ..text import quote
from .common import run_phase
from .options import POLICIES, WRITING, GroupedCommand, options


@click.command("finish", cls=GroupedCommand, short_help="Set the final status after a deployment.")
@options("outcome", "rollback-outcome", *WRITING, "state", *POLICIES)
@click.pass_context
def command(ctx: click.Context, /, **_: object) -> int:
    """Set services to their status after a deployment, depending on how it ended.

    Works from the file that start saved, or from --service if there is none. If someone else has changed a service
    since start, the worse status wins (see --on-conflict).
    """
    return run_phase(ctx, _finish)


def _finish(context: Context, settings: Settings) -> Report:
    store = FileStore(Path(settings.state), settings.display_name("state"))
    warnings: list[str] = []
    request = finish_request(
        settings, deployment_result(_outcome(context, settings), settings.rollback_outcome, warnings)
    )
    if not (settings.services or settings.webhook_urls) and not store.path.exists():
        report = _nothing_to_finish(store, settings)
    else:
        report = finish(status_page(settings, context), store, request)
    report.warnings[:0] = warnings
    return report


def _outcome(context: Context, settings: Settings) -> str:
    if settings.outcome != AUTO:
        return settings.outcome
    if status := job_status(context.environ):
        return status
    raise WrongSetting(
        f"{settings.display_name('outcome')} is auto, but GitLab's variable CI_JOB_STATUS is not set",
        remedy="Say how the deployment ended: --outcome success, failure, cancelled or skipped.",
    ).with_context(left=STILL_IN_MAINTENANCE)


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
    ).with_context(left=STILL_IN_MAINTENANCE)
