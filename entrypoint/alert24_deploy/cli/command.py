"""What every command does around its phase: settings first, then the phase, then the telling."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import click

from ..assembly.telling import error_document, tell
from ..assembly.world import NOTHING_CHANGED, World
from ..deployment.report import Report
from ..errors import Alert24DeployError, WrongSetting
from ..settings import Settings
from .keys import settings_of
from .options import Gathered, gather


def run(
    context: click.Context,
    phase: Callable[[World, Settings], Report],
    *,
    on_mistake: Callable[[World, Gathered], None] | None = None,
    arguments: Mapping[str, str] | None = None,
) -> int:
    """Run a phase with the settings of a command, tell its report, and return the exit code.

    Args:
        context: click's, which knows what was given on the command line.
        phase: what to do.
        on_mistake: called when a setting is wrong, before the error goes on.
        arguments: settings that are the command's arguments rather than options.
    """
    return with_settings(
        context,
        lambda world, settings: tell(world.console, phase(world, settings), as_json=settings.json),
        on_mistake=on_mistake,
        arguments=arguments,
    )


def with_settings(
    context: click.Context,
    act: Callable[[World, Settings], int],
    *,
    on_mistake: Callable[[World, Gathered], None] | None = None,
    arguments: Mapping[str, str] | None = None,
) -> int:
    """Do something with the settings of a command; an error becomes a JSON document too, where that is asked for."""
    world: World = context.obj
    gathered = gather(context, world.environ, arguments or {})
    try:
        settings = _settings(world, gathered)
        world.console.verbose = settings.verbose
        with world.console.section(str(context.info_name)):
            return act(world, settings)
    except Alert24DeployError as error:
        if on_mistake and isinstance(error, WrongSetting):
            on_mistake(world, gathered)
        if gathered.asks_for("json"):
            document = {"command": context.info_name, "error": error_document(error), "exit_code": error.exit_code}
            world.console.document(document)
        raise


def _settings(world: World, gathered: Gathered) -> Settings:
    try:
        settings = settings_of(gathered, world.environ, world.console)
        if not settings.webhook_urls:
            settings.need_key()
    except Alert24DeployError as error:
        raise error.told(left=NOTHING_CHANGED) from None
    return settings
