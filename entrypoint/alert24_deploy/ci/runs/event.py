"""The event `workflow_run: completed` (GitHub docs, "Webhook events and payloads"), which GitHub writes to a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ...deployment.ci_run import Run, RunState
from ...text import quote
from ..pipeline import event_payload
from .api import Item, number, text
from .github import run_of


class RunEvent(NamedTuple):
    """A run that an event says has ended."""

    run_id: str  # empty if the event names none
    run: Run  # its outcome by its conclusion alone, which a failure doesn't decide
    skip: str = ""  # why the event is nothing to act on, a clause; empty if it is


def read_event(environ: Mapping[str, str]) -> RunEvent:
    """Return the run that this workflow was started for.

    A pull request's run and a run from a fork are skipped: their authors could reach the key by what they call things.
    """
    name = environ.get("GITHUB_EVENT_NAME", "")
    event = event_payload(environ)
    item = event.get("workflow_run") if isinstance(event, dict) else None
    if name != "workflow_run":
        skip = f"the event is {quote(name)} and not workflow_run"
    elif not isinstance(item, dict) or not number(item, "id"):
        skip = "the event's file can't be read, or is not as GitHub documents it"
    else:
        run = run_of(item)
        ended = event.get("action") == "completed" and run.state is RunState.ENDED
        return RunEvent(str(number(item, "id")), run, _distrust(item) if ended else "the run has not ended")
    return RunEvent("", Run(RunState.UNKNOWN, reason=skip), skip)


def _distrust(item: Item) -> str:
    started_by = text(item, "event")
    if not started_by or started_by.startswith("pull_request"):
        return f"the run was started by {quote(started_by)}, which is not trusted with a deployment"
    home, head = (_full_name(item, name) for name in ("repository", "head_repository"))
    return "" if home and head == home else "the run is of a fork"


def _full_name(item: Item, name: str) -> str:
    repository = item.get(name)
    return text(repository, "full_name").lower() if isinstance(repository, dict) else ""
