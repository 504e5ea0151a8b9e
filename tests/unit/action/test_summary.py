"""The job summary: foreign text stays text, and the story is told in full."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.action.summary import escaped, summary
from alert24_deploy.deployment.report import Action, Report, ServiceResult
from alert24_deploy.errors import CannotReachAlert24
from alert24_deploy.state import ServiceState, Stage, State

STATE = State(
    "github-1",
    Stage.FINISHED,
    "2026-01-31T10:00:00Z",
    services=(ServiceState("svc_1", "API", "operational"),),
    finished_at="2026-01-31T11:01:05Z",
    outcome="failure",
)
RESULT = ServiceResult("svc_1", "API", "operational", "down", Action.WRITTEN, "the deployment failed")


@given(st.text(min_size=1))
def test_escaped__any_text__has_no_markup(text: str) -> None:
    """Whatever a service is called, its name opens no tag, table cell, code, link or mention."""
    shown = escaped(text)
    assert not re.search(r"[<>|`\[\]*_~@\\\n\r]", shown)
    assert not re.search(r"&(?!#\d+;)", shown)


@pytest.mark.parametrize(
    "name", ["Shop | front", "<img src=x onerror=alert(1)>", "`rm -rf`", "[x](http://evil)", "a_b*c"]
)
def test_escaped__markup__reads_as_it_was_written(name: str) -> None:
    """A visitor of the summary sees the name itself."""
    assert html.unescape(escaped(name)) == name


def test_summary__finish__has_table_timeline_and_duration() -> None:
    """The summary says what became of each service, when, and how long the page was in maintenance."""
    text = summary(Report("finish", [RESULT], state=STATE))
    assert "| API | operational | down | written | the deployment failed |" in text
    assert html.unescape(text).splitlines()[0] == "### Alert24: the deployment failed"
    assert "- 2026-01-31T10:00:00Z deployment started (1 service)" in html.unescape(text)
    assert "- in maintenance for 1 h 1 min 5 s" in text


def test_summary__error_and_warning__are_there_in_full() -> None:
    """Every message stands in the summary, with all of its lines."""
    error = CannotReachAlert24("no answer in time", remedy="Look at it.").with_context(
        what="Could not set 'API' to down"
    )
    text = html.unescape(summary(Report("finish", [RESULT], ["Odd outcome."], error=error, state=STATE)))
    assert "> Odd outcome." in text
    assert "> Could not set 'API' to down: no answer in time.<br>Look at it." in text


def test_summary__times_that_are_none__no_duration() -> None:
    """A state whose times somebody edited still makes a summary."""
    state = State("x", Stage.FINISHED, "yesterday", finished_at="today", outcome="success")
    assert "in maintenance for" not in summary(Report("finish", [RESULT], state=state))


@pytest.mark.parametrize(
    ("report", "title"),
    [
        (Report("start", [RESULT], state=STATE), "a deployment begins"),
        (Report("start", [RESULT], state=STATE, failed=True), "a deployment did not begin"),
        (Report("set", [RESULT]), "statuses set"),
        (Report("set", [RESULT], dry_run=True), "statuses set (dry run)"),
        (Report("finish"), "finish"),
    ],
)
def test_summary__phase__names_itself(report: Report, title: str) -> None:
    """The heading says which phase it was."""
    assert summary(report).splitlines()[0] == f"### Alert24: {title}"


def test_summary__unknown_status__says_so() -> None:
    """A status that nobody knows is called unknown."""
    result = ServiceResult("svc_1", "API", None, None, Action.UNKNOWN, "a deployment starts")
    assert "| API | unknown | unknown | sent, no answer |" in summary(Report("start", [result]))
