"""Builds the objects of a phase from its settings: here, and in the action, everything comes together."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ..alert24.stop import Stop
from ..ci.console import Console
from ..settings import Settings

if TYPE_CHECKING:
    from ..alert24.client import Alert24


def now() -> str:
    """Return the time as ISO 8601 in UTC, to the second."""
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def connect(settings: Settings, stop: Stop, console: Console, clock: Callable[[], float] = time.monotonic) -> Alert24:
    """Return the page that the settings name; its time budget begins now."""
    from ..alert24.budget import Budget
    from ..alert24.client import Alert24
    from ..alert24.connection import Connection

    connection = Connection(
        settings.api_url,
        settings.need_key().reveal(),
        budget=Budget(settings.timeout, clock),
        stop=stop,
        tell=console.say,
        trace=console.trace,
        spelled=settings.spelled,
        connections=settings.concurrency,
        clock=clock,
    )
    return Alert24(connection, concurrency=settings.concurrency)
