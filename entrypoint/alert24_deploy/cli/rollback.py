"""`rollback`: maintenance while a command rolls a deployment back."""

from __future__ import annotations

import click

from .options import PROCESSES, RECORDINGS, REMEMBERED, VERIFICATIONS, WRITING, GroupedCommand, options
from .run import run_around
from .run_steps import RollbackSteps


@click.command("rollback", cls=GroupedCommand, short_help="Start, run a command that rolls back, finish.")
@options(*WRITING, "summary", *REMEMBERED, *RECORDINGS, *VERIFICATIONS, *PROCESSES)
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **_: object) -> int:
    """Set services to maintenance, run COMMAND, which rolls a failed deployment back, and set the final status.

    After a success, the services get the status from before the failed deployment if its state file is there, else
    operational. After a failure, they are down. Without --service, the state file names the services.
    """
    return run_around(ctx, words, RollbackSteps)
