"""The commands, loaded when they are called: `--help` must not pay for what `start` needs."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Any

import click

from .. import __version__
from ..alert24.stop import Cancellation
from ..assembly.world import Context
from ..ci.console import Console
from ..errors import WRONG_USE
from .boundary import usage

_COMMANDS = ("start", "finish", "run", "rollback", "set", "check", "services", "sandbox", "demo")


class _Lazily(click.Group):
    """A group whose commands are modules beside this one, each with a click command named `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"{__package__}.{cmd_name}")
        command: click.Command = module.command
        return command


_HELP = """Put Alert24 services into maintenance around a deployment, and right again afterwards.

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
  2 wrong use, 3 Alert24 refused, 4 Alert24 can't be reached, 5 a rollback failed,
  6 a verification failed, 70 a bug; run, rollback and check return their command's own.

The API key is read from ALERT24_API_KEY, or from the file that --api-key-file names.
"""


@click.group(
    cls=_Lazily,
    help=_HELP,
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, message="alert24-deploy %(version)s")
def app() -> None:
    """Hold the commands together."""


def _misused(error: click.ClickException, arguments: Sequence[str], context: Context) -> int:
    """Tell what click could not read, and leave word of a start that it stopped."""
    ctx = error.ctx if isinstance(error, click.UsageError) else None
    hint = f"\nTry: {ctx.command_path} --help" if ctx else ""
    if ctx and ctx.info_name == "start":
        from .start import record_misuse

        record_misuse(context, arguments)
    if "--json" in arguments:
        told = {"code": WRONG_USE, "message": error.format_message()}
        context.console.document({"command": ctx and ctx.info_name, "error": told, "exit_code": WRONG_USE})
    return usage(context.console, f"{error.format_message()}{hint}")


def run_app(arguments: Sequence[str], environ: Mapping[str, str], console: Console, cancellation: Cancellation) -> int:
    """Run a command line and return the command's exit code."""
    context = Context(environ, console, cancellation)
    try:
        code: Any = app.main(list(arguments), prog_name="alert24-deploy", standalone_mode=False, obj=context)
    except click.exceptions.NoArgsIsHelpError as error:
        console.say(error.format_message())
        return WRONG_USE
    except click.ClickException as error:
        return _misused(error, arguments, context)
    except click.Abort:
        return 1
    return code if isinstance(code, int) else 0
