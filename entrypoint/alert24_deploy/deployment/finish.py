"""After the deployment: set every service to the status that fits how the deployment ended."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from .. import policy
from ..errors import Alert24DeployError, CannotReachAlert24
from ..policy import MAINTENANCE, DeploymentResult, Outcome, Policy
from ..state import ServiceState, Stage, State, WriteStatus
from ..text import join_words, quote
from . import earlier_attempt, superseded
from .apply import apply, merge, replace_refused
from .changes import Recording
from .current import CurrentStatuses, read_page, resolve, services_to_finish
from .incidents import update_incidents
from .interfaces import Monitor, Service, ServiceUpdate, StateStore, StatusPage, UpdateIgnored
from .overlaps import Overlaps, ended_early
from .report import Action, Report, ServiceResult, explain_failure, forgiven

if TYPE_CHECKING:
    from .rollback_request import RollbackRequest

# Reading may take half of the time: writing matters more, because a page stuck in maintenance is the worse fault.
_READING_SHARE = 0.5
_HURRIED_SHARE = 0.125
_MOST_LOOKS = 8  # at other deployments, each after a write of its own
_DONE = (Action.WRITTEN, Action.KEPT)


@dataclass(frozen=True)
class FinishRequest:
    """What the user asks of finish."""

    result: DeploymentResult
    now: Callable[[], str]  # returns the time as ISO 8601 in UTC
    references: Sequence[str] = ()  # the services, if there is no state
    policy: Mapping[str, str] = field(default_factory=dict)  # wins over what was given to start
    fail_on_unreachable: str = "finish"
    dry_run: bool = False
    hurried: bool = False  # leave nearly all of the time to writing, because a signal has come
    again: bool = False  # set the final status once more in this process, because more is known now
    rollback: RollbackRequest | None = None
    owner: str = ""  # the CI run or the process that finishes
    later_attempt: bool = False  # whether this may be a later attempt of the run that started the deployment
    attempts_counted: bool = True  # whether the CI counts attempts, so that `later_attempt` is certain
    monitors: Callable[[], Sequence[Monitor]] | None = None  # reads Alert24's monitors, None if that is impossible
    unchanged: Mapping[str, Service] | None = None  # by id: services are written only if they still are as here
    doubtful: Collection[str] = ()  # by id: services to write only if the records show that others rely on this finish
    recording: Recording | None = None  # what is recorded in Alert24, None for nothing
    # Runs whose recorded deployments end, because the state at hand is not theirs: the records know their ids.
    ends_runs: Collection[str] = ()

    @property
    def records_changes(self) -> bool:
        """Whether the deployment is recorded, so that others may rely on its finish."""
        return self.recording is not None and self.recording.changes


def finish(page: StatusPage, store: StateStore, request: FinishRequest) -> Report:
    """Write the statuses that the policy gives for the result, and record in the state what is done.

    Raises:
        BrokenState: what start left can't be used; nothing was changed.
        Alert24DeployError: the references given here could not be looked up; nothing was changed.
    """
    state = store.load() or State("", Stage.STARTED, request.now(), unresolved=request.references)
    save: Callable[[State], None] = partial(_save, store)
    last = False
    if request.owner in (*state.superseded, *state.settled):
        request = replace(request, ends_runs=(request.owner,) if request.owner != state.owner else ())
        goes_on = superseded.goes_on(state, request.owner)
        nothing = superseded.has_nothing_to_finish(state, request.owner)
        if nothing:
            request = replace(request, result=DeploymentResult(Outcome.SKIPPED))
        last = (goes_on or (nothing and state.stage is Stage.FINISHED)) and _ends_as_last(page, state, request)
        if goes_on and not last:
            return superseded.leave_page(store, state, request.owner, dry_run=request.dry_run)
        if superseded.never_began(state, request.owner):
            state, save = superseded.inherited_part(store, state, request.owner)
    if request.again or last or superseded.has_finished(state, request.owner):
        state = superseded.reopen(state, request.owner)
    elif state.stage is Stage.FINISHED:
        note = f"This deployment was finished before ({state.outcome or 'unknown outcome'}); nothing was changed."
        return Report("finish", state=state, dry_run=request.dry_run, notes=[note])
    _note_attempt(store, state, request)
    return finish_state(page, state, save, request)


def finish_state(page: StatusPage, state: State, save: Callable[[State], None], request: FinishRequest) -> Report:
    """Finish the deployment of a state as `finish` does; `save` saves the state with what is done."""
    try:
        state, read = resolve(page, state)
    except CannotReachAlert24 as error:
        return forgiven("finish", error, request.fail_on_unreachable, dry_run=request.dry_run)
    return _Finishing(page, save, request, state, read).run()


def _ends_as_last(page: StatusPage, state: State, request: FinishRequest) -> bool:
    """Record the end of a deployment whose state another one has replaced; tell whether the page waits for it.

    Another deployment, which ended while this one was on record, has left the page to it.
    """
    overlaps = Overlaps(page, state, Report("finish", dry_run=request.dry_run), request)
    recorded = overlaps.end(request.result, Policy.given(state.policy, request.policy))
    return recorded and overlaps.only_ended(state.deployment)


def _note_attempt(store: StateStore, state: State, request: FinishRequest) -> None:
    """Save that a finish has begun: the next one looks whether this one recorded the end before it was killed."""
    if request.records_changes and store.load() == state and not (request.dry_run or state.stage is Stage.REHEARSED):
        with contextlib.suppress(Alert24DeployError):
            store.save(replace(state, finished_at=state.finished_at or request.now()))


def _save(store: StateStore, state: State) -> None:
    latest = store.load()
    if latest is None or latest.deployment == state.deployment:  # else another deployment has started here
        store.save(state)


class _Finishing:
    """One finish after everything is read: plans, writes, and what is recorded."""

    def __init__(
        self,
        page: StatusPage,
        save: Callable[[State], None],
        request: FinishRequest,
        state: State,
        read: CurrentStatuses,
    ) -> None:
        self._page = page
        self._save = save
        self._request = request
        self._state = state
        self._read = read
        self._services = {each.id: each for each in services_to_finish(state, recorded=request.records_changes)}
        self._result = DeploymentResult(Outcome.SKIPPED) if state.never_began else request.result
        self._rehearsed = state.stage is Stage.REHEARSED
        self._report = Report("finish", state=state, dry_run=request.dry_run or self._rehearsed, error=read.error)
        self._rules = Policy.given(state.policy, request.policy)
        self._overlaps = Overlaps(page, state, self._report, request)
        if request.again:  # what the page shows since the first time is our own status: no conflict
            self._rules = self._rules._replace(on_conflict="overwrite")

    def run(self) -> Report:
        report = self._report
        if self._state.never_began and self._request.result.outcome is not Outcome.SKIPPED:
            report.notes.append(
                f"Start failed, so the deployment never began: its outcome '{self._request.result.outcome.value}' "
                "counts as skipped, and only what start wrote is restored."
            )
        rollback = self._request.rollback
        if self._services and rollback and rollback.send(self._state, self._result, report):
            self._rules = self._rules._replace(on_failure=MAINTENANCE)
        self._overlaps.end(self._result, self._rules)
        self._read_page()
        own, unhealthy = self._earlier_attempt()
        updates = [self._first_update(each, each.id in own) for each in self._services.values()]
        written = apply(self._page, updates, dry_run=report.dry_run)
        written = self._again_if_ignored(replace_refused(self._page, updates, written))
        written = self._settled(written)
        self._overlaps.explain(self._result)
        report.notices += self._ended_early(written)
        if not self._state.never_began:
            self._update_incidents([each for each in self._state.services if not each.left_alone])
        report.services = [*written, *_left_alone(self._state)]
        report.warnings += self._worse_than_success([each for each in written if each.id not in unhealthy])
        report.conclude(finishing=True, rule=self._request.fail_on_unreachable)
        if report.error and not report.dry_run:
            explain_failure(report.error, written, self._services, by_command=self._page.readable)
        self._record()
        return report

    def _read_page(self) -> None:
        """Read the page, after the records: others correct what they write until they have seen this one's end."""
        share = _HURRIED_SHARE if self._request.hurried else _READING_SHARE
        recorded = self._request.records_changes
        self._read = read_page(self._page, self._state, self._read, share, recorded=recorded)
        self._report.warnings[:0] = self._read.warnings

    def _current(self, service: ServiceState) -> Service | None:
        current = self._read.services.get(service.id)
        return replace(current, status=MAINTENANCE) if current and self._rehearsed else current

    def _earlier_attempt(self) -> tuple[Collection[str], Collection[str]]:
        """Return the services that show an earlier attempt's status, and those that might but that a monitor keeps."""
        if not self._request.later_attempt:
            return (), ()
        current = {each.id: service for each in self._services.values() if (service := self._current(each))}
        return earlier_attempt.find_own(
            self._report,
            self._rules,
            self._result,
            self._services,
            current,
            self._request.monitors,
            certain=self._request.attempts_counted,
        )

    def _first_update(self, service: ServiceState, own: bool) -> ServiceUpdate:
        current, unchanged = self._current(service), self._request.unchanged
        update = self._update(service, current, own)
        if service.id in self._request.doubtful and not self._overlaps.relied_on(service.id):
            return update._replace(fields={}, reason="somebody else has set maintenance since")
        if unchanged is not None and current and current != unchanged.get(service.id):
            return update._replace(fields={}, reason="somebody else has written since its maintenance was looked at")
        return update

    def _update(self, service: ServiceState, current: Service | None, own: bool) -> ServiceUpdate:
        status, at = (current.status, current.updated_at) if current else (None, None)
        own = own or service.untouched(status, at) or (status == service.after and service.last_written(status, at))
        wanted = self._overlaps.wanted(service, self._result, self._rules)
        decision = policy.decide(
            self._rules, self._result, service.before, status, own=own, rollback_to=service.rollback_to, wanted=wanted
        )
        restoring = self._result.outcome is Outcome.SKIPPED and not self._overlaps.relied_on(service.id)
        if restoring and (kept := _not_restored(service, status, at)):
            decision = policy.Decision(None, f"{self._result.describe()}; {kept}")
        fields = {"status": decision.status} if decision.status else {}
        if service.description and (current is None or current.description == service.description.ours):
            fields["description"] = service.description.original
        read = current or Service(service.id, service.name, None, "")
        return ServiceUpdate(read, fields, before=service.before, reason=decision.reason)

    def _again_if_ignored(self, written: Sequence[ServiceResult]) -> list[ServiceResult]:
        """Decide once more about services that show another status than the one just written.

        Somebody else may have been faster, so that it is a conflict; or Alert24 took no notice.
        """
        ignored = {each.id: each.error.shown for each in written if isinstance(each.error, UpdateIgnored)}
        updates = [self._update(self._services[key], shown, own=False) for key, shown in ignored.items()]
        return merge(written, apply(self._page, updates, dry_run=False))

    def _settled(self, written: list[ServiceResult]) -> list[ServiceResult]:
        """Look again after each write, until what was written is what all deployments together ask for.

        Alert24 has no conditional update: another deployment may start or end between a look and the write after it.
        Whoever writes looks afterwards, so that the last write is right.
        """
        wrote = {each.id for each in written if each.action is Action.WRITTEN}
        for _ in range(_MOST_LOOKS if self._overlaps.active else 0):
            if not wrote:
                break
            self._overlaps.refresh()
            wrong = [update for each in written if each.id in wrote and (update := self._correction(each))]
            corrected = apply(self._page, wrong, dry_run=False)
            wrote = {each.id for each in corrected if each.action is Action.WRITTEN}
            written = merge(written, corrected)
        return written

    def _correction(self, result: ServiceResult) -> ServiceUpdate | None:
        service = self._services[result.id]
        wanted = self._overlaps.wanted(service, self._result, self._rules) or policy.target(
            self._rules, self._result, service.before, service.rollback_to
        )
        if wanted == result.after:
            return None
        read = self._read.services.get(result.id)
        shown = Service(result.id, result.name, result.after, read.description if read else "")
        reason = f"{self._result.describe()}; another deployment has started or ended meanwhile"
        return ServiceUpdate(shown, {"status": wanted}, before=service.before, reason=reason)

    def _update_incidents(self, services: Sequence[ServiceState]) -> None:
        recording, deployment = self._overlaps.recording, self._overlaps.deployment
        log = self._page.log if recording and recording.incidents else None
        update_incidents(log, recording, deployment, services, self._result, self._report)

    def _ended_early(self, written: Sequence[ServiceResult]) -> list[str]:
        """Return a notice if this finish ended what somebody else had set, too, without changes to know whose."""
        if self._request.records_changes or not self._state.deployment or self._request.unchanged is not None:
            return []
        ended = [each for each in written if each.action is Action.WRITTEN and each.found == MAINTENANCE]
        return ended_early([each.name for each in ended if self._set_by_others(self._services[each.id])])

    def _set_by_others(self, service: ServiceState) -> bool:
        shown = self._current(service)
        later = service.wrote_at is not None and shown is not None and shown.updated_at != service.wrote_at
        return service.before == MAINTENANCE or later

    def _worse_than_success(self, written: Sequence[ServiceResult]) -> list[str]:
        """Return a warning if a success leaves a service in a worse status than its target."""
        if self._result.outcome is not Outcome.SUCCESS:
            return []
        kept = [each for each in written if each.action is Action.KEPT and each.after not in (None, MAINTENANCE)]
        worse = [
            f"{quote(each.name)} stays {quote(each.after)}"
            for each in kept
            if policy.severity(str(each.after)) > policy.severity(policy.target(self._rules, self._result, each.before))
        ]
        if not worse:
            return []
        why = "someone else, such as a monitor, set that during the deployment"
        return [f"The deployment succeeded, but {join_words(worse)}: {why}."]

    def _record(self) -> None:
        """Save what is done; the deployment is finished when every service is."""
        report, state = self._report, self._state
        ended = replace(state, outcome=self._result.outcome.value, unverified=self._result.unverified)
        report.state = _finished(ended, report, self._request.now())
        if not state.deployment or report.dry_run:  # without a start there is nothing to remember
            return
        try:
            self._save(report.state)
        except Alert24DeployError as error:
            report.warnings.append(
                f"The page is right, but that could not be recorded: {error.why}. A second finish would write again."
            )


def _not_restored(service: ServiceState, status: str | None, updated_at: str | None) -> str:
    """Return why a service of a deployment that did not run is left as it is, empty if it is restored."""
    if service.written is WriteStatus.NO:
        return "start wrote nothing"
    if status == MAINTENANCE and service.wrote_at is not None and updated_at != service.wrote_at:
        return "someone else has set maintenance since"
    return ""


def _left_alone(state: State) -> list[ServiceResult]:
    reason = "it was in maintenance before the deployment and is left alone"
    return [
        ServiceResult(service.id, service.name, service.before, service.before, Action.KEPT, reason)
        for service in state.services
        if service.left_alone
    ]


def _finished(state: State, report: Report, now: str) -> State:
    """Return the state with what is done."""
    results = {result.id: result for result in report.services}
    return replace(
        state,
        services=tuple(_finished_service(each, results.get(each.id)) for each in state.services),
        stage=state.stage if report.error else Stage.FINISHED,
        finished_at=now,
    )


def _finished_service(service: ServiceState, result: ServiceResult | None) -> ServiceState:
    if result is None or result.action not in _DONE:
        return service
    if result.action is Action.WRITTEN:
        return replace(service, done=True, after=result.after, after_at=result.proof)
    return replace(service, done=True)
