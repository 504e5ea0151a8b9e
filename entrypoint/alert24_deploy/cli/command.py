"""What every command does around its phase: settings first, then the phase, then the telling."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import click

from ..assembly.telling import error_document, print_report
from ..assembly.world import NOTHING_CHANGED, Context
from ..deployment.report import Report
from ..errors import Alert24DeployError, WrongSetting
from ..settings import Settings
from .keys import load_settings
from .options import RawOptions, raw_options


def run_phase(
    ctx: click.Context,
    phase: Callable[[Context, Settings], Report],
    *,
    on_mistake: Callable[[Context, RawOptions], None] | None = None,
    arguments: Mapping[str, str] | None = None,
) -> int:
    """Run a phase with the settings of a command, tell its report, and return the exit code.

    Args:
        ctx: click's, which knows what was given on the command line.
        phase: what to do.
        on_mistake: called when a setting is wrong, before the error goes on.
        arguments: settings that are the command's arguments rather than options.
    """
    return with_settings(
        ctx,
        lambda context, settings: print_report(context.console, phase(context, settings), as_json=settings.json),
        on_mistake=on_mistake,
        arguments=arguments,
    )


def with_settings(
    ctx: click.Context,
    act: Callable[[Context, Settings], int],
    *,
    on_mistake: Callable[[Context, RawOptions], None] | None = None,
    arguments: Mapping[str, str] | None = None,
) -> int:
    """Do something with the settings of a command; an error becomes a JSON document too, where that is asked for."""
    context: Context = ctx.obj
    raw = raw_options(ctx, context.environ, arguments or {})
    try:
        settings = _settings(context, raw)
        context.console.verbose = settings.verbose
        with context.console.section(str(ctx.info_name)):
            return act(context, settings)
    except Alert24DeployError as error:
        if on_mistake and isinstance(error, WrongSetting):
            on_mistake(context, raw)
        if raw.asks_for("json"):
            document = {"command": ctx.info_name, "error": error_document(error), "exit_code": error.exit_code}
            context.console.document(document)
        raise


def _settings(context: Context, raw: RawOptions) -> Settings:
    try:
        settings = load_settings(raw, context.environ, context.console)
        if not settings.webhook_urls:
            settings.need_key()
    except Alert24DeployError as error:
        raise error.with_context(left=NOTHING_CHANGED) from None
    return settings
