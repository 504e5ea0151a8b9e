"""The summary of a deployment: a table, a timeline, and every message in full.

Everything but the heading and the chart is HTML: GitHub reads no Markdown within an HTML block (GFM spec, "HTML
blocks"), and looks for no mentions, issues or commits within `<code>` and `<pre>`. So foreign text stays text, and
nothing becomes a link.
"""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Sequence
from pathlib import Path

from ..deployment.interfaces import StatusPageInfo
from ..deployment.report import Action, Report, ServiceResult
from ..deployment.timeline import Timeline, duration, timeline, utc
from ..errors import Alert24DeployError
from ..policy import DeploymentResult, Outcome
from ..settings import Settings
from ..text import pluralize, redact, sanitize, sanitize_lines
from .build import Context, connect

LIMIT = 1024 * 1024  # bytes; GitHub shows no more of a step (actions/runner, FileCommandManager.cs)
_CHARTED = 50  # services; Mermaid refuses a chart of more than 50,000 characters
_LABEL_LIMIT = 60  # characters
_PAGES_SECONDS = 3.0
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII | re.IGNORECASE)
_GANTT = """gantt
  title Phases, and services in maintenance: all times are UTC
  dateFormat YYYY-MM-DDTHH:mm:ss.SSS
  axisFormat %H:%M:%S
  todayMarker off
  section Phases"""
_ACTIONS = {
    Action.WRITTEN: "written",
    Action.KEPT: "left as it is",
    Action.WOULD_WRITE: "would be written",
    Action.FAILED: "NOT written",
    Action.UNKNOWN: "sent, no answer",
}


def summary(report: Report, pages: Sequence[StatusPageInfo] = ()) -> str:
    """Return a report as Markdown; a table too long for GitHub is cut."""
    messages = [*report.notes, *report.warnings, *([str(report.error)] if report.error else [])]
    found = timeline(report)
    around = [_timeline(found), _visitors(found, pages), *map(_message, messages)]
    for rows in (len(report.services), 1000, 100, 0):
        parts = [f"### Alert24: {_title(report)}", _table(report, rows), *around]
        text = "\n\n".join(part for part in parts if part)
        if len(text.encode()) < LIMIT:
            break
    return text


def public_pages(settings: Settings, context: Context, report: Report) -> Sequence[StatusPageInfo]:
    """Return the public status pages of a finished deployment's services, by one request that may fail."""
    if settings.webhook_urls or report.command != "finish" or report.error or context.cancellation.requested:
        return ()
    if not timeline(report):
        return ()
    with contextlib.suppress(Alert24DeployError):
        pages = [page for page in connect(settings, context, seconds=_PAGES_SECONDS).status_pages() if page.public]
        shown = {result.page_id for result in report.services}
        return pages if len(pages) == 1 else [page for page in pages if page.id in shown]
    return ()


def append(settings: Settings, context: Context, ended: Report | Alert24DeployError) -> None:
    """Append how a command ended to the file that `summary` names; that is never worth a failure."""
    if isinstance(ended, Alert24DeployError):
        text = stopped(ended)
    else:
        text = summary(ended, public_pages(settings, context, ended))
    try:
        with Path(settings.summary).open("a", encoding="utf-8") as file:
            file.write(redact(text) + "\n")
    except OSError as error:
        name = settings.display_name("summary")
        context.console.warn(f"The summary could not be written to the file of {name}: {error.strerror}.")


def stopped(error: Alert24DeployError) -> str:
    """Return the error that ended a stage or a command as Markdown."""
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
    if report.command == "event":
        return f"a deployment's status{rehearsed}"
    if report.command == "set":
        return f"statuses set{rehearsed}"
    outcome = report.state.outcome if report.state else None
    return f"{DeploymentResult(Outcome(outcome)).describe() if outcome else 'finish'}{rehearsed}"


def _table(report: Report, rows: int) -> str:
    if not report.services:
        return ""
    header = _row("th", ("Service", "Before", "After", "What", "Why"))
    hidden = len(report.services) - rows
    more = [f"<tr><td>and {pluralize(hidden, 'more service')}</td></tr>"] if hidden > 0 else []
    body = [_row("td", _cells(result)) for result in report.services[:rows]]
    return "\n".join(["<table>", header, *body, *more, "</table>"])


def _cells(result: ServiceResult) -> tuple[str, ...]:
    what = _ACTIONS[result.action]
    return code(result.name), code(result.before), code(result.after), what, code(result.reason)


def _row(tag: str, cells: Sequence[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for cell in cells)}</tr>"


def _timeline(found: Timeline | None) -> str:
    """Return a Mermaid chart. Names come before the colon of their line, with nothing in them that Mermaid reads."""
    if not found:
        return ""
    phases = [
        _task(each.name, each.ended - each.began, "crit, " if each.failed else "", each.began) for each in found.phases
    ]
    services = [
        _task(_mermaid(each.service), each.seconds, "crit, " if each.goes_on else "active, ", each.began)
        for each in found.maintenance[:_CHARTED]
    ]
    rest = ["  section Services", *services] if services else []
    return "\n".join(["```mermaid", _GANTT, *phases, *rest, "```"])


def _task(name: str, seconds: float, tag: str, began: float) -> str:
    return f"  {name} ({duration(seconds)}) :{tag}{_time(began)}, {_time(began + max(seconds, 0))}"


def _time(moment: float) -> str:
    at = utc(moment)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}"


def _mermaid(foreign: str) -> str:
    """Return foreign text with all but its letters, digits and blanks as numeric entities.

    The first character is always one, because a line may begin with a word of Mermaid's, such as `title`.
    """
    text = sanitize(foreign, _LABEL_LIMIT) or "unnamed"
    plain = [at > 0 and (letter == " " or (letter.isascii() and letter.isalnum())) for at, letter in enumerate(text)]
    return "".join(letter if ok else f"#{ord(letter)};" for letter, ok in zip(text, plain, strict=True))


def _visitors(found: Timeline | None, pages: Sequence[StatusPageInfo]) -> str:
    if not found:
        return ""
    links = [f"Status page: {_page(page)}." for page in pages]
    notes = [f"{code(each.service)}: {each.note}." for each in found.maintenance if each.note]
    hidden = len(found.maintenance) - _CHARTED
    more = [f"The chart leaves out {pluralize(hidden, 'service')}."] if hidden > 0 else []
    words = [word for word in (found.visible, *notes[:_CHARTED], *more, *links) if word]
    return f"<p>{' '.join(words)}</p>" if words else ""


def _page(page: StatusPageInfo) -> str:
    """Return a status page's name; it is a link if the page has a domain: no other address is documented."""
    if not _DOMAIN.fullmatch(page.domain):
        return code(page.name)
    return f'<a href="https://{page.domain}/">{page.domain}</a>'


def _message(text: str) -> str:
    return "<pre>{}</pre>".format(html.escape("\n".join(sanitize_lines(text))))
