"""A report as text for people and as JSON for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ci.console import BLUE, DIM, GREEN, RED, YELLOW, Console, Mark
from ..deployment.report import Action, Report, ServiceResult
from ..errors import Alert24DeployError
from ..policy import DEGRADED, DOWN, MAINTENANCE, OPERATIONAL
from ..text import sanitize

if TYPE_CHECKING:
    from ..deployment.timeline import Timeline

_STATUS_COLORS = {OPERATIONAL: GREEN, DEGRADED: YELLOW, DOWN: RED, MAINTENANCE: BLUE}
_ENDED = {
    "success": ("succeeded", Mark("✓", GREEN)),
    "failure": ("failed", Mark("✗", RED)),
    "cancelled": ("was cancelled", Mark("!", YELLOW)),
    "skipped": ("was skipped", Mark("!", YELLOW)),
}
_NAMED = 20  # services, each with its own line on how long it was in maintenance


def print_report(console: Console, report: Report, *, as_json: bool = False, with_timeline: bool = True) -> int:
    """Print a report and return its exit code."""
    for result in report.services:
        console.info(sentence(result), _mark(result))
    for note in report.notes:
        console.info(note)
    for notice in report.notices:
        console.note(notice)
    for warning in report.warnings:
        console.warn(warning)
    _print_error(console, report)
    if with_timeline:
        print_timeline(console, report)
    if as_json:
        console.json(report_document(report))
    return report.exit_code


def print_timeline(console: Console, report: Report) -> None:
    """Print how a deployment ended, what took how long, and how long visitors saw maintenance."""
    if not (found := _timeline(report)) or not report.state:
        return
    from ..deployment.timeline import duration

    for each in found.maintenance[:_NAMED]:
        if len(found.maintenance) > 1 or each.note:
            console.info(f"{sanitize(each.service)}: maintenance for {each.describe()}")
    ended, mark = _ENDED.get(report.state.outcome or "", ("ended", Mark("!", YELLOW)))
    failed = " (failed)" if report.state.outcome == "failure" else ""  # a command that was cancelled failed, too
    steps = [f"{each.name} {duration(each.ended - each.began)}{each.failed * failed}" for each in found.phases]
    took = duration(found.phases[-1].ended - found.began)
    console.info(f"The deployment {ended} after {took}: {', '.join(steps)}. {found.visible}".rstrip(), mark)


def _mark(result: ServiceResult) -> Mark:
    if result.action is Action.FAILED:
        return Mark("✗", RED)
    if result.action is Action.UNKNOWN:
        return Mark("?", YELLOW)
    return status_mark(result.after, changed=result.action is Action.WRITTEN and result.found != result.after)


def status_mark(status: str | None, *, changed: bool = True) -> Mark:
    """Return a dot in a status's colour; it is empty if nothing was changed."""
    return Mark("●" if changed else "○", _STATUS_COLORS.get(status or "", DIM))


def _timeline(report: Report) -> Timeline | None:
    if not report.state:
        return None
    from ..deployment.timeline import timeline  # `set` has none

    return timeline(report)


def _print_error(console: Console, report: Report) -> None:
    if report.error and report.failed:
        console.fail(str(report.error))
    elif report.error:
        console.warn(f"{report.error}\nContinuing, because of `fail-on-unreachable`.")
    elif report.dry_run:
        console.info("Dry run: nothing was written.")


def sentence(result: ServiceResult) -> str:
    """Return what was done to one service, such as `Payments API: operational -> maintenance (a deployment starts)`."""
    name, reason = sanitize(result.name), f"({result.reason})"
    now = sanitize(result.after) if result.after else "unknown"
    if result.action is Action.WRITTEN and result.found == result.after != result.wanted:
        return f"{name}: is {now} again {reason}"
    if result.action is Action.KEPT or (result.action is Action.WRITTEN and result.found == result.after):
        return f"{name}: stays {now} {reason}"
    if result.action is Action.WRITTEN:
        return f"{name}: {_from(result)}{now} {reason}"
    if result.action is Action.WOULD_WRITE:
        return f"{name}: would be set to {now} {reason}"
    if result.action is Action.UNKNOWN:
        return f"{name}: sent {sanitize(result.wanted)}, but no answer came {reason}"
    return f"{name}: NOT set to {sanitize(result.wanted)}, is {now} {reason}"


def _from(result: ServiceResult) -> str:
    return f"{sanitize(result.found)} -> " if result.found else "-> "


def report_document(report: Report) -> dict[str, object]:
    """Return a report as `--json` writes it."""
    return {
        "command": report.command,
        "deployment": (report.state.deployment or None) if report.state else None,
        "outcome": report.state.outcome if report.state else None,
        "dry_run": report.dry_run,
        "changed": report.changed,
        "services": [result.document() for result in report.services],
        "timeline": found.document() if (found := _timeline(report)) else None,
        "notes": [*report.notes, *report.notices],
        "warnings": report.warnings,
        "error": error_document(report.error) if report.error else None,
        "exit_code": report.exit_code,
    }


def error_document(error: Alert24DeployError) -> dict[str, object]:
    """Return an error as `--json` writes it."""
    return {"code": error.exit_code, "message": str(error)}
