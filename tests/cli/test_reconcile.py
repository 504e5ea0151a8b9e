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
    api = GitHubApi(httpserver)
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


def test_reconcile__finish_worked__writes_nothing(cli: Cli, sandbox: Sandbox, github: GitHubApi) -> None:
    """After a finish that worked there is one read, and GitHub isn't even asked."""
    sandbox.add_service("API", status="down")
    cli(*RECONCILE, "--run", "42", "--outcome", "success").says("nothing to reconcile", "maintenance")
    assert (sandbox.writes, github.requests) == ([], [])


def test_reconcile__newer_run_took_over__left(cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi) -> None:
    """Maintenance that began after the run had ended isn't its own."""
    lost(sandbox, clock)
    add_run(github, deploying(*steps(None, None), began=-30, ended=-20), began=-30, ended=-19)
    result = cli(*RECONCILE, "--run", "42")
    result.says("API: stays maintenance", "newer run")
    assert (result.code, sandbox.status_of("API")) == (0, "maintenance")


def test_reconcile__maintenance_from_before_the_run__left(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi
) -> None:
    """Somebody's own maintenance outlives a deployment that didn't touch it."""
    lost(sandbox, clock, minutes=60)
    add_run(github, deploying(*steps("success")))
    result = cli(*RECONCILE, "--run", "42")
    result.says("before the deployment's run started")
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


def test_reconcile__run_goes_on__left(cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi) -> None:
    """A run that still goes on ends its maintenance itself."""
    lost(sandbox, clock)
    add_run(github, deploying(ended=None, status="in_progress", conclusion=None), status="in_progress", conclusion=None)
    result = cli(*RECONCILE, "--run", "42")
    result.says("API: stays maintenance", "run 42", "still goes on")
    assert (result.code, sandbox.status_of("API")) == (0, "maintenance")


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


def test_reconcile__failure_given_and_deployment_began__down(
    cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi
) -> None:
    """A failure that somebody says, of a deployment whose step is known to have run, is one."""
    lost(sandbox, clock)
    job = deploying(*steps("success")[:3], {"name": "Check", "status": "completed", "conclusion": None})
    add_run(github, job)
    assert cli(*RECONCILE, "--run", "42", "--outcome", "failure").code == 0
    assert sandbox.status_of("API") == "down"


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


def test_reconcile__dry_run__writes_nothing(cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi) -> None:
    """It says what it would write."""
    lost(sandbox, clock)
    add_run(github, deploying(*steps("success", "failure")))
    cli(*RECONCILE, "--run", "42", "--dry-run").says("would be set to operational")
    assert sandbox.status_of("API") == "maintenance"


def test_reconcile__json__one_document(cli: Cli, sandbox: Sandbox, clock: Clock, github: GitHubApi) -> None:
    """Machines see the same as people."""
    lost(sandbox, clock)
    add_run(github, deploying(*steps("success", "failure")))
    document = cli(*RECONCILE, "--run", "42", "--json").document
    assert (document["command"], document["changed"], document["services"][0]["after"]) == (
        "reconcile",
        True,
        "operational",
    )


def test_reconcile__receivers__refused(cli: Cli, sandbox: Sandbox) -> None:
    """Nobody can read from a receiver whether its service is in maintenance."""
    result = cli("reconcile", env={"ALERT24_WEBHOOK_URLS": f"{sandbox.url}/hooks/1"})
    result.says("receivers can't be reconciled", "Nothing was changed")
    assert result.code == 2


def test_reconcile__no_service_and_no_state__refused(cli: Cli) -> None:
    """Somebody has to say which services."""
    result = cli("reconcile")
    result.says("no service is named")
    assert result.code == 2


def test_reconcile__alert24_away__fails_and_says_so(cli: Cli, sandbox: Sandbox) -> None:
    """A page that may still be in maintenance is not forgiven."""
    sandbox.stop()
    result = cli(*RECONCILE, "--timeout", "0.3s")
    result.says("Nothing was changed")
    assert result.code == 4
