from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from pytest_httpserver import HTTPServer

from alert24_deploy.deployment.ci_run import RunState
from alert24_deploy.policy import Outcome, read_outcome
from helpers.ci_api import TOKEN, GitHubApi, Source, answer, github_job, github_run, github_step

OURS = github_step("Run alert24/alert24-deploy@v1")
GOING_ON = ["in_progress", "queued", "requested", "waiting", "pending"]
TEN = datetime(2026, 11, 24, 10, tzinfo=timezone.utc)


@pytest.mark.parametrize("status", GOING_ON)
def test_find__any_status_before_completed__in_progress(github: GitHubApi, source: Source, status: str) -> None:
    """A run that waits for a runner, a reviewer or its turn goes on."""
    github.add(status=status, conclusion=None)
    run = source(github.environ).find("42")
    assert (run.state, run.outcome, run.ended_at, run.reason) == (RunState.IN_PROGRESS, None, None, "")


@pytest.mark.parametrize(
    "conclusion", "success cancelled skipped stale timed_out action_required neutral startup_failure failure".split()
)
def test_find__ended_without_a_known_job__the_word_unless_it_is_a_failure(
    github: GitHubApi, source: Source, conclusion: str
) -> None:
    """What a run's conclusion means is the policy's; a failure alone doesn't decide."""
    github.add(conclusion=conclusion)
    run = source(github.environ).find("42")
    outcome, known = read_outcome(conclusion)
    decided = known and outcome is not Outcome.FAILURE
    assert run.state is RunState.ENDED
    assert run.outcome is (outcome if decided else None)
    assert bool(run.reason) is not decided
    assert run.began is (False if outcome is Outcome.SKIPPED else None)


def test_find__run__its_attempt_and_time(github: GitHubApi, source: Source) -> None:
    """What reconcile asks next."""
    github.add(run_attempt=3)
    run = source(github.environ).find("42")
    assert (run.attempt, run.started_at) == (3, TEN)


@pytest.mark.parametrize(
    ("ends", "minutes"), [(["05", "20"], 20), ([], 25), (["20", None], 25)], ids=["all ended", "no jobs", "one unknown"]
)
def test_find__ended__with_the_last_job(
    github: GitHubApi, source: Source, ends: list[str | None], minutes: int
) -> None:
    """`updated_at` moves later on, and a newer run may have written by then: it counts only if a job's end lacks."""
    jobs = [github_job(name=f"{end}", completed_at=end and f"2026-11-24T10:{end}:00Z") for end in ends]
    github.add(*jobs, updated_at="2026-11-24T10:25:00Z")
    assert source(github.environ).find("42").ended_at == TEN + timedelta(minutes=minutes)


@pytest.mark.parametrize("time", ["2026-11-24T10:00:00", "today", "", None, 1764000000])
def test_find__time_without_a_zone_or_none__unknown(github: GitHubApi, source: Source, time: object) -> None:
    """A time that may be hours off must not decide whose maintenance it is."""
    github.add(run_started_at=time)
    assert source(github.environ).find("42").started_at is None


def test_find__named_job__decides_and_is_shown(github: GitHubApi, source: Source) -> None:
    """The deployment succeeded though its run failed."""
    github.add(github_job(name="test"), github_job(github_step("Deploy"), conclusion="success"))
    run = source(github.environ).find("42", job="deploy")
    assert run.outcome is Outcome.SUCCESS
    assert run.job
    assert run.job.state is RunState.ENDED
    assert (run.job.started_at, run.job.ended_at) == (TEN, TEN + timedelta(minutes=20))


def test_find__job_ended_in_a_run_that_goes_on__both_are_shown(github: GitHubApi, source: Source) -> None:
    """The last job of the same run asks while its own run goes on."""
    github.add(github_job(OURS, github_step("Deploy", "failure")), status="in_progress", conclusion=None)
    run = source(github.environ).find("42", job="deploy")
    assert run.state is RunState.IN_PROGRESS
    assert run.job
    assert (run.job.state, run.outcome) == (RunState.ENDED, Outcome.FAILURE)


def test_find__named_job_is_not_there__unknown(github: GitHubApi, source: Source) -> None:
    """A run that succeeded without it proves nothing."""
    github.add(github_job(name="test", conclusion="success"), conclusion="success")
    run = source(github.environ).find("42", job="deploy")
    assert (run.outcome, run.began, run.job) == (None, None, None)
    assert run.reason == "the run has no job with the name 'deploy'"


@pytest.mark.parametrize("name", ["deploy (eu)", "release / deploy", "release / deploy (eu, blue)"])
def test_find__matrix_or_reusable_workflow__job_found(github: GitHubApi, source: Source, name: str) -> None:
    """GitHub adds the matrix's values, and the name of the job that calls another file."""
    github.add(github_job(name=name, conclusion="success"), github_job(name="deploy docs"))
    assert source(github.environ).find("42", job="deploy").outcome is Outcome.SUCCESS


def test_find__matrix_with_one_failure__failure_and_its_whole_time(github: GitHubApi, source: Source) -> None:
    """Several jobs of one name are one deployment."""
    success = github_job(github_step("Deploy"), name="deploy (eu)", conclusion="success")
    failure = github_job(
        OURS, github_step("Deploy", "failure"), name="deploy (us)", completed_at="2026-11-24T10:30:00Z"
    )
    github.add(success, failure)
    job = source(github.environ).find("42", job="deploy").job
    assert job
    assert (job.outcome, job.began) == (Outcome.FAILURE, True)
    assert (job.started_at, job.ended_at) == (TEN, TEN + timedelta(minutes=30))


@pytest.mark.parametrize(
    ("other", "outcome"),
    [("success", Outcome.SUCCESS), ("cancelled", Outcome.CANCELLED), ("skipped", Outcome.SUCCESS), ("failure", None)],
)
def test_find__matrix__the_worst_that_is_known(
    github: GitHubApi, source: Source, other: str, outcome: Outcome | None
) -> None:
    """One that is unknown makes all of it unknown."""
    github.add(github_job(name="deploy (eu)", conclusion="success"), github_job(name="deploy (us)", conclusion=other))
    assert source(github.environ).find("42", job="deploy").outcome is outcome


MATRIX = {
    "a failure beside an unknown": (
        github_job(OURS, github_step("Deploy", "failure")),
        RunState.ENDED,
        Outcome.FAILURE,
    ),
    "one in progress": (
        github_job(status="in_progress", conclusion=None, completed_at=None),
        RunState.IN_PROGRESS,
        None,
    ),
    "a status that nobody knows": (github_job(status="dancing", conclusion=None), RunState.UNKNOWN, None),
}


@pytest.mark.parametrize("case", MATRIX)
def test_find__matrix__state_and_outcome_of_all(github: GitHubApi, source: Source, case: str) -> None:
    """What is known to have failed, failed; the deployment has ended only if all of its jobs have."""
    item, state, outcome = MATRIX[case]
    conclusion = None if outcome else "success"
    github.add(github_job(name="deploy (eu)", conclusion=conclusion or "failure"), {**item, "name": "deploy (us)"})
    job = source(github.environ).find("42", job="deploy").job
    assert job
    assert (job.state, job.outcome) == (state, outcome)


def test_find__no_job_named__the_only_one_with_our_step(github: GitHubApi, source: Source) -> None:
    """One job wraps its deployment in the action; between start and finish in jobs of their own, it is not known."""
    broken = github_step("Deploy", "failure")
    github.add(github_job(name="test"), github_job(OURS, broken))
    assert source(github.environ).find("42").outcome is Outcome.FAILURE
    start, finish = github_job(OURS, name="start", conclusion="success"), github_job(OURS, name="finish")
    github.add(start, github_job(broken), finish, id=43)
    run = source(github.environ).find("43")
    assert (run.outcome, run.began, run.job) == (None, True, None)


def test_find__no_job_began__skipped(github: GitHubApi, source: Source) -> None:
    """A reviewer rejected the only job that had to wait, and the others were skipped."""
    rejected = github_job(runner_id=0, runner_name="")
    github.add(rejected, github_job(name="notify", conclusion="skipped", runner_id=0, runner_name=""))
    run = source(github.environ).find("42")
    assert (run.outcome, run.began, run.reason) == (Outcome.SKIPPED, False, "")


@pytest.mark.parametrize(("attempt", "outcome"), [(1, Outcome.FAILURE), (2, Outcome.SUCCESS)])
def test_find__attempt__that_attempt(github: GitHubApi, source: Source, attempt: int, outcome: Outcome) -> None:
    """A later attempt that has ended changes nothing about an earlier one; the latest one is asked for once."""
    github.add(github_job(OURS, github_step("Deploy", "failure")), run_attempt=1)
    github.add(github_job(conclusion="success"), run_attempt=2, conclusion="success")
    run = source(github.environ).find("42", attempt=attempt)
    assert (run.attempt, run.outcome) == (attempt, outcome)
    parts = ["", "/attempts/1", "/attempts/1/jobs"] if attempt == 1 else ["", "/attempts/2/jobs"]
    assert github.paths() == [f"/repos/octo/shop/actions/runs/42{part}" for part in parts]


def test_find__later_attempt_goes_on__in_progress(github: GitHubApi, source: Source) -> None:
    """Somebody pressed "Re-run": that attempt ends what the earlier one left."""
    github.add(run_attempt=1)
    github.add(run_attempt=2, status="queued", conclusion=None)
    run = source(github.environ).find("42", attempt=1)
    assert (run.state, run.attempt) == (RunState.IN_PROGRESS, 2)


def test_find__more_than_a_page_of_jobs__all_are_read(github: GitHubApi, source: Source) -> None:
    """A big matrix has up to 256 jobs; a server that never ends its pages must not hold anybody up."""
    jobs = [github_job(name=f"test ({number})", conclusion="success") for number in range(1000)]
    github.add(*jobs[:100], github_job(conclusion="cancelled"))
    assert source(github.environ).find("42", job="deploy").outcome is Outcome.CANCELLED
    github.add(*jobs, id=43)
    run = source(github.environ).find("43")
    assert (run.state, run.reason) == (RunState.UNKNOWN, "GitHub lists more than 1000 entries")


def test_find__request__token_version_and_enterprise_address(httpserver: HTTPServer, source: Source) -> None:
    """An Enterprise Server has its API below a path."""
    enterprise = GitHubApi(httpserver, "/api/v3")
    enterprise.add()
    assert source(enterprise.environ).find("42").state is RunState.ENDED
    headers = enterprise.requests[0].headers
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["X-GitHub-Api-Version"] == "2022-11-28"
    assert headers["Accept"] == "application/vnd.github+json"


@pytest.mark.parametrize("run_id", ["", "4/2", "../9", "-1", "٤٢"])
def test_find__not_an_id__nothing_is_sent(github: GitHubApi, source: Source, run_id: str) -> None:
    """An id is digits."""
    assert "is not the id of a run" in source(github.environ).find(run_id).reason
    assert not github.requests


@pytest.mark.parametrize("repository", ["", "octo", "octo/", "a/b/c"])
def test_find__not_a_repository__nothing_is_sent(github: GitHubApi, source: Source, repository: str) -> None:
    """The variable names an owner and a name."""
    runs = source({**github.environ, "GITHUB_REPOSITORY": repository})
    assert "is not a repository's name" in runs.find("42").reason
    assert "is not a repository's name" in runs.others(workflow="deploy.yml").reason
    assert not github.requests


@pytest.mark.parametrize("document", [[], {}, "run", {"status": 7}, {"status": "dancing"}, None], ids=str)
def test_find__undocumented__unknown(github: GitHubApi, source: Source, document: object) -> None:
    """A status that nobody knows is not "ended", and without its jobs a run is not judged."""
    wrong = [answer(document)] if document is not None else [answer(github_run()), answer({"total_count": 1})]
    github.instead += wrong
    run = source(github.environ).find("42", attempt=1)
    assert (run.state, run.attempt) == (RunState.UNKNOWN, 1)
    assert run.reason == "GitHub answered, but not with the JSON that it documents"
