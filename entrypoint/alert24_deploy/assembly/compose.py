"""Builds the objects of a phase from its settings: for the commands, and for the action's stages.

Each function imports what it builds: `set` must not pay for start and finish, nor `--help` for any of them.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import Alert24DeployError, WrongSetting
from ..policy import STATUSES, DeploymentResult, Outcome, read_outcome
from ..text import join_words, quote
from .world import NOTHING_CHANGED, Context

if TYPE_CHECKING:
    from ..alert24.client import Alert24
    from ..deployment.finish import FinishRequest
    from ..deployment.ports import StatusPage
    from ..deployment.setting import SetRequest
    from ..deployment.start import StartRequest
    from ..settings import Settings


def now() -> str:
    """Return the time as ISO 8601 in UTC, to the second."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def connect(settings: Settings, context: Context, *, seconds: float | None = None) -> Alert24:
    """Return Alert24 as the settings name it; its time budget begins now.

    Args:
        settings: the command's.
        context: its surroundings.
        seconds: the budget, where it is not the settings' `timeout`.
    """
    from ..alert24.budget import Deadline
    from ..alert24.client import Alert24
    from ..alert24.connection import Connection

    connection = Connection(
        settings.api_url,
        settings.need_key().reveal(),
        deadline=Deadline(seconds or settings.timeout, time.monotonic),
        cancellation=context.cancellation,
        tell=context.console.say,
        trace=context.console.trace,
        display_name=settings.display_name,
        connections=settings.concurrency,
    )
    return Alert24(connection, concurrency=settings.concurrency)


def status_page(settings: Settings, context: Context, *, seconds: float | None = None) -> StatusPage:
    """Return the page to write to: webhook receivers where there are any, else Alert24 by its key."""
    if not settings.webhook_urls:
        return connect(settings, context, seconds=seconds)
    from .receiving import webhook_receivers

    return webhook_receivers(settings, context, seconds=seconds)


def start_request(settings: Settings, context: Context, named: Sequence[str] | None = None) -> StartRequest:
    """Return what the settings ask of start; `named` are the services where the settings need not name them."""
    from ..ci.context import deployment_id
    from ..deployment.start import StartRequest

    return StartRequest(
        deployment=deployment_id(context.environ),
        references=references(settings) if named is None else named,
        now=now,
        policy=settings.policy,
        respect_existing_maintenance=settings.respect_existing_maintenance,
        description=settings.description or None,
        fail_on_unreachable=settings.fail_on_unreachable,
        dry_run=settings.dry_run,
    )


def finish_request(settings: Settings, deployment_result: DeploymentResult) -> FinishRequest:
    """Return what the settings ask of finish."""
    from ..deployment.finish import FinishRequest

    return FinishRequest(
        ending=deployment_result,
        now=now,
        references=references(settings) if settings.webhook_urls else settings.services,
        policy=settings.policy,
        fail_on_unreachable=settings.fail_on_unreachable,
        dry_run=settings.dry_run,
    )


def set_request(settings: Settings) -> SetRequest:
    """Return what the settings ask of set, or raise WrongSetting where the status is empty."""
    from ..deployment.setting import SetRequest

    if not settings.status:
        raise WrongSetting(
            f"{settings.display_name('status')} is empty", remedy=f"Give {join_words(STATUSES, 'or')}."
        ).with_context(left=NOTHING_CHANGED)
    return SetRequest(
        status=settings.status,
        references=references(settings),
        description=settings.description or None,
        fail_on_unreachable=settings.fail_on_unreachable,
        dry_run=settings.dry_run,
    )


def references(settings: Settings) -> tuple[str, ...]:
    """Return the services that the settings name, or raise WrongSetting where they name none."""
    if settings.webhook_urls:
        return tuple(f"receiver-{number}" for number in range(1, len(settings.webhook_urls) + 1))
    try:
        return settings.need_services()
    except Alert24DeployError as error:
        raise error.with_context(left=NOTHING_CHANGED) from None


def deployment_result(word: str, rollback_word: str, warnings: list[str]) -> DeploymentResult:
    """Return the ending that the words mean; a word that means nothing is a failure, and warned about."""
    outcome, known = read_outcome(word)
    if not known:
        words = join_words([each.value for each in Outcome], "or")
        warnings.append(f"The outcome {quote(word)} is not {words}: it is taken as failure.")
    return DeploymentResult(outcome, rolled_back=read_outcome(rollback_word) == (Outcome.SUCCESS, True))
