"""The console script: as little as can be before the command runs, and nothing after it."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping
from typing import NoReturn

from ..ci.console import Console
from ..ci.gitlab import GitLabConsole, on_gitlab
from .boundary import exit_now, install_signal_handlers, run_guarded


def main() -> NoReturn:
    """Run the command line and leave the process with its exit code."""
    # A short-lived process has nothing to collect: trying takes 4 % of its time (docs/benchmarks.md).
    gc.disable()
    cancellation = install_signal_handlers()
    environ = dict(os.environ)
    console = console_for(environ)

    def run() -> int:
        from .app import run_app

        return run_app(sys.argv[1:], environ, console, cancellation)

    exit_now(run_guarded(run, console, cancellation))


def console_for(environ: Mapping[str, str]) -> Console:
    """Return the console of the CI that this is, or a plain one."""
    return GitLabConsole(environ) if on_gitlab(environ) else Console()
