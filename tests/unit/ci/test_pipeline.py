from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from alert24_deploy.ci.pipeline import deployment_id, job_status, same_job, without_secrets

GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "42", "GITHUB_RUN_ATTEMPT": "2", "GITHUB_JOB": "deploy"}
GITLAB = {"GITLAB_CI": "true", "CI_PIPELINE_ID": "7", "CI_JOB_ID": "99"}


@pytest.mark.parametrize(
    ("environ", "beginning"), [(GITHUB, "github-42-2-deploy-"), (GITLAB, "gitlab-7-99-"), ({}, "local-")]
)
def test_deployment_id__every_place__run_attempt_and_job(environ: dict[str, str], beginning: str) -> None:
    """The id tells where the deployment ran."""
    assert deployment_id(environ).startswith(beginning)


def test_deployment_id__twice_in_one_job__two_ids() -> None:
    """Two deployments of one job are two."""
    assert deployment_id(GITHUB) != deployment_id(GITHUB)


def test_deployment_id__odd_values__one_harmless_line() -> None:
    """What the environment says is foreign text."""
    shown = deployment_id({**GITHUB, "GITHUB_JOB": "a\n::error::b##[error]" + "x" * 500})
    assert shown.isprintable()
    assert "##[" not in shown
    assert len(shown) < 100


@pytest.mark.parametrize("environ", [GITHUB, GITLAB, {}])
def test_same_job__its_own_deployment__yes(environ: dict[str, str]) -> None:
    """A job recognises what it has started."""
    assert same_job(deployment_id(environ), environ)


def test_same_job__another_attempt__no() -> None:
    """A re-run is another job."""
    assert not same_job(deployment_id(GITHUB), {**GITHUB, "GITHUB_RUN_ATTEMPT": "3"})


@pytest.mark.parametrize(("environ", "word"), [({"CI_JOB_STATUS": " failed\n"}, "failed"), ({}, "")])
def test_job_status__gitlabs_word__without_blanks(environ: dict[str, str], word: str) -> None:
    """GitLab's word, and nothing elsewhere."""
    assert job_status(environ) == word


def pull(head: object, base: object = "us/app") -> dict[str, Any]:
    """The event of a pull request between two repositories."""
    return {"pull_request": {"head": {"repo": head and {"full_name": head}}, "base": {"repo": {"full_name": base}}}}


def reason(tmp_path: Path, event: object, **environ: str) -> str:
    """Why a run that has this event gets no secrets."""
    path = tmp_path / "event.json"
    path.write_bytes(event if isinstance(event, bytes) else json.dumps(event).encode())
    return without_secrets({"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(path), **environ})


def test_without_secrets__fork__says_so(tmp_path: Path) -> None:
    """A fork's pull request has no secrets."""
    assert "fork" in reason(tmp_path, pull("them/app"))


def test_without_secrets__fork_that_is_gone__says_so(tmp_path: Path) -> None:
    """A fork that was deleted is still not us."""
    assert "fork" in reason(tmp_path, pull(None))


def test_without_secrets__our_own_branch__nothing(tmp_path: Path) -> None:
    """A pull request of our own has them, so a missing key is a mistake."""
    assert reason(tmp_path, pull("us/app")) == ""


def test_without_secrets__a_push__nothing(tmp_path: Path) -> None:
    """Only a pull request can be a fork's."""
    assert reason(tmp_path, pull("them/app"), GITHUB_EVENT_NAME="push") == ""


def test_without_secrets__dependabot__says_so() -> None:
    """Dependabot's runs get none either."""
    assert "Dependabot" in without_secrets({"GITHUB_ACTOR": "dependabot[bot]"})


UNREADABLE: list[object] = [
    b"",
    b"{",
    b"\xff",
    b"[" * 100_000,
    [],
    {},
    {"pull_request": None},
    {"pull_request": {"head": {}}},
    {"pull_request": {"head": {"repo": {}}, "base": {"repo": {}}}},
    {"pull_request": {"head": {"repo": "x"}, "base": {"repo": "y"}}},
    {"pull_request": {"head": {"repo": {"full_name": "x"}}, "base": {"repo": None}}},
]


@pytest.mark.parametrize("event", UNREADABLE, ids=lambda event: repr(event)[:40])
def test_without_secrets__event_that_says_nothing__nothing(tmp_path: Path, event: object) -> None:
    """What can't be read excuses nobody from the key, and ends in no exception."""
    assert reason(tmp_path, event) == ""


def test_without_secrets__no_event__nothing() -> None:
    """Neither does an event that is not there."""
    assert without_secrets({"GITHUB_EVENT_NAME": "pull_request"}) == ""
