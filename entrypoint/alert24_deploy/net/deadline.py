"""The time that a phase may take, retries and waits included."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..signals import Cancellation


class Deadline:
    """A number of seconds that runs out, and a signal's request to stop, which ends all waiting before that."""

    def __init__(self, seconds: float, cancellation: Cancellation, clock: Callable[[], float] = time.monotonic) -> None:
        """Start the countdown; the clock returns seconds and never goes back."""
        self.seconds = seconds
        self.cancellation = cancellation
        self.clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Return the seconds left, 0 if there are none."""
        return max(0.0, self._end - self.clock())

    def restarted(self, seconds: float) -> Deadline:
        """Return a deadline on the same clock that starts now, however much of this one is left."""
        return Deadline(seconds, self.cancellation, self.clock)

    def part(self, share: float) -> Deadline:
        """Return a deadline of a share (0 to 1) of the seconds left, starting now."""
        return self.restarted(self.left() * share)
