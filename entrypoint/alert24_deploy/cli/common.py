"""What every command does around its phase: settings first, then the phase, then the telling."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from ..app.context import Context
from ..app.report_text import error_document, print_report
from ..ci.console import Console
from ..deployment.report import Report
from ..errors import NOTHING_CHANGED, Alert24DeployError, WrongSetting, explaining
from ..settings import Settings, read
from ..text import quote
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
            context.console.json(document)
        raise


def _settings(context: Context, raw: RawOptions) -> Settings:
    with explaining(left=NOTHING_CHANGED):
        settings = load_settings(raw, context.environ, context.console)
        if not settings.webhook_urls:
            settings.need_key()
        return settings


_KEY_VARIABLE = "ALERT24_API_KEY"
_SECRETS = ("webhook-secret", "rollback-secret")
_KEY_FILE_LIMIT = 4096  # characters; a key has 40


def load_settings(raw: RawOptions, environ: Mapping[str, str], console: Console) -> Settings:
    """Return the settings of a command, with its secrets hidden from everything that is said afterwards."""
    words = dict(raw.words)
    key_file = words.pop("api-key-file", "")
    words["api-key"] = _key_from(key_file, raw) if key_file else environ.get(_KEY_VARIABLE, "")
    display_name = raw.display_name("api-key-file") if key_file else _KEY_VARIABLE
    words.update({name: environ.get(f"ALERT24_{name.replace('-', '_').upper()}", "") for name in _SECRETS})
    console.add_secret(words["api-key"].strip())
    settings = read(words, lambda name: display_name if name == "api-key" else raw.display_name(name))
    for secret in settings.secrets():
        console.add_secret(secret)
    return settings


def _key_from(path: str, raw: RawOptions) -> str:
    try:
        with Path(path).open(encoding="utf-8-sig") as file:
            text = file.read(_KEY_FILE_LIMIT)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise WrongSetting(
            f"the key file {quote(path)} that {raw.display_name('api-key-file')} names can't be read: {reason}",
            remedy="Check its path and its permissions; it holds the key and nothing else.",
        ) from None
    if not text.strip():
        raise WrongSetting(f"the key file {quote(path)} is empty", remedy="It must hold the key and nothing else.")
    return text
