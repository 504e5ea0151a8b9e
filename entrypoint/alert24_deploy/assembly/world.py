"""What is outside: a phase is given it, and never looks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..alert24.stop import Cancellation
from ..ci.console import Console

NOTHING_CHANGED = "Nothing was changed."
STILL_IN_MAINTENANCE = "Nothing was changed: services that start set are still in maintenance."


class Context(NamedTuple):
    """What a phase is given from outside: the environment, the console and a signal's request to stop."""

    environ: Mapping[str, str]
    console: Console
    cancellation: Cancellation

    def without_signals(self) -> Context:
        """Return the same world without its signals, for what must be seen to its end."""
        return Context(self.environ, self.console, Cancellation())
