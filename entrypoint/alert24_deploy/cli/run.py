"""`run`: a whole deployment around a command."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from ..app.build import Context
from ..app.report_text import print_timeline, report_document
from ..deployment.run import RunResult
from ..deployment.run import run as run_steps
from ..errors import NOTHING_CHANGED, explaining
from ..hooks.process import check
from ..settings import Settings
from .common import append_summary, with_settings
from .options import PROCESSES, RECORDINGS, REMEMBERED, ROLLBACKS, VERIFICATIONS, WRITING, GroupedCommand, options
from .run_steps import RunSteps
from .start import record_mistake


@click.command("run", cls=GroupedCommand, short_help="Start, run a command, verify, roll back, finish.")
@options(*WRITING, "summary", *REMEMBERED, *RECORDINGS, *VERIFICATIONS, *ROLLBACKS, *PROCESSES)
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **_: object) -> int:
    """Set services to maintenance, run COMMAND, verify, roll back if it failed, and set the final status.

    Exits with COMMAND's own code if it is not 0, with 5 if the rollback failed, and with 6 if the verification
    failed. Signals are passed on to COMMAND; the final status is set all the same.
    """
    return run_around(ctx, words, RunSteps)


def run_around(
    ctx: click.Context, words: Sequence[str], steps: Callable[[Sequence[str], Settings, Context], RunSteps]
) -> int:
    """Run the steps around a command and return the exit code."""

    def act(context: Context, settings: Settings) -> int:
        check_command(words)
        done = run_steps(steps(words, settings, context), lambda: context.cancellation.exit_code)
        if done.finished:
            print_timeline(context.console, done.finished)
        append_summary(context, settings, done.finished or done.started)
        if done.outcome:  # the exit code of a deployment that began reports the signal, if there was one
            context.cancellation.forget_exit_code()
        if settings.json:
            context.console.json(_document(ctx.info_name or "run", done))
        return done.exit_code

    return with_settings(ctx, act, on_mistake=record_mistake)


def check_command(words: Sequence[str]) -> None:
    """Raise WrongSetting if the command can't be run; nothing has been changed yet."""
    with explaining(left=NOTHING_CHANGED):
        check(words)


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
