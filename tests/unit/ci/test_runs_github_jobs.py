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
DEPLOYED, BROKEN = github_step("Deploy"), github_step("Deploy", "failure")
NOT_RUN, LOST = github_step("Deploy", "skipped"), github_step("Deploy", None, "in_progress")


def proves(item: dict[str, Any]) -> Run:
    """Return what a job proves, if it is the run's only one."""
    job = github._job(item)
    return github._proof(job, job.is_own)


# A job whose conclusion is a failure: its steps after the runner's first, the outcome that they prove, and whether the
# deployment began.
FAILED_JOBS = {
    "a step that deploys failed": ([OURS, BROKEN, github_step(POST), DONE], Outcome.FAILURE, True),
    "only our post failed": ([OURS, DEPLOYED, github_step(POST, "failure"), DONE], Outcome.SUCCESS, True),
    "our start failed": (
        [github_step(OURS["name"], "failure"), NOT_RUN, github_step(POST), DONE],
        Outcome.SKIPPED,
        False,
    ),
    "a step called `Page` may be ours": ([github_step("Page"), BROKEN, DONE], None, True),
    "a script with this program": ([OURS, github_step("Run alert24-deploy run -- x", "failure"), DONE], None, None),
    "a script with our start": ([OURS, github_step("Run alert24-deploy start", "failure"), DONE], None, None),
    "another action's post may have saved a cache": (
        [github_step("Run actions/cache@v4"), OURS, github_step("Post Run actions/cache@v4", "failure"), DONE],
        None,
        True,
    ),
    "a post of no other step is the user's": (
        [OURS, github_step("Post deploy", "failure"), DONE],
        Outcome.FAILURE,
        True,
    ),
    "a build after the first step is the user's": (
        [OURS, github_step("Build it", "failure"), DONE],
        Outcome.FAILURE,
        True,
    ),
    "a failure was reported before the runner was lost": (
        [OURS, BROKEN, github_step(POST, None, "in_progress")],
        Outcome.FAILURE,
        True,
    ),
    "the runner was lost before the step that deploys": ([OURS, github_step("Deploy", None, "queued")], None, None),
    "the runner could not build an image": (
        [github_step("Build octo/x@v1", "failure"), NOT_RUN, DONE],
        Outcome.SKIPPED,
        False,
    ),
    "the runner could not pull an image": (
        [github_step("Pull ghcr.io/x:1", "failure"), NOT_RUN, DONE],
        Outcome.SKIPPED,
        False,
    ),
}


@pytest.mark.parametrize("case", FAILED_JOBS)
def test_conclude__failed_job__by_its_steps(case: str) -> None:
    """A failure counts only if a step that is certainly not this program's failed."""
    steps, outcome, began = FAILED_JOBS[case]
    job = proves(github_job(SETUP, *steps))
    assert (job.outcome, job.began) == (outcome, began)


# Jobs of other conclusions, or without steps.
OTHER_JOBS = {
    "rejected by a reviewer": (github_job(runner_id=0, runner_name=""), Outcome.SKIPPED, False),
    "a runner that was lost at once": (github_job(), None, None),
    "steps of another shape": ({**github_job(), "steps": [None, 3]}, None, None),
    "steps that are no list": ({**github_job(), "steps": "none"}, None, None),
    "skipped": (github_job(conclusion="skipped", runner_id=None, runner_name=None), Outcome.SKIPPED, False),
    "cancelled in the queue": (
        github_job(conclusion="cancelled", runner_id=None, runner_name=""),
        Outcome.SKIPPED,
        False,
    ),
    "cancelled": (github_job(SETUP, OURS, BROKEN, conclusion="cancelled"), Outcome.CANCELLED, True),
    "success": (github_job(SETUP, DEPLOYED, DONE, conclusion="success"), Outcome.SUCCESS, True),
    "success of nothing": (github_job(SETUP, OURS, NOT_RUN, DONE, conclusion="success"), Outcome.SUCCESS, False),
}


@pytest.mark.parametrize("case", OTHER_JOBS)
def test_conclude__other_jobs__by_their_conclusion(case: str) -> None:
    """As the action's own finish takes them."""
    item, outcome, began = OTHER_JOBS[case]
    job = proves(item)
    assert (job.outcome, job.began) == (outcome, began)


@pytest.mark.parametrize(
    "name",
    ["Run ./.github/actions/alert24-deploy@v1", "Run alert24/alert24-deploy/native@v1", "Run A/Alert24-Deploy@x"],
)
def test_read__uses_this_action__our_own_step(name: str) -> None:
    """A fork and an action below the repository's root are this program, too."""
    assert github._job(github_job(github_step(name))).is_own


def test_conclude__runner_lost__unknown_though_it_began() -> None:
    """Steps without a conclusion in a job that has ended: the runner never reported on them."""
    job = proves(github_job(SETUP, OURS, LOST, github_step(POST, None, "queued")))
    assert (job.outcome, job.began) == (None, True)
    assert job.reason == "the job ended before its runner had reported on every step"


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
