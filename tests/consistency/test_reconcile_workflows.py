"""The files for GitHub that end what a lost deployment has left, each run by the tests' runner."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.ci_api import GitHubApi, Item, at, github_job, github_run, github_step
from helpers.github_runner import JobResult, ProcessExecutor

from .stage import Stage
from .workflow import Workflow

pytestmark = [pytest.mark.runner, pytest.mark.slow]

API = "Payments API"
OURS = "Run alert24/alert24-deploy@v1"
Run = Callable[..., Workflow]


@pytest.fixture
def clock() -> list[timedelta]:
    """How wrong Alert24's clock is."""
    return []


@pytest.fixture
def sandbox(clock: list[timedelta]) -> Iterator[Sandbox]:
    """An Alert24 with that clock."""
    with Sandbox(now=lambda: datetime.now(timezone.utc) + sum(clock, timedelta())) as running:
        yield running


@pytest.fixture
def github(httpserver: HTTPServer) -> GitHubApi:
    """GitHub's API."""
    return GitHubApi(httpserver, "/api/v3")


@pytest.fixture
def workflow(stage: Stage, github: GitHubApi) -> Run:
    """Makes run 7 of a workflow file, in a repository that this GitHub knows."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    executor = ProcessExecutor(Path(sys.executable).parent, measured)
    context = {"api_url": github.url, "repository": "octo/shop", "run_id": "7"}

    def make(name: str, **given: object) -> Workflow:
        github_context = {**context, **given.pop("github", {})}  # type: ignore[dict-item]
        return Workflow(stage, executor, name, github=github_context, **given)  # type: ignore[arg-type]

    return make


def deploying(deploy: str | None, own: str | None) -> Item:
    """The job that deploys, as GitHub shows it afterwards; None is a step on which no runner reported."""
    listed = [("Set up job", "success"), (OURS, "success"), ("Run ./deploy.sh", deploy), (f"Post {OURS}", own)]
    shown = [github_step(name, end, "completed" if end else "queued") for name, end in listed]
    return github_job(*shown, started_at=at(-1), completed_at=at(1))


def ended(results: dict[str, JobResult]) -> dict[str, str]:
    """The status of each job; no secret may be seen anywhere."""
    assert not any(result.leaks or result.mentions for result in results.values())
    return {name: result.status for name, result in results.items()}


@pytest.mark.parametrize(("code", "after"), [(0, "operational"), (1, "down")])
def test_last_job__after_a_finish_that_worked__changes_nothing(
    workflow: Run, stage: Stage, github: GitHubApi, code: int, after: str
) -> None:
    """The whole file: the job that deploys ends its own maintenance, and the last job only looks."""
    results = workflow("reconcile.yml", scripts={"deploy.sh": code}).run()
    assert ended(results) == {"deploy": "failure" if code else "success", "reconcile": "success"}
    assert (stage.shown(API), github.requests) == (["maintenance", after], [])


@pytest.mark.parametrize(
    ("deploy", "own", "after"),
    [("success", "failure", "operational"), ("failure", None, "down"), (None, None, "degraded")],
    ids=["own finish failed", "killed after a failure", "lost in the middle"],
)
def test_last_job__after_a_lost_runner__ends_the_maintenance(
    workflow: Run, stage: Stage, github: GitHubApi, deploy: str | None, own: str | None, after: str
) -> None:
    """The first job left maintenance: what GitHub shows of its steps decides, and a second time nothing changes."""
    stage.sandbox.set_status(API, "maintenance")
    github.add(deploying(deploy, own), id=7, status="in_progress", conclusion=None, run_started_at=at(-1))
    run = workflow("reconcile.yml")
    run.results["deploy"] = JobResult("failure", [], {}, [])
    assert ended({"reconcile": run.run("reconcile")["reconcile"]}) == {"reconcile": "success"}
    assert stage.shown(API) == ["maintenance", after]
    run.run("reconcile")
    assert stage.shown(API) == ["maintenance", after]


@pytest.mark.parametrize(
    ("started_by", "after"), [("push", ["maintenance", "degraded"]), ("pull_request", ["maintenance"])]
)
def test_after_run__force_cancelled__ends_the_maintenance(
    workflow: Run, stage: Stage, github: GitHubApi, started_by: str, after: list[str]
) -> None:
    """A run that was force-cancelled has no last job; a pull request's run is none of this workflow's business."""
    times = {"run_started_at": at(-1), "updated_at": at(1)}
    run = github_run(event=started_by, conclusion="cancelled", **times)
    github.add(deploying(None, None), conclusion="cancelled", event=started_by, **times)
    stage.sandbox.set_status(API, "maintenance")
    event = {"action": "completed", "workflow_run": run, "repository": run["repository"]}
    results = workflow("reconcile-after-run.yml", event=event, github={"event_name": "workflow_run"}).run()
    assert ended(results)["reconcile"] == ("success" if started_by == "push" else "skipped")
    assert stage.shown(API) == after


@pytest.mark.parametrize(
    ("status", "healthy", "after"),
    [("completed", 200, "operational"), ("in_progress", 200, "maintenance"), ("completed", 503, "maintenance")],
    ids=["gone", "a run goes on", "unhealthy"],
)
def test_schedule__old_maintenance__ends_if_nothing_goes_on(
    workflow: Run,
    stage: Stage,
    github: GitHubApi,
    httpserver: HTTPServer,
    clock: list[timedelta],
    status: str,
    healthy: int,
    after: str,
) -> None:
    """Maintenance that is old enough gets the status of the file, if no run is in progress and the service healthy."""
    github.add(id=42, status=status, conclusion=None)
    httpserver.expect_request("/health").respond_with_data(status=healthy)
    clock.append(timedelta(hours=-3))
    stage.sandbox.set_status(API, "maintenance")
    clock.clear()
    given = {"verify-url": httpserver.url_for("/health")}
    results = workflow("reconcile-schedule.yml", with_=given).run()
    assert ended(results) == {"reconcile": "failure" if healthy != 200 else "success"}
    assert stage.sandbox.status_of(API) == after
