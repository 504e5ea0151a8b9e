"""The interfaces that a deployment needs, and the values that they take and return."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ..errors import UNREACHABLE, Alert24DeployError
from ..policy import Outcome

if TYPE_CHECKING:
    from ..state import State


@dataclass(frozen=True)
class Service:
    """A service as Alert24 shows it.

    Attributes:
        id: its id.
        name: its name, its id if it has none.
        status: its status, None if the response had none that is text.
        description: its own description.
        updated_at: when it last changed, as Alert24 writes it, None if the response does not say.
    """

    id: str
    name: str
    status: str | None
    description: str
    updated_at: str | None = None


class ServiceUpdate(NamedTuple):
    """What to send to one service.

    Attributes:
        service: the service as it was read last.
        fields: the fields of the PUT.
        insist: whether to send it again, within the time, if Alert24 then shows another status.
    """

    service: Service
    fields: Mapping[str, str]
    insist: bool = False


class UpdateIgnored(Alert24DeployError):
    """Alert24 accepted an update, but then shows something else: it counts as not written."""

    exit_code = UNREACHABLE

    def __init__(self, why: str, shown: Service) -> None:
        """Keep the reason, a clause, and the service as Alert24 shows it."""
        super().__init__(why)
        self.shown = shown


class UpdateResult(NamedTuple):
    """How an update ended.

    Attributes:
        update: the update.
        error: why it was not carried out, None if it was.
        shown: the service as Alert24 shows it afterwards, None if that is unknown.
    """

    update: ServiceUpdate
    error: Alert24DeployError | None
    shown: Service | None = None


class Monitor(NamedTuple):
    """One of Alert24's monitors. Times are as Alert24 writes them.

    Attributes:
        id: its id.
        name: its name.
        service_id: the service that it is linked to, empty for none.
        up: whether it says that the service is up.
        last_run: when it last ran, None for never.
        active: whether it runs at all.
        interval: seconds between two runs.
        timeout: seconds that one run may take.
        next_run: when it runs next, None if that is unknown.
    """

    id: str
    name: str
    service_id: str
    up: bool
    last_run: str | None
    active: bool = True
    interval: float = 600.0
    timeout: float = 30.0
    next_run: str | None = None


class StatusPage(Protocol):
    """The services of a status page. Every method raises Alert24DeployError, and ends in the time given."""

    @property
    def readable(self) -> bool:
        """Whether statuses can be read here at all."""

    @property
    def skew(self) -> float:
        """Seconds that the page's clock is ahead of this machine's, as of the last response."""

    def find(self, service_id: str, *, patience: float = 1.0) -> Service | None:
        """Return the service with an id, or None; `patience` is the share of the time left that it may take."""

    def list(self, *, patience: float = 1.0) -> Sequence[Service]:
        """Return every service of the organization."""

    def update(self, updates: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Send the updates concurrently; yield each as it ends, and those without an answer when time is up."""


class StateStore(Protocol):
    """Keeps the state between start and finish."""

    def load(self) -> State | None:
        """Return the saved state, or None; raise BrokenState if what is there is no state."""

    def save(self, state: State) -> None:
        """Save the state before returning."""


class CommandResult(NamedTuple):
    """How one of the user's commands ended.

    Attributes:
        code: its exit code.
        timed_out: whether it was ended because it took too long.
        cancelled: whether a signal came first; then it may still be running.
        began: whether it was started at all.
    """

    code: int
    timed_out: bool = False
    cancelled: bool = False
    began: bool = True

    @property
    def succeeded(self) -> bool:
        """Whether the command ended by itself and with exit code 0."""
        return self.code == 0 and not self.cancelled


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
