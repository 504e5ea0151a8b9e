"""The job summary: a table, a timeline, and every message in full.

Everything but the heading is HTML: GitHub reads no Markdown within an HTML block (GFM spec, "HTML blocks"), and looks
for no mentions, issues or commits within `<code>` and `<pre>`. So foreign text stays text, and nothing becomes a link.
"""

from __future__ import annotations

import datetime
import html
from collections.abc import Sequence

from ..deployment.report import Action, Report, ServiceResult
from ..errors import Alert24DeployError
from ..policy import DeploymentResult, Outcome
from ..text import pluralize, sanitize, sanitize_lines

_TIME = "%Y-%m-%dT%H:%M:%SZ"
_ACTIONS = {
    Action.WRITTEN: "written",
    Action.KEPT: "left as it is",
    Action.WOULD_WRITE: "would be written",
    Action.FAILED: "NOT written",
    Action.UNKNOWN: "sent, no answer",
}


def summary(report: Report) -> str:
    """Return a report as Markdown for the job summary."""
    messages = [*report.notes, *report.warnings, *([str(report.error)] if report.error else [])]
    parts = [f"### Alert24: {_title(report)}", _table(report), _timeline(report), *map(_message, messages)]
    return "\n\n".join(part for part in parts if part)


def stopped(error: Alert24DeployError) -> str:
    """Return the error that ended a stage as Markdown for the job summary."""
    return f"### Alert24: stopped\n\n{_message(str(error))}"


def code(foreign: object) -> str:
    """Return foreign text as HTML that shows it in full, and nothing else."""
    return f"<code>{html.escape(sanitize(foreign, None))}</code>" if foreign else "unknown"


def _title(report: Report) -> str:
    rehearsed = " (dry run)" if report.dry_run else ""
    if report.command == "start":
        return f"{'a deployment did not begin' if report.failed else 'a deployment begins'}{rehearsed}"
    if report.command == "reconcile":
        return f"maintenance reconciled{rehearsed}"
    if report.command == "set":
        return f"statuses set{rehearsed}"
    outcome = report.state.outcome if report.state else None
    return f"{DeploymentResult(Outcome(outcome)).describe() if outcome else 'finish'}{rehearsed}"


def _table(report: Report) -> str:
    if not report.services:
        return ""
    header = _row("th", ("Service", "Before", "After", "What", "Why"))
    return "\n".join(["<table>", header, *(_row("td", _cells(result)) for result in report.services), "</table>"])


def _cells(result: ServiceResult) -> tuple[str, ...]:
    what = _ACTIONS[result.action]
    return code(result.name), code(result.before), code(result.after), what, code(result.reason)


def _row(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def _timeline(report: Report) -> str:
    state = report.state
    if not state or not state.deployment:
        return ""
    items = [f"{code(state.started_at)} deployment started ({pluralize(len(state.services), 'service')})"]
    if state.finished_at:
        items.append(f"{code(state.finished_at)} {_title(report)}")
        duration = _seconds(state.started_at, state.finished_at)
        items += [f"in maintenance for {_duration(duration)}"] if duration is not None else []
    return "\n".join(["<ul>", *(f"<li>{item}</li>" for item in items), "</ul>"])


def _seconds(begin: str, end: str) -> int | None:
    try:
        span = datetime.datetime.strptime(end, _TIME) - datetime.datetime.strptime(begin, _TIME)  # noqa: DTZ007
    except ValueError:
        return None
    return int(span.total_seconds())


def _duration(seconds: int) -> str:
    minutes, rest = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    words = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{number} {unit}" for number, unit in words if number) or "0 s"


def _message(text: str) -> str:
    return "<pre>{}</pre>".format(html.escape("\n".join(sanitize_lines(text))))
