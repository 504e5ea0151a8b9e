"""What the stories about reconcile have in common: times around now, and what a lost deployment has left."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

from alert24_sandbox import Sandbox
from helpers.ci_api import GitHubApi, Item, github_job, github_run, github_step

LATER = 240.0  # minutes: no test takes as long
OURS = "Run alert24/alert24-deploy@v1"


class Clock:
    """A wall clock that may be wrong."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """Return what it shows."""
        return datetime.now(timezone.utc) + self.ahead


def at(minutes: float) -> str:
    """The time in so many minutes, as GitHub writes it."""
    return (datetime.now(timezone.utc) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def deploying(*steps: Item, began: float = -10, ended: float | None = LATER, **fields: object) -> Item:
    """A job that deploys, with its times in minutes from now."""
    times = {"started_at": at(began), "completed_at": None if ended is None else at(ended)}
    return github_job(*steps, **{**times, **fields})


def add_run(github: GitHubApi, *jobs: Item, began: float = -10, ended: float = LATER, **fields: object) -> Item:
    """Add a run with its times in minutes from now."""
    return github.add(*jobs, **{"run_started_at": at(began), "updated_at": at(ended), **fields})


def event(folder: Path, began: float = -10, ended: float = LATER, **fields: object) -> dict[str, str]:
    """The environment of a workflow that GitHub starts because a run has ended."""
    run = github_run(**{"run_started_at": at(began), "updated_at": at(ended), **fields})
    path = folder / "event.json"
    document = {"action": "completed", "workflow_run": run, "repository": run["repository"]}
    path.write_text(json.dumps(document), encoding="utf-8")
    return {"GITHUB_EVENT_NAME": "workflow_run", "GITHUB_EVENT_PATH": str(path)}


def lost(sandbox: Sandbox, clock: Clock, minutes: float = 0) -> None:
    """A deployment of `API` whose runner was lost, so many minutes after it had set maintenance."""
    sandbox.add_service("API")
    clock.ahead = timedelta(minutes=-minutes)
    sandbox.set_status("API", "maintenance")
    clock.ahead = timedelta()


def steps(deploy: str | None, own: str | None = "success") -> tuple[Item, ...]:
    """The steps of a job that deploys by a script; None is a step whose runner was lost."""
    state = "completed" if deploy else "in_progress"
    return (
        github_step("Set up job"),
        github_step(OURS),
        github_step("Run ./deploy.sh", deploy, state),
        github_step("Post " + OURS, own, "completed" if own else "queued"),
    )
