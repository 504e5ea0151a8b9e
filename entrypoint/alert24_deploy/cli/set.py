"""`set`: one status, now."""

from __future__ import annotations

import click

from ..deployment.report import Report
from ..deployment.setting import Setting, set_status
from ..errors import Alert24DeployError
from ..settings import Settings
from .app import World
from .command import run
from .compose import connect
from .options import WRITING, options


@click.command("set")
@click.argument("status", metavar="STATUS")
@options(*WRITING, "description")
@click.pass_context
def command(context: click.Context, /, status: str, **_: object) -> int:
    """Set services to STATUS: operational, degraded, down or maintenance.

    --description replaces the service's own description, and nothing puts that back.
    """
    return run(context, _set, arguments={"status": status})


def _set(world: World, settings: Settings) -> Report:
    try:
        references = settings.need_services()
    except Alert24DeployError as error:
        raise error.told(left="Nothing was changed.") from None
    order = Setting(
        status=settings.status,
        references=references,
        description=settings.description or None,
        fail_on_error=settings.fail_on_error,
        dry_run=settings.dry_run,
    )
    return set_status(connect(settings, world.stop, world.console), order)
