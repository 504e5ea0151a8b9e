"""`start`: before the deployment."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from ..ci.context import deployment_id
from ..deployment.report import Report
from ..deployment.start import Start, never_began, start
from ..errors import Alert24DeployError
from ..settings import Settings
from ..state.file import DEFAULT_PATH, FileStore
from .app import World
from .command import run
from .compose import connect, now
from .options import POLICY, WRITING, Gathered, options


@click.command("start")
@options(*WRITING, "state", "description", "respect-existing-maintenance", *POLICY)
@click.pass_context
def command(context: click.Context, /, **_: object) -> int:
    """Set services to maintenance, before a deployment.

    Every service is looked up first and what is found is saved; only then anything is written. The options
    --on-... are remembered for finish.
    """
    return run(context, _start, on_mistake=_record)


def _start(world: World, settings: Settings) -> Report:
    store = FileStore(Path(settings.state or DEFAULT_PATH), settings.spelled("state"))
    try:
        references = settings.need_services()
    except Alert24DeployError as error:
        _save_failure(world, store, dry_run=settings.dry_run)
        raise error.told(left="Nothing was changed.") from None
    order = Start(
        deployment=deployment_id(world.environ),
        references=references,
        now=now,
        policy=settings.policy,
        respect_existing_maintenance=settings.respect_existing_maintenance,
        description=settings.description or None,
        fail_on_error=settings.fail_on_error,
        dry_run=settings.dry_run,
    )
    return start(connect(settings, world.stop, world.console), store, order)


def _record(world: World, gathered: Gathered) -> None:
    """Record a start that its settings stopped: the finish that follows must not take the page down."""
    store = FileStore(Path(gathered.words.get("state", DEFAULT_PATH)), gathered.spelled("state"))
    _save_failure(world, store, dry_run="dry-run" in gathered.words)


def _save_failure(world: World, store: FileStore, *, dry_run: bool) -> None:
    if not dry_run:
        with contextlib.suppress(Alert24DeployError):  # the user is being told of the first mistake
            never_began(store, deployment_id(world.environ), now())
