"""A report as text for people and as JSON for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ci.console import Console
from ..deployment.report import Action, Report, ServiceResult
from ..errors import Alert24DeployError
from ..text import sanitize

if TYPE_CHECKING:
    from ..deployment.timeline import Timeline

_NAMED = 20  # services, each with its own line on how long it was in maintenance


def print_report(console: Console, report: Report, *, as_json: bool = False, with_timeline: bool = True) -> int:
    """Print a report and return its exit code."""
    for result in report.services:
        console.info(sentence(result))
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
    """Print a line for each phase of the deployment that a report ends, and how long visitors saw maintenance."""
    if not (found := _timeline(report)):
        return
    from ..deployment.timeline import duration, utc

    for phase in found.phases:
        failed = " (failed)" if phase.failed else ""
        console.info(f"{utc(phase.began):%H:%M:%S} UTC  {phase.name}: {duration(phase.ended - phase.began)}{failed}")
    for each in found.maintenance[:_NAMED]:
        if len(found.maintenance) > 1 or each.note:
            console.info(f"{sanitize(each.service)}: maintenance for {each.describe()}")
    if found.visible:
        console.info(found.visible)


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
    if result.action is Action.WRITTEN:
        return f"{name}: {_from(result)}{now} {reason}"
    if result.action is Action.WOULD_WRITE:
        return f"{name}: would be set to {now} {reason}"
    if result.action is Action.KEPT:
        return f"{name}: stays {now} {reason}"
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
