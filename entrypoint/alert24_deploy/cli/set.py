"""`set`: one status, now."""

from __future__ import annotations

import click

from ..app.build import set_request, status_page
from ..deployment.set_status import set_status
from .common import run_phase
from .options import WRITING, options


@click.command("set", short_help="Set one status, now.")
@click.argument("status", metavar="STATUS")
@options(*WRITING, "description")
@click.pass_context
def command(ctx: click.Context, /, status: str, **_: object) -> int:
    """Set services to STATUS: operational, degraded, down or maintenance.

    --description replaces the service's own description, and nothing puts that back.
    """
    return run_phase(
        ctx,
        lambda context, settings: set_status(status_page(settings, context), set_request(settings)),
        arguments={"status": status},
    )
