"""What the CI knows of a run: whether it still goes on, how it ended, and whether the deployment began.

Apart from the other interfaces, because only `reconcile` needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

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
