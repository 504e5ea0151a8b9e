"""`services`: which there are."""

from __future__ import annotations

import click

from ..assembly.compose import connect
from ..assembly.world import World
from ..settings import Settings
from ..text import shown
from .command import with_settings
from .options import COMMON, options


@click.command("services", short_help="List the services that the key can reach.")
@options("status", *COMMON)
@click.pass_context
def command(context: click.Context, /, **_: object) -> int:
    """List the services that the key can reach: id, status and name."""
    return with_settings(context, _services)


def _services(world: World, settings: Settings) -> int:
    page = connect(settings, world)
    services = page.list(status=settings.status or None)
    if settings.json:
        world.console.document([{"id": s.id, "name": s.name, "status": s.status} for s in services])
        return 0
    width = max((len(shown(service.id)) for service in services), default=0)
    for service in services:
        world.console.print(
            f"{shown(service.id):<{width}}  {shown(service.status or 'unknown'):<11}  {shown(service.name)}"
        )
    return 0
