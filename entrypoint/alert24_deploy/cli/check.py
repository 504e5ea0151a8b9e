"""`check`: services' statuses by the result of a health check."""

from __future__ import annotations

import click

from ..app.build import Context, references, status_page
from ..app.commands import CommandRunner
from ..app.report_text import print_report
from ..app.verifier import http_check
from ..deployment.set_status import SetRequest, set_check_result
from ..errors import NOT_VERIFIED, NOTHING_CHANGED, Alert24DeployError, WrongSetting
from ..hooks.environment import documented
from ..settings import Settings
from .common import with_settings
from .options import HEALTH, PROCESSES, WRITING, GroupedCommand, options
from .run import check_command

_URL_SECONDS = 10.0


@click.command("check", cls=GroupedCommand, short_help="Set services by a health check's result.")
@options(*WRITING, "url", "on-pass", "on-fail", "override-maintenance", *HEALTH, *PROCESSES)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **_: object) -> int:
    """Run COMMAND or check --url, and set the services to operational or down by the result.

    Doesn't change services that are in maintenance. Exits with COMMAND's own code if it is not 0, and with 6 if
    --url is unhealthy.
    """
    return with_settings(ctx, lambda context, settings: _check(context, settings, words))


def _check(context: Context, settings: Settings, words: tuple[str, ...]) -> int:
    if bool(words) == bool(settings.url):
        raise WrongSetting(
            "there is nothing to check, or two things at once", remedy="Use either `-- COMMAND...` or --url."
        ).with_context(left=NOTHING_CHANGED)
    named = references(settings)
    code, reason = _check_url(context, settings) if settings.url else _check_command(context, settings, words)
    if context.cancellation.requested:
        context.console.fail(f"The check was stopped by a signal. {NOTHING_CHANGED}")
        if words and code:
            context.cancellation.forget_exit_code()  # the command's own code reports the signal
        return code or 1
    request = SetRequest(
        status=settings.on_fail if code else settings.on_pass,
        reason=reason,
        references=named,
        override_maintenance=settings.override_maintenance,
        fail_on_unreachable=settings.fail_on_unreachable,
        dry_run=settings.dry_run,
    )
    try:
        reported = print_report(
            context.console, set_check_result(status_page(settings, context), request), as_json=settings.json
        )
    except Alert24DeployError as error:
        error.exit_code = code or error.exit_code  # the command's own code comes first
        raise
    return code or reported


def _check_url(context: Context, settings: Settings) -> tuple[int, str]:
    problem = http_check(settings, settings.url)(_URL_SECONDS, context.cancellation)
    return (NOT_VERIFIED, f"the check failed: {problem}") if problem else (0, "the check passed")


def _check_command(context: Context, settings: Settings, words: tuple[str, ...]) -> tuple[int, str]:
    check_command(words)
    commands = CommandRunner(settings, context)
    result = commands.run(words, documented("", settings.services), settings.command_timeout)
    code = result.code
    if result.cancelled:
        code = commands.settle() or context.cancellation.exit_code
    return code, f"the check failed with exit code {code}" if code else "the check passed"
