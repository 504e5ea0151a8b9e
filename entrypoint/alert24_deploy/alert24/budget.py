"""The time that a phase may take, retries and waits included."""

from __future__ import annotations

from collections.abc import Callable


class Deadline:
    """A number of seconds that runs out."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        """Start the clock, which counts in seconds and never goes back."""
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def left(self) -> float:
        """Return the seconds left, 0 where there are none."""
        return max(0.0, self._end - self._clock())

    def at_most(self, seconds: float) -> Deadline:
        """Return a budget of so many seconds, whatever is left of this one."""
        return Deadline(seconds, self._clock)

    def part(self, share: float) -> Deadline:
        """Return a budget of a share of the seconds left, starting now."""
        return Deadline(self.left() * share, self._clock)
