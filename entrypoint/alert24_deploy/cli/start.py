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
from .compose import World, now, page_of, start_order
from .options import REMEMBERED, WRITING, Gathered, options


@click.command("start", short_help="Set maintenance, before a deployment.")
@options(*WRITING, *REMEMBERED)
@click.pass_context
def command(context: click.Context, /, **_: object) -> int:
    """Set services to maintenance, before a deployment.

    Every service is looked up first and what is found is saved; only then anything is written. The options
    --on-... are remembered for finish.
    """
    return run(context, _start, on_mistake=record_mistake)


def _start(world: World, settings: Settings) -> Report:
    store = FileStore(Path(settings.state or DEFAULT_PATH), settings.spelled("state"))
    return start(page_of(settings, world), store, start_order(settings, world))


def record_mistake(world: World, gathered: Gathered) -> None:
    """Record a start that a mistake stopped: the finish that follows must not take the page down."""
    if gathered.asks_for("dry-run"):
        return
    store = FileStore(Path(gathered.words.get("state") or DEFAULT_PATH), gathered.spelled("state"))
    with contextlib.suppress(Alert24DeployError):  # the user is being told of the mistake itself
        never_began(store, deployment_id(world.environ), now())
