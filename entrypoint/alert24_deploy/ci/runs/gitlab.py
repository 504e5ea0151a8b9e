"""GitLab's record of its pipelines (GitLab docs, "Pipelines API" and "Jobs API").

A project access token with the scope `read_api` reads both. `CI_JOB_TOKEN` does in newer versions only: GitLab 18.0's
docs ("Fine-grained permissions for CI/CD job tokens") list the jobs of a pipeline, and since the version that
deprecates `bridges` (19.2) lib/api/ci/pipelines.rb allows the pipeline and the list of pipelines, too; before that
gitlab#506668 holds. It is valid only while its job runs. A single job can't be read with it (lib/api/ci/jobs.rb), so
nothing here asks for one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ...deployment.interfaces import Job, OtherRuns, Run, RunState
from ...policy import Outcome
from ...text import Secret, quote
from . import reading
from .api import PAGE, CiApi, Host, NoAnswer

# A blocking manual job lets its pipeline wait for a person, perhaps for ever: it goes on, but holds up nobody else.
_ACTIVE = ("running", "pending", "created", "preparing", "waiting_for_resource", "waiting_for_callback", "canceling")
_GOING_ON = frozenset({*_ACTIVE, "scheduled", "manual"})
_ENDED = frozenset({"success", "failed", "canceled", "skipped"})
_HINTS = {
    401: "it does not know the token",
    403: "the token can't read pipelines; it needs the scope `read_api`",
    404: "there is no such pipeline, or the token can't read it; it needs the scope `read_api`",
}
_LIMITED = "the job token can't read pipelines in this version; give a project access token with the scope `read_api`"


def host(url: str, token: Secret, *, is_job_token: bool) -> Host:
    """Return GitLab's API at an address (`CI_API_V4_URL`), with a project's token or a job's."""
    header = "JOB-TOKEN" if is_job_token else "PRIVATE-TOKEN"
    hints = dict.fromkeys(_HINTS, _LIMITED) if is_job_token else _HINTS
    return Host("GitLab", url.rstrip("/"), token, {"Accept": "application/json", header: "{token}"}, hints)


class GitLabRuns:
    """The pipelines of a project (a `deployment.interfaces.RunSource`). GitLab has no attempts and shows no steps."""

    def __init__(self, api: CiApi, project: str) -> None:
        """Use an API for a project, by its id or path."""
        self._api = api
        self._project = ("projects", project)
        self._problem = "" if project else "no project is named"

    def find(
        self,
        run_id: str,
        *,
        attempt: int | None = None,
        job: str = "",
        step: str = "",
        own_steps: Collection[str] = (),
    ) -> Run:
        """Return a pipeline; see `RunSource.find`. `job` is a name or an id; attempts and steps mean nothing here."""
        del attempt, step, own_steps
        problem = self._problem or ("" if reading.is_id(run_id) else f"{quote(run_id)} is not the id of a pipeline")
        if problem:
            return Run(RunState.UNKNOWN, reason=problem)
        (result,) = self._api.all([lambda: self._find(run_id, job)])
        if result.value is None:
            return Run(RunState.UNKNOWN, reason=self._api.reason(result.error) if result.error else "")
        return result.value

    def others(self, *, workflow: str = "", branch: str = "", besides: Collection[str] = ()) -> OtherRuns:
        """Return whether a pipeline goes on; see `RunSource.others`. A project has one workflow."""
        del workflow
        if self._problem:
            return OtherRuns(None, self._problem)
        results = self._api.all([partial(self._in_progress, branch, status) for status in _ACTIVE])
        found = [item for result in results for item in result.value or [] if _id(item) not in besides]
        if found:
            return OtherRuns(True, f"pipeline {_id(found[0])} is {reading.word(found[0], 'status')}")
        errors = [result.error for result in results if result.error]
        return OtherRuns(None, self._api.reason(errors[0])) if errors else OtherRuns(False)

    def _in_progress(self, branch: str, status: str) -> list[Mapping[str, Any]]:
        query: dict[str, str | int] = {"status": status, "per_page": PAGE, **({"ref": branch} if branch else {})}
        try:
            items = self._list(self._api.get([*self._project, "pipelines"], query))
        except NoAnswer as error:
            if error.status == 400:  # an older GitLab does not know this status, and so has no such pipeline
                return []
            raise
        return [item for item in items if isinstance(item, dict) and item.get("status") in _ACTIVE]

    def _find(self, run_id: str, job: str) -> Run:
        pipeline = self._api.get([*self._project, "pipelines", run_id])
        if not isinstance(pipeline, dict) or _state(pipeline) is RunState.UNKNOWN:
            raise self._api.undocumented()
        run = _run(pipeline)
        if not job:
            return run
        path = [*self._project, "pipelines", run_id, "jobs"]
        jobs = self._api.pages(path, {"include_retried": "true"}, self._list)
        found = _newest([item for item in jobs if isinstance(item, dict)], job)
        if found is None:
            return replace(run, outcome=None, began=None, reason=f"the pipeline has no job {quote(job)}")
        deploying = _job(found)
        return replace(run, outcome=deploying.outcome, began=deploying.began, job=deploying, reason=deploying.reason)

    def _list(self, document: Any) -> list[Any]:
        if not isinstance(document, list):
            raise self._api.undocumented()
        return document


def _run(item: Mapping[str, Any]) -> Run:
    state = _state(item)
    status = reading.word(item, "status")
    ended = state is RunState.ENDED
    outcome = reading.without_failure(status) if ended else None
    return Run(
        state=state,
        outcome=outcome,
        began=False if outcome is Outcome.SKIPPED else None,
        started_at=reading.moment(item, "started_at") or reading.moment(item, "created_at"),
        ended_at=(reading.moment(item, "finished_at") or reading.moment(item, "updated_at")) if ended else None,
        conclusion=status if ended else "",
        branch=reading.text(item, "ref"),
        reason="the pipeline failed, which does not show that the deployment failed" if ended and not outcome else "",
    )


def _job(item: Mapping[str, Any]) -> Job:
    """Return what a job proves: without steps, its success, and whether a runner ever had it.

    GitLab sets `started_at` when a runner takes the job (app/models/commit_status.rb), so a job that has ended
    without one never ran: outdated, rejected, unmet prerequisites, or cancelled in the queue.
    """
    status = reading.word(item, "status")
    state = RunState.ENDED if status == "manual" else _state(item)  # nothing happens in it until a person starts it
    ended = state is RunState.ENDED
    began = True if status == "success" else False if ended and not item.get("started_at") else None
    outcome = Outcome.SKIPPED if began is False else reading.without_failure(status) if ended else None
    why = reading.word(item, "failure_reason")
    failed = "the job failed, which does not show that the deployment failed" + (f" ({why})" if why else "")
    return Job(
        state=state,
        outcome=outcome,
        began=began,
        started_at=reading.moment(item, "started_at"),
        ended_at=reading.moment(item, "finished_at"),
        conclusion=status if ended else "",
        reason=failed if ended and not outcome else "",
    )


def _newest(jobs: list[dict[str, Any]], wanted: str) -> dict[str, Any] | None:
    """Return the job with an id, else the newest with a name: a retried job keeps its name and gets a new id."""
    by_id = [job for job in jobs if _id(job) == wanted]
    by_name = [job for job in jobs if reading.text(job, "name") == wanted]
    return max(by_id or by_name, key=lambda job: reading.number(job, "id") or 0, default=None)


def _state(item: Mapping[str, Any]) -> RunState:
    status = item.get("status")
    if not isinstance(status, str):
        return RunState.UNKNOWN
    return RunState.ENDED if status in _ENDED else RunState.IN_PROGRESS if status in _GOING_ON else RunState.UNKNOWN


def _id(item: Mapping[str, Any]) -> str:
    return str(reading.number(item, "id") or "?")
