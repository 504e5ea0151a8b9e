#!/usr/bin/env python3
"""Runs the jobs of selftest-victim.yml, which fail, time out or are cancelled, and checks the page that each one left.

A run whose jobs fail is red, and so is its commit. So these run on a commit of their own with the same files, on a
branch that this program deletes. The page lives in the runner of each job: the job's own step "Expect the page" looks
at it, after the post step of the action under test, and GitHub's API tells how that step ended.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.request import Request, urlopen

VICTIM = "selftest-victim.yml"
VERDICT = "Post Expect the page"
WAITING = "Deploy"
CANCELLED = "cancelled"
# How GitHub concludes a job, by what follows the comma in its name. A job that ran out of time counts as cancelled.
CONCLUSIONS = {
    "failure": "failure",
    "rolled back": "failure",
    "step timeout": "failure",
    "job timeout": CANCELLED,
    CANCELLED: CANCELLED,
}
T = TypeVar("T")


def api(method: str, path: str, **fields: object) -> Any:
    """Return what GitHub's API answers for a path of this repository."""
    url = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}"
    headers = {"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "Accept": "application/vnd.github+json"}
    request = Request(url, json.dumps(fields).encode() if fields else None, headers, method=method)
    with urlopen(request, timeout=30) as response:
        return json.loads(response.read() or "null")


def poll(look: Callable[[], T | None], pause: float) -> T:
    """Look again and again until there is something. An error is shown, and may be gone the next time."""
    while True:
        try:
            if found := look():
                return found
        except OSError as error:
            print(f"::warning::{error}", flush=True)
        time.sleep(pause)


def ending(job: dict[str, Any]) -> str:
    """Return how a job is meant to end."""
    return str(job["name"]).rpartition(", ")[2]


def waits(job: dict[str, Any]) -> bool:
    """Tell whether a job has come to the step in which it is to be cancelled."""
    return any(step["name"] == WAITING and step["status"] == "in_progress" for step in job["steps"])


def problems(jobs: list[dict[str, Any]]) -> list[str]:
    """Return what is wrong with the ended jobs, one sentence each."""
    missing = CONCLUSIONS.keys() - {ending(job) for job in jobs}
    found = [f"No job has ended as '{name}'." for name in sorted(missing)]
    for job in jobs:
        verdict = [step["conclusion"] for step in job["steps"] if step["name"] == VERDICT]
        if job["conclusion"] != CONCLUSIONS.get(ending(job)):
            found.append(f"{job['name']}: the job's conclusion is '{job['conclusion']}'.")
        if verdict != ["success"]:
            found.append(f"{job['name']}: the page is wrong, or was not checked: {job['html_url']}")
    return found


def start(branch: str) -> None:
    """Start the jobs on a new commit with the files of this one."""
    sha = os.environ["GITHUB_SHA"]
    tree = api("GET", f"git/commits/{sha}")["tree"]["sha"]
    commit = api("POST", "git/commits", message="Self-test: jobs that must fail", tree=tree, parents=[sha])["sha"]
    api("POST", "git/refs", ref=f"refs/heads/{branch}", sha=commit)
    api("POST", f"actions/workflows/{VICTIM}/dispatches", ref=branch)


def follow(branch: str, pause: float) -> list[dict[str, Any]]:
    """Wait for the jobs, cancel the run when only those are left that wait for that, and return all of them ended."""
    runs = poll(lambda: api("GET", f"actions/workflows/{VICTIM}/runs?branch={branch}")["workflow_runs"], pause)
    run = f"actions/runs/{runs[0]['id']}"
    print(runs[0]["html_url"], flush=True)

    def jobs(ready: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = api("GET", f"{run}/jobs?per_page=100")["jobs"]
        return found if all(job["status"] == "completed" or ready(job) for job in found) else []

    poll(lambda: jobs(lambda job: ending(job) == CANCELLED and waits(job)), pause)
    api("POST", f"{run}/cancel")
    return poll(lambda: jobs(lambda _: False), pause)


def main(pause: str = "15") -> int:
    """Return 0 if every job has ended as it must and left the right page; otherwise say what is wrong and return 1."""
    branch = f"selftest/{os.environ['GITHUB_RUN_ID']}-{os.environ['GITHUB_RUN_ATTEMPT']}"
    try:
        start(branch)
        jobs = follow(branch, float(pause))
    finally:
        api("DELETE", f"git/refs/heads/{branch}")
    found = problems(jobs)
    for job in jobs:
        print(f"{job['name']}: {job['conclusion']}")
    for sentence in found:
        print(f"::error::{sentence}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
