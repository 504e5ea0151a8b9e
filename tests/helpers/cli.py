"""Runs the command line inside the test's own process: quick, and open to a debugger."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Mapping
from pathlib import Path

from alert24_deploy.ci.console import Console
from alert24_deploy.cli.main import run_app
from alert24_deploy.error_handler import run_guarded
from alert24_deploy.signals import Cancellation

from .key_watch import KeyWatch
from .results import Result, watched


class Cli:
    """Calls commands with an environment of its own; `folder` is the current one."""

    def __init__(self, environ: Mapping[str, str], folder: Path, watch: KeyWatch) -> None:
        self.environ = dict(environ)
        self.folder = folder
        self._watch = watch

    def __call__(self, *arguments: str, env: Mapping[str, str | None] | None = None) -> Result:
        """Run `alert24-deploy` with these arguments; `env` adds variables, or with None takes one away."""
        people, machine, cancellation = io.StringIO(), io.StringIO(), Cancellation()
        console = Console(people, machine)
        environ = merged(self.environ, env)
        with contextlib.redirect_stdout(machine):  # click writes --help there by itself
            code = run_guarded(lambda: run_app(arguments, environ, console, cancellation), console, cancellation)
        return watched(self._watch, arguments, Result(code, machine.getvalue(), people.getvalue()))


CliAt = Callable[[str], Cli]
"""Makes a command line that speaks to the Alert24 at some address."""


def merged(environ: Mapping[str, str], changes: Mapping[str, str | None] | None) -> dict[str, str]:
    """Return an environment with some variables set and some (None) taken away."""
    both = {**environ, **(changes or {})}
    return {name: value for name, value in both.items() if value is not None}
