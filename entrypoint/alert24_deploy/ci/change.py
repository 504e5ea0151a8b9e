"""What the CI's own variables say about a deployment, for the changes in Alert24. All of it is foreign text: data.

GitHub: "Store information in variables", "Webhook events and payloads". GitLab: "Predefined CI/CD variables reference".
Jenkins: "Using environment variables". CircleCI: "Project values and variables". Buildkite: "Environment variables".
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from ..text import sanitize
from .pipeline import event_part, event_payload, owner, pipeline_info, run_of

_LIMIT = 200  # characters of a field
_LANE_LIMIT = 120
# By Alert24's names: the variables of GitLab, Jenkins, CircleCI and Buildkite. The first that is set counts.
_VARIABLES = {
    "commit_sha": ("CI_COMMIT_SHA", "GIT_COMMIT", "CIRCLE_SHA1", "BUILDKITE_COMMIT"),
    "commit_message": ("CI_COMMIT_TITLE", "BUILDKITE_MESSAGE"),
    "branch": ("CI_COMMIT_REF_NAME", "GIT_BRANCH", "CIRCLE_BRANCH", "BUILDKITE_BRANCH"),
    "pr_number": ("CI_MERGE_REQUEST_IID", "CHANGE_ID", "CIRCLE_PR_NUMBER", "BUILDKITE_PULL_REQUEST"),
    "pr_url": ("CHANGE_URL", "CIRCLE_PULL_REQUEST"),
    "pipeline_url": ("CI_PIPELINE_URL", "BUILD_URL", "CIRCLE_BUILD_URL", "BUILDKITE_BUILD_URL"),
    "environment": ("CI_ENVIRONMENT_NAME",),
    "changed_by": ("GITLAB_USER_LOGIN", "CIRCLE_USERNAME", "BUILDKITE_BUILD_CREATOR"),
}
_LANES = (
    ("CI_PROJECT_PATH", "CI_JOB_NAME"),
    ("JOB_NAME",),
    ("CIRCLE_PROJECT_USERNAME", "CIRCLE_PROJECT_REPONAME", "CIRCLE_JOB"),
    ("BUILDKITE_PIPELINE_SLUG", "BUILDKITE_LABEL"),
)


def change_fields(environ: Mapping[str, str]) -> dict[str, object]:
    """Return the fields of a change that the CI knows; what it does not say is left out."""
    if environ.get("GITHUB_ACTIONS") == "true":
        found = _github(environ)
    else:
        found = {
            name: next((value for each in names if (value := environ.get(each))), None)
            for name, names in _VARIABLES.items()
        }
        project, request = environ.get("CI_MERGE_REQUEST_PROJECT_URL"), found["pr_number"]
        if project and request:
            found["pr_url"] = f"{project}/-/merge_requests/{request}"
        found["source"] = "gitlab-ci" if environ.get("GITLAB_CI") == "true" else "alert24-deploy"
    number = str(found.pop("pr_number", None) or "")
    fields: dict[str, object] = {name: sanitize(value, _LIMIT) for name, value in found.items() if value}
    if number.isascii() and number.isdigit() and len(number) < 10:
        fields["pr_number"] = number
    return fields


def fields_of_run(environ: Mapping[str, str], run_id: str) -> dict[str, object]:
    """Return what is known of another run of this repository or project, if its id is: where it is."""
    if environ.get("GITHUB_ACTIONS") == "true":
        source, url = "github_actions", pipeline_info({**environ, "GITHUB_RUN_ID": run_id})["run_url"]
    elif environ.get("GITLAB_CI") == "true":
        source, url = "gitlab-ci", f"{environ.get('CI_PROJECT_URL', '')}/-/pipelines/{run_id}"
    else:
        return {"source": "alert24-deploy"}
    return {"source": source, "pipeline_url": sanitize(url, _LIMIT)} if run_id else {"source": source}


def _github(environ: Mapping[str, str]) -> dict[str, Any]:
    info = pipeline_info(environ)
    event = event_payload(environ)
    request, commit = (event_part(event, name) for name in ("pull_request", "head_commit"))
    deployment = event_part(event, "deployment")  # somebody else's, of whose status GitHub tells
    status, creator = event_part(event, "deployment_status"), event_part(deployment, "creator")
    ref = deployment.get("ref") if deployment.get("ref") != deployment.get("sha") else None
    log = str(status.get("log_url") or status.get("target_url") or "")
    return {
        "source": "github_actions",
        "commit_sha": info.get("commit"),
        "commit_message": str(commit.get("message") or "").split("\n", 1)[0],
        "branch": ref or environ.get("GITHUB_HEAD_REF") or info.get("branch"),
        "pr_number": request.get("number"),
        "pr_url": request.get("html_url"),
        "pipeline_url": log if log.startswith("https://") else info.get("run_url"),
        "environment": deployment.get("environment"),
        "changed_by": creator.get("login") or info.get("actor"),
    }


def lane(environ: Mapping[str, str], environment: object = "") -> str:
    """Return what later deployments supersede: repository, workflow, job and environment."""
    if environ.get("GITHUB_ACTIONS") == "true":
        workflow = environ.get("GITHUB_WORKFLOW_REF", "").partition("@")[0]
        parts = [workflow or environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_JOB", "")]
    else:
        names = next((each for each in _LANES if environ.get(each[0])), ())
        parts = [environ.get(each, "") for each in names] or ["local"]
    return short_lane(" / ".join(part for part in (*parts, str(environment)) if part))


def short_lane(text: str) -> str:
    """Return a lane that fits into a tag; what is cut off still tells lanes apart."""
    shown = sanitize(text, None)
    if len(shown) <= _LANE_LIMIT:
        return shown
    return f"{shown[: _LANE_LIMIT - 13]}.{hashlib.sha256(shown.encode()).hexdigest()[:12]}"


def run_and_attempt(environ: Mapping[str, str]) -> tuple[str, int]:
    """Return the CI's run and which attempt of it this is; GitLab's jobs are numbered in their order."""
    name = "GITHUB_RUN_ATTEMPT" if environ.get("GITHUB_ACTIONS") == "true" else "CI_JOB_ID"
    number = environ.get(name, "")
    return owner(environ), int(number) if number.isascii() and number.isdigit() and len(number) < 20 else 0


def named_run(deployment: str, environ: Mapping[str, str]) -> tuple[str, int | None]:
    """Return the run and attempt in a deployment's id, if this process's CI can be asked about them; see `run_of`."""
    here = owner(environ).partition("-")[0]
    return run_of(deployment) if deployment.startswith(f"{here}-") else ("", None)
