"""`set`: one status, now."""

from __future__ import annotations

import click

from ..assembly.compose import page_of, set_order
from ..deployment.setting import set_status
from .command import run
from .options import WRITING, options


@click.command("set", short_help="Set one status, now.")
@click.argument("status", metavar="STATUS")
@options(*WRITING, "description")
@click.pass_context
def command(context: click.Context, /, status: str, **_: object) -> int:
    """Set services to STATUS: operational, degraded, down or maintenance.

    --description replaces the service's own description, and nothing puts that back.
    """
    return run(
        context,
        lambda world, settings: set_status(page_of(settings, world), set_order(settings)),
        arguments={"status": status},
    )
