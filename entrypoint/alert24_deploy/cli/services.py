"""`services`: the list of services."""

from __future__ import annotations

import click

from ..app.build import Context, connect
from ..app.report_text import status_mark
from ..ci.console import Mark
from ..settings import Settings
from ..text import sanitize
from .common import with_settings
from .options import COMMON, GroupedCommand, options


@click.command("services", cls=GroupedCommand, short_help="List your services.")
@options("status", *COMMON)
@click.pass_context
def command(ctx: click.Context, /, **_: object) -> int:
    """List the services of the API key's organization: id, status and name."""
    return with_settings(ctx, _services)


def _services(context: Context, settings: Settings) -> int:
    page = connect(settings, context)
    services = page.list(status=settings.status or None)
    if settings.json:
        context.console.json([{"id": s.id, "name": s.name, "status": s.status} for s in services])
        return 0
    rows = [(sanitize(each.id), sanitize(each.status or "unknown"), sanitize(each.name)) for each in services]
    width = max((len(each) for each, _, _ in rows), default=0)
    if context.console.on_terminal and rows:  # programs get the rows alone
        context.console.print(f"{'ID':<{width}}  {'STATUS':<11}  NAME", Mark(" "))
    for service_id, status, name in rows:
        context.console.print(f"{service_id:<{width}}  {status:<11}  {name}", status_mark(status))
    return 0
