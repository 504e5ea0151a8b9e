"""The console script and its group of commands; each command is loaded when it is called."""

from __future__ import annotations

import gc
import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import click

from .. import __version__
from ..app.build import Context
from ..ci.console import Console
from ..ci.gitlab import GitLabConsole, on_gitlab
from ..ci.streams import protect_standard_streams
from ..error_handler import exit_now, run_guarded
from ..errors import WRONG_USE
from ..signals import Cancellation, install_signal_handlers
from ..text import did_you_mean, quote

_COMMANDS = (
    *("start", "finish", "run", "rollback", "reconcile", "set", "check"),
    *("services", "doctor", "init", "sandbox", "demo"),
)


class _LazyGroup(click.Group):
    """A group whose commands are modules beside this one, each with a click command named `command`.

    A module is imported when its command is called: `--help` must not pay for what `start` needs.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"{__package__}.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command to call; suggest the most similar one if there is none of that name."""
        name = args[0]
        if name not in _COMMANDS and not name.startswith("-") and not ctx.resilient_parsing:
            raise click.UsageError(f"There is no command {quote(name)}{did_you_mean(name, _COMMANDS)}.", ctx)
        return super().resolve_command(ctx, args)


_HELP = """Put Alert24 services into maintenance while you deploy, then set their status by how the deployment ended.

\b
  export ALERT24_API_KEY=... ALERT24_SERVICES="Payments API"
  alert24-deploy run -- ./deploy.sh

\b
Or in two steps, with anything in between:
  alert24-deploy start
  ./deploy.sh && outcome=success || outcome=failure
  alert24-deploy finish --outcome $outcome

Try it without an account: alert24-deploy demo
"""
_EPILOG = """\b
Exit codes:
  0   success
  2   wrong usage or configuration
  3   Alert24 refused the request: key, scope or service
  4   Alert24 was unreachable
  5   the rollback failed
  6   the verification failed
  70  a bug in alert24-deploy
  129, 130, 143  ended by a signal (SIGHUP, SIGINT, SIGTERM)
run, rollback and check return their command's own code if it is not 0.

\b
The API key is read from ALERT24_API_KEY, or from a file (--api-key-file).
Every option can also be set by its environment variable, shown in brackets.
"""


@click.group(
    cls=_LazyGroup,
    help=_HELP,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="alert24-deploy %(version)s")
def app() -> None:
    """Hold the commands together."""


def run_app(arguments: Sequence[str], environ: Mapping[str, str], console: Console, cancellation: Cancellation) -> int:
    """Run a command line and return the command's exit code."""
    context = Context(environ, console, cancellation)
    try:
        code: Any = app.main(list(arguments), prog_name="alert24-deploy", standalone_mode=False, obj=context)
    except click.exceptions.NoArgsIsHelpError as error:
        console.info(error.format_message())
        return WRONG_USE
    except click.ClickException as error:
        from .misuse import show_misuse

        return show_misuse(error, arguments, context)
    except click.Abort:
        return 1
    return code if isinstance(code, int) else 0


def main() -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    # A short-lived process has nothing to collect: trying takes 4 % of its time (docs/benchmarks.md).
    gc.disable()
    protect_standard_streams()
    cancellation = install_signal_handlers()
    environ = dict(os.environ)
    console = console_for(environ)
    exit_now(run_guarded(lambda: run_app(sys.argv[1:], environ, console, cancellation), console, cancellation))


def console_for(environ: Mapping[str, str]) -> Console:
    """Return the console of the CI that this is, or a plain one."""
    if on_gitlab(environ):
        return GitLabConsole(environ)
    return Console(no_color=bool(environ.get("NO_COLOR")) or environ.get("TERM") == "dumb")
