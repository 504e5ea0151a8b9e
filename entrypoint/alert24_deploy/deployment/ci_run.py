"""What the CI knows of a run: whether it still goes on, how it ended, and whether the deployment began.

Apart from the other interfaces, because only `reconcile` needs it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple, Protocol

from ..policy import Outcome


class RunState(str, Enum):
    """Whether a run of the CI, or a job of it, still goes on. One that waits for a runner or an approval does."""

    IN_PROGRESS = "in_progress"
    ENDED = "ended"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Job:
    """A job that deploys, as the CI shows it.

    Attributes:
        state: whether it still goes on.
        outcome: how the deployment in it ended, None if that is unknown. A job that failed is no proof that the
            deployment failed: this is FAILURE only if a step that deploys failed.
        began: whether a step that deploys ran, None if that is unknown.
        started_at: when the job started, with its time zone.
        ended_at: when it ended, with its time zone.
        conclusion: the CI's own word for its result, for messages.
        reason: why something is unknown, a clause.
    """

    state: RunState
    outcome: Outcome | None = None
    began: bool | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    conclusion: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Run:
    """A run of the CI, as the CI shows it: a workflow run of GitHub, a pipeline of GitLab.

    Attributes:
        state: whether it still goes on, in this attempt or a later one.
        outcome: how the deployment in it ended, None if that is unknown; the job's, if the job is known.
        began: whether the deployment in it began, None if that is unknown; the job's, if the job is known.
        started_at: when the attempt started, with its time zone.
        ended_at: when the attempt ended, with its time zone.
        attempt: the attempt that this is about, None if the CI counts none.
        conclusion: the CI's own word for its result, for messages.
        workflow: what to ask `RunSource.others` about, empty if the CI has one workflow only.
        branch: the branch or tag that it runs on, as it came: to be compared, and sanitized before it is shown.
        job: the job that deploys, None if it is not known.
        reason: why something is unknown, a clause.
    """

    state: RunState
    outcome: Outcome | None = None
    began: bool | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempt: int | None = None
    conclusion: str = ""
    workflow: str = ""
    branch: str = ""
    job: Job | None = None
    reason: str = ""


class OtherRuns(NamedTuple):
    """Whether another run goes on (None: unknown), and which one, or why that is unknown, a clause."""

    in_progress: bool | None
    reason: str = ""


class RunSource(Protocol):
    """The CI's record of its runs. No method raises: what can't be found out is unknown, with a reason."""

    def find(self, run_id: str, *, attempt: int | None = None, job: str = "") -> Run:
        """Return a run.

        Args:
            run_id: the CI's id of the run.
            attempt: which attempt of it, None for the latest.
            job: the name of the job that deploys, empty to find it if that is possible.
        """

    def others(self, *, workflow: str = "", branch: str = "", besides: Collection[str] = ()) -> OtherRuns:
        """Return whether a run of a workflow goes on.

        Args:
            workflow: the workflow's id or the name of its file.
            branch: only runs on this branch; empty for any.
            besides: ids of runs that don't count, such as the one that asks.
        """
