"""The job summary: a table, a timeline, and every message in full."""

from __future__ import annotations

import datetime

from ..deployment.report import Action, Report, ServiceResult
from ..errors import Alert24DeployError
from ..policy import DeploymentResult, Outcome
from ..text import pluralize, sanitize

# Written as entities, so that a service's name is text and never Markdown, HTML, a link or a table's border.
_ENTITIES = {character: f"&#{ord(character)};" for character in "&<>\\`*_{}[]()#+!|~:@$"}
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
    parts = [f"### Alert24: {_title(report)}", _table(report), _timeline(report), *_messages(report)]
    return "\n\n".join(part for part in parts if part)


def stopped(error: Alert24DeployError) -> str:
    """Return the error that ended a stage as Markdown for the job summary."""
    return f"### Alert24: stopped\n\n{_quoted(str(error))}"


def escaped(foreign: object) -> str:
    """Return foreign text as Markdown that shows it, and nothing else."""
    if not foreign:
        return "unknown"
    return "".join(_ENTITIES.get(character, character) for character in sanitize(foreign))


def _title(report: Report) -> str:
    rehearsed = " (dry run)" if report.dry_run else ""
    if report.command == "start":
        return f"{'a deployment did not begin' if report.failed else 'a deployment begins'}{rehearsed}"
    if report.command == "set":
        return f"statuses set{rehearsed}"
    outcome = report.state.outcome if report.state else None
    return f"{DeploymentResult(Outcome(outcome)).describe() if outcome else 'finish'}{rehearsed}"


def _table(report: Report) -> str:
    if not report.services:
        return ""
    rows = ["| Service | Before | After | What | Why |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([*rows, *map(_row, report.services)])


def _row(result: ServiceResult) -> str:
    cells = (escaped(result.name), escaped(result.before), escaped(result.after), _ACTIONS[result.action])
    return f"| {' | '.join(cells)} | {escaped(result.reason)} |"


def _timeline(report: Report) -> str:
    state = report.state
    if not state:
        return ""
    lines = [f"- {escaped(state.started_at)} deployment started ({pluralize(len(state.services), 'service')})"]
    if state.finished_at:
        lines.append(f"- {escaped(state.finished_at)} {escaped(_title(report))}")
        duration = _seconds(state.started_at, state.finished_at)
        lines.append(f"- in maintenance for {_spoken(duration)}" if duration is not None else "")
    return "\n".join(line for line in lines if line)


def _seconds(begin: str, end: str) -> int | None:
    try:
        span = datetime.datetime.strptime(end, _TIME) - datetime.datetime.strptime(begin, _TIME)  # noqa: DTZ007
    except ValueError:
        return None
    return int(span.total_seconds())


def _spoken(seconds: int) -> str:
    minutes, rest = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    words = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{number} {unit}" for number, unit in words if number) or "0 s"


def _messages(report: Report) -> list[str]:
    texts = [*report.notes, *report.warnings, *([str(report.error)] if report.error else [])]
    return [_quoted(text) for text in texts]


def _quoted(text: str) -> str:
    return f"> {'<br>'.join(escaped(line) for line in text.splitlines())}"
