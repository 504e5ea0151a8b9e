"""`reconcile --max-age` on a schedule: age alone ends nothing that may still be going on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.ci_api import TOKEN, GitHubApi, GitLabApi
from helpers.cli import Cli

from .reconciling import Clock, add_run, deploying, lost, steps

BY_THE_CLOCK = ("reconcile", "-s", "API", "--max-age", "2h")
TO = ("--to", "operational")


@pytest.fixture
def clock() -> Clock:
    """Alert24's clock."""
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """An Alert24 with that clock, whose service has been in maintenance for three hours."""
    with Sandbox(now=clock) as running:
        lost(running, clock, minutes=180)
        yield running


@pytest.fixture
def github(httpserver: HTTPServer, cli: Cli) -> GitHubApi:
    """GitHub, of which the schedule is the run 7, with a token."""
    api = GitHubApi(httpserver, "/api/v3")
    cli.environ |= {**api.environ, "GITHUB_RUN_ID": "7", "ALERT24_CI_TOKEN": TOKEN}
    return api


def test_max_age__not_reached__left(cli: Cli, sandbox: Sandbox, github: GitHubApi) -> None:
    """Maintenance that is younger is nobody's to end, and GitHub isn't asked."""
    result = cli("reconcile", "-s", "API", "--max-age", "4h", *TO)
    result.says("API: stays maintenance", "it has been in maintenance for 1")
    assert (result.code, sandbox.status_of("API"), github.requests) == (0, "maintenance", [])


@pytest.mark.parametrize(
    ("ended", "after"),
    [(None, "maintenance"), ("success", "operational"), ("failure", "down"), ("cancelled", "degraded")],
)
def test_max_age__run_known__left_or_finished_by_its_conclusion(
    cli: Cli, sandbox: Sandbox, github: GitHubApi, ended: str | None, after: str
) -> None:
    """A run that still goes on is left alone however old; one that has ended says how."""
    shown: dict[str, Any] = {"status": "completed" if ended else "in_progress", "conclusion": ended}
    add_run(github, deploying(*steps(ended), began=-200, **shown), began=-200, **shown)
    assert cli(*BY_THE_CLOCK, *TO, "--run", "42").code == 0
    assert sandbox.status_of("API") == after


def test_max_age__run_unknown_and_no_target__names_the_services_and_fails(
    cli: Cli, sandbox: Sandbox, github: GitHubApi
) -> None:
    """Nobody knows what is true, so somebody has to say it."""
    result = cli(*BY_THE_CLOCK)
    result.says("'API'", "was not ended", "no run is named", "Nothing was changed", "--run", "--to")
    assert (result.code, sandbox.status_of("API"), github.requests) == (2, "maintenance", [])


def test_max_age__run_unknown__target(cli: Cli, sandbox: Sandbox, github: GitHubApi) -> None:
    """What is given for that case is written, once."""
    assert cli(*BY_THE_CLOCK, *TO, "--workflow", "deploy.yml").code == 0
    assert (sandbox.status_of("API"), github.paths()[0].endswith("workflows/deploy.yml/runs")) == ("operational", True)
    cli(*BY_THE_CLOCK, *TO).says("nothing to reconcile")
    assert len(sandbox.writes) == 1


def test_max_age__another_run_of_the_workflow_in_progress__left(cli: Cli, sandbox: Sandbox, github: GitHubApi) -> None:
    """It may be the one that deploys; this very run doesn't count."""
    add_run(github, id=7, status="in_progress", conclusion=None)
    add_run(github, id=43, status="queued", conclusion=None)
    result = cli(*BY_THE_CLOCK, *TO, "--workflow", "deploy.yml")
    result.says("API: stays maintenance", "run 43", "queued")
    assert (result.code, sandbox.status_of("API")) == (0, "maintenance")


@pytest.mark.parametrize(("status", "code", "after"), [(200, 0, "operational"), (503, 6, "maintenance")])
def test_max_age__verify_url__decides(
    cli: Cli, sandbox: Sandbox, github: GitHubApi, httpserver: HTTPServer, status: int, code: int, after: str
) -> None:
    """The target is written only if the service is healthy."""
    del github
    httpserver.expect_request("/health").respond_with_data(status=status)
    result = cli(*BY_THE_CLOCK, *TO, "--verify-url", httpserver.url_for("/health"))
    result.says(*(["--verify-url is not healthy, it answered 503"] if code else ["maintenance -> operational"]))
    assert (result.code, sandbox.status_of("API")) == (code, after)


def test_max_age__gitlab__pipelines_in_progress_count(cli: Cli, sandbox: Sandbox, httpserver: HTTPServer) -> None:
    """A project has one workflow, so no name is needed."""
    api = GitLabApi(httpserver)
    api.add(id=287, status="running")
    cli.environ |= {**api.environ, "CI_PIPELINE_ID": "300", "ALERT24_CI_TOKEN": "glpat-0123456789"}
    cli(*BY_THE_CLOCK, *TO).says("API: stays maintenance", "pipeline 287")
    assert sandbox.status_of("API") == "maintenance"


def test_to__without_an_age__refused(cli: Cli, sandbox: Sandbox) -> None:
    """It would be ignored, and nobody would notice."""
    result = cli("reconcile", "-s", "API", *TO)
    result.says("--to", "--max-age", "Nothing was changed")
    assert (result.code, sandbox.requests) == (2, [])
