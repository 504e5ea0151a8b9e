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
class Run:
    """A run of the CI as the CI shows it (a workflow run of GitHub, a pipeline of GitLab), or a job of it.

    A run or a job that failed is no proof that the deployment failed: its outcome is FAILURE only if a step that
    deploys failed. Times have their time zone.
    """

    state: RunState  # of a run: in this attempt or a later one
    outcome: Outcome | None = None  # how the deployment in it ended, None if that is unknown
    began: bool | None = None  # whether a step that deploys ran, None if that is unknown
    started_at: datetime | None = None
    ended_at: datetime | None = None
    attempt: int | None = None  # the attempt that this is about, None if the CI counts none
    job: Run | None = None  # the job that deploys, if it is known: then `outcome` and `began` are its own
    reason: str = ""  # why something is unknown, a clause


class OtherRuns(NamedTuple):
    """Whether another run goes on (None: unknown), and which one, or why that is unknown, a clause."""

    in_progress: bool | None
    reason: str = ""


class RunSource(Protocol):
    """The CI's record of its runs. No method raises: what can't be found out is unknown, with a reason."""

    def find(self, run_id: str, *, attempt: int | None = None, job: str = "") -> Run:
        """Return a run, of its latest attempt or the given one.

        Args:
            run_id: the CI's id of the run.
            attempt: which attempt of it, None for the latest.
            job: the name of the job that deploys, empty to find it if that is possible.
        """

    def others(self, *, workflow: str = "", besides: Collection[str] = ()) -> OtherRuns:
        """Return whether a run of a workflow (its id or the name of its file) goes on, besides those with some ids."""
