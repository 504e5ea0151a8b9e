"""`init`: the pipeline file for a CI."""

from __future__ import annotations

import contextlib
import os
import queue
import shlex
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..app.build import Context, connect
from ..errors import WrongSetting
from ..settings import Settings
from ..signals import take
from ..text import quote, sanitize
from .common import with_settings
from .options import COMMON, GroupedCommand, options, own_option
from .pipeline_file import PLATFORMS, content

if TYPE_CHECKING:
    from ..deployment.interfaces import Service

_LISTED = 20  # services that an error lists
_WRITE_HELP = "Write the file to its usual path. A file that exists is never overwritten."


@click.command("init", cls=GroupedCommand, short_help="Print the pipeline file for your CI.")
@click.argument("platform", type=click.Choice(list(PLATFORMS)))
@own_option("--write", is_flag=True, help=_WRITE_HELP)
@options("services", *COMMON)
@click.pass_context
def command(ctx: click.Context, /, platform: str, write: bool, **_: object) -> int:
    """Print a pipeline file with a deployment, and with what ends its maintenance if the runner dies.

    The services are those of --service. Without it, Alert24 is asked: a single service is taken, and of several you
    choose on a terminal.
    """
    return with_settings(ctx, lambda context, settings: _init(context, settings, platform, write), needs_key=False)


def _init(context: Context, settings: Settings, platform: str, write: bool) -> int:
    names = settings.services or _chosen(context, settings, platform)
    found = PLATFORMS[platform]
    text = content(found, names)
    if write:
        _write(Path(found.path), text)
    if settings.json:
        document = {"platform": platform, "path": found.path, "written": write, "services": names, "content": text}
        context.console.json({"command": "init", **document, "exit_code": 0})
    elif not write:
        context.console.file(text)
    context.console.info(
        f"{'Wrote' if write else 'Save this as'} {found.path}, and put your own command in the place of ./deploy.sh.\n"
        f"{found.secret}"
    )
    return 0


def _chosen(context: Context, settings: Settings, platform: str) -> tuple[str, ...]:
    """Return the services that Alert24 has, if it is one, or that the user chooses of them."""
    if settings.api_key is None:
        raise WrongSetting(
            "no service is named, and there is no API key to ask Alert24 for them",
            remedy=f"Name services with --service, or set {settings.display_name('api-key')}.",
        )
    services = connect(settings, context).list()
    counted = Counter(service.name.strip() for service in services)
    names = tuple(each.name if each.name.strip() and counted[each.name.strip()] == 1 else each.id for each in services)
    if len(services) == 1:
        context.console.info(f"{quote(names[0])} is your only service.")
        return names
    if not services or not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        raise _undecided(names, platform)
    return _asked(context, services, names)


def _undecided(names: tuple[str, ...], platform: str) -> WrongSetting:
    if not names:
        return WrongSetting("this key's organization has no services", remedy="Create one in Alert24 first.")
    more = f", and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return WrongSetting(
        "no service is named",
        detail=f"These are there: {', '.join(map(quote, names[:_LISTED]))}{more}.",
        remedy=f"Name those that you deploy: alert24-deploy init {platform} "
        f"--service {shlex.quote(sanitize(names[0]))}",
    )


def _asked(context: Context, services: list[Service], names: tuple[str, ...]) -> tuple[str, ...]:
    for number, service in enumerate(services, 1):
        same = "" if service.name == names[number - 1] else f" ({sanitize(service.id)})"
        context.console.info(f"{number:>4}  {sanitize(service.name)}{same}")

    def read(text: str) -> tuple[str, ...]:
        numbers = text.replace(",", " ").split()
        if not numbers or not all(each.isdecimal() and 0 < int(each) <= len(names) for each in numbers):
            raise click.UsageError(f"use numbers from 1 to {len(names)}, such as 1,2")
        return tuple(dict.fromkeys(names[int(each) - 1] for each in numbers))

    def ask() -> None:
        with contextlib.suppress(click.Abort):
            answers.put(click.prompt("Which ones do you deploy (numbers)", value_proc=read, err=True))
        answers.put(())

    # In a thread: a signal that comes just before the main thread reads a line would be noticed after the line.
    answers: queue.SimpleQueue[tuple[str, ...]] = queue.SimpleQueue()
    context.cancellation.on_request(lambda: answers.put(()))
    threading.Thread(target=ask, daemon=True).start()
    if chosen := take(answers, None):
        return chosen
    context.console.info("\nNothing was written.")
    raise click.Abort


def _write(path: Path, text: str) -> None:
    """Create the file; raise WrongSetting if there is anything of its name, or if it can't be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.parent.resolve() != Path.cwd().resolve() / path.parent:
            raise WrongSetting(f"{path.parent} leads elsewhere by a symbolic link", remedy="Leave --write out.")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "w", encoding="utf-8") as file:
            try:
                file.write(text)
                file.flush()
            except OSError:
                path.unlink()  # half a file would be in the way of the next try
                raise
    except OSError as error:
        if isinstance(error, FileExistsError) and os.path.lexists(path):
            raise WrongSetting(
                f"{path} exists and was not changed",
                remedy="Leave --write out to see the text, and take from it what you need.",
            ) from None
        raise WrongSetting(f"{path} can't be written ({error.strerror})", remedy="Leave --write out.") from None
