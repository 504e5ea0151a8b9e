"""Who acts in a simulation: the real start and finish, behind interfaces that hand every call to the scheduler.

The real code is a plain function. It is run again from the beginning of its phase with the answers that it has had so
far, until it makes the next call: that call is the actor's next step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any, Protocol

from alert24_deploy.deployment.changes import Recording
from alert24_deploy.deployment.finish import FinishRequest, finish
from alert24_deploy.deployment.interfaces import (
    Change,
    Incident,
    Monitor,
    Service,
    ServiceUpdate,
    UpdateIgnored,
    UpdateResult,
)
from alert24_deploy.deployment.report import Report
from alert24_deploy.deployment.start import StartRequest, start
from alert24_deploy.errors import Alert24DeployError, CannotReachAlert24, WrongSetting
from alert24_deploy.policy import DeploymentResult, Outcome
from alert24_deploy.state import State
from alert24_deploy.state.codec import decode, encode

from .world import Call, Fault, index_of

NOW = "2026-01-01T00:00:00Z"
TIME = datetime(2026, 1, 1, tzinfo=timezone.utc)
LONGEST = timedelta(hours=2)  # `max-duration`
OUTCOMES = ("success", "unverified", "failure", "rolled back", "cancelled", "skipped")
_RESULTS = {
    "unverified": DeploymentResult(Outcome.SUCCESS, unverified=True),
    "rolled back": DeploymentResult(Outcome.FAILURE, rolled_back=True),
}


def result_of(ending: str) -> DeploymentResult:
    """Return the result that a word of `OUTCOMES` means."""
    return _RESULTS.get(ending) or DeploymentResult(Outcome(ending))


class Suspended(BaseException):
    """The real code waits for the answer to a call."""

    def __init__(self, call: Call) -> None:
        """Keep the call."""
        super().__init__(call.kind)
        self.call = call


class StepKilled(BaseException):
    """The process of this phase was killed; the job goes on."""


class Io:
    """Hands out the answers that were recorded, in their order, and suspends at the first call without one."""

    def __init__(self, trace: Sequence[Any]) -> None:
        """Keep the answers."""
        self._answers = iter(trace)

    def ask(self, call: Call) -> Any:
        """Return the answer to a call."""
        for answer in self._answers:
            if answer is Fault.KILLED:
                raise StepKilled
            return answer
        raise Suspended(call)


class SimulatedPage:
    """A page (`deployment.interfaces.StatusPage`) whose every request is a step."""

    readable = True
    skew = 0.0
    total = 0

    def __init__(self, io: Io, *, silent: bool, records: bool = False) -> None:
        """Keep where calls go, whether a PUT's answer shows nothing, so that a GET settles it, and what is recorded."""
        self._io = io
        self._silent = silent
        self.log = SimulatedLog(io) if records else None

    def read(self, service_ids: Sequence[str], *, among: int = 0, patience: float = 1.0) -> Sequence[Service]:  # noqa: ARG002
        """Return the services with these ids."""
        if len(service_ids) > 1:
            return [each for each in self.list(patience=patience) if each.id in service_ids]
        assert patience > 0
        found: Service | None = self._answer(Call("find", index_of(service_ids[0])))
        return [found] if found else []

    def list(self, *, patience: float = 1.0) -> Sequence[Service]:
        """Return every service."""
        assert patience > 0
        services: Sequence[Service] = self._answer(Call("list"))
        return services

    def update(self, updates: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Send the updates one after another."""
        for update in updates:
            yield self._put(update, tries=2 if update.insist else 1)

    def _put(self, update: ServiceUpdate, tries: int) -> UpdateResult:
        index = index_of(update.service.id)
        try:
            shown = self._answer(Call("put", index, tuple(sorted(update.fields.items()))))
            if self._silent:
                shown = self._answer(Call("find", index))
        except CannotReachAlert24 as error:
            return UpdateResult(update, error)
        if shown.status == update.fields.get("status", shown.status):
            return UpdateResult(update, None, shown)
        if tries > 1:
            return self._put(update, tries - 1)
        return UpdateResult(update, UpdateIgnored("Alert24 shows another status", shown), shown)

    def _answer(self, call: Call) -> Any:
        answer = self._io.ask(call)
        if isinstance(answer, Fault):
            raise CannotReachAlert24(answer.value, sent=answer is Fault.LOST)
        return answer


class SimulatedLog:
    """Alert24's changes (`deployment.interfaces.ChangeLog`); each request is a step."""

    def __init__(self, io: Io) -> None:
        """Keep where calls go."""
        self._io = io

    def record(self, changes: Sequence[tuple[str, Mapping[str, object]]]) -> None:
        """Record the changes of one service after the other."""
        for service_id, body in changes:
            tags = tuple(str(tag) for tag in body["tags"])  # type: ignore[attr-defined]
            self._answer(Call("record", index_of(service_id), (str(body["external_id"]), tags)))

    def changes(self, service_ids: Sequence[str], since: datetime) -> Mapping[str, Sequence[Change]]:
        """Return the changes of each service."""
        assert since < TIME
        return {key: self._answer(Call("changes", index_of(key))) for key in service_ids}

    def incidents(self, since: datetime) -> Sequence[Incident]:
        """Nobody asks."""
        raise NotImplementedError

    def open_incident(self, incident: Mapping[str, object]) -> None:
        """Nobody asks."""
        raise NotImplementedError

    def update_incident(self, incident_id: str, fields: Mapping[str, object]) -> None:
        """Nobody asks."""
        raise NotImplementedError

    def _answer(self, call: Call) -> Any:
        answer = self._io.ask(call)
        if isinstance(answer, Fault):
            raise CannotReachAlert24(answer.value, sent=answer is Fault.LOST)
        return answer


class SimulatedStore:
    """A store (`deployment.interfaces.StateStore`); a job's output is read at one place and written at another."""

    def __init__(self, io: Io, read_at: int, written_at: int) -> None:
        """Keep where calls go, and the two places."""
        self._io = io
        self._read_at = read_at
        self._written_at = written_at
        self.saved = False

    def load(self) -> State | None:
        """Return the saved state."""
        text = self._io.ask(Call("load", self._read_at))
        return decode(text) if text else None

    def save(self, state: State) -> None:
        """Save the state."""
        if self._io.ask(Call("save", self._written_at, encode(state))) is not None:
            raise WrongSetting("the disk is full")
        self.saved = True


class Program(Protocol):
    """What an actor does in one phase: takes the phase, and returns the next one."""

    def __call__(self, actor: Actor, io: Io, phase: tuple[Any, ...], services: int) -> tuple[Any, ...]:
        """Run one phase."""


@dataclass(frozen=True)
class Actor:
    """One who acts by the real code."""

    name: str  # its name in stories
    program: Program  # what it does in each phase
    first: str = "start"  # its first phase
    store: int = 0  # where its state is
    output: int | None = None  # where its finish saves, if that is elsewhere
    owner: str = ""  # the run that it belongs to; empty for its own
    attempt: int = 1  # which attempt of that run it is
    after: tuple[str, ...] = ()  # those that must be over before it begins
    once_started: tuple[str, ...] = ()  # those whose start must be over
    origin: str = ""  # whose start its finish belongs to; empty for its own
    endings: tuple[str, ...] = OUTCOMES  # how its deployment may end
    policy: Mapping[str, str] = field(default_factory=dict)  # its policy options
    description: str = ""  # the description that its start sets
    fail: str = "finish"  # `fail-on-unreachable`
    respects: bool = False  # `respect-existing-maintenance`
    heals: bool = False  # whether it is there to put right what others left
    silent: bool = False
    records: bool = False  # `record-change`
    lane: str = "lane"
    asks: bool = False  # whether the CI can be asked about other deployments' runs
    timed: bool = False  # whether its clock goes on with the actor that lets time pass
    safe: bool = False  # whether its runner never dies

    def recording(self, io: Io) -> Recording | None:
        """Return what it tells Alert24."""
        if not self.records:
            return None
        return Recording(
            {},
            self.lane,
            self.run,
            self.attempt,
            LONGEST.total_seconds(),
            lambda: TIME + LONGEST if self.timed and io.ask(Call("time")) else TIME,
            lambda deployment: not self.asks or io.ask(Call("run", value=deployment.rpartition("-")[0])).goes_on,
        )

    @property
    def run(self) -> str:
        """The run that it belongs to."""
        return self.owner or self.name

    @property
    def deployment_id(self) -> str:
        """The deployment's id."""
        return f"{self.run}-{self.attempt}"

    @property
    def finishes_at(self) -> int:
        """Where its finish saves the state."""
        return self.store if self.output is None else self.output


def deployment(actor: Actor, io: Io, phase: tuple[Any, ...], services: int) -> tuple[Any, ...]:
    """Start, deploy, finish; a job's finish follows a start that failed or was killed, too, as GitHub's post does."""
    if phase[0] == "start":
        return _start(actor, io, services)
    if phase[0] == "deploy":
        return ("finish", io.ask(Call("deploy", value=actor.endings)), True)
    return _finish(actor, io, phase)


def _start(actor: Actor, io: Io, services: int) -> tuple[Any, ...]:
    page = SimulatedPage(io, silent=actor.silent, records=actor.records)
    store = SimulatedStore(io, actor.store, actor.store)
    same_run = f"{actor.run}-"
    request = StartRequest(
        deployment=actor.deployment_id,
        references=[f"svc-{index}" for index in range(services)],
        now=lambda: NOW,
        policy=actor.policy,
        respect_existing_maintenance=actor.respects,
        description=actor.description or None,
        fail_on_unreachable=actor.fail,
        owner=actor.run,
        same_run=lambda deployment: deployment.startswith(same_run),
        recording=actor.recording(io),
    )
    try:
        failed = start(page, store, request).failed
    except StepKilled:
        return ("finish", "failure", False, "killed") if store.saved else ("ended", "never saved", "skipped", False)
    except Alert24DeployError:
        failed = True
    if not failed:
        return ("deploy",)
    return ("finish", "failure", False) if store.saved else ("ended", "never saved", "skipped", False)


def _finish(actor: Actor, io: Io, phase: tuple[Any, ...]) -> tuple[Any, ...]:
    store = SimulatedStore(io, actor.store, actor.finishes_at)
    try:
        report = finish(
            SimulatedPage(io, silent=actor.silent, records=actor.records), store, finish_request(actor, io, phase[1])
        )
    except Alert24DeployError:
        return ("ended", "failed", *phase[1:])
    return ("ended", _verdict(report), *phase[1:])


def finish_request(actor: Actor, io: Io, ending: str) -> FinishRequest:
    """Return what an actor asks of finish."""
    return FinishRequest(
        result=result_of(ending),
        now=lambda: NOW,
        policy=actor.policy,
        fail_on_unreachable=actor.fail,
        owner=actor.run,
        later_attempt=actor.attempt > 1 and bool(actor.origin),
        monitors=lambda: _monitors(io),
        recording=actor.recording(io),
    )


def _monitors(io: Io) -> Sequence[Monitor]:
    failing = io.ask(Call("monitors"))
    return [
        Monitor(f"mon-{index}", f"Monitor {index}", f"svc-{index}", not down, NOW) for index, down in enumerate(failing)
    ]


def _verdict(report: Report) -> str:
    if report.error:
        return "failed"
    if any("has started since" in each for each in report.warnings):
        return "left to another"
    if any("was finished before" in each for each in report.notes):
        return "finished before"
    return "unsaved" if any("could not be recorded" in each for each in report.warnings) else "finished"


def finish_job(actor: Actor, io: Io, phase: tuple[Any, ...], services: int) -> tuple[Any, ...]:
    """Finish alone, in a job of its own, with the state that a start left."""
    assert services
    if phase[0] == "deploy":
        return ("finish", io.ask(Call("deploy", value=actor.endings)), True)
    return _finish(actor, io, phase)


def time_passes(actor: Actor, io: Io, phase: tuple[Any, ...], services: int) -> tuple[Any, ...]:
    """Let `max-duration` pass."""
    assert actor.first == phase[0]
    assert services
    io.ask(Call("wait"))
    return ("ended", "finished", "time", None)


def next_call(actor: Actor, phase: tuple[Any, ...], trace: tuple[Any, ...], services: int) -> Call | tuple[Any, ...]:
    """Return the call that an actor makes next, or the phase that follows."""
    try:
        return actor.program(actor, Io(trace), phase, services)
    except Suspended as suspended:
        return suspended.call
