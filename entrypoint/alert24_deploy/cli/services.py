"""`services`: the list of services."""

from __future__ import annotations

import click

from ..app.build import Context, connect
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
    width = max((len(sanitize(service.id)) for service in services), default=0)
    for service in services:
        context.console.print(
            f"{sanitize(service.id):<{width}}  {sanitize(service.status or 'unknown'):<11}  {sanitize(service.name)}"
        )
    return 0
