"""What every command does: read the settings, run, print the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..app.build import Context, trust
from ..app.report_text import error_document, print_report
from ..deployment.report import Report
from ..errors import NOTHING_CHANGED, Alert24DeployError, WrongSetting, explaining
from ..settings import Settings, read
from ..settings.setting import VARIABLE
from ..settings.table import SETTINGS
from ..settings.variables import misspelled_variables
from ..text import add_secret, quote
from .options import GivenOptions, given_options

if TYPE_CHECKING:
    from ..state.file import FileStore

OnMistake = Callable[[Context, GivenOptions, WrongSetting], None]
_KEY_FILE_LIMIT = 4096  # characters; a key has 40


def run_phase(
    ctx: click.Context,
    phase: Callable[[Context, Settings], Report],
    *,
    on_mistake: OnMistake | None = None,
) -> int:
    """Run a phase with the settings of a command, print its report, and return the exit code; see `with_settings`."""

    def act(context: Context, settings: Settings) -> int:
        report = phase(context, settings)
        code = print_report(context.console, report, as_json=settings.json)
        append_summary(context, settings, report)
        return code

    return with_settings(ctx, act, on_mistake=on_mistake)


def with_settings(
    ctx: click.Context,
    act: Callable[[Context, Settings], int],
    *,
    on_mistake: OnMistake | None = None,
    needs_key: bool = True,
) -> int:
    """Call a function with the settings of a command; with `--json`, an error is also written as a JSON document.

    `on_mistake` is called with a setting's error, which it may add to, before the error is raised again.
    """
    context: Context = ctx.obj
    given = given_options(ctx, context.environ)
    try:
        for warning in misspelled_variables(context.environ):
            context.console.warn(warning)
        settings = _settings(context, given, needs_key=needs_key)
        context.console.verbose, context.console.color = settings.verbose, settings.color
        with context.console.section(str(ctx.info_name)):
            return _act(act, context, settings)
    except Alert24DeployError as error:
        if on_mistake and isinstance(error, WrongSetting):
            on_mistake(context, given, error)
        if given.asks_for("json"):
            document = {"command": ctx.info_name, "error": error_document(error), "exit_code": error.exit_code}
            context.console.json(document)
        raise


def _act(act: Callable[[Context, Settings], int], context: Context, settings: Settings) -> int:
    try:
        return act(context, settings)
    except Alert24DeployError as error:  # there is no report, so it is not in the summary yet
        append_summary(context, settings, error)
        raise


def _settings(context: Context, given: GivenOptions, *, needs_key: bool) -> Settings:
    with explaining(left=NOTHING_CHANGED):
        settings = load_settings(given, context.environ)
        if needs_key and not settings.webhook_urls:
            settings.need_key()
        return settings


def append_summary(context: Context, settings: Settings, ended: Report | Alert24DeployError) -> None:
    """Append how a command ended to the file that `summary` names, if it does."""
    if settings.summary:
        from ..app import summary

        summary.append(settings, context, ended)


def load_settings(given: GivenOptions, environ: Mapping[str, str]) -> Settings:
    """Return the settings of a command; from then on, its secrets are redacted from all output."""
    secrets = [row for row in SETTINGS.values() if VARIABLE in row.where]
    texts = {**given.texts, **{row.name: environ.get(row.variable, "") for row in secrets}}
    names = {}
    if key_file := texts.get("api-key-file", ""):
        texts["api-key"] = key_from(key_file, given.display_name("api-key-file"))
        names["api-key"] = given.display_name("api-key-file")
    add_secret(texts["api-key"].strip())
    settings = read(texts, lambda name: names.get(name) or given.display_name(name), given.parsed)
    for secret in settings.secrets():
        add_secret(secret)
    trust(settings)
    return settings


def state_store(settings: Settings) -> FileStore:
    """Return the state file that the settings name."""
    from ..state.file import FileStore  # `set` and `services` need none

    return FileStore(Path(settings.state), settings.display_name("state"))


def given_state(given: GivenOptions) -> FileStore:
    """Return the state file that the options name, if the settings can't be read."""
    from ..state.file import FileStore

    path = given.texts.get("state", "").strip() or SETTINGS["state"].default
    return FileStore(Path(path), given.display_name("state"))


def key_from(path: str, display_name: str) -> str:
    """Return the text of a file that contains the key; raise WrongSetting if it can't be read or is empty."""
    try:
        with Path(path).open(encoding="utf-8-sig") as file:
            text = file.read(_KEY_FILE_LIMIT)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise WrongSetting(
            f"the key file {quote(path)} of {display_name} can't be read: {reason}",
            remedy="Check its path and its permissions. It must contain the key and nothing else.",
        ) from None
    if not text.strip():
        raise WrongSetting(f"the key file {quote(path)} is empty", remedy="It must contain the key and nothing else.")
    return text
