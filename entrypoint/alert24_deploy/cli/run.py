"""`run`: a whole deployment around a command."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence

import click

from ..assembly.steps import RunSteps
from ..assembly.telling import report_document
from ..assembly.world import NOTHING_CHANGED, Context
from ..deployment.running import RunResult
from ..deployment.running import run as run_steps
from ..errors import WrongSetting
from ..hooks.process import check
from ..settings import Settings
from .command import with_settings
from .options import PROCESS, REMEMBERED, ROLLBACK, VERIFY, WRITING, options
from .start import record_mistake

_SIGNAL_BASE = 128


@click.command("run", short_help="Do it all around a command: start, verify, roll back, finish.")
@options(*WRITING, *REMEMBERED, *VERIFY, *ROLLBACK, *PROCESS)
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **_: object) -> int:
    """Set maintenance, run COMMAND, verify, roll back if need be, and put the page right.

    Exits with COMMAND's own code where that is not 0; else 5 where the rollback failed, 6 where the verification
    did. A signal reaches COMMAND, and the page is still put right.
    """
    return run_around(ctx, words, RunSteps)


def run_around(
    ctx: click.Context, words: Sequence[str], steps: Callable[[Sequence[str], Settings, Context], RunSteps]
) -> int:
    """Run the steps around a command and return the exit code."""

    def act(context: Context, settings: Settings) -> int:
        check_command(words)
        done = run_steps(
            steps(words, settings, context), lambda: _SIGNAL_BASE + (context.cancellation.signal or signal.SIGINT)
        )
        if done.outcome:  # a deployment that began has a code that tells of the signal, where there was one
            context.cancellation.answered()
        if settings.json:
            context.console.document(_document(ctx.info_name or "run", done))
        return done.exit_code

    return with_settings(ctx, act, on_mistake=record_mistake)


def check_command(words: Sequence[str]) -> None:
    """Raise WrongSetting where the command can't be run; nothing has been changed yet."""
    try:
        check(words)
    except WrongSetting as error:
        raise error.with_context(left=NOTHING_CHANGED) from None


def _document(name: str, done: RunResult) -> dict[str, object]:
    return {
        "command": name,
        "deployment": done.started.state.deployment if done.started.state else None,
        "outcome": done.outcome.value if done.outcome else None,
        "command_code": done.code,
        "timed_out": done.timed_out,
        "unverified": done.unverified or None,
        "rollback_code": done.rollback_code,
        "start": report_document(done.started),
        "finish": report_document(done.finished) if done.finished else None,
        "exit_code": done.exit_code,
    }
