"""`start`: before the deployment."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Sequence
from pathlib import Path

import click

from ..app.build import now, start_request, status_page
from ..app.context import Context
from ..ci.pipeline import deployment_id
from ..deployment.report import Report
from ..deployment.start import record_never_began, start
from ..errors import Alert24DeployError
from ..settings import Settings
from ..state.file import DEFAULT_PATH, FileStore
from .common import run_phase
from .options import REMEMBERED, WRITING, RawOptions, options


@click.command("start", short_help="Set maintenance, before a deployment.")
@options(*WRITING, *REMEMBERED)
@click.pass_context
def command(ctx: click.Context, /, **_: object) -> int:
    """Set services to maintenance, before a deployment.

    Every service is looked up first and what is found is saved; only then anything is written. The options
    --on-... are remembered for finish.
    """
    return run_phase(ctx, _start, on_mistake=record_mistake)


def _start(context: Context, settings: Settings) -> Report:
    store = FileStore(Path(settings.state or DEFAULT_PATH), settings.display_name("state"))
    return start(status_page(settings, context), store, start_request(settings, context))


def record_mistake(context: Context, raw: RawOptions) -> None:
    """Record a start that a mistake stopped: the finish that follows must not take the page down."""
    if not raw.asks_for("dry-run"):
        _record(context, raw.words.get("state", ""), raw.display_name("state"))


def record_misuse(context: Context, arguments: Sequence[str]) -> None:
    """Record a start whose command line could not even be read; of it, only the state's place is of interest."""
    if "--dry-run" in arguments:
        return
    given = [after for option, after in itertools.pairwise(arguments) if option == "--state"]
    given += [word.removeprefix("--state=") for word in arguments if word.startswith("--state=")]
    _record(context, given[-1] if given else context.environ.get("ALERT24_STATE", ""), "--state")


def _record(context: Context, path: str, display_name: str) -> None:
    store = FileStore(Path(path or DEFAULT_PATH), display_name)
    with contextlib.suppress(Alert24DeployError):  # the user is being told of the mistake itself
        record_never_began(store, deployment_id(context.environ), now())
