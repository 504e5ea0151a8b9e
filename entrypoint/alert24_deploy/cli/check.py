"""`check`: a health check's result on the page."""

from __future__ import annotations

import signal

import click

from ..assembly.compose import page_of, references
from ..assembly.looking import probe_of
from ..assembly.processes import Processes
from ..assembly.telling import tell
from ..assembly.world import NOTHING_CHANGED, World
from ..deployment.health import Health, show_health
from ..errors import NOT_VERIFIED, Alert24DeployError, WrongSetting
from ..hooks.environment import documented
from ..settings import Settings
from .command import with_settings
from .options import LOOKS, PROCESS, WRITING, options
from .run import check_command

_URL_SECONDS = 10.0


@click.command("check", short_help="Show a health check on the page.")
@options(*WRITING, "on-pass", "on-fail", "override-maintenance", "url", *LOOKS, *PROCESS)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.pass_context
def command(context: click.Context, /, words: tuple[str, ...], **_: object) -> int:
    """Run COMMAND, or ask --url, and set the services to operational or down by the result.

    Services in maintenance are left alone. Exits with COMMAND's own code where that is not 0, else 6 where --url
    is not well.
    """
    return with_settings(context, lambda world, settings: _check(world, settings, words))


def _check(world: World, settings: Settings, words: tuple[str, ...]) -> int:
    if bool(words) == bool(settings.url):
        raise WrongSetting(
            "there is nothing to check, or two things at once", remedy="Give either `-- COMMAND...` or --url."
        ).told(left=NOTHING_CHANGED)
    named = references(settings)
    code, reason = _ask_url(world, settings) if settings.url else _ask_command(world, settings, words)
    if world.stop.requested:
        if words and code:
            world.stop.answered()  # the command's own code tells of the signal
        return code or 1
    order = Health(
        status=settings.on_fail if code else settings.on_pass,
        reason=reason,
        references=named,
        override_maintenance=settings.override_maintenance,
        fail_on_error=settings.fail_on_error,
        dry_run=settings.dry_run,
    )
    try:
        reported = tell(world.console, show_health(page_of(settings, world), order), as_json=settings.json)
    except Alert24DeployError as error:
        error.exit_code = code or error.exit_code  # the command's own code comes first
        raise
    return code or reported


def _ask_url(world: World, settings: Settings) -> tuple[int, str]:
    problem = probe_of(settings, settings.url)(_URL_SECONDS, world.stop)
    return (NOT_VERIFIED, f"the check failed: {problem}") if problem else (0, "the check passed")


def _ask_command(world: World, settings: Settings, words: tuple[str, ...]) -> tuple[int, str]:
    check_command(words)
    processes = Processes(settings, world)
    end = processes.run(words, documented("", settings.services), settings.command_timeout)
    code = end.code
    if end.cancelled:
        code = processes.settle() or 128 + (world.stop.signal or signal.SIGINT)
    return code, f"the check failed with exit code {code}" if code else "the check passed"
