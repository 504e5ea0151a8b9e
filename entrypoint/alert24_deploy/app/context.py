"""What every command gets: environment, console and cancellation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..ci.console import Console
from ..signals import Cancellation


class Context(NamedTuple):
    """The environment, the console and a signal's request to stop."""

    environ: Mapping[str, str]
    console: Console
    cancellation: Cancellation

    def without_signals(self) -> Context:
        """Return the same context without its signals, for what must be completed."""
        return Context(self.environ, self.console, Cancellation())
