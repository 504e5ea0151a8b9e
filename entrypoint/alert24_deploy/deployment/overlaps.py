"""A deployment among others: records its start and end, and looks what the others mean for the page.

Nothing here fails a deployment: what can't be recorded or read is a warning, and the policy alone decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from .. import policy
from ..errors import Alert24DeployError, Alert24Refused
from ..policy import PREVIOUS, DeploymentResult, Outcome, Policy
from ..state import ServiceState, State
from ..text import join_words, quote
from .changes import HORIZON, Recorded, Recording, View, name_of, read_changes, view
from .interfaces import ChangeLog, StatusPage
from .report import Report, names_of

if TYPE_CHECKING:
    from .finish import FinishRequest

_NO_RIGHT = "The key needs a scope that allows changes, such as `write`."


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
        return [unrecorded("The start of the deployment could not be recorded", error)]
    return []


def unrecorded(what: str, error: Alert24DeployError) -> str:
    """Return a warning about what could not be recorded."""
    return f"{what}: {error.why}.{f' {_NO_RIGHT}' if isinstance(error, Alert24Refused) else ''}"


class Overlaps:
    """What the records say at a finish; without `record-change` they say nothing."""

    def __init__(self, page: StatusPage, state: State, report: Report, request: FinishRequest) -> None:
        """Keep whom to ask, the state, and the report that gets warnings."""
        self._page = page
        known = state.deployment or request.replaced
        self._log = recorded_in(page, request.recording) if known and not report.dry_run else None
        self._recording = request.recording
        self._state = state
        self._report = report
        self._services = [each for each in state.services if not each.left_alone]
        self._recorded: dict[str, list[Recorded]] = {}
        self._ended_runs: dict[str, bool] = {}  # by deployment
        self._own = "" if request.replaced else state.deployment
        self._started_at = "" if request.replaced else state.started_at
        # Another finish of the deployment may have recorded the end, and died.
        self._in_doubt = request.replaced or state.finished_at is not None or request.unchanged is not None

    @property
    def active(self) -> bool:
        """Whether there are records that could be read."""
        return bool(self._recorded)

    def end(self, result: DeploymentResult, rules: Policy) -> None:
        """Record the end with its outcome, then look at the others.

        A finish that follows another one of the same deployment looks first: that may have recorded the end already.
        """
        recording = self._recording
        if not (self._log and recording and self._services):
            return
        if self._in_doubt:
            self.refresh()
            self._own = self._own or self._open_of_this_run()
        settles = result.outcome is Outcome.SUCCESS or result.rolled_back
        asked = {each.id: _asks(rules, result, each.before) for each in self._services}
        changes = [
            (service_id, recording.end(self._own, result, asks, self._started_at, self._page.skew))
            for service_id, asks in asked.items()
            if not self._has_ended(service_id, asks, settles=settles)
        ]
        if self._own and changes:
            try:
                self._log.record(changes)
            except Alert24DeployError as error:
                self._report.warnings.append(unrecorded("The end of the deployment could not be recorded", error))
        self.refresh()

    def refresh(self) -> None:
        """Read what the records say now."""
        if self._log is None or self._recording is None:
            return
        try:
            found = self._log.changes([each.id for each in self._services], self._recording.time() - HORIZON)
        except Alert24DeployError as error:
            self._recorded, self._log = {}, None
            self._report.warnings.append(
                unrecorded("It could not be checked whether other deployments of the services go on", error)
            )
            return
        self._recorded = {service_id: read_changes(changes) for service_id, changes in found.items()}

    def wanted(self, service: ServiceState, result: DeploymentResult, rules: Policy) -> str | None:
        """Return what the page must show of a service with all deployments together, None if there is only this one."""
        seen = self._view(service.id)
        if seen is None or seen.alone:
            return None
        if result.rolled_back and service.rollback_to:
            seen = seen._replace(base=policy.target(rules, result, service.before, service.rollback_to))
        return seen.page_status(_asks(rules, result, service.before))

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
                self._report.warnings.append(
                    f"{quote(service.name)} stays in maintenance, because another deployment still runs: {who}. "
                    "The last one to finish sets the final status."
                )
            elif seen and result.outcome is Outcome.SUCCESS:
                worse = [each for each in seen.counting if policy.severity(str(each.status)) > 0]
                if worse:
                    who = join_words([f"{name_of(each)}: {each.status}" for each in worse])
                    self._report.warnings.append(
                        f"The deployment succeeded, but other deployments of {names_of([service.name])} did not: {who}."
                    )

    def _view(self, service_id: str) -> View | None:
        recorded = self._recorded.get(service_id)
        if recorded is None or self._recording is None:
            return None
        now = self._recording.time() + timedelta(seconds=self._page.skew)
        seen = view(self._own, recorded, now)
        return seen._replace(running=[each for each in seen.running if self._goes_on(each)])

    def _goes_on(self, one: Recorded) -> bool:
        if one.id not in self._ended_runs and self._recording:
            same_run = one.run == self._recording.run  # it goes on, because this process belongs to it
            self._ended_runs[one.id] = not same_run and not self._recording.goes_on(one.id)
        return not self._ended_runs[one.id]

    def _has_ended(self, service_id: str, status: str | None, *, settles: bool) -> bool:
        own = (each for each in self._recorded.get(service_id, ()) if each.id == self._own)
        return any(each.ended and (each.status, each.settles) == (status, settles) for each in own)

    def _open_of_this_run(self) -> str:
        """Return the deployment of this run that has not ended, if another one has replaced its state."""
        every: Sequence[Recorded] = [each for one in self._recorded.values() for each in one]
        run = self._recording.run if self._recording else ""
        own = (each for each in every if run and each.run == run and not each.ended)
        return next((each.id for each in own if each.id != self._state.deployment), "")


def _asks(rules: Policy, result: DeploymentResult, before: str | None) -> str | None:
    """Return the status that an outcome asks for, None for the one from before the deployment."""
    if policy.option(rules, result) == PREVIOUS:
        return None
    return policy.target(rules, result, before)
