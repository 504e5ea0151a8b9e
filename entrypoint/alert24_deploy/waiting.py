"""Waiting in the main thread so that no signal is missed."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")
# Python runs signal handlers between its own steps only: a signal that arrives just before the waiting begins would
# wait as long as the waiting does. So nothing waits longer than this in one go.
_LOOK_SECONDS = 0.5


def take(ended: queue.SimpleQueue[_T], seconds: float | None, waiting: Callable[[float], None] | None = None) -> _T:
    """Return the next item of a queue, after at most so many seconds (None: however long it takes).

    `waiting` is called now and then with the seconds that have passed.

    Raises:
        queue.Empty: there was none.
    """
    began = time.monotonic()
    end = None if seconds is None else began + seconds
    while True:
        left = _LOOK_SECONDS if end is None else max(0.0, end - time.monotonic())
        try:
            return ended.get(timeout=min(left, _LOOK_SECONDS))
        except queue.Empty:
            if end is not None and left <= _LOOK_SECONDS:
                raise
            if waiting:
                waiting(time.monotonic() - began)
