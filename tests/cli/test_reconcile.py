"""What reconcile makes of maintenance that a lost run has left, by what GitHub or GitLab shows of that run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.ci_api import TOKEN, GitHubApi, GitLabApi, Item, github_job, gitlab_job
from helpers.cli import Cli

from .reconciling import LATER, OURS, Clock, add_run, at, deploying, event, lost, steps

RECONCILE = ("reconcile", "-s", "API")


@pytest.fixture
def clock() -> Clock:
    """Alert24's clock."""
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """An Alert24 with that clock."""
    with Sandbox(now=clock) as running:
        yield running


@pytest.fixture
def github(httpserver: HTTPServer, cli: Cli) -> GitHubApi:
    """GitHub, of which the command line runs in the job 7, with a token."""
    api = GitHubApi(httpserver, "/api/v3")
    cli.environ |= {**api.environ, "GITHUB_RUN_ID": "7", "GITHUB_RUN_ATTEMPT": "1", "GITHUB_JOB": "reconcile"}
    cli.environ |= {"ALERT24_CI_TOKEN": TOKEN}
    return api


@pytest.mark.parametrize(
    ("job", "after"),
    [
        (deploying(*steps("failure")), "down"),
        (deploying(*steps("success", "failure")), "operational"),
        (deploying(*steps("success"), conclusion="success"), "operational"),
        (deploying(*steps(None, None)), "degraded"),
        (deploying(*steps("cancelled", None), conclusion="cancelled"), "degraded"),
    ],
    ids=["deploying step failed", "own finish failed", "all worked", "lost runner", "cancelled"],
)
def test_reconcile__run_ended__by_what_its_steps_prove(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi, job: Item, after: str
) -> None:
    """Only a deploying step that failed takes the page down; a second call finds nothing to do."""
    lost(sandbox, clock)
    add_run(github, job)
    assert cli(*RECONCILE, "--run", "42").code == 0
    assert sandbox.status_of("API") == after
    sandbox.clear_requests()
    again = cli(*RECONCILE, "--run", "42")
    again.says("nothing to reconcile")
    assert (again.code, sandbox.writes) == (0, [])


def test_reconcile__newer_run_took_over__left(cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi) -> None:
    """Maintenance that began after the run had ended isn't its own."""
    lost(sandbox, clock)
    add_run(github, deploying(*steps(None, None), began=-30, ended=-20), began=-30, ended=-19)
    result = cli(*RECONCILE, "--run", "42")
    result.says("API: stays maintenance", "newer run")
    assert (result.code, sandbox.status_of("API")) == (0, "maintenance")


@pytest.mark.parametrize("ahead", [-120, 120])
def test_reconcile__clocks_differ__alert24s_is_corrected(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi, ahead: int
) -> None:
    """`updated_at` is read on Alert24's clock, whose error its answers show."""
    clock.ahead = timedelta(minutes=ahead)
    sandbox.add_service("API", status="maintenance")
    add_run(github, deploying(*steps("success", "failure")))
    assert cli(*RECONCILE, "--run", "42").code == 0
    assert sandbox.status_of("API") == "operational"


@pytest.mark.parametrize(
    ("job", "after"),
    [
        (deploying(*steps("success", "failure")), "operational"),
        (deploying(*steps(None, None)), "degraded"),
        (deploying(ended=None, status="in_progress", conclusion=None), "maintenance"),
    ],
    ids=["deployed", "lost runner", "goes on"],
)
def test_reconcile__last_job_of_the_run__asks_for_the_job_that_deploys(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi, job: Item, after: str
) -> None:
    """The run itself goes on, because this job is part of it: only the job that deploys counts."""
    lost(sandbox, clock)
    me = github_job({"name": OURS, "status": "in_progress", "conclusion": None}, name="reconcile", status="in_progress")
    add_run(github, job, me, id=7, status="in_progress", conclusion=None)
    assert cli(*RECONCILE, "--job", "deploy").code == 0
    assert sandbox.status_of("API") == after


def test_reconcile__event_of_a_run_without_the_api__its_times_and_conclusion(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi, tmp_path: Path
) -> None:
    """The event alone shows when the run went on; that it failed doesn't show that the deployment did."""
    lost(sandbox, clock)
    result = cli(*RECONCILE, env={**event(tmp_path), "ALERT24_CI_TOKEN": None})
    assert (result.code, sandbox.status_of("API"), github.requests) == (0, "degraded", [])
    lost_later = cli(*RECONCILE, env={**event(tmp_path, began=-30, ended=-20), "ALERT24_CI_TOKEN": None})
    lost_later.says("nothing to reconcile")


def test_reconcile__event_of_a_pull_requests_run__does_nothing(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi, tmp_path: Path
) -> None:
    """Its author may have chosen every name in it."""
    lost(sandbox, clock)
    result = cli(*RECONCILE, env=event(tmp_path, event="pull_request"))
    result.says("Nothing was changed", "not trusted")
    assert (result.code, sandbox.requests, github.requests) == (0, [], [])


@pytest.mark.parametrize(
    ("outcome", "code", "after"),
    [
        ("success", 0, "operational"),
        ("cancelled", 0, "degraded"),
        ("failure", 0, "degraded"),
        ("sucess", 2, "degraded"),
    ],
)
def test_reconcile__outcome_given_and_nothing_known__never_down(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi, outcome: str, code: int, after: str
) -> None:
    """On GitHub a failure may be a job's result; where nothing shows that the deployment began, it is no failure."""
    lost(sandbox, clock)
    result = cli(*RECONCILE, "--outcome", outcome)
    result.says("could not be checked", "no such run", *(["did you mean 'success'?"] if code else []))
    assert (result.code, sandbox.status_of("API"), bool(github.requests)) == (code, after, True)


def test_reconcile__never_began_without_state__stays_with_a_warning(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi
) -> None:
    """A reviewer said no: nothing was deployed, and what the page showed before is not known here."""
    lost(sandbox, clock)
    add_run(github, deploying(runner_id=None, runner_name=None))
    result = cli(*RECONCILE, "--run", "42", "--job", "deploy", "--outcome", "failure")
    result.says("never began", "'API'", "alert24-deploy set")
    assert (result.code, sandbox.status_of("API")) == (0, "maintenance")


def test_reconcile__outside_of_a_ci__ends_and_says_that_it_could_not_check(
    cli: Cli, sandbox: Sandbox, clock: Clock
) -> None:
    """By hand, and without times, the named services' maintenance ends."""
    lost(sandbox, clock)
    sandbox.add_service("Web", status="maintenance")
    result = cli(*RECONCILE, "--outcome", "failure")
    result.says("could not be checked", "'API'", "ended all the same")
    assert (result.code, sandbox.status_of("API"), sandbox.status_of("Web")) == (0, "down", "maintenance")


@pytest.mark.parametrize(
    "options", [("--on-failure", "maintenance"), ("--rollback-url", "https://rollback.example.com/api")]
)
def test_reconcile__target_is_maintenance__stays(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi, options: tuple[str, ...]
) -> None:
    """What was asked to stay in maintenance stays, and so does what a rollback service has taken on."""
    lost(sandbox, clock)
    add_run(github, deploying(*steps("failure")))
    assert cli(*RECONCILE, "--run", "42", *options).code == 0
    assert sandbox.status_of("API") == "maintenance"


@pytest.mark.parametrize(("status", "after"), [("success", "operational"), ("failed", "degraded")])
def test_reconcile__gitlab__job_of_a_pipeline(
    cli: Cli, sandbox: Sandbox, clock: Clock, httpserver: HTTPServer, status: str, after: str
) -> None:
    """GitLab shows no steps: a job that failed may have failed in our own script."""
    lost(sandbox, clock)
    api = GitLabApi(httpserver)
    api.add(gitlab_job(status=status, finished_at=at(LATER)), started_at=at(-10), finished_at=at(LATER))
    cli.environ |= {**api.environ, "CI_PIPELINE_ID": "300", "CI_JOB_ID": "3", "ALERT24_CI_TOKEN": "glpat-0123456789"}
    assert cli(*RECONCILE, "--run", "287", "--job", "deploy").code == 0
    assert sandbox.status_of("API") == after


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"ALERT24_WEBHOOK_URLS": "https://alert24.example/hooks/1"}, "receivers can't be reconciled"),
        ({}, "no service is named"),
    ],
)
def test_reconcile__nothing_that_can_be_read__refused(cli: Cli, env: dict[str, str], says: str) -> None:
    """Nobody can read from a receiver whether its service is in maintenance; else somebody has to name services."""
    result = cli("reconcile", env=env)
    result.says(says, "Nothing was changed")
    assert result.code == 2


BY_THE_CLOCK = (*RECONCILE, "--max-age", "2h")
TO = ("--to", "operational")


@pytest.fixture
def old(sandbox: Sandbox, clock: Clock) -> Sandbox:
    """An Alert24 whose service has been in maintenance for three hours."""
    lost(sandbox, clock, minutes=180)
    return sandbox


def test_max_age__run_unknown_and_no_target__names_the_services_and_fails(
    cli: Cli, old: Sandbox, github: GitHubApi
) -> None:
    """Nobody knows what is true, so somebody has to say it."""
    result = cli(*BY_THE_CLOCK)
    result.says("'API'", "was not ended", "no run is named", "Nothing was changed", "--run", "--to")
    assert (result.code, old.status_of("API"), github.requests) == (2, "maintenance", [])


def test_max_age__run_unknown__target(cli: Cli, old: Sandbox, github: GitHubApi) -> None:
    """What is given for that case is written, once."""
    assert cli(*BY_THE_CLOCK, *TO, "--workflow", "deploy.yml").code == 0
    assert (old.status_of("API"), github.paths()[0].endswith("workflows/deploy.yml/runs")) == ("operational", True)
    cli(*BY_THE_CLOCK, *TO).says("nothing to reconcile")
    assert len(old.writes) == 1


def test_max_age__another_run_of_the_workflow_in_progress__left(cli: Cli, old: Sandbox, github: GitHubApi) -> None:
    """It may be the one that deploys; this very run doesn't count."""
    add_run(github, id=7, status="in_progress", conclusion=None)
    add_run(github, id=43, status="queued", conclusion=None)
    result = cli(*BY_THE_CLOCK, *TO, "--workflow", "deploy.yml")
    result.says("API: stays maintenance", "run 43", "queued")
    assert (result.code, old.status_of("API")) == (0, "maintenance")


@pytest.mark.parametrize(("status", "code", "after"), [(200, 0, "operational"), (503, 6, "maintenance")])
def test_max_age__verify_url__decides(
    cli: Cli, old: Sandbox, github: GitHubApi, httpserver: HTTPServer, status: int, code: int, after: str
) -> None:
    """The target is written only if the service is healthy."""
    del github
    httpserver.expect_request("/health").respond_with_data(status=status)
    result = cli(*BY_THE_CLOCK, *TO, "--verify-url", httpserver.url_for("/health"))
    result.says(*(["--verify-url is not healthy, it answered 503"] if code else ["maintenance -> operational"]))
    assert (result.code, old.status_of("API")) == (code, after)


def test_max_age__gitlab__pipelines_in_progress_count(cli: Cli, old: Sandbox, httpserver: HTTPServer) -> None:
    """A project has one workflow, so no name is needed."""
    api = GitLabApi(httpserver)
    api.add(id=287, status="running")
    cli.environ |= {**api.environ, "CI_PIPELINE_ID": "300", "ALERT24_CI_TOKEN": "glpat-0123456789"}
    cli(*BY_THE_CLOCK, *TO).says("API: stays maintenance", "pipeline 287")
    assert old.status_of("API") == "maintenance"


def test_to__without_an_age__refused(cli: Cli, old: Sandbox) -> None:
    """It would be ignored, and nobody would notice."""
    result = cli(*RECONCILE, *TO)
    result.says("--to", "--max-age", "Nothing was changed")
    assert (result.code, old.requests) == (2, [])


def test_reconcile__two_hosts__each_gets_its_own_secret(
    cli: Cli, sandbox: Sandbox, api_key: str, httpserver: HTTPServer
) -> None:
    """GitHub never sees Alert24's key, Alert24 never sees GitHub's token, and the log shows neither."""
    github = GitHubApi(httpserver)
    add_run(github, deploying(*steps("failure")))
    sandbox.add_service("API", status="maintenance")
    env = {**github.environ, "GITHUB_RUN_ID": "7", "ALERT24_CI_TOKEN": TOKEN}
    result = cli("reconcile", "-s", "API", "--run", "42", "--verbose", env=env)
    assert sandbox.status_of("API") == "down"
    assert {request.headers["Authorization"] for request in github.requests} == {f"Bearer {TOKEN}"}
    assert not any(api_key in str(request.headers) for request in github.requests)
    assert not any(TOKEN in str(request) for request in sandbox.requests)
    assert TOKEN not in result.people + result.out
