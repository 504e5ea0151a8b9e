from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alert24_deploy.ci.runs.github import RunEvent, read_event
from alert24_deploy.deployment.ci_run import RunState
from alert24_deploy.policy import Outcome
from helpers.ci_api import github_run

UNREADABLE = "the event's file can't be read, or is not as GitHub documents it"
HOME = {"full_name": "octo/shop"}
Reader = Callable[..., RunEvent]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Writes an event's file and reads it."""

    def write(document: object = None, **run: Any) -> RunEvent:
        if document is None:
            document = {"action": "completed", "workflow_run": github_run(**run), "repository": HOME}
        path = tmp_path / "event.json"
        path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return read_event({"GITHUB_EVENT_NAME": "workflow_run", "GITHUB_EVENT_PATH": str(path)})

    return write


def test_read_event__run_that_ended__its_facts(read: Reader) -> None:
    """What reconcile needs without asking anybody."""
    event = read(run_attempt=2, conclusion="cancelled")
    ten = datetime(2026, 11, 24, 10, tzinfo=timezone.utc)
    assert (event.run_id, event.skip) == ("42", "")
    assert (event.run.state, event.run.outcome, event.run.attempt) == (RunState.ENDED, Outcome.CANCELLED, 2)
    assert (event.run.started_at, event.run.ended_at) == (ten, ten + timedelta(minutes=20, seconds=5))


def test_read_event__failure__no_outcome(read: Reader) -> None:
    """A run's failure alone doesn't decide."""
    event = read(conclusion="failure")
    assert (event.run.outcome, event.skip) == (None, "")


@pytest.mark.parametrize(
    "name", ["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment"]
)
def test_read_event__pull_request__skipped(read: Reader, name: str) -> None:
    """Its author need not be trusted."""
    assert read(event=name).skip == f"the run was started by '{name}', which is not trusted with a deployment"


@pytest.mark.parametrize("name", ["", None, 7])
def test_read_event__no_trigger__skipped(read: Reader, name: object) -> None:
    """What does not say that it may be trusted, is not."""
    assert "not trusted" in read(event=name).skip


@pytest.mark.parametrize("head", [{"full_name": "mallory/shop"}, None, {}, {"full_name": None}, "octo/shop"])
def test_read_event__fork__skipped(read: Reader, head: object) -> None:
    """Also if the fork is gone by now."""
    assert read(head_repository=head).skip == "the run is of a fork"


@pytest.mark.parametrize(
    ("run", "skip"),
    [
        ({"head_repository": {"full_name": "Octo/Shop"}}, ""),
        ({"repository": None, "head_repository": None}, "the run is of a fork"),
    ],
)
def test_read_event__repositories_of_the_run__compared(read: Reader, run: dict[str, Any], skip: str) -> None:
    """GitHub's names are the same in any case, and two names that are missing are not the same name."""
    assert read({"action": "completed", "workflow_run": github_run(**run)}).skip == skip


@pytest.mark.parametrize(
    ("action", "status"), [("requested", "completed"), (None, "completed"), ("completed", "queued")]
)
def test_read_event__not_completed__skipped(read: Reader, action: object, status: str) -> None:
    """Both the event and the run must say that it has ended."""
    run = github_run(status=status)
    assert read({"action": action, "workflow_run": run, "repository": HOME}).skip == "the run has not ended"


def test_read_event__another_event__skipped() -> None:
    """A schedule has no run to name."""
    event = read_event({"GITHUB_EVENT_NAME": "schedule"})
    assert (event.run_id, event.skip) == ("", "the event is 'schedule' and not workflow_run")
    assert event.run.state is RunState.UNKNOWN


@pytest.mark.parametrize("content", ["", "{", "[" * 100_000])
def test_read_event__broken_file__skipped(read: Reader, content: str) -> None:
    """Cut off, or made to break a reader."""
    assert read(content or " ").skip == UNREADABLE


def test_read_event__no_file__skipped() -> None:
    """The variable is missing, or the runner mounts it elsewhere."""
    assert read_event({"GITHUB_EVENT_NAME": "workflow_run"}).skip == UNREADABLE


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"workflow_run": 3},
        {"workflow_run": {"id": "42"}},
        {"workflow_run": {"id": True}},
        {"workflow_run": {"id": 0}},
    ],
)
def test_read_event__undocumented__skipped(read: Reader, document: object) -> None:
    """Without an id there is no run."""
    event = read(document)
    assert (event.run_id, event.skip) == ("", UNREADABLE)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.dictionaries(st.sampled_from(sorted(github_run())), st.none() | st.integers() | st.text() | st.lists(st.text()))
)
def test_read_event__any_fields__never_an_exception(read: Reader, fields: dict[str, Any]) -> None:
    """A field can be anything."""
    assert read(**fields).run.state in RunState
