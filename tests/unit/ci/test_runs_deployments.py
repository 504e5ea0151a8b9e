from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alert24_deploy.ci.pipeline import deployment_number
from alert24_deploy.ci.runs.deployments import GitHubDeployment, GitHubDeployments, read_event
from alert24_deploy.errors import WrongSetting
from alert24_deploy.net.deadline import Deadline
from alert24_deploy.signals import Cancellation
from alert24_deploy.text import Secret
from helpers.ci_api import ENDED, STARTED, TOKEN, GitHubApi, answer, github_deployment, github_status

DEPLOYMENT = GitHubDeployment(42, "production", "pending", None)
JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda each: st.lists(each, max_size=2))


def latest(github: GitHubApi) -> tuple[GitHubDeployment, str]:
    """What GitHub says of deployment 42."""
    deadline = Deadline(20, Cancellation())
    return GitHubDeployments(github.environ, Secret(TOKEN), deadline).latest(DEPLOYMENT)


@pytest.mark.parametrize(
    ("states", "attempt", "ended"),
    [
        ("in_progress", 1, False),
        ("queued in_progress success", 1, True),
        ("in_progress failure success", 1, True),
        ("in_progress success inactive", 1, True),
        ("in_progress success in_progress", 2, False),
        ("success inactive pending in_progress success queued", 3, False),
    ],
)
def test_latest__statuses__say_how_often_it_began(github: GitHubApi, states: str, attempt: int, ended: bool) -> None:
    """A start after an end is another attempt, which began then; the newest status has the highest number."""
    state = ""
    for state in states.split():
        github.deploy(42, state, ENDED)
    found, reason = latest(github)
    assert (found.state, found.attempt, found.ended_at is not None, reason) == (state, attempt, ended, "")
    assert (found.began_at is not None) == (attempt > 1)


def test_latest__many_statuses__all_pages_are_read(github: GitHubApi) -> None:
    """The order of the list is not documented, so the newest may be on any page."""
    for _ in range(150):
        github.deploy(42, "in_progress", STARTED)
    github.statuses[42].insert(70, github_status("success", ENDED, 999))
    assert (latest(github)[0].state, len(github.requests)) == ("success", 2)


@pytest.mark.parametrize(
    ("document", "words"),
    [([7, {"id": "a", "state": ["success"]}], ""), ({"message": "no list"}, "not with the JSON"), ([], "no status")],
)
def test_latest__undocumented__does_no_harm(github: GitHubApi, document: object, words: str) -> None:
    """What can't be read is no status, or a reason."""
    github.deploy(42, "success")
    github.instead = [answer(document)]
    found, reason = latest(github)
    assert words in reason
    assert found.state == ("pending" if words else "")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deployment=st.dictionaries(st.sampled_from(list(github_deployment())), JSON),
    status=JSON | st.fixed_dictionaries({"state": JSON}),
)
def test_read_event__anything__is_read_or_refused(tmp_path: Path, deployment: object, status: object) -> None:
    """No file leads to anything but a deployment or the one error."""
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"deployment": deployment, "deployment_status": status}))
    environ = {"GITHUB_EVENT_NAME": "deployment_status", "GITHUB_EVENT_PATH": str(path)}
    with contextlib.suppress(WrongSetting):
        found = read_event(environ)
        assert found.number > 0
        assert found.state


@pytest.mark.parametrize(
    ("deployment", "number"),
    [
        ("github_deployment-42", 42),
        ("github_deployment-42-2", 42),
        ("github_deployment-", 0),
        ("github_deployment-4²", 0),
        ("github_deployment-" + "9" * 20, 0),
        ("github-42-1-deploy", 0),
    ],
)
def test_deployment_number__id__is_one_of_this_github(deployment: str, number: int) -> None:
    """An id that anybody may have recorded leads to a question only if it has the form, and only on GitHub."""
    assert deployment_number(deployment, {"GITHUB_ACTIONS": "true"}) == number
    assert deployment_number(deployment, {"GITLAB_CI": "true"}) == 0
