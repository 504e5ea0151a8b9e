"""The two console scripts: guard, and leave."""

from __future__ import annotations

import gc
import importlib
import os
from collections.abc import Callable
from typing import NoReturn

from ..assembly.world import World
from ..ci.console import Console
from ..cli.boundary import guard, leave, listen, usage
from ..errors import Alert24DeployError


def main() -> NoReturn:
    """Run the action's main stage and leave with its exit code."""
    _run("main")


def post() -> NoReturn:
    """Run the action's post stage and leave with its exit code."""
    _run("post")


def _run(stage: str) -> NoReturn:
    gc.disable()  # as in cli.entry: a short-lived process has nothing to collect
    stop = listen()
    environ = dict(os.environ)
    console = _console(environ)
    module = importlib.import_module(f"{__package__}.{stage}")
    leave(guard(lambda: _summed_up(module.run, World(environ, console, stop)), console, stop))


def _summed_up(run: Callable[[World], int], world: World) -> int:
    """Run a stage; the error that ends it stands in the job summary, too."""
    try:
        return run(world)
    except Alert24DeployError as error:
        from ..ci.github import add_summary
        from .summary import stopped

        add_summary(world.console.struck(stopped(error)), world.environ)
        raise


def _console(environ: dict[str, str]) -> Console:
    """Return GitHub's console, with every secret masked before anything else is said."""
    try:
        from ..ci.github import GitHubConsole, mask, on_github
        from .inputs import SECRETS, SIGNING
    except ImportError:
        leave(usage(Console(), "The action needs GitHub's extra: pip install 'alert24-deploy[github]'"))
    console = GitHubConsole() if on_github(environ) else Console()
    for variable in (*(f"INPUT_{name.upper()}" for name in SECRETS), *SIGNING.values()):
        secret = environ.get(variable, "").strip()
        mask(secret, environ)
        console.hide(secret)
    return console
