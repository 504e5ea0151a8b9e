"""`finish`: after the deployment."""

from __future__ import annotations

from pathlib import Path

import click

from ..ci.context import job_status
from ..deployment.finish import Finish, finish
from ..deployment.report import Report
from ..errors import WrongSetting
from ..policy import Ending, Outcome, read_outcome
from ..settings import Settings
from ..state.file import DEFAULT_PATH, FileStore
from ..text import quoted
from .app import World
from .command import run
from .compose import connect, now
from .options import POLICY, WRITING, options


@click.command("finish")
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
    order = Finish(
        ending=_ending(world, settings, warnings),
        now=now,
        references=settings.services,
        policy=settings.policy,
        fail_on_error=settings.fail_on_error,
        dry_run=settings.dry_run,
    )
    if not settings.services and not store.path.exists():
        report = _nothing_to_finish(store, settings)
    else:
        report = finish(connect(settings, world.stop, world.console), store, order)
    report.warnings[:0] = warnings
    return report


def _nothing_to_finish(store: FileStore, settings: Settings) -> Report:
    if settings.dry_run:
        note = f"There is no state file {quoted(store.path)}, because a dry run of start writes none."
        return Report("finish", notes=[note], dry_run=True)
    error = WrongSetting(
        f"there is no state file {quoted(store.path)}, and no service is named",
        detail="So it is not known which services to set.",
        remedy=(
            f"Run finish where start ran, name start's file with {settings.spelled('state')}, "
            f"or name the services with {settings.spelled('services')}."
        ),
    )
    raise error.told(left="Nothing was changed: services that start set are still in maintenance.")


def _ending(world: World, settings: Settings, warnings: list[str]) -> Ending:
    word = settings.outcome or "auto"
    if word.lower() == "auto":
        word = job_status(world.environ)
        if not word:
            error = WrongSetting(
                f"{settings.spelled('outcome')} is auto, but CI_JOB_STATUS, GitLab's word for it, is not set",
                remedy="Say how the deployment ended: --outcome success, failure, cancelled or skipped.",
            )
            raise error.told(left="Nothing was changed: services that start set are still in maintenance.")
    outcome, known = read_outcome(word)
    if not known:
        warnings.append(
            f"The outcome {quoted(word)} is not one of {', '.join(o.value for o in Outcome)}: taken as failure."
        )
    rollback = read_outcome(settings.rollback_outcome) if settings.rollback_outcome else (None, True)
    return Ending(outcome, rolled_back=rollback == (Outcome.SUCCESS, True))
