"""`demo`: five deployments on the sandbox, and what the status page showed during each."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..app.build import Context
from ..ci.console import Console
from ..policy import DOWN, OPERATIONAL
from ..state.file import OUR_DIRECTORY, write_text
from ..text import sanitize
from .options import GroupedCommand, own_option
from .sandbox import SERVICES, command_line, start_sandbox

if TYPE_CHECKING:
    from alert24_sandbox import Sandbox

_NAME = SERVICES[0]
_MONITOR = "A deployment succeeds, but a monitor reports the service as down in the meantime: the worse status wins"
_STORIES = {
    "A deployment succeeds": ("--outcome", "success"),
    "A deployment fails": ("--outcome", "failure"),
    "A deployment fails and is rolled back": ("--outcome", "failure", "--rollback-outcome", "success"),
    "A deployment is cancelled: whether the service is healthy is not known": ("--outcome", "cancelled"),
    _MONITOR: ("--outcome", "success"),
}
_QUICK, _WATCHABLE = 0.4, 3.0  # seconds
_PACE_HELP = "Length of a deployment. (default: 0.4, with --watch 3)"
_WATCH_HELP = "Show the status page in a browser while it changes, more slowly, until Ctrl-C."


class _Indented(Console):
    """A console whose lines stand below their story."""

    def lines(self, text: str) -> list[str]:
        return [f"     {line}" for line in super().lines(text)]


@click.command("demo", cls=GroupedCommand, short_help="Show five deployments on the embedded Alert24.")
@own_option("--pace", type=click.FloatRange(0, 10), metavar="SECONDS", help=_PACE_HELP)
@own_option("--watch", is_flag=True, help=_WATCH_HELP)
@click.pass_obj
def command(context: Context, /, pace: float | None, watch: bool) -> int:
    """Show five deployments on an embedded Alert24. Needs no account and no network.

    Leaves the status page, with all that visitors saw, in a file that a browser opens.
    """
    console, pause = context.console, context.cancellation.sleep
    if pace is None:
        pace = _WATCHABLE if watch else _QUICK
    console.print("alert24-deploy demo: one service, five deployments, and what visitors of the status page saw.")
    with start_sandbox() as sandbox, tempfile.TemporaryDirectory() as directory:
        sandbox.add_service(_NAME)
        environ = {
            "ALERT24_API_URL": sandbox.url,
            "ALERT24_API_KEY": sandbox.add_key(),
            "ALERT24_SERVICES": _NAME,
            "ALERT24_RECORD_CHANGE": "true",  # so that the page names each deployment's outcome
        }
        if watch:
            console.print(f"Open {sandbox.url} in a browser now.")
            pause(2 * pace)
        for number, title in enumerate(_STORIES, 1):
            if context.cancellation.requested:
                return 1
            console.print(f"\n{number}. {title}")
            _show(context, sandbox, title, {**environ, "ALERT24_STATE": str(Path(directory, f"{number}.json"))}, pace)
        console.print(f"\n{_keep(sandbox)}")
        if watch:
            console.print(f"The page itself stays at {sandbox.url} until Ctrl-C.")
            pause(None)
        else:
            console.print(f"To watch the page while it changes:  {command_line(context, 'demo --watch')}")
            console.print(f"To try your own commands:            {command_line(context, 'sandbox')}")
    return 0


def _show(context: Context, sandbox: Sandbox, title: str, environ: Mapping[str, str], pace: float) -> None:
    sandbox.set_status(_NAME, OPERATIONAL, by="demo")
    seen = len(sandbox.events)
    _run(context, ["start"], environ)
    context.console.print("   $ ./deploy.sh")
    context.cancellation.sleep(pace)
    if title == _MONITOR:
        context.console.print("     (a monitor finds the service down)")
        sandbox.set_status(_NAME, DOWN, by="monitor")
    _run(context, ["finish", *_STORIES[title]], environ)
    context.console.print("   What visitors saw:")
    for event in sandbox.events[seen:]:
        context.console.print(f"     {event.describe()}")


def _run(context: Context, arguments: list[str], environ: Mapping[str, str]) -> None:
    """Run a command as the user would, in this process."""
    from .main import run_app

    context.console.print(f"   $ alert24-deploy {' '.join(arguments)}")
    run_app(arguments, environ, _Indented(people=sys.stdout), context.cancellation)


def _keep(sandbox: Sandbox) -> str:
    """Write the page into a file, and return a sentence that says where."""
    path = Path(OUR_DIRECTORY, "demo.html").absolute()
    try:
        write_text(path, sandbox.page.snapshot())
    except OSError as error:
        return f"The status page could not be written to {sanitize(path, None)}: {error.strerror}."
    return f"The status page, with all that visitors saw: {sanitize(path, None)}"
