"""`check`: services' statuses by the result of a health check."""

from __future__ import annotations

from pathlib import Path

import click

from ..app.build import Context, references, status_page
from ..app.commands import CommandRunner
from ..app.report_text import print_report
from ..app.verifier import http_check
from ..deployment.report import Report
from ..deployment.set_status import SetRequest, set_check_result
from ..errors import NOT_VERIFIED, NOTHING_CHANGED, Alert24DeployError, BrokenState, WrongSetting
from ..hooks.environment import documented
from ..settings import Settings
from ..text import capitalize
from .common import with_settings
from .options import CHECKS, HEALTH, PROCESSES, WRITING, GroupedCommand, options
from .run import check_command

_URL_SECONDS = 10.0


@click.command("check", cls=GroupedCommand, short_help="Set services by a health check's result.")
@options(*WRITING, "state", *CHECKS, *HEALTH, *PROCESSES)
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], **_: object) -> int:
    """Run COMMAND or check --url, and set the services to operational or down by the result.

    Doesn't change services that are in maintenance. Exits with COMMAND's own code if it is not 0, and with 6 if
    --url is unhealthy. With --pass-after or --fail-after, earlier results are kept beside the file of --state.
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
        report = _too_early(context, settings, words, code, reason)
        report = report or set_check_result(status_page(settings, context), request)
        reported = print_report(context.console, report, as_json=settings.json)
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


def _too_early(context: Context, settings: Settings, words: tuple[str, ...], code: int, reason: str) -> Report | None:
    """Count a result in a row of equal ones; return a report if there are too few of them, else None."""
    if settings.pass_after == settings.fail_after == 1:
        return None
    from ..state.check_count import CheckCount, fingerprint, load_count, save_count

    needed = settings.fail_after if code else settings.pass_after
    receivers = sorted(url.reveal() for url in settings.webhook_urls)
    key = fingerprint(settings.api_url, sorted(settings.services), receivers, settings.url)
    path = Path(settings.state).with_name(f"check-{key}.json")
    try:
        last = load_count(path)
    except BrokenState as error:
        context.console.warn(f"{error} Counting begins again.")
        last = CheckCount()
    check = fingerprint(words, str(settings.verify_status), settings.verify_text)
    count = last.then(check, passed=not code, most=needed)
    if count != last and not settings.dry_run:
        save_count(path, count, settings.display_name("state"))
    if count.times >= needed:
        return None
    again = " It is another check than the last time, so counting begins again." if check != last.check != "" else ""
    note = f"{capitalize(reason)}: {count.times} of {needed} in a row. {NOTHING_CHANGED}{again}"
    return Report("check", notes=[note], dry_run=settings.dry_run)
