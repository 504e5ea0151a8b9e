"""A deployment among others: records its start and end, and looks what the others mean for the page.

Nothing here fails a deployment: what can't be recorded or read is a warning, and the policy alone decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta, timezone
from typing import TYPE_CHECKING

from .. import policy
from ..errors import Alert24DeployError, MissingScope
from ..policy import PREVIOUS, DeploymentResult, Outcome, Policy
from ..state import ServiceState, State
from ..text import join_words, quote
from .changes import HORIZON, Recorded, Recording, View, last_ended, name_of, read_changes, view
from .interfaces import ChangeLog, StatusPage
from .report import Report, names_of

if TYPE_CHECKING:
    from .finish import FinishRequest
_SCOPE = "Create a key with the `write` scope under Settings > API Keys."


def recorded_in(page: StatusPage, recording: Recording | None) -> ChangeLog | None:
    """Return where a deployment records its changes, None if it records none."""
    return page.log if recording and recording.changes else None


def record_start(page: StatusPage, recording: Recording | None, state: State) -> list[str]:
    """Record that a deployment starts, before it writes maintenance; return a warning if that failed."""
    log = recorded_in(page, recording)
    services = [each for each in state.services if not each.left_alone]
    if not (log and recording and services):
        return []
    try:
        before = {each.id: (each.rollback_to if recording.rolling_back else "") or each.before for each in services}
        log.record([(key, recording.begin(state.deployment, before[key], page.skew)) for key in before])
    except Alert24DeployError as error:
        what = "The start of the deployment could not be recorded"
        return [unrecorded(what, error, "Other deployments won't wait for this one, which goes on.")]
    return []


def unrecorded(what: str, error: Alert24DeployError, left: str) -> str:
    """Return a warning about what could not be recorded, and what that leaves."""
    remedy = _SCOPE if isinstance(error, MissingScope) else error.remedy
    return " ".join(part for part in (f"{what}: {error.why}.", left, remedy) if part)


def read_services(log: ChangeLog, recording: Recording, service_ids: Sequence[str]) -> dict[str, list[Recorded]]:
    """Return the deployments that the records tell of, by service; raise Alert24DeployError if they can't be read."""
    found = log.changes(service_ids, recording.time() - HORIZON)
    return {service_id: read_changes(changes) for service_id, changes in found.items()}


class Overlaps:
    """What the records say at a finish; without `record-change` they say nothing."""

    def __init__(self, page: StatusPage, state: State, report: Report, request: FinishRequest) -> None:
        """Keep whom to ask, the state, and the report that gets warnings."""
        self._page = page
        known = state.deployment or request.ends_runs
        self._log = recorded_in(page, request.recording) if known and not report.dry_run else None
        self._state = state
        self._report = report
        self._services = [each for each in state.services if not each.left_alone]
        self._recorded: dict[str, list[Recorded]] = {}
        self._ended_runs: dict[str, bool] = {}  # by deployment
        self._read_since: set[str] = set()  # deployments since whose runs were found over the records were read
        self._ends_runs = request.ends_runs
        # Another finish of the deployment may have recorded the end, and died.
        self._in_doubt = bool(request.ends_runs or state.finished_at) or request.unchanged is not None
        self.recording = request.recording
        self.deployment = "" if request.ends_runs else state.deployment

    @property
    def active(self) -> bool:
        """Whether there are records that could be read."""
        return bool(self._recorded)

    def end(self, result: DeploymentResult, rules: Policy) -> bool:
        """Record the end with its outcome, then look at the others; tell whether an end was to be recorded.

        A finish that follows another one of the same deployment looks first: that may have recorded the end already.
        """
        if not (self._log and self.recording and self._services):
            return False
        if self._in_doubt and not self.refresh():
            return False
        ending = self._deployments_to_end()
        changes = [
            (service.id, recording.end(one, result, asks, began, self._page.skew))
            for service in self._services
            for asks in [_asks(rules, result, service.before)]
            for one, recording, began in ending
            if self._is_open(service.id, one, asks, settles=result.settles)
        ]
        if changes:
            try:
                self._log.record(changes)
            except Alert24DeployError as error:
                left = "Other deployments of the services may wait for this one until its `max-duration` is over."
                self._report.warnings.append(unrecorded("The end of the deployment could not be recorded", error, left))
        self.refresh()
        return bool(changes)

    def _deployments_to_end(self) -> list[tuple[str, Recording, str]]:
        """Return the ids of what ends, each as what it is recorded, and when it began.

        If the state is not the deployment's own, these are all that its run has begun and not ended.
        """
        if not self.recording:
            return []
        if not self._ends_runs:
            return [(self.deployment, self.recording, self._state.started_at)]
        every = {each.id: each for one in self._recorded.values() for each in one}
        left = [each for each in every.values() if each.run in self._ends_runs and not each.ended]
        left = sorted((each for each in left if each.id != self._state.deployment), key=lambda each: each.began)
        ending = [
            (each.id, self.recording._replace(lane=each.lane, run=each.run, attempt=each.attempt), each.began[0])
            for each in left
        ]
        if ending:
            self.deployment, self.recording, _ = ending[-1]
        elif ended := [each for each in every.values() if each.run in self._ends_runs]:
            self.deployment = max(ended, key=lambda each: each.began).id
        return [(one, recording, began.isoformat()) for one, recording, began in ending]

    def refresh(self) -> bool:
        """Read what the records say now; tell whether that worked."""
        self._ended_runs = {one: True for one, over in self._ended_runs.items() if over}  # ask about the others again
        self._read()
        return bool(self._recorded)

    def only_ended(self, deployment: str) -> bool:
        """Tell whether a deployment's end is on record, and no other deployment of the services runs."""
        ended = any(each.id == deployment and each.ended for one in self._recorded.values() for each in one)
        return ended and not any(seen.running for each in self._services if (seen := self._view(each.id)))

    def _read(self) -> None:
        if self._log is None or self.recording is None:
            return
        try:
            self._recorded = read_services(self._log, self.recording, [each.id for each in self._services])
        except Alert24DeployError as error:
            self._recorded, self._log = {}, None
            what = "It could not be checked whether other deployments of the services still run"
            left = "The status depends on this deployment's outcome alone: check it if another one runs."
            self._report.warnings.append(unrecorded(what, error, left))

    def wanted(self, service: ServiceState, result: DeploymentResult, rules: Policy) -> str | None:
        """Return what the page must show of a service with all deployments together, None if there is only this one."""
        seen = self._view(service.id)
        if seen is None or seen.alone:
            return None
        if not seen.running and (agreed := self._agreed(service.id)):
            return agreed
        if result.rolled_back and service.rollback_to:
            seen = seen._replace(base=policy.target(rules, result, service.before, service.rollback_to))
        return seen.page_status(_asks(rules, result, service.before))

    def _agreed(self, service_id: str) -> str | None:
        """Return the status by the view of another deployment that ended last, None if there is none or it has none."""
        last = last_ended(self.deployment, self._recorded[service_id])
        seen = last and self._seen(service_id, last.id)
        return seen.page_status(last.status) if last and seen else None

    def relied_on(self, service_id: str) -> bool:
        """Tell whether others still run, or have ended since this one began and may have left the page to it."""
        seen = self._view(service_id)
        return seen is not None and bool(seen.running or seen.relied_on)

    def explain(self, result: DeploymentResult) -> None:
        """Warn about services that are left in maintenance for others, and say whose outcome makes a page worse."""
        for service in self._services:
            seen = self._view(service.id)
            if seen and seen.running:
                who = join_words([name_of(each) for each in seen.running])
                until = max(each.until for each in seen.running).astimezone(timezone.utc)
                self._report.warnings.append(
                    f"{quote(service.name)} stays in maintenance, because another deployment still runs: {who}. "
                    "The last one to finish sets the final status. If that run is gone, `alert24-deploy reconcile` "
                    f"ends the maintenance; deployments wait for it until {until:%Y-%m-%d %H:%M} UTC at most."
                )
            elif seen and result.outcome is Outcome.SUCCESS:
                worse = [each for each in seen.counting if policy.severity(str(each.status)) > 0]
                if worse:
                    who = join_words([f"{name_of(each)}: {each.status}" for each in worse])
                    self._report.warnings.append(
                        f"The deployment succeeded, but other deployments of {quote(service.name)} did not: {who}. "
                        "The page shows the worst status until a later deployment of its lane succeeds."
                    )

    def _view(self, service_id: str) -> View | None:
        seen = self._seen(service_id)
        over = {each.id for each in seen.running if not self._goes_on(each)} if seen else set()
        if over - self._read_since:  # a run that is over may have recorded its end in the meantime
            self._read_since |= over
            self._read()
            seen = self._seen(service_id)
        return seen and seen._replace(running=[each for each in seen.running if self._goes_on(each)])

    def _seen(self, service_id: str, deployment: str = "") -> View | None:
        recorded = self._recorded.get(service_id)
        if recorded is None or self.recording is None:
            return None
        now = self.recording.time() + timedelta(seconds=self._page.skew)
        return view(deployment or self.deployment, recorded, now)

    def _goes_on(self, one: Recorded) -> bool:
        if one.id not in self._ended_runs and self.recording:
            same_run = one.run == self.recording.run  # it goes on, because this process belongs to it
            self._ended_runs[one.id] = not same_run and not self.recording.goes_on(one.id)
        return not self._ended_runs[one.id]

    def _is_open(self, service_id: str, deployment: str, status: str | None, *, settles: bool) -> bool:
        """Tell whether an end is to be recorded: there is none yet, or one that says something else."""
        known = [each for each in self._recorded.get(service_id, ()) if each.id == deployment]
        if self._ends_runs and not known:
            return False
        return not any(each.ended and (each.status, each.settles) == (status, settles) for each in known)


def _asks(rules: Policy, result: DeploymentResult, before: str | None) -> str | None:
    """Return the status that an outcome asks for, None for the one from before the deployment."""
    if policy.option(rules, result) == PREVIOUS:
        return None
    return policy.target(rules, result, before)


def taken_over(names: Sequence[str]) -> list[str]:
    """Return a notice about services that start found in maintenance, without records that show whose it is."""
    if not names:
        return []
    which = "was in maintenance already, which somebody else set" if len(names) == 1 else "were in maintenance already"
    notice = f"{names_of(names)} {which}. This deployment takes it over, and its finish ends it"
    return [f"{notice}: `record-change` lets deployments wait for each other."]


def ended_early(names: Sequence[str]) -> list[str]:
    """Return a notice about services whose maintenance somebody else had set, too, without records that show who."""
    if not names:
        return []
    return [
        (
            f"This finish ended the maintenance of {names_of(names)}, which somebody else had set as well. If another "
            "deployment still runs there, its maintenance ended early: `record-change` lets deployments wait for each "
            "other."
        )
    ]
