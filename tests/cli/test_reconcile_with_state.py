"""reconcile with the state that start has left: it does what finish would have done, and restores what never began."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.ci_api import TOKEN, GitHubApi
from helpers.cli import Cli
from helpers.results import state_in

from .reconciling import add_run, deploying, steps

JOB = {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "42", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "deploy"}


@pytest.fixture
def started(sandbox: Sandbox, cli: Cli) -> Cli:
    """A start of a deployment that nobody will finish."""
    sandbox.add_service("API", id="svc-api", status="degraded")
    assert cli("start", "-s", "API").code == 0
    return cli


@pytest.mark.parametrize(
    ("arguments", "after"),
    [
        (("--outcome", "success"), "operational"),
        (("--outcome", "failure"), "down"),
        (("--outcome", "skipped"), "degraded"),
        (("--outcome", "success", "--on-success", "previous"), "degraded"),
        ((), "degraded"),
    ],
)
def test_state__outcome__as_finish_would(
    started: Cli, sandbox: Sandbox, arguments: tuple[str, ...], after: str
) -> None:
    """The status follows from the outcome; a second call, and a finish that comes after all, change nothing."""
    assert started("reconcile", *arguments).code == 0
    assert (sandbox.status_of("API"), state_in(started.folder)["stage"]) == (after, "finished")
    writes = len(sandbox.writes)
    started("reconcile", *arguments).says("nothing to reconcile", "finished before")
    started("finish", "--outcome", "failure").says("finished before")
    assert len(sandbox.writes) == writes


def test_state__newer_maintenance__left(started: Cli, sandbox: Sandbox) -> None:
    """Somebody has set maintenance since: a newer deployment, or a person."""
    sandbox.set_status("API", "operational")
    sandbox.set_status("API", "maintenance")
    result = started("reconcile", "--outcome", "failure")
    result.says("API: stays maintenance", "has set maintenance since")
    assert (result.code, sandbox.status_of("API")) == (0, "maintenance")


def test_state__inherited_from_a_run_that_goes_on__left(sandbox: Sandbox, cli: Cli, httpserver: HTTPServer) -> None:
    """The earlier deployment is alive after all, and ends its own maintenance."""
    github = GitHubApi(httpserver)
    add_run(github, id=41, status="in_progress", conclusion=None)
    environ = {**JOB, **github.environ, "ALERT24_CI_TOKEN": TOKEN}
    for name in ("Old", "New"):
        sandbox.add_service(name)
    cli("start", "-s", "Old", env={**environ, "GITHUB_RUN_ID": "41"})
    cli("start", "-s", "New", env=environ).says("may have left 'Old'")
    cli("reconcile", "--outcome", "success", env=environ).says("Old: stays maintenance", "still goes on")
    assert (sandbox.status_of("Old"), sandbox.status_of("New")) == ("maintenance", "operational")


@pytest.mark.parametrize(
    ("shown", "after"),
    [({"runner_id": None, "runner_name": None, "steps": []}, "operational"), ({}, "down")],
    ids=["rejected by a reviewer", "a step failed"],
)
def test_state__run_in_the_id__is_asked(
    sandbox: Sandbox, cli: Cli, httpserver: HTTPServer, shown: dict[str, Any], after: str
) -> None:
    """The state's id names the run: what GitHub shows of it counts more than a job's result."""
    github = GitHubApi(httpserver)
    add_run(github, deploying(*steps("failure"), **shown))
    sandbox.add_service("API")
    cli("start", "-s", "API", env=JOB)
    later = {**JOB, **github.environ, "GITHUB_RUN_ID": "50", "ALERT24_CI_TOKEN": TOKEN}
    assert cli("reconcile", "--job", "deploy", "--outcome", "failure", env=later).code == 0
    assert sandbox.status_of("API") == after


@pytest.mark.parametrize(("key", "code"), [(None, 2), ("ak_live_" + "0" * 32, 3)])
def test_state__no_key_that_works__names_what_is_still_in_maintenance(
    started: Cli, sandbox: Sandbox, key: str | None, code: int
) -> None:
    """A last job without its secret says how the page is left, and what ends that."""
    result = started("reconcile", "--outcome", "success", env={"ALERT24_API_KEY": key})
    result.says("'API' is still in maintenance", "alert24-deploy set operational -s svc-api")
    assert (result.code, sandbox.status_of("API")) == (code, "maintenance")
