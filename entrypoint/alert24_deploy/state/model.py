"""The state of one deployment, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

CHANGES, INCIDENTS = RECORDS = ("changes", "incidents")


class Stage(str, Enum):
    """How far the deployment got."""

    STARTING = "starting"  # saved before the first write; still here if start was killed
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
    """One service of the deployment. The times `..._at` are Alert24's `updated_at`, as it writes them."""

    id: str
    name: str
    before: str | None  # the status that start found, None if start could not read it
    written: WriteStatus = WriteStatus.NO
    left_alone: bool = False  # someone else set its maintenance, which then stays
    done: bool = False  # it needs nothing more at finish
    description: Description | None = None  # if start replaced it
    after: str | None = None  # the status that finish wrote
    found_at: str | None = None  # when start read it
    # After start's write: proof, until it changes, that no one has written since. None if it is unknown or did not
    # move when the status changed.
    wrote_at: str | None = None
    after_at: str | None = None  # the same after finish's write
    # The status from before an earlier attempt of the same run, if it is proven that no one has written in between.
    rollback_to: str | None = None

    @property
    def pending(self) -> bool:
        """Whether it may be in maintenance because of this deployment."""
        return not (self.done or self.left_alone or self.written is WriteStatus.NO)

    def last_written(self, status: str | None, updated_at: str | None) -> bool:
        """Tell whether what the page shows is proven to be this deployment's last write."""
        ours, at = (self.after, self.after_at) if self.after else ("maintenance", self.wrote_at)
        return at is not None and (status, updated_at) == (ours, at)

    def untouched(self, status: str | None, updated_at: str | None) -> bool:
        """Tell whether the page is proven to show what start found, because start could write nothing."""
        if self.written is WriteStatus.YES or self.found_at is None:
            return False
        return (status, updated_at) == (self.before, self.found_at)


@dataclass(frozen=True)
class State:
    """One deployment from start to finish. Times are ISO 8601 in UTC."""

    deployment: str  # its id
    stage: Stage
    started_at: str
    services: Sequence[ServiceState] = ()
    unresolved: Sequence[str] = ()  # the references that start could not look up
    policy: Mapping[str, str] = field(default_factory=dict)  # the options given to start
    finished_at: str | None = None
    outcome: str | None = None  # that finish took
    unverified: bool = False  # it was a success that nothing proved healthy, nor unhealthy
    total: int = 0  # services that the organization has: how finish reads few of many; 0 if unknown
    owner: str = ""  # the CI run or the process that started it
    superseded: Sequence[str] = ()  # owners of unfinished deployments whose state this one replaced at the same place
    settled: Sequence[str] = ()  # the same of deployments that have nothing to finish: finished, or never begun
    inherited: Sequence[ServiceState] = ()  # what those may have left in maintenance, as their own starts found it
    records: Sequence[str] = ()  # what the deployment records in Alert24: some of `RECORDS`
    lane: str = ""  # under which, empty if nothing

    @property
    def never_began(self) -> bool:
        """Whether start failed or was killed, so that no deployment followed."""
        return self.stage in (Stage.STARTING, Stage.FAILED)

    @property
    def still_inherited(self) -> Sequence[ServiceState]:
        """The inherited services that may be in maintenance still, because this deployment has not ended it."""
        ended = {each.id for each in self.services if each.done}
        return [each for each in self.inherited if each.pending and each.id not in ended]
