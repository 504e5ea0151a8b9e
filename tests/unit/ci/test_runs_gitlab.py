from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from alert24_deploy.deployment.ci_run import OtherRuns, RunState
from alert24_deploy.policy import Outcome
from helpers.ci_api import TOKEN, GitLabApi, Source, answer, gitlab_job

TEN = datetime(2026, 11, 24, 10, tzinfo=timezone.utc)
GOING_ON = "created waiting_for_resource preparing waiting_for_callback pending running canceling scheduled manual"


@pytest.mark.parametrize("status", GOING_ON.split())
def test_find__any_status_before_the_end__in_progress(gitlab: GitLabApi, source: Source, status: str) -> None:
    """A pipeline that waits for a runner, a resource or a person goes on."""
    gitlab.add(status=status, finished_at=None)
    run = source(gitlab.environ).find("287")
    assert (run.state, run.outcome, run.ended_at, run.reason) == (RunState.IN_PROGRESS, None, None, "")


@pytest.mark.parametrize(
    ("status", "outcome", "began"),
    [
        ("success", Outcome.SUCCESS, None),
        ("failed", None, None),
        ("canceled", Outcome.CANCELLED, None),
        ("skipped", Outcome.SKIPPED, False),
    ],
)
def test_find__ended_without_a_job__the_word_unless_it_is_a_failure(
    gitlab: GitLabApi, source: Source, status: str, outcome: Outcome | None, began: bool | None
) -> None:
    """A pipeline's failure may be any job's."""
    gitlab.add(status=status)
    run = source(gitlab.environ).find("287")
    assert (run.state, run.outcome, run.began) == (RunState.ENDED, outcome, began)
    assert bool(run.reason) is (outcome is None)


def test_find__pipeline__its_times(gitlab: GitLabApi, source: Source) -> None:
    """GitLab counts no attempts."""
    gitlab.add()
    run = source(gitlab.environ).find("287")
    assert (run.started_at, run.ended_at) == (
        TEN + timedelta(milliseconds=197),
        TEN + timedelta(minutes=20, milliseconds=175),
    )
    assert run.attempt is None


def test_find__pipeline_without_those_times__created_and_updated(gitlab: GitLabApi, source: Source) -> None:
    """A pipeline whose jobs never started has neither."""
    gitlab.add(started_at=None, finished_at=None)
    run = source(gitlab.environ).find("287")
    assert run.started_at == TEN - timedelta(minutes=1) + timedelta(milliseconds=200)
    assert run.ended_at == TEN + timedelta(minutes=20, seconds=5, milliseconds=185)


@pytest.mark.parametrize(
    ("status", "outcome", "began"),
    [("success", Outcome.SUCCESS, True), ("failed", None, None), ("canceled", Outcome.CANCELLED, None)],
)
def test_find__job_that_a_runner_had__success_counts_and_failure_does_not(
    gitlab: GitLabApi, source: Source, status: str, outcome: Outcome | None, began: bool | None
) -> None:
    """`before_script` and `after_script` are this program's own, and GitLab shows no steps."""
    gitlab.add(gitlab_job(status=status))
    run = source(gitlab.environ).find("287", job="deploy")
    assert run.job
    assert (run.job.state, run.outcome, run.began) == (RunState.ENDED, outcome, began)
    assert run.job.started_at == TEN + timedelta(milliseconds=722)
    assert run.job.ended_at == TEN + timedelta(minutes=20, milliseconds=895)


def test_find__job_failed__its_reason_is_shown(gitlab: GitLabApi, source: Source) -> None:
    """GitLab knows a lost runner from a script that failed, and a person wants to know it, too."""
    gitlab.add(gitlab_job(failure_reason="runner_system_failure"))
    reason = "the job failed, which does not show that the deployment failed (runner_system_failure)"
    assert source(gitlab.environ).find("287", job="deploy").reason == reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("failed", "forward_deployment_failure"),
        ("failed", "deployment_rejected"),
        ("failed", "stuck_or_timeout_failure"),
        ("canceled", None),
        ("skipped", None),
        ("manual", None),
    ],
)
def test_find__job_that_no_runner_had__never_began(
    gitlab: GitLabApi, source: Source, status: str, reason: str | None
) -> None:
    """Outdated, rejected, stuck, cancelled in the queue, or never played."""
    gitlab.add(gitlab_job(status=status, failure_reason=reason, started_at=None))
    run = source(gitlab.environ).find("287", job="deploy")
    assert run.job
    assert (run.job.state, run.outcome, run.began, run.reason) == (RunState.ENDED, Outcome.SKIPPED, False, "")


def test_find__job_in_progress__no_outcome(gitlab: GitLabApi, source: Source) -> None:
    """Its `after_script` may still write."""
    gitlab.add(gitlab_job(status="canceling", finished_at=None), status="running")
    run = source(gitlab.environ).find("287", job="deploy")
    assert run.job
    assert (run.job.state, run.outcome, run.began, run.reason) == (RunState.IN_PROGRESS, None, None, "")


@pytest.mark.parametrize(
    ("job", "name", "outcome"),
    [("deploy", "deploy", Outcome.SUCCESS), ("8", "deploy", Outcome.CANCELLED), ("8", "8", Outcome.CANCELLED)],
)
def test_find__retried_job__newest_of_its_name_or_the_one_with_that_id(
    gitlab: GitLabApi, source: Source, job: str, name: str, outcome: Outcome
) -> None:
    """A retried job gets a new id, and a deployment belongs to one job: an id wins over a name that looks like it."""
    gitlab.add(gitlab_job(id=8, status="canceled"), gitlab_job(id=11, name=name, status="success"), gitlab_job(id=9))
    assert source(gitlab.environ).find("287", job=job).outcome is outcome


def test_find__no_such_job__unknown(gitlab: GitLabApi, source: Source) -> None:
    """A pipeline that succeeded without it proves nothing."""
    gitlab.add(gitlab_job(), status="success")
    run = source(gitlab.environ).find("287", job="deplyo")
    assert (run.outcome, run.began, run.reason) == (None, None, "the pipeline has no job 'deplyo'")


def test_find__no_project__nothing_is_sent(gitlab: GitLabApi, source: Source) -> None:
    """The variable is missing."""
    runs = source({**gitlab.environ, "CI_PROJECT_ID": ""})
    assert runs.find("287").reason == "no project is named"
    assert runs.others() == OtherRuns(None, "no project is named")
    assert not gitlab.requests


def test_find__project_token__private_token_header(gitlab: GitLabApi, source: Source) -> None:
    """GitLab docs, "REST API authentication"."""
    gitlab.add()
    source(gitlab.environ).find("287")
    headers = gitlab.requests[0].headers
    assert headers["PRIVATE-TOKEN"] == TOKEN
    assert "JOB-TOKEN" not in headers
    assert "Authorization" not in headers


def test_find__only_the_job_token__job_token_header(gitlab: GitLabApi, source: Source) -> None:
    """It reads pipelines in newer versions."""
    gitlab.add()
    run = source({**gitlab.environ, "CI_JOB_TOKEN": "glcbt-64_abc"}, None).find("287")
    assert run.state is RunState.ENDED
    assert gitlab.requests[0].headers["JOB-TOKEN"] == "glcbt-64_abc"
    assert "PRIVATE-TOKEN" not in gitlab.requests[0].headers


@pytest.mark.parametrize("status", [401, 403, 404])
def test_find__job_token_is_refused__says_which_token_to_give(gitlab: GitLabApi, source: Source, status: int) -> None:
    """Older versions answer a job token as if the pipeline were not there."""
    gitlab.instead.append(answer({"message": "404 Project Not Found"}, status))
    run = source({**gitlab.environ, "CI_JOB_TOKEN": "glcbt-64_abc"}, None).find("287")
    assert run.state is RunState.UNKNOWN
    assert "give a project access token with the scope `read_api`" in run.reason


@pytest.mark.parametrize("status", [word for word in GOING_ON.split() if word not in ("scheduled", "manual")])
def test_others__one_goes_on__yes(gitlab: GitLabApi, source: Source, status: str) -> None:
    """It may deploy at any moment."""
    gitlab.add(id=300, status=status)
    assert source(gitlab.environ).others() == OtherRuns(True, f"pipeline 300 is {status}")


@pytest.mark.parametrize("status", ["manual", "scheduled", "success", "failed", "canceled", "skipped"])
def test_others__ended_or_waiting_for_a_person__no(gitlab: GitLabApi, source: Source, status: str) -> None:
    """A manual job that nobody plays would hold up healing for ever."""
    gitlab.add(id=300, status=status)
    assert source(gitlab.environ).others() == OtherRuns(False)


def test_others__older_version_without_a_status__no(gitlab: GitLabApi, source: Source) -> None:
    """A version that does not know `canceling` has no such pipeline."""
    gitlab.unknown_statuses = {"canceling", "waiting_for_callback"}
    assert source(gitlab.environ).others() == OtherRuns(False)
