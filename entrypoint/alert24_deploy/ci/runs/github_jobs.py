"""What a job of GitHub's and its steps prove about the deployment in them.

GitHub's API shows a step by its name, status and conclusion only (GitHub docs, "REST API endpoints for workflow
jobs"). A step that the runner never reported on has no conclusion: the runner was lost.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any, NamedTuple

from ...deployment.interfaces import Job, RunState
from ...policy import Outcome
from ...text import quote
from . import reading

COMPLETED = "completed"
_SKIPPED = "skipped"
_FAILED = frozenset({"failure", "timed_out"})
# `uses: alert24/alert24-deploy@v1` is shown as "Run alert24/alert24-deploy@v1"; with a path inside the repository too.
_OWN = re.compile(r"(^|[\s/])alert24-deploy(/[\w.-]+)*@\S+$", re.IGNORECASE)
# A `run:` step is shown by its first line. One that names the program may deploy in the same script.
_MIXED = re.compile(r"\balert24-deploy\b", re.IGNORECASE)
# actions/runner, src/Runner.Worker/JobExtension.cs, ActionManager.cs and ActionRunner.cs.
_RUNNERS_OWN = frozenset(
    {"set up job", "complete job", "set up runner", "complete runner", "initialize containers", "stop containers"}
)
_PREPARED = re.compile(r"(Build|Pull) \S+$")
_GENERATED = ("Pre ", "Post ")


class Kind(Enum):
    """What a step is for."""

    OWN = "a step of this program, and nothing else"
    MIXED = "a script that runs this program, and may deploy as well"
    RUNNER = "a step that the runner adds"
    DEPLOYS = "any other step"


class Step(NamedTuple):
    """A step as GitHub shows it."""

    name: str
    kind: Kind
    status: str
    conclusion: str

    @property
    def reported(self) -> bool:
        """Whether the runner said how it ended."""
        return self.status == COMPLETED and bool(self.conclusion)

    @property
    def ran(self) -> bool:
        """Whether it ran, to its end or not."""
        return self.status == "in_progress" or (self.reported and self.conclusion != _SKIPPED)


class Evidence(NamedTuple):
    """Everything that one job's JSON shows."""

    name: str
    state: RunState
    conclusion: str
    steps: list[Step]
    assigned: bool
    item: Mapping[str, Any]

    @property
    def has_own_step(self) -> bool:
        """Whether a step of it is certainly this program's own."""
        return any(step.kind is Kind.OWN for step in self.steps)


def read(item: Mapping[str, Any], own_steps: Collection[str]) -> Evidence:
    """Return what a job's JSON shows; `own_steps` are names of this program's own steps."""
    listed = item.get("steps")
    steps = [step for step in listed if isinstance(step, dict)] if isinstance(listed, list) else []
    status = reading.word(item, "status")
    return Evidence(
        name=reading.text(item, "name"),
        state=RunState.ENDED if status == COMPLETED else RunState.IN_PROGRESS if status else RunState.UNKNOWN,
        conclusion=reading.word(item, "conclusion"),
        steps=_steps(steps, own_steps),
        # Null until a runner is assigned (GitHub docs, a job's schema). 0 and an empty name mean the same.
        assigned=bool(reading.number(item, "runner_id") or reading.text(item, "runner_name")),
        item=item,
    )


def _steps(items: list[dict[str, Any]], own_steps: Collection[str]) -> list[Step]:
    names = [reading.text(item, "name") for item in items]
    steps: list[Step] = []
    preparing = True
    for name, item in zip(names, items, strict=True):
        kind = _kind(name, names, own_steps)
        if kind is Kind.DEPLOYS and preparing and _PREPARED.match(name):
            kind = Kind.RUNNER  # the runner builds and pulls the images of actions before the first step
        preparing = preparing and kind is Kind.RUNNER
        steps.append(Step(name, kind, reading.word(item, "status"), reading.word(item, "conclusion")))
    return steps


def _kind(name: str, names: list[str], own_steps: Collection[str]) -> Kind:
    inner = next((name[len(start) :] for start in _GENERATED if name.startswith(start)), "")
    if _OWN.search(name) or name in own_steps or (inner and inner in own_steps):
        return Kind.OWN
    if name.lower() in _RUNNERS_OWN or (inner and inner in names):
        return Kind.RUNNER
    return Kind.MIXED if _MIXED.search(name) else Kind.DEPLOYS


def conclude(job: Evidence, step: str, own_known: bool) -> Job:
    """Return what a job proves.

    Args:
        job: what it shows.
        step: the name of the step that deploys, empty for every step that isn't this program's own.
        own_known: whether this program's own steps are known in the run: only then a failed step isn't one of them.
    """
    began = _began(job)
    outcome, reason = (None, "") if job.state is not RunState.ENDED else _outcome(job, began, own_known)
    if step:
        began, outcome, reason = _named(job, step)
    return Job(
        state=job.state,
        outcome=outcome,
        began=began,
        started_at=reading.moment(job.item, "started_at"),
        ended_at=reading.moment(job.item, "completed_at"),
        conclusion=job.conclusion,
        reason=reason,
    )


def _began(job: Evidence) -> bool | None:
    if any(step.ran for step in job.steps if step.kind is Kind.DEPLOYS):
        return True
    if job.state is not RunState.ENDED or any(step.ran for step in job.steps if step.kind is Kind.MIXED):
        return None
    if not job.steps:  # if no runner had it: it was skipped, cancelled in the queue, or rejected by a reviewer
        return None if job.assigned else False
    return False if all(step.reported for step in job.steps) else None


def _outcome(job: Evidence, began: bool | None, own_known: bool) -> tuple[Outcome | None, str]:
    if began is False and job.conclusion != "success":
        return Outcome.SKIPPED, ""
    if outcome := reading.without_failure(job.conclusion):
        return outcome, ""
    failed = [step for step in job.steps if step.conclusion in _FAILED]
    if own_known and any(step.kind is Kind.DEPLOYS for step in failed):
        return Outcome.FAILURE, ""
    if not all(step.reported for step in job.steps) or not job.steps:
        return None, "the job ended before its runner had reported on every step"
    if began and failed and all(step.kind is Kind.OWN for step in failed):
        return Outcome.SUCCESS, ""  # everything that deploys succeeded: it was our own step that failed
    return None, "the job failed, which does not show that the deployment failed"


def _named(job: Evidence, name: str) -> tuple[bool | None, Outcome | None, str]:
    found = [step for step in job.steps if step.name in (name, f"Run {name}")]
    if len(found) != 1:
        if not job.steps and _began(job) is False:
            return False, Outcome.SKIPPED, ""
        how_many = f"{len(found)} steps" if found else "no step"
        return None, None, f"the job shows {how_many} with the name {quote(name)}"
    (step,) = found
    if not step.reported:
        lost = job.state is RunState.ENDED
        reason = f"the job ended before its runner had reported on the step {quote(name)}" if lost else ""
        return step.ran or None, None, reason
    if step.conclusion in _FAILED:
        return True, Outcome.FAILURE, ""
    return step.ran, reading.without_failure(step.conclusion), ""
