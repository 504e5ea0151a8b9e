from __future__ import annotations

import pytest

from alert24_deploy.deployment.ci_run import OtherRuns
from helpers.ci_api import GitHubApi, Source, answer, github_run

GOING_ON = ["in_progress", "queued", "requested", "waiting", "pending"]


@pytest.mark.parametrize("status", GOING_ON)
def test_others__one_goes_on__yes(github: GitHubApi, source: Source, status: str) -> None:
    """Every status before `completed` counts."""
    github.add(id=50, status=status, conclusion=None)
    expected = OtherRuns(True, f"run 50 is {status}")
    assert source(github.environ).others(workflow="deploy.yml") == expected


def test_others__workflow_by_id__found(github: GitHubApi, source: Source) -> None:
    """As a run names its workflow."""
    github.add(id=50, status="queued", conclusion=None, workflow_id=77)
    assert source(github.environ).others(workflow="77").in_progress


def test_others__ended_or_another_workflow__no(github: GitHubApi, source: Source) -> None:
    """Neither holds anything up."""
    github.add(id=50)
    github.add(id=51, status="queued", conclusion=None, path=".github/workflows/test.yml")
    assert source(github.environ).others(workflow="deploy.yml") == OtherRuns(False)


def test_others__only_the_one_that_asks__no(github: GitHubApi, source: Source) -> None:
    """A run must not wait for itself."""
    github.add(status="in_progress", conclusion=None)
    assert source(github.environ).others(workflow="deploy.yml", besides=["42"]) == OtherRuns(False)


def test_others__one_request_fails__unknown(github: GitHubApi, source: Source) -> None:
    """The run that goes on may be in the answer that did not come."""
    github.instead.append(answer({"message": "Resource not accessible by integration"}, 403))
    others = source(github.environ).others(workflow="deploy.yml")
    assert others.in_progress is None
    assert "`actions: read`" in others.reason


def test_others__one_request_fails_and_another_finds__yes(github: GitHubApi, source: Source) -> None:
    """One that goes on is enough to know."""
    github.add(id=50, status="pending", conclusion=None)
    github.instead.append(answer({}, 403))
    assert source(github.environ).others(workflow="deploy.yml").in_progress


def test_others__older_server_ignores_the_status__only_what_goes_on(github: GitHubApi, source: Source) -> None:
    """A list of everything says nothing by its length."""
    github.instead += [answer({"workflow_runs": [github_run(), 3]}) for _ in GOING_ON]
    assert source(github.environ).others(workflow="deploy.yml") == OtherRuns(False)


def test_others__undocumented__unknown(github: GitHubApi, source: Source) -> None:
    """A list that is none is no "no"."""
    github.instead += [answer({"runs": []}) for _ in GOING_ON]
    assert source(github.environ).others(workflow="deploy.yml").in_progress is None


def test_others__no_workflow__unknown(github: GitHubApi, source: Source) -> None:
    """Any run of the repository would be too many: the one that asks is one."""
    assert source(github.environ).others() == OtherRuns(None, "no workflow is named")
    assert not github.requests


def test_others__workflow_with_odd_characters__one_part_of_the_path(github: GitHubApi, source: Source) -> None:
    """It can't lead anywhere else."""
    assert source(github.environ).others(workflow="../../x?y").in_progress is None
    assert {request.environ["REQUEST_URI"].partition("?")[0] for request in github.requests} == {
        "/repos/octo/shop/actions/workflows/..%2F..%2Fx%3Fy/runs"
    }
