"""What the environment tells of the pipeline. All of it is foreign text: shown, never interpreted."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from pathlib import Path

from ..text import sanitize

_EVENT_LIMIT = 8 * 1024 * 1024  # bytes; GitHub's webhook payloads are capped at 25 MB, a pull request's is ~30 kB


def deployment_id(environ: Mapping[str, str]) -> str:
    """Return an id for a deployment that starts here: unique per run, attempt, job and call."""
    return f"{_job(environ)}-{uuid.uuid4().hex[:8]}"


def same_job(deployment: str, environ: Mapping[str, str]) -> bool:
    """Tell whether a deployment was started by this very job."""
    return deployment.rpartition("-")[0] == _job(environ)


def same_run(deployment: str, environ: Mapping[str, str]) -> bool | None:
    """Tell whether a deployment was started by this CI run, in whichever attempt; None if one of them is of no CI."""
    run = _run(environ)
    if not run or deployment.startswith("local-"):
        return None
    return deployment.startswith(f"{run}-")


def later_attempt(deployment: str, environ: Mapping[str, str]) -> bool:
    """Tell whether this is a later attempt of the run that started a deployment.

    On GitHub the attempt's number says so. On GitLab a job of the same pipeline that isn't the one that started it
    may be: a retried job keeps the pipeline and the start job's artifacts.
    """
    if not same_run(deployment, environ):
        return False
    if environ.get("GITHUB_ACTIONS") == "true":
        attempt = deployment.split("-")[2:3]
        return bool(attempt) and attempt != [environ.get("GITHUB_RUN_ATTEMPT", "")]
    return not same_job(deployment, environ)


def owner(environ: Mapping[str, str]) -> str:
    """Return who starts or finishes a deployment here: the CI's run, else the process that called this one."""
    return _run(environ) or f"process-{os.getppid()}-{_started(os.getppid())}"


def _started(process: int) -> str:
    """Return when a process started, in the kernel's words: its number may be used again (proc(5), field 22)."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, ValueError, IndexError):
        return ""


def _run(environ: Mapping[str, str]) -> str:
    if environ.get("GITHUB_ACTIONS") == "true" and environ.get("GITHUB_RUN_ID"):
        return f"github-{sanitize(environ['GITHUB_RUN_ID'], 60)}"
    if environ.get("GITLAB_CI") == "true" and environ.get("CI_PIPELINE_ID"):
        return f"gitlab-{sanitize(environ['CI_PIPELINE_ID'], 60)}"
    return ""


def _job(environ: Mapping[str, str]) -> str:
    if environ.get("GITHUB_ACTIONS") == "true":
        names = ("GITHUB_RUN_ID", "GITHUB_RUN_ATTEMPT", "GITHUB_JOB")
        return "-".join(["github", *_values(environ, *names)])
    if environ.get("GITLAB_CI") == "true":
        return "-".join(["gitlab", *_values(environ, "CI_PIPELINE_ID", "CI_JOB_ID")])
    return "local"


def pipeline_info(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what a rollback service may want to know of the pipeline: commit, branch, actor and link."""
    if environ.get("GITHUB_ACTIONS") == "true":
        run = "/".join(_values(environ, "GITHUB_SERVER_URL", "GITHUB_REPOSITORY"))
        known = {
            "commit": environ.get("GITHUB_SHA"),
            "branch": environ.get("GITHUB_REF_NAME"),
            "actor": environ.get("GITHUB_ACTOR"),
            "run_url": f"{run}/actions/runs/{environ.get('GITHUB_RUN_ID', '')}",
        }
    else:
        known = {
            "commit": environ.get("CI_COMMIT_SHA"),
            "branch": environ.get("CI_COMMIT_REF_NAME"),
            "actor": environ.get("GITLAB_USER_LOGIN"),
            "run_url": environ.get("CI_PIPELINE_URL"),
        }
    return {name: sanitize(value) for name, value in known.items() if value}


def job_status(environ: Mapping[str, str]) -> str:
    """Return GitLab's word for the job's outcome so far, empty elsewhere."""
    return environ.get("CI_JOB_STATUS", "").strip()


def without_secrets(environ: Mapping[str, str]) -> str:
    """Return why GitHub gives this run no secrets, a clause; empty where it does.

    Pull requests from forks and Dependabot's runs get none (GitHub docs, "Using secrets in GitHub Actions" and
    "Dependabot on GitHub Actions").
    """
    if environ.get("GITHUB_ACTOR") == "dependabot[bot]":
        return "a run that Dependabot started gets no secrets"
    if environ.get("GITHUB_EVENT_NAME") == "pull_request" and _from_fork(environ.get("GITHUB_EVENT_PATH", "")):
        return "a pull request from a fork gets no secrets"
    return ""


def _from_fork(path: str) -> bool:
    try:
        with Path(path).open("rb") as file:
            pull = json.loads(file.read(_EVENT_LIMIT))["pull_request"]
        head, base = pull["head"]["repo"], pull["base"]["repo"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False
    if head is None:  # the fork is gone already
        return True
    try:
        return bool(head["full_name"] != base["full_name"])
    except (KeyError, TypeError):
        return False


def _values(environ: Mapping[str, str], *names: str) -> list[str]:
    return [sanitize(environ[name], 60) for name in names if environ.get(name)]
