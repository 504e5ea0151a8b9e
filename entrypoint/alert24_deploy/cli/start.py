"""`start`: before the deployment."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

import click

from ..app.build import Context, now, start_request, status_page
from ..ci.gitlab import job_time_note
from ..ci.pipeline import deployment_id
from ..deployment.report import Report
from ..deployment.start import record_never_began, start
from ..errors import Alert24DeployError, WrongSetting
from ..settings import Settings
from ..settings.parsers import TRUE
from ..state.file import FileStore
from .common import run_phase, state_option, state_store
from .options import REMEMBERED, WRITING, GivenOptions, GroupedCommand, options


@click.command("start", cls=GroupedCommand, short_help="Set services to maintenance before a deployment.")
@options(*WRITING, *REMEMBERED)
@click.pass_context
def command(ctx: click.Context, /, **_: object) -> int:
    """Set services to maintenance before a deployment.

    Looks up every service and saves its status before it changes anything. finish uses the policy options that you
    give here, unless it has its own.
    """
    return run_phase(ctx, _start, on_mistake=record_mistake)


def _start(context: Context, settings: Settings) -> Report:
    if note := job_time_note(context.environ):
        (context.console.warn if note.is_problem else context.console.info)(note.text)
    store = FileStore(Path(settings.state), settings.display_name("state"))
    return start(status_page(settings, context), store, start_request(settings, context))


def record_mistake(context: Context, given: GivenOptions, _: WrongSetting) -> None:
    """Record a start that a mistake stopped, so that the finish that follows doesn't set services to down."""
    if not given.asks_for("dry-run"):
        _record(context, given.texts.get("state", ""), given.display_name("state"))


def record_misuse(context: Context, arguments: Sequence[str]) -> None:
    """Record a start whose command line could not be read; only `--state` and `--dry-run` matter."""
    if "--dry-run" in arguments or context.environ.get("ALERT24_DRY_RUN", "").strip().lower() in TRUE:
        return
    _record(context, state_option(arguments, context.environ), "--state")


def _record(context: Context, path: str, display_name: str) -> None:
    store = state_store(path, display_name)
    with contextlib.suppress(Alert24DeployError):  # the mistake itself is the error to show
        record_never_began(store, deployment_id(context.environ), now())
