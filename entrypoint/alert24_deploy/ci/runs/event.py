"""The event `workflow_run: completed` (GitHub docs, "Webhook events and payloads"), which GitHub writes to a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ...deployment.interfaces import Run, RunState
from ...text import quote
from . import reading
from .github import read_run

_EVENT = "workflow_run"
_EVENT_LIMIT = 25 * 1024 * 1024  # bytes; GitHub caps payloads at 25 MB


class RunEvent(NamedTuple):
    """A run that an event says has ended.

    Attributes:
        run_id: its id, empty if the event names none.
        run: the run; its outcome by its conclusion alone, which a failure doesn't decide.
        skip: why the event is nothing to act on, a clause; empty if it is.
    """

    run_id: str
    run: Run
    skip: str = ""


def read_event(environ: Mapping[str, str]) -> RunEvent:
    """Return the run that this workflow was started for.

    A pull request's run and a run from a fork are skipped: their authors could reach the key by what they call things.
    """
    if environ.get("GITHUB_EVENT_NAME") != _EVENT:
        return _nothing(f"the event is {quote(environ.get('GITHUB_EVENT_NAME', ''))} and not {_EVENT}")
    try:
        with Path(environ.get("GITHUB_EVENT_PATH", "")).open("rb") as file:
            event = json.loads(file.read(_EVENT_LIMIT))
    except (OSError, ValueError, RecursionError):
        return _nothing("the event's file can't be read")
    item = event.get(_EVENT) if isinstance(event, dict) else None
    run_id = reading.number(item, "id") if isinstance(item, dict) else None
    if not isinstance(item, dict) or run_id is None:
        return _nothing("the event's file is not as GitHub documents it")
    run = read_run(item)
    return RunEvent(str(run_id), run, _skip(event, item, run))


def _nothing(why: str) -> RunEvent:
    return RunEvent("", Run(RunState.UNKNOWN, reason=why), why)


def _skip(event: Mapping[str, Any], item: Mapping[str, Any], run: Run) -> str:
    if event.get("action") != "completed" or run.state is not RunState.ENDED:
        return "the run has not ended"
    started_by = reading.word(item, "event")
    if not started_by or started_by.startswith("pull_request"):
        return f"the run was started by {quote(started_by)}, which is not trusted with a deployment"
    home = _full_name(event, "repository") or _full_name(item, "repository")
    if not home or _full_name(item, "head_repository").lower() != home.lower():
        return "the run is of a fork"
    return ""


def _full_name(item: Mapping[str, Any], name: str) -> str:
    repository = item.get(name)
    return reading.text(repository, "full_name") if isinstance(repository, dict) else ""
