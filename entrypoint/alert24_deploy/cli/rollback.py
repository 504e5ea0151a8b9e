"""`rollback`: the same around a rollback."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ..errors import WrongSetting
from ..settings import Settings
from ..state.file import DEFAULT_PATH
from .compose import NOTHING_CHANGED, World
from .options import PROCESS, REMEMBERED, VERIFY, WRITING, options
from .run import run_around
from .steps import RollbackSteps


@click.command("rollback", short_help="The same around a rollback.")
@options(*WRITING, *REMEMBERED, *VERIFY, *PROCESS)
@click.argument("words", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
@click.pass_context
def command(context: click.Context, /, words: tuple[str, ...], **_: object) -> int:
    """Set maintenance, run COMMAND, which rolls a failed deployment back, and put the page right.

    After a success the services get the status from before the failed deployment, where its state file is at hand,
    else operational; after a failure they are down. Without --service, the state file names the services.
    """
    return run_around(context, words, _steps)


def _steps(words: Sequence[str], settings: Settings, world: World) -> RollbackSteps:
    path = Path(settings.state or DEFAULT_PATH)
    if not (settings.services or settings.webhook_urls or path.exists()):
        raise WrongSetting(
            f"no service is named: {settings.spelled('services')} is empty, and there is no state file",
            remedy="Name the services, or run the rollback where the failed deployment left its state.",
        ).told(left=NOTHING_CHANGED)
    return RollbackSteps(words, settings, world)
