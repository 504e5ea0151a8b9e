from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from alert24_deploy.ci.pipeline import (
    deployment_id,
    describe_run,
    job_status,
    later_attempt,
    same_job,
    same_run,
    without_secrets,
)

GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_RUN_ID": "42", "GITHUB_RUN_ATTEMPT": "2", "GITHUB_JOB": "deploy"}
GITLAB = {"GITLAB_CI": "true", "CI_PIPELINE_ID": "7", "CI_JOB_ID": "99"}
JENKINS = {"BUILD_TAG": "jenkins-shop-deploy-12"}
CIRCLE = {"CIRCLE_WORKFLOW_JOB_ID": "6b1a-77"}
BUILDKITE = {"BUILDKITE_JOB_ID": "0190-4d"}
EVERYWHERE = [
    (GITHUB, "github-42-2-deploy-"),
    (GITLAB, "gitlab-7-99-"),
    (JENKINS, "jenkins-jenkins-shop-deploy-12-"),
    (CIRCLE, "circleci-6b1a-77-"),
    (BUILDKITE, "buildkite-0190-4d-"),
    ({}, "local-"),
]


@pytest.mark.parametrize(("environ", "beginning"), EVERYWHERE)
def test_deployment_id__every_place__run_attempt_and_job(environ: dict[str, str], beginning: str) -> None:
    """The id tells where the deployment ran."""
    assert deployment_id(environ).startswith(beginning)


def test_deployment_id__twice_in_one_job__two_ids() -> None:
    """Two deployments of one job are two."""
    assert deployment_id(GITHUB) != deployment_id(GITHUB)


def test_deployment_id__odd_values__one_harmless_line() -> None:
    """What the environment says is foreign text."""
    odd = "a\n::error::b##[error]" + "x" * 500
    for environ, _ in EVERYWHERE:
        shown = deployment_id({name: "true" if value == "true" else odd for name, value in environ.items()})
        assert shown.isprintable()
        assert "##[" not in shown
        assert len(shown) < 200


def job(folder: Path, environ: dict[str, str], **changes: str) -> dict[str, str]:
    """The environment of a job, whose runner has a temporary folder of its own."""
    folder.mkdir(exist_ok=True)
    return {**environ, "RUNNER_TEMP": str(folder), **changes}


@pytest.mark.parametrize("environ", [environ for environ, _ in EVERYWHERE])
def test_same_job__its_own_deployment__yes(tmp_path: Path, environ: dict[str, str]) -> None:
    """A job recognises what it has started."""
    environ = job(tmp_path, environ)
    assert same_job(deployment_id(environ), environ)
    assert same_job(deployment_id(environ), environ)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        (GITHUB, "GITHUB_RUN_ID"),
        (GITHUB, "GITHUB_RUN_ATTEMPT"),
        (GITHUB, "GITHUB_JOB"),
        (GITLAB, "CI_JOB_ID"),
        (JENKINS, "BUILD_TAG"),
    ],
)
def test_same_job__run_attempt_or_job_differs__no(tmp_path: Path, environ: dict[str, str], name: str) -> None:
    """A re-run is another job."""
    environ = job(tmp_path, environ)
    assert not same_job(deployment_id(environ), {**environ, name: "3"})


def test_same_job__matrix_or_reusable_workflow_with_the_same_ids__no(tmp_path: Path) -> None:
    """Jobs that share run, attempt and job id have temporary folders of their own."""
    assert not same_job(deployment_id(job(tmp_path / "a", GITHUB)), job(tmp_path / "b", GITHUB))


@pytest.mark.parametrize("mark", ["no folder", "broken", "is a folder", "no folder is named"])
def test_same_job__mark_can_not_be_kept__no(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mark: str) -> None:
    """Then a finish asks for the outcome instead of guessing it; nothing fails, or is left in the current folder."""
    monkeypatch.chdir(tmp_path)
    temporary = tmp_path / "temp"
    environ = {**GITHUB, "RUNNER_TEMP": str(temporary)}
    if mark == "broken":
        temporary.mkdir()
        (temporary / "alert24-deploy-job").write_bytes(b"\xff-;rm")
    elif mark == "is a folder":
        (temporary / "alert24-deploy-job").mkdir(parents=True)
    elif mark == "no folder is named":
        environ = GITHUB
    assert not same_job(deployment_id(environ), environ)
    assert {path.name for path in tmp_path.iterdir()} <= {"temp"}


RUNS = [
    (GITHUB, GITHUB, True),
    (GITHUB, {**GITHUB, "GITHUB_RUN_ATTEMPT": "3", "GITHUB_JOB": "finish"}, True),
    (GITHUB, {**GITHUB, "GITHUB_RUN_ID": "4"}, False),
    (GITHUB, {**GITHUB, "GITHUB_RUN_ID": "421"}, False),
    (GITHUB, GITLAB, False),
    (GITHUB, {}, None),
    (GITLAB, {**GITLAB, "CI_JOB_ID": "100"}, True),
    (GITLAB, {**GITLAB, "CI_PIPELINE_ID": "8"}, False),
    (JENKINS, JENKINS, True),
    (JENKINS, {"BUILD_TAG": "jenkins-shop-deploy"}, False),
    (CIRCLE, CIRCLE, True),
    (BUILDKITE, CIRCLE, False),
    ({}, GITHUB, None),
    ({}, {}, None),
    ({"GITHUB_ACTIONS": "true"}, {"GITHUB_ACTIONS": "true"}, None),
    (GITHUB, {"GITHUB_ACTIONS": "true"}, None),
    ({"GITLAB_CI": "true"}, GITLAB, None),
]


@pytest.mark.parametrize(("started", "here", "same"), RUNS)
def test_same_run__any_two_places__true_false_or_unknown(
    started: dict[str, str], here: dict[str, str], same: bool | None
) -> None:
    """Attempts and jobs of one run are the same run; where either is in no known CI, nobody knows."""
    assert same_run(deployment_id(started), here) is same


@pytest.mark.parametrize("deployment", ["", "github", "github-42", "by hand", "githubbish-42-2"])
def test_same_run__id_of_another_form__unknown(deployment: str) -> None:
    """A state that somebody edited names no run."""
    assert same_run(deployment, GITHUB) is None


ATTEMPTS = [
    (GITHUB, {**GITHUB, "GITHUB_RUN_ATTEMPT": "3"}, True),
    (GITHUB, {**GITHUB, "GITHUB_RUN_ATTEMPT": "10", "GITHUB_JOB": "finish"}, True),
    (GITHUB, GITHUB, False),
    (GITHUB, {**GITHUB, "GITHUB_RUN_ATTEMPT": "1"}, False),
    (GITHUB, {**GITHUB, "GITHUB_RUN_ATTEMPT": "x"}, False),
    (GITHUB, {**GITHUB, "GITHUB_RUN_ATTEMPT": "3", "GITHUB_RUN_ID": "43"}, False),
    (GITLAB, {**GITLAB, "CI_JOB_ID": "100"}, True),
    (GITLAB, GITLAB, False),
    (GITLAB, {**GITLAB, "CI_JOB_ID": "100", "CI_PIPELINE_ID": "8"}, False),
    (JENKINS, JENKINS, False),
    ({}, {}, False),
]


@pytest.mark.parametrize(("started", "here", "later"), ATTEMPTS)
def test_later_attempt__any_two_places__only_a_retry(
    started: dict[str, str], here: dict[str, str], later: bool
) -> None:
    """On GitHub a larger attempt of the same run, on GitLab another job of the same pipeline."""
    assert later_attempt(deployment_id(started), here) is later


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


FORK = pull("them/app")
PUSH = {"ref": "refs/heads/main", "commits": []}


@pytest.mark.parametrize(
    ("event", "name", "without"),
    [
        (FORK, "pull_request", True),
        (pull(None), "pull_request", True),  # the fork is gone already
        (FORK, "pull_request_review", True),
        (FORK, "an_event_to_come", True),
        (FORK, "pull_request_target", False),
        (FORK, "workflow_run", False),
        (pull("us/app"), "pull_request", False),
        (PUSH, "push", False),
    ],
)
def test_without_secrets__forks_pull_request__says_so(tmp_path: Path, event: object, name: str, without: bool) -> None:
    """Whatever carries a fork's pull request runs without secrets, but for the base repository's own workflows."""
    why = reason(tmp_path, event, GITHUB_EVENT_NAME=name)
    assert why == ("a pull request from a fork gets no secrets" if without else "")


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


DESCRIBED = [
    (
        {**GITHUB, "GITHUB_REPOSITORY": "a/shop", "GITHUB_EVENT_NAME": "push"},
        "GitHub Actions: repository a/shop, run 42, attempt 2, job deploy, event push, GITHUB_TOKEN is not set",
    ),
    (
        {**GITLAB, "CI_PROJECT_PATH": "a/shop", "CI_JOB_NAME": "deploy", "CI_JOB_TOKEN": "secret"},
        "GitLab CI: repository a/shop, run 7, job deploy, CI_JOB_TOKEN is set",
    ),
    ({**JENKINS, "BUILD_NUMBER": "12"}, "Jenkins: run 12"),
    ({**BUILDKITE, "BUILDKITE_LABEL": "a\nb"}, "Buildkite: job a\\nb"),
    ({}, ""),
]


@pytest.mark.parametrize(("environ", "described"), DESCRIBED)
def test_describe_run__every_place__what_the_ci_tells(environ: dict[str, str], described: str) -> None:
    """Only what the CI names is there, a token never."""
    assert describe_run(environ) == described
