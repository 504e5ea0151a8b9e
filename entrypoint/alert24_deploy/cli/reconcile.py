"""`reconcile`: ends maintenance that a run which is gone has left."""

from __future__ import annotations

import click

from ..app.reconcile import reconcile_services
from .common import run_phase, state_store
from .finish import explain_setting
from .options import HEALTH, POLICIES, RECONCILING, RECORDINGS, WRITING, GroupedCommand, options


@click.command("reconcile", cls=GroupedCommand, short_help="End maintenance that a lost deployment has left.")
@options("outcome", *WRITING, "state", *POLICIES, *RECORDINGS, *RECONCILING, "verify-url", *HEALTH, "rollback-url")
@click.pass_context
def command(ctx: click.Context, /, **_: object) -> int:
    """End maintenance that a deployment has left because its run is gone: a lost runner, a forced cancellation.

    Writes only to services that are still in maintenance. Works from the file that start saved, or from --service if
    there is none. Asks GitHub or GitLab, with the token in ALERT24_CI_TOKEN, how the run ended and whether the
    maintenance is its own; what is unknown counts as cancelled. With --max-age, run it on a schedule.
    """
    return run_phase(
        ctx,
        lambda context, settings: reconcile_services(settings, context, state_store(settings)),
        on_mistake=explain_setting,
    )
