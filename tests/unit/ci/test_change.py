from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert24_deploy.ci.change import change_fields, fields_of_run, lane, named_run, run_and_attempt, short_lane

GITHUB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "shop/web",
    "GITHUB_WORKFLOW_REF": "shop/web/.github/workflows/deploy.yml@refs/heads/main",
    "GITHUB_RUN_ID": "42",
    "GITHUB_RUN_ATTEMPT": "2",
    "GITHUB_JOB": "deploy",
    "GITHUB_SHA": "abc",
    "GITHUB_REF_NAME": "main",
    "GITHUB_ACTOR": "octavia",
}
GITLAB = {
    "GITLAB_CI": "true",
    "CI_PROJECT_PATH": "shop/web",
    "CI_PROJECT_URL": "https://gitlab.com/shop/web",
    "CI_JOB_NAME": "deploy: [eu]",
    "CI_JOB_ID": "99",
    "CI_PIPELINE_ID": "7",
    "CI_PIPELINE_URL": "https://gitlab.com/shop/web/-/pipelines/7",
    "CI_COMMIT_SHA": "abc",
    "CI_COMMIT_TITLE": "Fix it",
    "CI_COMMIT_REF_NAME": "main",
    "CI_MERGE_REQUEST_IID": "3",
    "CI_MERGE_REQUEST_PROJECT_URL": "https://gitlab.com/shop/web",
    "CI_ENVIRONMENT_NAME": "production",
    "GITLAB_USER_LOGIN": "octavia",
}
JENKINS = {
    "BUILD_TAG": "jenkins-shop-12",
    "JOB_NAME": "shop/main",
    "BUILD_URL": "https://ci.test/12/",
    "GIT_COMMIT": "abc",
}
JENKINS |= {"GIT_BRANCH": "origin/main", "CHANGE_ID": "5", "CHANGE_URL": "https://git.test/pull/5"}
CIRCLE = {"CIRCLE_PROJECT_USERNAME": "shop", "CIRCLE_PROJECT_REPONAME": "web", "CIRCLE_JOB": "deploy"}
CIRCLE |= {"CIRCLE_WORKFLOW_JOB_ID": "6b1a-77", "CIRCLE_SHA1": "abc", "CIRCLE_USERNAME": "octavia"}
BUILDKITE = {"BUILDKITE_PIPELINE_SLUG": "web", "BUILDKITE_LABEL": "Deploy", "BUILDKITE_COMMIT": "abc"}
BUILDKITE |= {"BUILDKITE_PULL_REQUEST": "false", "BUILDKITE_JOB_ID": "0190-4d"}


def test_change_fields__gitlab__by_alert24s_names() -> None:
    """Each field comes from the variable that GitLab documents for it."""
    assert change_fields(GITLAB) == {
        "source": "gitlab-ci",
        "commit_sha": "abc",
        "commit_message": "Fix it",
        "branch": "main",
        "pr_number": "3",
        "pr_url": "https://gitlab.com/shop/web/-/merge_requests/3",
        "pipeline_url": "https://gitlab.com/shop/web/-/pipelines/7",
        "environment": "production",
        "changed_by": "octavia",
    }


@pytest.mark.parametrize(
    ("event", "more"),
    [
        ({"head_commit": {"message": "Fix it\n\nAt last."}}, {"commit_message": "Fix it"}),
        (
            {"pull_request": {"number": 3, "html_url": "https://github.com/shop/web/pull/3"}},
            {"pr_number": "3", "pr_url": "https://github.com/shop/web/pull/3"},
        ),
        ({"pull_request": ["x"], "head_commit": "y"}, {}),
        ({"pull_request": {"number": "x" * 500}, "head_commit": {"message": None}}, {}),
        ("no event", {}),
    ],
)
def test_change_fields__github__from_variables_and_the_event(
    tmp_path: Path, event: Any, more: dict[str, object]
) -> None:
    """The event knows the pull request and the commit's message; one of another kind says nothing."""
    path = tmp_path / "event.json"
    path.write_text(json.dumps(event), encoding="utf-8")
    assert change_fields({**GITHUB, "GITHUB_EVENT_PATH": str(path)}) == {
        "source": "github_actions",
        "commit_sha": "abc",
        "branch": "main",
        "pipeline_url": "https://github.com/shop/web/actions/runs/42",
        "changed_by": "octavia",
        **more,
    }


@pytest.mark.parametrize(
    ("environ", "some"),
    [
        (JENKINS, {"branch": "origin/main", "pr_number": "5", "pipeline_url": "https://ci.test/12/"}),
        (CIRCLE, {"commit_sha": "abc", "changed_by": "octavia"}),
        (BUILDKITE, {"commit_sha": "abc"}),
        ({}, {}),
    ],
    ids=["Jenkins", "CircleCI", "Buildkite", "none"],
)
def test_change_fields__elsewhere__what_there_is(environ: dict[str, str], some: dict[str, object]) -> None:
    """Other CIs say less, and Buildkite's `false` is no pull request."""
    found = change_fields(environ)
    assert found.items() >= {**some, "source": "alert24-deploy"}.items()
    assert ("pr_number" in found) == ("pr_number" in some)


@given(st.dictionaries(st.sampled_from([*GITLAB, *JENKINS, *CIRCLE, *BUILDKITE]), st.text(max_size=300)))
def test_change_fields__any_text__is_one_short_printable_line(environ: dict[str, str]) -> None:
    """A branch or a commit's message is foreign text: it is cut, and holds no control character."""
    for value in change_fields(environ).values():
        text = str(value)
        assert len(text) <= 2000  # an escaped character takes up to ten
        assert not any(unicodedata.category(each) in ("Cc", "Cf", "Zl", "Zp") for each in text)
    assert len(lane(environ)) <= 120


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (GITHUB, "shop/web/.github/workflows/deploy.yml / deploy / eu"),
        ({**GITHUB, "GITHUB_WORKFLOW_REF": ""}, "shop/web / deploy / eu"),
        (GITLAB, "shop/web / deploy: [eu] / eu"),
        (JENKINS, "shop/main / eu"),
        (CIRCLE, "shop / web / deploy / eu"),
        (BUILDKITE, "web / Deploy / eu"),
        ({}, "local / eu"),
    ],
)
def test_lane__repository_workflow_job_and_environment(environ: dict[str, str], expected: str) -> None:
    """Later deployments of the same kind have the same lane, on any branch and in any run."""
    assert lane(environ, "eu") == expected


def test_lane__too_long__is_cut_and_still_differs() -> None:
    """A tag is short; what is cut off still tells two lanes apart."""
    one, two = (short_lane("x" * 300 + end) for end in "ab")
    assert len(one) == 120
    assert one != two


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (GITHUB, ("github-42", 2)),
        (GITLAB, ("gitlab-7", 99)),
        ({**GITHUB, "GITHUB_RUN_ATTEMPT": "²"}, ("github-42", 0)),
        ({**GITLAB, "CI_JOB_ID": "9" * 30}, ("gitlab-7", 0)),
    ],
)
def test_run_and_attempt__of_this_process(environ: dict[str, str], expected: tuple[str, int]) -> None:
    """On GitLab a retry is another job, whose number is higher; what is no number is no attempt."""
    assert run_and_attempt(environ) == expected


@pytest.mark.parametrize(
    ("deployment", "environ", "expected"),
    [
        ("github-7-3-deploy-a-b", GITHUB, ("7", 3)),
        ("gitlab-7-3-a", GITLAB, ("7", None)),
        ("gitlab-7-3-a", GITHUB, ("", None)),
        ("github-7-3-a", GITLAB, ("", None)),
        ("github-7-3-a", {}, ("", None)),
        ("jenkins-shop-12", JENKINS, ("", None)),
        ("github", GITHUB, ("", None)),
    ],
)
def test_named_run__of_the_same_ci_only(
    deployment: str, environ: dict[str, str], expected: tuple[str, int | None]
) -> None:
    """A run of GitHub can't be asked about at GitLab, where its number is another one's."""
    assert named_run(deployment, environ) == expected


def test_fields_of_run__another_one__where_it_is_and_no_more() -> None:
    """Whoever records the end of a run that is gone does not record its own commit for it."""
    github, gitlab = "https://github.com/shop/web/actions/runs/8", "https://gitlab.com/shop/web/-/pipelines/8"
    assert fields_of_run(GITHUB, "8") == {"source": "github_actions", "pipeline_url": github}
    assert fields_of_run(GITLAB, "8") == {"source": "gitlab-ci", "pipeline_url": gitlab}
    assert fields_of_run(GITLAB, "") == {"source": "gitlab-ci"}
    assert fields_of_run({}, "8") == {"source": "alert24-deploy"}
