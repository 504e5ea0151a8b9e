"""GitHub's record of its runs (GitHub docs, "REST API endpoints for workflow runs" and "... for workflow jobs").

Needs a token with the permission `actions: read`. Statuses and conclusions: GitHub docs, "Workflow run statuses and
conclusions". A step is shown by its name, status and conclusion only; one that the runner never reported on has no
conclusion: the runner was lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from ...deployment.ci_run import Run, RunState
from ...policy import Outcome
from ...text import Secret, quote
from ..pipeline import event_payload
from .api import PAGE, CiRuns, Host, Item, NoAnswer, decided, moment, number, read_run, text, with_job

# Every status but `completed`: waiting for a runner, a concurrency group or a reviewer is going on, too.
_ACTIVE = ("in_progress", "queued", "requested", "waiting", "pending")
STATES = {"completed": RunState.ENDED, **dict.fromkeys(_ACTIVE, RunState.IN_PROGRESS)}
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
_FAILED = ("failure", "timed_out")
# What several jobs of one name (a matrix) are together: the first of these that one of them is.
_STATES_BY_RANK = (RunState.IN_PROGRESS, RunState.UNKNOWN, RunState.ENDED)
_OUTCOMES_BY_RANK = (Outcome.FAILURE, None, Outcome.CANCELLED, Outcome.SUCCESS, Outcome.SKIPPED)
# `uses: alert24/alert24-deploy@v1` is shown as "Run alert24/alert24-deploy@v1"; with a path inside the repository too.
_OWN = re.compile(r"(^|[\s/])alert24-deploy(/[\w.-]+)*@\S+$", re.IGNORECASE)
# actions/runner, src/Runner.Worker/JobExtension.cs, ActionManager.cs and ActionRunner.cs.
_RUNNERS = re.compile(
    r"(set up|complete) (job|runner)$|(initialize|stop) containers$|(build|pull) \S*[/:@]\S*$", re.IGNORECASE
)


class RunEvent(NamedTuple):
    """A run that an event `workflow_run: completed` says has ended (GitHub docs, "Webhook events and payloads")."""

    run_id: str  # empty if the event names none
    run: Run  # its outcome by its conclusion alone, which a failure doesn't decide
    skip: str = ""  # why the event is nothing to act on, a clause; empty if it is


def host(environ: Mapping[str, str], token: Secret | None) -> Host:
    """Return the repository's API (an Enterprise Server has its own), with a token of the user's or else the job's."""
    repository = environ.get("GITHUB_REPOSITORY", "")
    owner, _, name = repository.partition("/")
    return Host(
        "GitHub",
        environ.get("GITHUB_API_URL", "").rstrip("/") or "https://api.github.com",
        ("repos", owner, name, "actions"),
        token or Secret(environ.get("GITHUB_TOKEN", "").strip()),
        _HEADERS,
        _HINTS,
        "" if owner and name and "/" not in name else f"{quote(repository)} is not a repository's name",
    )


class GitHubRuns(CiRuns):
    """The workflow runs of a repository."""

    noun = "run"
    active = _ACTIVE

    def _in_progress(self, workflow: str, status: str) -> list[Item]:
        if not workflow:
            raise NoAnswer("no workflow is named")
        runs = self._get("workflows", workflow, "runs", status=status, per_page=PAGE)
        return self._items(runs, "workflow_runs")

    def _find(self, run_id: str, attempt: int | None, job: str) -> Run:
        found = self._known(self._get("runs", run_id), STATES)
        newest = number(found, "run_attempt")
        if attempt and attempt != newest:
            if newest > attempt and text(found, "status") in _ACTIVE:
                return run_of(found)
            found = self._known(self._get("runs", run_id, "attempts", str(attempt)), STATES)
        jobs = self._pages("runs", run_id, "attempts", str(attempt or newest or 1), "jobs", key="jobs")
        return _conclude(found, [_job(each) for each in jobs], job)


def run_of(item: Item) -> Run:
    """Return what a workflow run's JSON shows, in an answer of the API or in an event."""
    state = STATES.get(text(item, "status"), RunState.UNKNOWN)
    started, ended = ("run_started_at",), ("updated_at",)
    return read_run(item, state, "run", result="conclusion", started=started, ended=ended)


class _Step(NamedTuple):
    name: str
    kind: str  # see `_kind`
    reported: bool  # whether the runner said how it ended
    ran: bool  # to its end or not
    conclusion: str


class _Job(NamedTuple):
    item: Item
    state: RunState
    steps: Sequence[_Step]
    is_own: bool  # whether a step of it is certainly this program's own


def _job(item: Item) -> _Job:
    listed = item.get("steps")
    items = [step for step in listed if isinstance(step, dict)] if isinstance(listed, list) else []
    names, steps = [text(step, "name") for step in items], []
    for name, step in zip(names, items, strict=True):
        conclusion, status = text(step, "conclusion"), text(step, "status")
        reported = status == "completed" and bool(conclusion)
        ran = status == "in_progress" or (reported and conclusion != "skipped")
        steps.append(_Step(name, _kind(name, names), reported, ran, conclusion))
    state = STATES.get(text(item, "status"), RunState.UNKNOWN)
    return _Job(item, state, steps, any(step.kind == "own" for step in steps))


def _kind(name: str, names: Collection[str]) -> str:
    """Return whose a step is: this program's `own`, the `runner`'s, `mixed` if a script runs it, else it `deploys`."""
    inner = name.removeprefix("Pre ").removeprefix("Post ")  # what the runner adds to an action's step
    if _OWN.search(name):
        return "own"
    if _RUNNERS.match(name) or (inner != name and inner in names):
        return "runner"
    return "mixed" if "alert24-deploy" in name.lower() else "deploys"  # a script is shown by its first line


def _conclude(item: Item, jobs: list[_Job], name: str) -> Run:
    """Return what a run and its jobs prove about the deployment in the job with a name, or in the likely one."""
    run = run_of(item)
    if run.ended_at:  # its `updated_at`, which may be later
        run = replace(run, ended_at=_last(moment(job.item, "completed_at") for job in jobs) or run.ended_at)
    # Only if the run shows this program's own steps is it known that a failed one is none of them.
    own_known = any(job.is_own for job in jobs)
    deploying = [job for job in jobs if _is_named(text(job.item, "name"), name)] if name else _likely(jobs)
    if deploying:
        return with_job(run, _combine([_proof(job, own_known) for job in deploying]))
    if name:
        return replace(run, outcome=None, began=None, reason=f"the run has no job with the name {quote(name)}")
    began = _any_began(_began(job) for job in jobs)
    if run.state is RunState.ENDED and began is False:
        return replace(run, outcome=Outcome.SKIPPED, began=False, reason="")
    return replace(run, began=run.began if began is None else began)


def _is_named(name: str, wanted: str) -> bool:
    """Tell whether a job has a name: itself, as `deploy (eu)` of a matrix, or as `caller / deploy` of another file."""
    name = name.rpartition(" / ")[2] if " / " not in wanted else name
    return name == wanted or (name.startswith(f"{wanted} (") and name.endswith(")"))


def _likely(jobs: list[_Job]) -> list[_Job]:
    """Return the job that deploys, if it is the run's only one or the only one with a step of this program."""
    own = jobs if len(jobs) == 1 else [job for job in jobs if job.is_own]
    return own if len(own) == 1 else []


def _proof(job: _Job, own_known: bool) -> Run:
    """Return what a job proves about the deployment in it: in every step that isn't this program's own."""
    began = _began(job)
    outcome, reason = _outcome(job, began, own_known) if job.state is RunState.ENDED else (None, "")
    return Run(
        job.state,
        outcome,
        began,
        started_at=moment(job.item, "started_at"),
        ended_at=moment(job.item, "completed_at"),
        reason=reason,
    )


def _began(job: _Job) -> bool | None:
    ran = {step.kind for step in job.steps if step.ran}
    if "deploys" in ran or job.state is not RunState.ENDED or "mixed" in ran:
        return True if "deploys" in ran else None
    if not job.steps:  # no runner had it: it was skipped, cancelled in the queue, or rejected by a reviewer
        return None if number(job.item, "runner_id") or text(job.item, "runner_name") else False
    return False if all(step.reported for step in job.steps) else None


def _outcome(job: _Job, began: bool | None, own_known: bool) -> tuple[Outcome | None, str]:
    conclusion = text(job.item, "conclusion")
    if began is False and conclusion != "success":
        return Outcome.SKIPPED, ""
    if outcome := decided(conclusion):
        return outcome, ""
    failed = [step.kind for step in job.steps if step.conclusion in _FAILED]
    if own_known and "deploys" in failed:
        return Outcome.FAILURE, ""
    if not all(step.reported for step in job.steps) or not job.steps:
        return None, "the job ended before its runner had reported on every step"
    if began and set(failed) == {"own"}:
        return Outcome.SUCCESS, ""  # everything that deploys succeeded
    return None, "the job failed, which does not show that the deployment failed"


def _combine(jobs: Sequence[Run]) -> Run:
    return Run(
        min((job.state for job in jobs), key=_STATES_BY_RANK.index),
        min((job.outcome for job in jobs), key=_OUTCOMES_BY_RANK.index),
        _any_began(job.began for job in jobs),
        started_at=min((job.started_at for job in jobs if job.started_at), default=None),
        ended_at=_last(job.ended_at for job in jobs),
        reason=next((job.reason for job in jobs if job.reason), ""),
    )


def _any_began(answers: Iterable[bool | None]) -> bool | None:
    seen = set(answers)
    return True if True in seen else None if None in seen or not seen else False


def _last(ends: Iterable[datetime | None]) -> datetime | None:
    """Return the last of several ends, None if one is unknown: it may be the last."""
    seen = set(ends)
    return max((end for end in seen if end), default=None) if None not in seen else None


def read_event(environ: Mapping[str, str]) -> RunEvent:
    """Return the run that this workflow was started for.

    A pull request's run and a run from a fork are skipped: their authors could reach the key by what they call things.
    """
    name = environ.get("GITHUB_EVENT_NAME", "")
    event = event_payload(environ)
    item = event.get("workflow_run") if isinstance(event, dict) else None
    if name != "workflow_run":
        skip = f"the event is {quote(name)} and not workflow_run"
    elif not isinstance(item, dict) or not number(item, "id"):
        skip = "the event's file can't be read, or is not as GitHub documents it"
    else:
        run = run_of(item)
        ended = event.get("action") == "completed" and run.state is RunState.ENDED
        return RunEvent(str(number(item, "id")), run, _distrust(item) if ended else "the run has not ended")
    return RunEvent("", Run(RunState.UNKNOWN, reason=skip), skip)


def _distrust(item: Item) -> str:
    started_by = text(item, "event")
    if not started_by or started_by.startswith("pull_request"):
        return f"the run was started by {quote(started_by)}, which is not trusted with a deployment"
    home, head = (_full_name(item, name) for name in ("repository", "head_repository"))
    return "" if home and head == home else "the run is of a fork"


def _full_name(item: Item, name: str) -> str:
    repository = item.get(name)
    return text(repository, "full_name").lower() if isinstance(repository, dict) else ""
