"""`start`: before the deployment."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from pathlib import Path

import click

from ..assembly.compose import now, page_of, start_order
from ..assembly.world import World
from ..ci.context import deployment_id
from ..deployment.report import Report
from ..deployment.start import never_began, start
from ..errors import Alert24DeployError
from ..settings import Settings
from ..state.file import DEFAULT_PATH, FileStore
from .command import run
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
    if not gathered.asks_for("dry-run"):
        _record(world, gathered.words.get("state", ""), gathered.spelled("state"))


def record_misuse(world: World, arguments: Sequence[str]) -> None:
    """Record a start whose command line could not even be read; of it, only the state's place is of interest."""
    if "--dry-run" in arguments:
        return
    given = [after for option, after in itertools.pairwise(arguments) if option == "--state"]
    given += [word.removeprefix("--state=") for word in arguments if word.startswith("--state=")]
    _record(world, given[-1] if given else world.environ.get("ALERT24_STATE", ""), "--state")


def _record(world: World, path: str, spelled: str) -> None:
    store = FileStore(Path(path or DEFAULT_PATH), spelled)
    with contextlib.suppress(Alert24DeployError):  # the user is being told of the mistake itself
        never_began(store, deployment_id(world.environ), now())
