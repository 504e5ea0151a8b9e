"""`demo`: five deployments on the sandbox, and what the status page showed during each."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from ..app.build import Context
from ..ci.console import Console
from ..policy import DOWN, OPERATIONAL
from ..text import sanitize
from .options import GroupedCommand, own_option
from .sandbox import SERVICES, start_sandbox

if TYPE_CHECKING:
    from alert24_sandbox import Event, Sandbox

_NAME = SERVICES[0]


class _Story(NamedTuple):
    title: str
    finish: Sequence[str]
    meanwhile: Callable[[Sandbox], object] | None = None
    meanwhile_text: str = ""


_STORIES = (
    _Story("A deployment succeeds", ["--outcome", "success"]),
    _Story("A deployment fails", ["--outcome", "failure"]),
    _Story(
        "A deployment fails and is rolled back",
        ["--outcome", "failure", "--rollback-outcome", "success"],
    ),
    _Story("A deployment is cancelled: whether the service is healthy is not known", ["--outcome", "cancelled"]),
    _Story(
        "A deployment succeeds, but a monitor reports the service as down in the meantime: the worse status wins",
        ["--outcome", "success"],
        lambda sandbox: sandbox.set_status(_NAME, DOWN, by="monitor"),
        "(a monitor finds the service down)",
    ),
)


class _Indented(Console):
    """A console whose lines stand below their story."""

    def lines(self, text: str) -> list[str]:
        return [f"     {line}" for line in super().lines(text)]


@click.command("demo", cls=GroupedCommand, short_help="Show five deployments on the embedded Alert24.")
@own_option("--pace", type=click.FloatRange(0, 10), default=0.4, metavar="SECONDS", help="Length of a deployment.")
@own_option("--watch", is_flag=True, help="Keep the status page open until Ctrl-C.")
@click.pass_obj
def command(context: Context, /, pace: float, watch: bool) -> int:
    """Show five deployments on an embedded Alert24. Needs no account and no network."""
    context.console.print(
        "alert24-deploy demo: one service, five deployments, and what visitors of the status page saw."
    )
    with start_sandbox() as sandbox, tempfile.TemporaryDirectory() as directory:
        sandbox.add_service(_NAME)
        key = sandbox.add_key()
        context.console.print(f"The status page: {sandbox.url}")
        for number, story in enumerate(_STORIES, 1):
            if context.cancellation.requested:
                return 1
            context.console.print(f"\n{number}. {story.title}")
            state = Path(directory, f"{number}.json")
            environ = {
                "ALERT24_API_URL": sandbox.url,
                "ALERT24_API_KEY": key,
                "ALERT24_SERVICES": _NAME,
                "ALERT24_STATE": str(state),
            }
            _show(context, sandbox, story, environ, pace)
        if watch:
            context.console.print(f"\nThe page stays at {sandbox.url} until Ctrl-C.")
            context.cancellation.sleep(None)
    return 0


def _show(context: Context, sandbox: Sandbox, story: _Story, environ: dict[str, str], pace: float) -> None:
    sandbox.set_status(_NAME, OPERATIONAL, by="demo")
    seen = len(sandbox.events)
    _run(context, ["start"], environ)
    context.console.print("   $ ./deploy.sh")
    context.cancellation.sleep(pace)
    if story.meanwhile:
        context.console.print(f"     {story.meanwhile_text}")
        story.meanwhile(sandbox)
    _run(context, ["finish", *story.finish], environ)
    context.console.print("   What visitors saw:")
    for event in sandbox.events[seen:]:
        context.console.print(f"     {_line(event)}")


def _run(context: Context, arguments: list[str], environ: dict[str, str]) -> None:
    """Run a command as the user would, in this process."""
    from .main import run_app

    context.console.print(f"   $ alert24-deploy {' '.join(arguments)}")
    run_app(arguments, environ, _Indented(people=sys.stdout), context.cancellation)


def _line(event: Event) -> str:
    when = event.time.strftime("%H:%M:%S.%f")[:-5]
    writer = "a monitor" if event.by == "monitor" else "alert24-deploy"
    return f"{when}  {sanitize(event.service)}  {event.before} -> {event.after}  ({writer})"
