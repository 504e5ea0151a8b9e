"""How a report is told: to people in sentences, to machines as JSON."""

from __future__ import annotations

from ..ci.console import Console
from ..deployment.report import Action, Report, ServiceResult
from ..errors import Alert24DeployError
from ..text import sanitize


def print_report(console: Console, report: Report, *, as_json: bool = False) -> int:
    """Tell a report and return the exit code that it deserves."""
    for result in report.services:
        console.say(sentence(result))
    for note in report.notes:
        console.say(note)
    for warning in report.warnings:
        console.warn(warning)
    _tell_error(console, report)
    if as_json:
        console.document(report_document(report))
    return report.exit_code


def _tell_error(console: Console, report: Report) -> None:
    if report.error and report.failed:
        console.fail(str(report.error))
    elif report.error:
        console.warn(f"{report.error}\nThe pipeline goes on, because `fail-on-unreachable` says so.")
    elif report.dry_run:
        console.say("Dry run: nothing was written.")


def sentence(result: ServiceResult) -> str:
    """Return what became of one service, as `Payments API: operational -> maintenance (a deployment starts)`."""
    name, reason = sanitize(result.name), f"({result.reason})"
    now = sanitize(result.after) if result.after else "unknown"
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
        "command": report.phase,
        "deployment": (report.state.deployment or None) if report.state else None,
        "outcome": report.state.outcome if report.state else None,
        "dry_run": report.dry_run,
        "changed": report.changed,
        "services": [result.document() for result in report.services],
        "notes": report.notes,
        "warnings": report.warnings,
        "error": error_document(report.error) if report.error else None,
        "exit_code": report.exit_code,
    }


def error_document(error: Alert24DeployError) -> dict[str, object]:
    """Return an error as `--json` writes it."""
    return {"code": error.exit_code, "message": str(error)}
