"""`set`: one status now."""

from __future__ import annotations

import click

from ..app.build import set_request, status_page
from ..deployment.set_status import set_status
from ..settings.table import SETTINGS
from .common import run_phase
from .options import WRITING, GroupedCommand, SettingChoice, options


@click.command("set", cls=GroupedCommand, short_help="Set services to a status now.")
@click.argument("status", metavar="STATUS", type=SettingChoice(SETTINGS["status"], ""))
@options(*WRITING, "description")
@click.pass_context
def command(ctx: click.Context, /, **_: object) -> int:
    """Set services to STATUS: operational, degraded, down or maintenance.

    --description replaces the services' descriptions; the original is not restored.
    """
    return run_phase(
        ctx,
        lambda context, settings: set_status(status_page(settings, context), set_request(settings)),
    )
