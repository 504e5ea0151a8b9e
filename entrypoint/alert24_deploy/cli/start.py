"""`start`: before the deployment."""

from __future__ import annotations

import contextlib

import click

from ..app.build import Context, now, start_request, status_page
from ..ci.gitlab import job_time_note
from ..ci.pipeline import deployment_id
from ..deployment.report import Report
from ..deployment.start import record_never_began, start
from ..errors import Alert24DeployError, WrongSetting
from ..settings import Settings
from .common import given_state, run_phase, state_store
from .options import RECORDINGS, REMEMBERED, WRITING, GivenOptions, GroupedCommand, options


@click.command("start", cls=GroupedCommand, short_help="Set services to maintenance before a deployment.")
@options(*WRITING, *REMEMBERED, *RECORDINGS)
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
    return start(status_page(settings, context), state_store(settings), start_request(settings, context))


def record_mistake(context: Context, given: GivenOptions, _: WrongSetting) -> None:
    """Record a start that a mistake stopped, so that the finish that follows doesn't set services to down."""
    if given.asks_for("dry-run"):
        return
    with contextlib.suppress(Alert24DeployError):  # the mistake itself is the error to show
        record_never_began(given_state(given), deployment_id(context.environ), now())
