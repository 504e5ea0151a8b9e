"""The command line: options become settings, `app` builds the objects, and the exit code leaves the process."""

from .main import main

__all__ = ["main"]
