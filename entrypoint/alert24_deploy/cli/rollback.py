"""`rollback`: the same around a rollback."""

from __future__ import annotations

import click

from .options import PROCESS, REMEMBERED, VERIFY, WRITING, options
from .run import run_around
from .run_steps import RollbackSteps


@click.command("rollback", short_help="The same around a rollback.")
@options(*WRITING, *REMEMBERED, *VERIFY, *PROCESS)
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **_: object) -> int:
    """Set maintenance, run COMMAND, which rolls a failed deployment back, and put the page right.

    After a success the services get the status from before the failed deployment, where its state file is at hand,
    else operational; after a failure they are down. Without --service, the state file names the services.
    """
    return run_around(ctx, words, RollbackSteps)
