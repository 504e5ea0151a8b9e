"""The state of one deployment, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Stage(str, Enum):
    """How far the deployment got."""

    STARTING = "starting"  # saved before the first write; still here when start was killed
    STARTED = "started"
    REHEARSED = "rehearsed"  # start with dry-run: nothing was written, and finish writes nothing
    FAILED = "failed"  # start failed: the deployment never began
    FINISHED = "finished"


class WriteStatus(str, Enum):
    """Whether start's write reached the service."""

    NO = "no"
    MAYBE = "maybe"  # sent, or about to be, and never answered
    YES = "yes"


@dataclass(frozen=True)
class Description:
    """A service's own description and the one that start put in its place."""

    original: str
    ours: str


@dataclass(frozen=True)
class ServiceState:
    """One service of the deployment.

    `before` is None where start could not read it; `left_alone` marks one whose maintenance is somebody else's;
    `done` one that needs nothing more at finish. `after` is the status that finish gave it because the deployment did
    not succeed: no later deployment should take that for the service's own.
    """

    id: str
    name: str
    before: str | None
    written: WriteStatus = WriteStatus.NO
    left_alone: bool = False
    done: bool = False
    description: Description | None = None
    after: str | None = None


@dataclass(frozen=True)
class State:
    """One deployment from start to finish.

    `unresolved` keeps the references that start could not look up; `policy` the policy options given to start;
    times are ISO 8601 in UTC.
    """

    deployment: str
    stage: Stage
    started_at: str
    services: Sequence[ServiceState] = ()
    unresolved: Sequence[str] = ()
    policy: Mapping[str, str] = field(default_factory=dict)
    finished_at: str | None = None
    outcome: str | None = None

    @property
    def never_began(self) -> bool:
        """Whether start failed or was killed, so that no deployment followed."""
        return self.stage in (Stage.STARTING, Stage.FAILED)
