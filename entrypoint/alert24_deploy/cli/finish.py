"""`finish`: after the deployment."""

from __future__ import annotations

from pathlib import Path

import click

from ..assembly.compose import ending, finish_order, page_of
from ..assembly.world import STILL_IN_MAINTENANCE, World
from ..ci.context import job_status
from ..deployment.finish import finish
from ..deployment.report import Report
from ..errors import WrongSetting
from ..settings import Settings
from ..state.file import DEFAULT_PATH, FileStore
from ..text import quoted
from .command import run
from .options import POLICY, WRITING, options

_AUTO = "auto"


@click.command("finish", short_help="Put the page right, after a deployment.")
@options("outcome", "rollback-outcome", *WRITING, "state", *POLICY)
@click.pass_context
def command(context: click.Context, /, **_: object) -> int:
    """Set services to the status that the deployment's outcome deserves.

    Works from what start saved; where there is no such file, from --service. Where somebody else has written
    since start, the worse report stands (--on-conflict).
    """
    return run(context, _finish)


def _finish(world: World, settings: Settings) -> Report:
    store = FileStore(Path(settings.state or DEFAULT_PATH), settings.spelled("state"))
    warnings: list[str] = []
    order = finish_order(settings, ending(_outcome(world, settings), settings.rollback_outcome, warnings))
    if not (settings.services or settings.webhook_urls) and not store.path.exists():
        report = _nothing_to_finish(store, settings)
    else:
        report = finish(page_of(settings, world), store, order)
    report.warnings[:0] = warnings
    return report


def _outcome(world: World, settings: Settings) -> str:
    word = settings.outcome or _AUTO
    if word.lower() != _AUTO:
        return word
    if status := job_status(world.environ):
        return status
    raise WrongSetting(
        f"{settings.spelled('outcome')} is auto, but CI_JOB_STATUS, GitLab's word for it, is not set",
        remedy="Say how the deployment ended: --outcome success, failure, cancelled or skipped.",
    ).told(left=STILL_IN_MAINTENANCE)


def _nothing_to_finish(store: FileStore, settings: Settings) -> Report:
    if settings.dry_run:
        note = f"There is no state file {quoted(store.path)}, because a dry run of start writes none."
        return Report("finish", notes=[note], dry_run=True)
    raise WrongSetting(
        f"there is no state file {quoted(store.path)}, and no service is named",
        detail="So it is not known which services to set.",
        remedy=(
            f"Run finish where start ran, name start's file with {settings.spelled('state')}, "
            f"or name the services with {settings.spelled('services')}."
        ),
    ).told(left=STILL_IN_MAINTENANCE)
