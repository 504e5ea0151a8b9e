"""The examples for GitLab that end what a lost deployment has left: the job in .post, and the schedule."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.ci_api import GitLabApi, at, gitlab_job

from .jobs import Ended, Machine
from .rendering import COMPONENT, load

EXAMPLES = COMPONENT.parent / "examples" / "gitlab"
API = "Payments API"


@pytest.fixture
def clock() -> list[timedelta]:
    """How wrong Alert24's clock is."""
    return []


@pytest.fixture
def sandbox(clock: list[timedelta]) -> Iterator[Sandbox]:
    """A page with the examples' service, on that clock."""
    with Sandbox(now=lambda: datetime.now(timezone.utc) + sum(clock, timedelta())) as running:
        running.add_service(API)
        yield running


@pytest.fixture
def gitlab(httpserver: HTTPServer) -> GitLabApi:
    """GitLab's API."""
    return GitLabApi(httpserver)


def run(machine: Machine, page: Sandbox, gitlab: GitLabApi, name: str, *, health: str = "") -> Ended:
    """Run the job `reconcile` of an example, in the pipeline 11."""
    machine.install_tool()
    machine.project_variables |= {**gitlab.environ, "ALERT24_CI_TOKEN": "glpat-0123456789"}
    machine.project_variables |= {"ALERT24_API_KEY": page.add_key(), "ALERT24_API_URL": page.url}
    job: dict[str, Any] = load((EXAMPLES / name).read_text("utf-8"))["reconcile"]
    line = job["script"].replace("https://payments.example.com/health", shlex.quote(health))
    return machine.run({"script": [line], "variables": job["variables"]})


@pytest.mark.parametrize(
    ("shown", "after"),
    [
        ({"status": "success"}, "operational"),
        ({"status": "failed", "failure_reason": "runner_system_failure"}, "degraded"),
        ({"status": "running", "finished_at": None}, "maintenance"),
    ],
    ids=["deployed", "lost runner", "goes on"],
)
def test_post_job__after_a_lost_finish__by_the_job_that_deploys(
    machine: Machine, sandbox: Sandbox, gitlab: GitLabApi, shown: dict[str, Any], after: str
) -> None:
    """The pipeline goes on, because this job is part of it: the job `deploy` decides. A second time changes nothing."""
    sandbox.set_status(API, "maintenance")
    times = {"started_at": at(-1), "finished_at": at(1)}
    gitlab.add(gitlab_job(**{**times, **shown}), id=11, status="running", started_at=at(-1), finished_at=None)
    assert run(machine, sandbox, gitlab, "reconcile.yml").green
    assert sandbox.status_of(API) == after
    writes = len(sandbox.writes)
    run(machine, sandbox, gitlab, "reconcile.yml")
    assert len(sandbox.writes) == writes


def test_post_job__after_a_finish_that_worked__changes_nothing(
    machine: Machine, sandbox: Sandbox, gitlab: GitLabApi
) -> None:
    """A page that shows anything else than maintenance is left as it is."""
    sandbox.set_status(API, "down")
    run(machine, sandbox, gitlab, "reconcile.yml").says("nothing to reconcile")
    assert (sandbox.writes, gitlab.requests) == ([], [])


@pytest.mark.parametrize(
    ("status", "healthy", "after"),
    [("success", 200, "operational"), ("running", 200, "maintenance"), ("success", 503, "maintenance")],
    ids=["gone", "a pipeline goes on", "unhealthy"],
)
def test_schedule__old_maintenance__ends_if_nothing_goes_on(
    machine: Machine,
    sandbox: Sandbox,
    gitlab: GitLabApi,
    httpserver: HTTPServer,
    clock: list[timedelta],
    status: str,
    healthy: int,
    after: str,
) -> None:
    """Maintenance of three hours ends if no other pipeline is in progress and the service is healthy."""
    gitlab.add(id=10, status=status)
    gitlab.add(id=11, status="running")
    httpserver.expect_request("/health").respond_with_data(status=healthy)
    clock.append(timedelta(hours=-3))
    sandbox.set_status(API, "maintenance")
    clock.clear()
    ended = run(machine, sandbox, gitlab, "reconcile-schedule.yml", health=httpserver.url_for("/health"))
    assert (ended.green, sandbox.status_of(API)) == (healthy == 200, after)
