"""One pause for all workers: when Alert24 asks one of them to wait, it means the key, so all of them wait."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .budget import Deadline
from .stop import Cancellation


class Pause:
    """A time before which no request goes out."""

    def __init__(self, clock: Callable[[], float], cancellation: Cancellation) -> None:
        """Begin with no pause; `clock` counts in seconds."""
        self._clock = clock
        self._cancellation = cancellation
        self._lock = threading.Lock()
        self._until = 0.0

    def extend(self, seconds: float) -> None:
        """Let nobody send for so many seconds from now; a longer pause that is on already stays."""
        with self._lock:
            self._until = max(self._until, self._clock() + seconds)

    def wait(self, deadline: Deadline) -> bool:
        """Sleep until the pause is over; False where a signal arrives or the budget does not last so long."""
        while (left := self._until - self._clock()) > 0:
            if left > deadline.left() or self._cancellation.wait(left):
                return False
        return not self._cancellation.requested
