"""What the environment says about the pipeline. All of it is foreign text: shown, never interpreted.

A deployment's id is `<CI>-<run>[-<attempt>]-<job>[-<mark>]-<random>`, or `local-<random>` where no CI is recognised:

| CI | parts | documented in |
| --- | --- | --- |
| GitHub | GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT, GITHUB_JOB, the job's mark | "Store information in variables" |
| GitLab | CI_PIPELINE_ID, CI_JOB_ID | "Predefined CI/CD variables reference" |
| Jenkins | BUILD_TAG | "Using environment variables" |
| CircleCI | CIRCLE_WORKFLOW_JOB_ID | "Project values and variables" |
| Buildkite | BUILDKITE_JOB_ID | "Environment variables" |

A deployment that somebody else made on GitHub is `github_deployment-<number>[-<attempt>]`, in every run.
"""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..text import sanitize

_EVENT_LIMIT = 25 * 1024 * 1024  # bytes; GitHub caps payloads at 25 MB
_PART_LIMIT = 50  # characters of an id's part; a longer one is replaced by its beginning and a hash
_UNKNOWN = "0"
_MARK_FILE = "alert24-deploy-job"
_MARK_LENGTH = 8
DEPLOYMENT = "github_deployment"
# Events that carry a fork's pull request and get secrets all the same, because they run the base repository's own
# workflow (GitHub docs, "Events that trigger workflows").
_WITH_SECRETS = ("pull_request_target", "workflow_run")
_INFO = ("commit", "branch", "actor", "run_url")
_SINGLE_JOBS = {"jenkins": "BUILD_TAG", "circleci": "CIRCLE_WORKFLOW_JOB_ID", "buildkite": "BUILDKITE_JOB_ID"}
# Variables of each CI: itself, the run's repository, id, attempt, job and event, the token for its API (see above).
_RUN_PARTS = ("repository", "run", "attempt", "job", "event")
_RUN_NAMES = {
    "GitHub Actions": "GITHUB_ACTIONS GITHUB_REPOSITORY GITHUB_RUN_ID GITHUB_RUN_ATTEMPT GITHUB_JOB GITHUB_EVENT_NAME "
    "GITHUB_TOKEN",
    "GitLab CI": "GITLAB_CI CI_PROJECT_PATH CI_PIPELINE_ID - CI_JOB_NAME CI_PIPELINE_SOURCE CI_JOB_TOKEN",
    "Jenkins": "BUILD_TAG - BUILD_NUMBER - JOB_NAME - -",
    "CircleCI": "CIRCLE_WORKFLOW_JOB_ID CIRCLE_PROJECT_REPONAME CIRCLE_WORKFLOW_ID - CIRCLE_JOB - -",
    "Buildkite": "BUILDKITE_JOB_ID BUILDKITE_PIPELINE_SLUG BUILDKITE_BUILD_NUMBER BUILDKITE_RETRY_COUNT "
    "BUILDKITE_LABEL BUILDKITE_SOURCE -",
}


def describe_run(environ: Mapping[str, str]) -> str:
    """Return the run that this process belongs to, as the CI tells it: `GitHub Actions: repository a/b, run 42`.

    It ends in whether the token for the CI's API is there. Empty if no CI is recognised.
    """
    for ci, text in _RUN_NAMES.items():
        sign, *names, token = text.split()
        if environ.get(sign):
            pairs = zip(_RUN_PARTS, names, strict=True)
            parts = [f"{part} {sanitize(environ[name])}" for part, name in pairs if environ.get(name)]
            if token.isupper():  # and no dash
                parts.append(f"{token} is {'set' if environ.get(token) else 'not set'}")
            return f"{ci}: {', '.join(parts)}"
    return ""


def deployment_id(environ: Mapping[str, str]) -> str:
    """Return an id for a deployment that starts here: unique per run, attempt, job and call."""
    return f"{_marked(environ)}-{uuid.uuid4().hex[:8]}"


def same_job(deployment: str, environ: Mapping[str, str]) -> bool:
    """Tell whether this very job started a deployment.

    On GitHub, jobs of a matrix or of two reusable workflows share the ids of run, attempt and job: see `_mark`.
    """
    return deployment.rpartition("-")[0] == _marked(environ)


def same_run(deployment: str, environ: Mapping[str, str]) -> bool | None:
    """Tell whether this CI run, in any attempt or job, started a deployment; None if either side names no run.

    If the CI names only a job (Jenkins, CircleCI, Buildkite), the job counts as the run.
    """
    here, there = _job(environ), deployment.split("-")
    if len(there) < 3 or there[0] not in ("github", "gitlab", *_SINGLE_JOBS) or _UNKNOWN in (there[1], *here[1:2]):
        return None
    if here[0] == "local":
        return None
    if here[0] in _SINGLE_JOBS:
        return deployment.rpartition("-")[0] == "-".join(here)
    return there[:2] == here[:2]


def later_attempt(deployment: str, environ: Mapping[str, str]) -> bool:
    """Tell whether this job may be a retry of the one that started a deployment.

    On GitHub it is of a later attempt of the same run; on GitLab it is another job of the same pipeline.
    """
    parts = _job(environ)
    if len(parts) < 3 or not same_run(deployment, environ):
        return False
    earlier = deployment.split("-")[2]
    if parts[0] == "gitlab":
        return earlier != parts[2]
    return earlier.isdecimal() and parts[2].isdecimal() and int(parts[2]) > int(earlier)


def run_of(deployment: str) -> tuple[str, int | None]:
    """Return the run and the attempt that a deployment's id names; an empty text if GitHub and GitLab know no such."""
    ci, run, attempt, *_ = [*deployment.split("-"), "", "", ""]
    if ci not in ("github", "gitlab") or run == _UNKNOWN:
        return "", None
    return run, int(attempt) if ci == "github" and attempt.isascii() and attempt.isdigit() else None


def deployment_number(deployment: str, environ: Mapping[str, str]) -> int:
    """Return the number of the deployment on this GitHub that an id stands for, 0 if it stands for none."""
    prefix, number, *_ = [*deployment.split("-"), ""]
    here = environ.get("GITHUB_ACTIONS") == "true" and prefix == DEPLOYMENT
    return int(number) if here and number.isascii() and number.isdigit() and len(number) < 20 else 0


def this_run(environ: Mapping[str, str]) -> str:
    """Return the id of the run of GitHub or GitLab that this process belongs to, empty elsewhere."""
    return run_of("-".join(_job(environ)))[0]


def owner(environ: Mapping[str, str]) -> str:
    """Return who starts or finishes a deployment here: the CI's run, else the process that called this one."""
    here = _job(environ)
    if len(here) > 1:
        return "-".join(here[:2])
    parent = os.getppid()
    return f"process-{parent}-{_started(parent)}"


def _started(process: int) -> str:
    """Return when a process started, in the kernel's words: its number may be used again (proc(5), field 22)."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, ValueError, IndexError):
        return ""


def _job(environ: Mapping[str, str]) -> list[str]:
    """Return the parts of an id that name the CI, the run and the job."""
    if environ.get("GITHUB_ACTIONS") == "true":
        return ["github", *_values(environ, "GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB")]
    if environ.get("GITLAB_CI") == "true":
        return ["gitlab", *_values(environ, "CI_PIPELINE_ID", "CI_JOB_ID")]
    for name, variable in _SINGLE_JOBS.items():
        if environ.get(variable):
            return [name, *_values(environ, variable)]
    return ["local"]


def _marked(environ: Mapping[str, str]) -> str:
    parts = _job(environ)
    return "-".join([*parts, _mark(environ)] if parts[0] == "github" else parts)


def _mark(environ: Mapping[str, str]) -> str:
    """Return the mark of a job on GitHub: random characters in a file that the first call in the job writes.

    RUNNER_TEMP is emptied for each job (GitHub docs, "Store information in variables"), if the runner's user may delete
    its files: that user owns the directory, so that root in a container may write this one. Containers see it, too
    (actions/runner, Handlers/ContainerActionHandler.cs). Without it, or if it can't be written, each call is taken for
    another job, so that a finish asks for the outcome instead of guessing it.
    """
    fresh = uuid.uuid4().hex[:_MARK_LENGTH]
    path = Path(environ.get("RUNNER_TEMP", "")) / _MARK_FILE
    if not path.is_absolute():
        return fresh
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(fresh)
    except FileExistsError:
        with contextlib.suppress(OSError, ValueError), path.open(encoding="ascii") as file:
            found = file.read(_MARK_LENGTH)
            return found if found.isalnum() and len(found) == _MARK_LENGTH else fresh
    except OSError:
        pass
    return fresh


def pipeline_info(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what a rollback service may want to know about the pipeline: commit, branch, actor and link."""
    if environ.get("GITHUB_ACTIONS") == "true":
        variables = ("GITHUB_SHA", "GITHUB_REF_NAME", "GITHUB_ACTOR")
        server, repository, run = map(environ.get, ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID"))
        url = f"{server or ''}/{repository or ''}/actions/runs/{run or ''}"
    else:
        variables = ("CI_COMMIT_SHA", "CI_COMMIT_REF_NAME", "GITLAB_USER_LOGIN")
        url = environ.get("CI_PIPELINE_URL", "")
    values = (*(environ.get(variable) for variable in variables), url)
    return {name: sanitize(value) for name, value in zip(_INFO, values, strict=True) if value}


def job_status(environ: Mapping[str, str]) -> str:
    """Return the job's outcome so far as GitLab names it, empty elsewhere."""
    return environ.get("CI_JOB_STATUS", "").strip()


def without_secrets(environ: Mapping[str, str]) -> str:
    """Return why GitHub gives this run no secrets, a clause; empty if it does.

    Dependabot's runs and every event of a pull request from a fork (the request itself, its reviews, their comments)
    get none, but for events that run the base repository's own workflow (GitHub docs, "Using secrets in GitHub
    Actions" and "Dependabot on GitHub Actions").
    """
    if environ.get("GITHUB_ACTOR") == "dependabot[bot]":
        return "a run that Dependabot started gets no secrets"
    if environ.get("GITHUB_EVENT_NAME") not in _WITH_SECRETS and _from_fork(event_payload(environ)):
        return "a pull request from a fork gets no secrets"
    return ""


def event_payload(environ: Mapping[str, str]) -> Any:
    """Return the JSON of the event that GitHub started this run for, None if it can't be read."""
    try:
        with Path(environ.get("GITHUB_EVENT_PATH", "")).open("rb") as file:
            return json.loads(file.read(_EVENT_LIMIT))
    except (OSError, ValueError, RecursionError):
        return None


def event_part(event: Any, name: str) -> Mapping[str, Any]:
    """Return an object in an event's JSON, an empty one if it is missing or anything else."""
    part = event.get(name) if isinstance(event, dict) else None
    return part if isinstance(part, dict) else {}


def _from_fork(event: Any) -> bool:
    try:
        head, base = (event["pull_request"][side]["repo"] for side in ("head", "base"))
        return head is None or bool(head["full_name"] != base["full_name"])  # None: the fork is gone already
    except (KeyError, TypeError):
        return False


def _values(environ: Mapping[str, str], *names: str) -> list[str]:
    """Return variables as parts of an id; an empty one is filled, so that each part keeps its place."""
    return [_part(environ.get(name, "")) for name in names]


def _part(value: str) -> str:
    shown = sanitize(value, None) or _UNKNOWN
    if len(shown) <= _PART_LIMIT:
        return shown
    import hashlib  # rarely needed, and slow to load

    digest = hashlib.sha256(value.encode(errors="surrogatepass")).hexdigest()[:12]
    return f"{shown[: _PART_LIMIT - 13]}.{digest}"
