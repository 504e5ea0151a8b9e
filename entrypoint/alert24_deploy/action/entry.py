"""The two console scripts: they handle every error, and end the process with the stage's exit code."""

from __future__ import annotations

import gc
import importlib
import os
from collections.abc import Callable
from typing import NoReturn

from ..app.build import Context
from ..ci.console import Console
from ..ci.streams import protect_standard_streams
from ..error_handler import exit_now, run_guarded, usage
from ..errors import Alert24DeployError
from ..signals import install_signal_handlers
from ..text import add_secret


def main() -> NoReturn:
    """Run the action's main stage and end the process with its exit code."""
    _run("main_stage")


def post() -> NoReturn:
    """Run the action's post stage and end the process with its exit code."""
    _run("post_stage")


def _run(stage: str) -> NoReturn:
    gc.disable()  # as in cli.main: a short-lived process has nothing to collect
    protect_standard_streams()
    cancellation = install_signal_handlers()
    environ = dict(os.environ)
    console = _console(environ)
    context = Context(environ, console, cancellation)
    stages = importlib.import_module(f"{__package__}.stages")
    exit_now(run_guarded(lambda: _with_summary(getattr(stages, stage), context), console, cancellation))


def _with_summary(run: Callable[[Context], int], context: Context) -> int:
    """Run a stage; if an error ends it, the job summary shows the error, too."""
    try:
        return run(context)
    except Alert24DeployError as error:
        from ..app.summary import stopped
        from ..ci.github import add_summary

        add_summary(stopped(error), context.environ)
        raise


def _console(environ: dict[str, str]) -> Console:
    """Return GitHub's console, with every secret masked before anything else is written."""
    try:
        from ..ci.github import GitHubConsole, mask, on_github
        from .inputs import SECRETS, SIGNING
    except ImportError:
        exit_now(usage(Console(), "The action needs GitHub's extra: pip install 'alert24-deploy[github]'"))
    console = GitHubConsole() if on_github(environ) else Console()
    for variable in (*(f"INPUT_{name.upper()}" for name in SECRETS), *SIGNING.values()):
        secret = environ.get(variable, "").strip()
        mask(secret, environ)
        add_secret(secret)
    return console
