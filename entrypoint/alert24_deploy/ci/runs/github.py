"""GitHub's record of its runs (GitHub docs, "REST API endpoints for workflow runs" and "... for workflow jobs").

Needs a token with the permission `actions: read`. Statuses and conclusions: GitHub docs, "Workflow run statuses and
conclusions".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from ...deployment.interfaces import OtherRuns, Run, RunState
from ...policy import Outcome
from ...text import Secret, quote
from . import github_jobs, reading
from .api import PAGE, CiApi, Host

DEFAULT_URL = "https://api.github.com"
# Every status but `completed`: waiting for a runner, a concurrency group or a reviewer is going on, too.
GOING_ON = ("in_progress", "queued", "requested", "waiting", "pending")
_HEADERS = {
    "Accept": "application/vnd.github+json",
    "Authorization": "Bearer {token}",
    "X-GitHub-Api-Version": "2022-11-28",  # GitHub docs, "API Versions"
}
_HINTS = {
    401: "it does not know the token",
    403: "the token can't read runs; it needs the permission `actions: read`",
    404: "there is no such run or workflow, or the token can't read it; it needs the permission `actions: read`",
}


def host(url: str, token: Secret) -> Host:
    """Return GitHub's API at an address (`GITHUB_API_URL`; an Enterprise Server has its own)."""
    return Host("GitHub", url.rstrip("/") or DEFAULT_URL, token, _HEADERS, _HINTS)


class GitHubRuns:
    """The workflow runs of a repository (a `deployment.interfaces.RunSource`)."""

    def __init__(self, api: CiApi, repository: str) -> None:
        """Use an API for a repository, `owner/name`."""
        self._api = api
        owner, _, name = repository.partition("/")
        self._actions = ("repos", owner, name, "actions")
        self._problem = "" if owner and name and "/" not in name else f"{quote(repository)} is not a repository's name"

    def find(
        self,
        run_id: str,
        *,
        attempt: int | None = None,
        job: str = "",
        step: str = "",
        own_steps: Collection[str] = (),
    ) -> Run:
        """Return a run; see `RunSource.find`."""
        problem = self._problem or ("" if reading.is_id(run_id) else f"{quote(run_id)} is not the id of a run")
        if problem:
            return Run(RunState.UNKNOWN, attempt=attempt, reason=problem)
        (result,) = self._api.all([lambda: self._find(run_id, attempt, job, step, own_steps)])
        if result.value is None:
            reason = self._api.reason(result.error) if result.error else ""
            return Run(RunState.UNKNOWN, attempt=attempt, reason=reason)
        return result.value

    def others(self, *, workflow: str = "", branch: str = "", besides: Collection[str] = ()) -> OtherRuns:
        """Return whether a run of a workflow goes on; see `RunSource.others`."""
        if problem := self._problem or ("" if workflow else "no workflow is named"):
            return OtherRuns(None, problem)
        results = self._api.all([partial(self._in_progress, workflow, branch, status) for status in GOING_ON])
        found = [run for result in results for run in result.value or [] if _id(run) not in besides]
        if found:
            return OtherRuns(True, f"run {_id(found[0])} of the workflow is {reading.word(found[0], 'status')}")
        errors = [result.error for result in results if result.error]
        return OtherRuns(None, self._api.reason(errors[0])) if errors else OtherRuns(False)

    def _in_progress(self, workflow: str, branch: str, status: str) -> list[Mapping[str, Any]]:
        # The newest hundred are enough: one that goes on decides.
        query: dict[str, str | int] = {"status": status, "per_page": PAGE}
        document = self._api.get([*self._actions, "workflows", workflow, "runs"], {**query, **_branch(branch)})
        runs = document.get("workflow_runs") if isinstance(document, dict) else None
        if not isinstance(runs, list):
            raise self._api.undocumented()
        # An older server may not know a status, and then lists them all.
        return [run for run in runs if isinstance(run, dict) and _state(run) is RunState.IN_PROGRESS]

    def _find(self, run_id: str, attempt: int | None, job: str, step: str, own_steps: Collection[str]) -> Run:
        latest = self._run([*self._actions, "runs", run_id])
        newest = reading.number(latest, "run_attempt")
        if attempt is None or attempt == newest:
            return self._conclude(latest, self._jobs(run_id, newest or 1), job, step, own_steps)
        if newest and newest > attempt and _state(latest) is RunState.IN_PROGRESS:
            return read_run(latest)
        asked = self._run([*self._actions, "runs", run_id, "attempts", str(attempt)])
        return self._conclude(asked, self._jobs(run_id, attempt), job, step, own_steps)

    def _run(self, path: list[str]) -> Mapping[str, Any]:
        document = self._api.get(path)
        if not isinstance(document, dict) or _state(document) is RunState.UNKNOWN:
            raise self._api.undocumented()
        return document

    def _jobs(self, run_id: str, attempt: int) -> list[Any]:
        path = [*self._actions, "runs", run_id, "attempts", str(attempt), "jobs"]
        return self._api.pages(path, {}, self._listed_jobs)

    def _listed_jobs(self, document: Any) -> list[Any]:
        jobs = document.get("jobs") if isinstance(document, dict) else None
        if not isinstance(jobs, list):
            raise self._api.undocumented()
        return jobs

    def _conclude(
        self, item: Mapping[str, Any], listed: list[Any], job: str, step: str, own_steps: Collection[str]
    ) -> Run:
        jobs = [github_jobs.read(each, own_steps) for each in listed if isinstance(each, dict)]
        own_known = any(each.has_own_step for each in jobs)
        deploying = [each for each in jobs if _is_named(each.name, job)] if job else _only(jobs)
        run = read_run(item, ended_at=_ended_at(jobs))
        if not deploying:
            missing = f"the run has no job with the name {quote(job)}" if job else ""
            began = reading.all_began(github_jobs.conclude(each, "", own_known).began for each in jobs)
            return _without_job(run, began, missing)
        found = reading.combine([github_jobs.conclude(each, step, own_known) for each in deploying])
        return replace(run, outcome=found.outcome, began=found.began, job=found, reason=found.reason)


def read_run(item: Mapping[str, Any], *, ended_at: datetime | None = None) -> Run:
    """Return what a workflow run's JSON shows, in an answer of the API or in an event.

    Args:
        item: the JSON.
        ended_at: when its last job ended; else `updated_at`, which may be later.
    """
    state = _state(item)
    conclusion = reading.word(item, "conclusion")
    ended = state is RunState.ENDED
    outcome = reading.without_failure(conclusion) if ended else None
    return Run(
        state=state,
        outcome=outcome,
        began=False if outcome is Outcome.SKIPPED else None,
        started_at=reading.moment(item, "run_started_at"),
        ended_at=(ended_at or reading.moment(item, "updated_at")) if ended else None,
        attempt=reading.number(item, "run_attempt"),
        conclusion=conclusion,
        workflow=str(reading.number(item, "workflow_id") or ""),
        branch=reading.text(item, "head_branch"),
        reason="the run failed, which does not show that the deployment failed" if ended and not outcome else "",
    )


def _without_job(run: Run, began: bool | None, missing: str) -> Run:
    if missing:
        return replace(run, outcome=None, began=None, reason=missing)
    if run.state is RunState.ENDED and began is False:
        return replace(run, outcome=Outcome.SKIPPED, began=False, reason="")
    return replace(run, began=run.began if began is None else began)


def _state(item: Mapping[str, Any]) -> RunState:
    status = item.get("status")
    if status == github_jobs.COMPLETED:
        return RunState.ENDED
    return RunState.IN_PROGRESS if status in GOING_ON else RunState.UNKNOWN


def _is_named(name: str, wanted: str) -> bool:
    """Tell whether a job has a name: itself, as `deploy (eu)` of a matrix, or as `caller / deploy` of another file."""
    name = name.rpartition(" / ")[2] if " / " not in wanted else name
    return name == wanted or (name.startswith(f"{wanted} (") and name.endswith(")"))


def _only(jobs: list[github_jobs.Evidence]) -> list[github_jobs.Evidence]:
    """Return the job that deploys, if it is the run's only one or the only one with a step of this program."""
    if len(jobs) == 1:
        return jobs
    own = [job for job in jobs if job.has_own_step]
    return own if len(own) == 1 else []


def _ended_at(jobs: list[github_jobs.Evidence]) -> datetime | None:
    ends = [reading.moment(job.item, "completed_at") for job in jobs]
    return max((end for end in ends if end), default=None) if None not in ends else None


def _id(item: Mapping[str, Any]) -> str:
    return str(reading.number(item, "id") or "?")


def _branch(branch: str) -> dict[str, str]:
    return {"branch": branch} if branch else {}
