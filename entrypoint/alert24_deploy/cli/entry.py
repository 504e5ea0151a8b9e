"""The console script: as little as can be before the command runs, and nothing after it."""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from ..ci.console import Console
from .boundary import guard, leave, listen


def main() -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    # A short-lived process has nothing to collect: a tenth of its time goes into trying.
    gc.disable()
    stop = listen()
    console = Console()
    environ = dict(os.environ)

    def run() -> int:
        from .app import run_app

        return run_app(sys.argv[1:], environ, console, stop)

    leave(guard(run, console, stop))
