from __future__ import annotations

from typing import Any

import pytest

from alert24_deploy.ci.runs import github
from alert24_deploy.deployment.ci_run import Run, RunState
from alert24_deploy.policy import Outcome
from helpers.ci_api import github_job, github_step

SETUP = github_step("Set up job")
OURS = github_step("Run alert24/alert24-deploy@v1")
POST = "Post Run alert24/alert24-deploy@v1"
DONE = github_step("Complete job")


def proves(item: dict[str, Any]) -> Run:
    """Return what a job proves, if it is the run's only one."""
    job = github._job(item)
    return github._proof(job, job.is_own)


def test_conclude__deploying_step_failed__failure() -> None:
    """A step that is not this program's failed, so the deployment failed."""
    job = proves(github_job(SETUP, OURS, github_step("Deploy", "failure"), github_step(POST), DONE))
    assert (job.outcome, job.began) == (Outcome.FAILURE, True)


def test_conclude__only_our_post_failed__success() -> None:
    """A finish that failed is no deployment that failed."""
    job = proves(github_job(SETUP, OURS, github_step("Deploy"), github_step(POST, "failure"), DONE))
    assert (job.outcome, job.began) == (Outcome.SUCCESS, True)


def test_conclude__our_start_failed__never_began() -> None:
    """Start failed and every step after it was skipped."""
    start = github_step("Run alert24/alert24-deploy@v1", "failure")
    job = proves(github_job(SETUP, start, github_step("Deploy", "skipped"), github_step(POST), DONE))
    assert (job.outcome, job.began) == (Outcome.SKIPPED, False)


def test_conclude__our_step_has_another_name__unknown() -> None:
    """A step called `Page` may be ours, so a failure proves nothing."""
    assert proves(github_job(SETUP, github_step("Page"), github_step("Deploy", "failure"), DONE)).outcome is None


@pytest.mark.parametrize("name", ["Run alert24-deploy run -- ./deploy.sh", "Run alert24-deploy start -s Shop"])
def test_conclude__script_with_this_program_failed__unknown(name: str) -> None:
    """The deployment may be in the same script, and so may be what failed."""
    job = proves(github_job(SETUP, OURS, github_step(name, "failure"), DONE))
    assert (job.outcome, job.began) == (None, None)


@pytest.mark.parametrize(
    "name",
    ["Run ./.github/actions/alert24-deploy@v1", "Run alert24/alert24-deploy/native@v1", "Run A/Alert24-Deploy@x"],
)
def test_read__uses_this_action__our_own_step(name: str) -> None:
    """A fork and an action below the repository's root are this program, too."""
    assert github._job(github_job(github_step(name))).is_own


def test_conclude__post_of_another_action_failed__unknown() -> None:
    """Saving a cache may have failed, or a step of the user's that is called so."""
    checkout = github_step("Run actions/checkout@v4")
    post = github_step("Post Run actions/checkout@v4", "failure")
    assert proves(github_job(SETUP, checkout, OURS, github_step("Deploy"), post, DONE)).outcome is None


def test_conclude__user_step_called_post__decides() -> None:
    """`Post deployment` belongs to no other step, so the user wrote it."""
    item = github_job(SETUP, OURS, github_step("Deploy"), github_step("Post deployment", "failure"), DONE)
    assert proves(item).outcome is Outcome.FAILURE


def test_conclude__runner_lost__unknown_though_it_began() -> None:
    """Steps without a conclusion in a job that has ended: the runner never reported on them."""
    job = proves(github_job(SETUP, OURS, github_step("Deploy", None, "in_progress"), github_step(POST, None, "queued")))
    assert (job.outcome, job.began) == (None, True)
    assert job.reason == "the job ended before its runner had reported on every step"


def test_conclude__runner_lost_before_the_deploying_step__unknown() -> None:
    """It may have run and not been reported."""
    job = proves(github_job(SETUP, OURS, github_step("Deploy", None, "queued")))
    assert (job.outcome, job.began) == (None, None)


def test_conclude__failed_before_the_runner_was_lost__failure() -> None:
    """What was reported stays true."""
    steps = (OURS, github_step("Deploy", "failure"), github_step(POST, None, "in_progress"))
    assert proves(github_job(SETUP, *steps)).outcome is Outcome.FAILURE


def test_conclude__rejected_by_a_reviewer__never_began() -> None:
    """No runner ever had the job, and no step is shown."""
    job = proves(github_job(runner_id=0, runner_name=""))
    assert (job.outcome, job.began) == (Outcome.SKIPPED, False)


def test_conclude__no_steps_but_a_runner__unknown() -> None:
    """A runner that was lost at once has no steps either."""
    job = proves(github_job())
    assert (job.outcome, job.began) == (None, None)


@pytest.mark.parametrize("steps", [None, "none", [None, 3]])
def test_conclude__steps_of_another_shape__unknown(steps: object) -> None:
    """What is not documented is nothing to rely on."""
    assert proves({**github_job(), "steps": steps}).outcome is None


def test_conclude__skipped__never_began() -> None:
    """The job's own condition was false."""
    job = proves(github_job(conclusion="skipped", runner_id=None, runner_name=None))
    assert (job.outcome, job.began) == (Outcome.SKIPPED, False)


def test_conclude__cancelled_in_the_queue__never_began() -> None:
    """A job that was cancelled before a runner had it did nothing."""
    assert proves(github_job(conclusion="cancelled", runner_id=None, runner_name="")).outcome is Outcome.SKIPPED


def test_conclude__cancelled__cancelled() -> None:
    """As the action's own finish takes it, a failed step or not."""
    steps = (OURS, github_step("Deploy", "failure"), github_step(POST))
    assert proves(github_job(SETUP, *steps, conclusion="cancelled")).outcome is Outcome.CANCELLED


@pytest.mark.parametrize("name", ["Build octo/tool@v1", "Pull ghcr.io/octo/tool:1"])
def test_conclude__image_could_not_be_made__never_began(name: str) -> None:
    """The runner builds and pulls before the first step."""
    job = proves(github_job(SETUP, github_step(name, "failure"), github_step("Deploy", "skipped"), DONE))
    assert (job.outcome, job.began) == (Outcome.SKIPPED, False)


def test_conclude__user_step_called_build__decides() -> None:
    """After the first step it is the user's."""
    item = github_job(SETUP, OURS, github_step("Build image", "failure"), DONE)
    assert proves(item).outcome is Outcome.FAILURE


def test_conclude__success__success() -> None:
    """A job's success counts."""
    assert proves(github_job(SETUP, github_step("Deploy"), DONE, conclusion="success")).outcome is Outcome.SUCCESS


def test_conclude__success_with_everything_skipped__success() -> None:
    """As the action's own finish takes it."""
    job = proves(github_job(SETUP, OURS, github_step("Deploy", "skipped"), DONE, conclusion="success"))
    assert (job.outcome, job.began) == (Outcome.SUCCESS, False)


def test_conclude__failed_without_a_failed_step__unknown() -> None:
    """Something else ended the job, and nobody says what."""
    job = proves(github_job(SETUP, OURS, github_step("Deploy"), github_step(POST), DONE))
    assert (job.outcome, job.began) == (None, True)
    assert job.reason == "the job failed, which does not show that the deployment failed"


def test_conclude__in_progress__no_outcome() -> None:
    """Nothing is decided while the job goes on."""
    item = github_job(SETUP, OURS, github_step("Deploy", "failure"), status="in_progress", conclusion=None)
    job = proves({**item, "completed_at": None})
    assert (job.state, job.outcome, job.began, job.ended_at) == (RunState.IN_PROGRESS, None, True, None)
