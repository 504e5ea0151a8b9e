"""`start`: before the deployment."""

from __future__ import annotations

import contextlib
from pathlib import Path

import click

from ..ci.context import deployment_id
from ..deployment.report import Report
from ..deployment.start import never_began, start
from ..errors import Alert24DeployError
from ..settings import Settings
from ..state.file import DEFAULT_PATH, FileStore
from .command import run
from .compose import World, connect, now, start_order
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
    return start(connect(settings, world), store, start_order(settings, world))


def _record(world: World, gathered: Gathered) -> None:
    """Record a start that a mistake stopped: the finish that follows must not take the page down."""
    if "dry-run" in gathered.words:
        return
    store = FileStore(Path(gathered.words.get("state", DEFAULT_PATH)), gathered.spelled("state"))
    with contextlib.suppress(Alert24DeployError):  # the user is being told of the mistake itself
        never_began(store, deployment_id(world.environ), now())
