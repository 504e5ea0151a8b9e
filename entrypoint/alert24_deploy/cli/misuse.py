"""A command line that click can't read: the message, and what `--json` prints."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import click

from ..app.build import Context
from ..app.report_text import error_document
from ..error_handler import usage
from ..errors import WRONG_USE, WrongSetting
from ..settings.table import SETTINGS
from ..text import quote
from .options import GivenOptions, WrongChoice

_RECORDING = ("start", "run", "rollback")  # a mistake in these is recorded for the finish that follows
_KEY_OPTIONS = ("--api-key", "--apikey", "--key", "--token")


def show_misuse(error: click.ClickException, arguments: Sequence[str], context: Context) -> int:
    """Show what click could not read, record a start that it stopped, and return the exit code."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    given = _given(arguments, context.environ)
    wrong = _explained(error)
    if ctx and ctx.info_name in _RECORDING:
        from .start import record_mistake  # brings the deployment's modules

        record_mistake(context, given, wrong)
    if ctx and ctx.info_name == "finish":
        from .finish import explain_setting

        explain_setting(context, given, wrong)
    if given.asks_for("json"):
        document = {"command": ctx and ctx.info_name, "error": error_document(wrong), "exit_code": WRONG_USE}
        context.console.json(document)
    hint = f"\nTry: {ctx.command_path} --help" if ctx else ""
    return usage(context.console, f"{wrong}{hint}")


def _given(arguments: Sequence[str], environ: Mapping[str, str]) -> GivenOptions:
    """Return the options that matter here, read without click."""
    own = list(itertools.takewhile(lambda word: word != "--", arguments))  # what follows belongs to the user's command
    states = [after for option, after in itertools.pairwise(own) if option == "--state"]
    states += [word.removeprefix("--state=") for word in own if word.startswith("--state=")]
    names = ("state", "json", "dry-run", "webhook-urls")
    texts = {name: environ.get(SETTINGS[name].variable, "") for name in names}
    typed = {name: True for name in names if SETTINGS[name].long_form in own}
    return GivenOptions({**texts, "state": states[-1]} if states else texts, typed)


def _explained(error: click.ClickException) -> WrongSetting:
    """Return one of our errors for an error of click's."""
    if isinstance(error, WrongChoice):
        return error.error
    if not isinstance(error, click.NoSuchOption):
        return WrongSetting(error.format_message().removesuffix("."))
    if error.option_name in _KEY_OPTIONS:
        return WrongSetting(
            f"there is no option {error.option_name}",
            detail="A key on the command line could be read in the list of processes and in logs.",
            remedy="Set the environment variable ALERT24_API_KEY, or name a file with --api-key-file.",
        )
    near = f" (did you mean {error.possibilities[0]}?)" if error.possibilities else ""
    return WrongSetting(f"there is no option {quote(error.option_name)}{near}")
