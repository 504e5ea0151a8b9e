"""The command line: the composition root, and the one error boundary."""

from .entry import main

__all__ = ["main"]
