"""Builds the objects of a phase from its settings: for the commands, and for the action's stages.

Each function imports what it builds: `set` must not pay for start and finish, nor `--help` for any of them.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import Alert24DeployError, WrongSetting
from ..policy import STATUSES, Ending, Outcome, read_outcome
from ..text import listed, quoted
from .world import NOTHING_CHANGED, World

if TYPE_CHECKING:
    from ..alert24.client import Alert24
    from ..deployment.finish import Finish
    from ..deployment.ports import Page
    from ..deployment.setting import Setting
    from ..deployment.start import Start
    from ..settings import Settings


def now() -> str:
    """Return the time as ISO 8601 in UTC, to the second."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def connect(settings: Settings, world: World, *, seconds: float | None = None) -> Alert24:
    """Return Alert24 as the settings name it; its time budget begins now.

    Args:
        settings: the command's.
        world: its surroundings.
        seconds: the budget, where it is not the settings' `timeout`.
    """
    from ..alert24.budget import Budget
    from ..alert24.client import Alert24
    from ..alert24.connection import Connection

    connection = Connection(
        settings.api_url,
        settings.need_key().reveal(),
        budget=Budget(seconds or settings.timeout, time.monotonic),
        stop=world.stop,
        tell=world.console.say,
        trace=world.console.trace,
        spelled=settings.spelled,
        connections=settings.concurrency,
    )
    return Alert24(connection, concurrency=settings.concurrency)


def page_of(settings: Settings, world: World, *, seconds: float | None = None) -> Page:
    """Return the page to write to: webhook receivers where there are any, else Alert24 by its key."""
    if not settings.webhook_urls:
        return connect(settings, world, seconds=seconds)
    from .receiving import receivers

    return receivers(settings, world, seconds=seconds)


def start_order(settings: Settings, world: World, named: Sequence[str] | None = None) -> Start:
    """Return what the settings ask of start; `named` are the services where the settings need not name them."""
    from ..ci.context import deployment_id
    from ..deployment.start import Start

    return Start(
        deployment=deployment_id(world.environ),
        references=references(settings) if named is None else named,
        now=now,
        policy=settings.policy,
        respect_existing_maintenance=settings.respect_existing_maintenance,
        description=settings.description or None,
        fail_on_error=settings.fail_on_error,
        dry_run=settings.dry_run,
    )


def finish_order(settings: Settings, ending: Ending) -> Finish:
    """Return what the settings ask of finish."""
    from ..deployment.finish import Finish

    return Finish(
        ending=ending,
        now=now,
        references=references(settings) if settings.webhook_urls else settings.services,
        policy=settings.policy,
        fail_on_error=settings.fail_on_error,
        dry_run=settings.dry_run,
    )


def set_order(settings: Settings) -> Setting:
    """Return what the settings ask of set, or raise WrongSetting where the status is empty."""
    from ..deployment.setting import Setting

    if not settings.status:
        raise WrongSetting(f"{settings.spelled('status')} is empty", remedy=f"Give {listed(STATUSES, 'or')}.").told(
            left=NOTHING_CHANGED
        )
    return Setting(
        status=settings.status,
        references=references(settings),
        description=settings.description or None,
        fail_on_error=settings.fail_on_error,
        dry_run=settings.dry_run,
    )


def references(settings: Settings) -> tuple[str, ...]:
    """Return the services that the settings name, or raise WrongSetting where they name none."""
    if settings.webhook_urls:
        return tuple(f"receiver-{number}" for number in range(1, len(settings.webhook_urls) + 1))
    try:
        return settings.need_services()
    except Alert24DeployError as error:
        raise error.told(left=NOTHING_CHANGED) from None


def ending(word: str, rollback_word: str, warnings: list[str]) -> Ending:
    """Return the ending that the words mean; a word that means nothing is a failure, and warned about."""
    outcome, known = read_outcome(word)
    if not known:
        words = listed([each.value for each in Outcome], "or")
        warnings.append(f"The outcome {quoted(word)} is not {words}: it is taken as failure.")
    return Ending(outcome, rolled_back=read_outcome(rollback_word) == (Outcome.SUCCESS, True))
