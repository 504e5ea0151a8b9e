"""What a command did to each service, and what it says about the page if it could not."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from ..errors import (
    NOTHING_CHANGED,
    STILL_IN_MAINTENANCE,
    Alert24DeployError,
    CannotReachAlert24,
    Interrupted,
    worst,
)
from ..policy import MAINTENANCE, OPERATIONAL
from ..text import join_words, quote

if TYPE_CHECKING:
    from ..state import ServiceState, State
    from .timeline import Phase

_NAMES_SHOWN = 10


class Action(str, Enum):
    """What a command did to one service."""

    WRITTEN = "written"
    KEPT = "kept"
    WOULD_WRITE = "would-write"
    FAILED = "failed"
    UNKNOWN = "unknown"  # sent, and no answer: it may have been written


class ServiceResult(NamedTuple):
    """The result for one service."""

    id: str
    name: str
    before: str | None  # its status before the deployment, None if unknown
    after: str | None  # its status now, None if unknown
    action: Action
    reason: str  # a clause
    found: str | None = None  # the status that this command read
    wanted: str | None = None  # the status that was to be written, None if none was
    error: Alert24DeployError | None = None  # why it was not written
    proof: str | None = None  # the `updated_at` that proves, until it changes, that no one has written since
    page_id: str | None = None  # of the status page that shows it

    def document(self) -> dict[str, object]:
        """Return the service as the output `services` and `--json` show it."""
        return {
            "id": self.id,
            "name": self.name,
            "before": self.before,
            "after": self.after,
            "action": self.action.value,
            "reason": self.reason,
        }


@dataclass
class Report:
    """What a command did."""

    command: str
    services: Sequence[ServiceResult] = ()
    warnings: list[str] = field(default_factory=list)  # sentences that the user should read all the same
    notes: list[str] = field(default_factory=list)  # sentences that the user may want to read
    notices: list[str] = field(default_factory=list)  # the same, where an annotation shows them
    error: Alert24DeployError | None = None  # the worst one; its message says which status the services have now
    failed: bool = False  # whether the error fails the command
    state: State | None = None
    dry_run: bool = False  # whether nothing was to be written
    phases: Sequence[Phase] = ()  # that were measured here
    other_code: int = 0  # the exit code of what else went wrong, such as a failed verification

    @property
    def changed(self) -> bool:
        """Whether anything was written, or may have been."""
        return any(result.action in (Action.WRITTEN, Action.UNKNOWN) for result in self.services)

    def conclude(self, *, finishing: bool, rule: str) -> None:
        """Take the worst error of the services, and decide whether it fails the command; see `is_fatal`."""
        self.error = self.error or worst_of(self.services)
        self.failed = self.error is not None and is_fatal(self.error, finishing=finishing, rule=rule)

    def join(self, parts: Sequence[Report]) -> Report:
        """Add what other reports say, and return self."""
        self.services = [each for part in parts for each in part.services]
        self.notes += [note for part in parts for note in part.notes]
        self.warnings += [warning for part in parts for warning in part.warnings]
        if errors := [part.error for part in parts if part.error]:
            self.error = worst(errors)
        self.failed = self.failed or any(part.failed for part in parts)
        self.other_code = self.other_code or max((part.other_code for part in parts), default=0)
        return self

    @property
    def exit_code(self) -> int:
        """Return the worst error's code if it fails the command, else that of what else went wrong, else 0."""
        return self.error.exit_code if self.error and self.failed else self.other_code


def forgiven(command: str, error: Alert24DeployError, rule: str, *, dry_run: bool) -> Report:
    """Return the report of a command that an error stopped before its first write.

    Raises:
        Alert24DeployError: the error fails the command by `fail-on-unreachable`.
    """
    if is_fatal(error, finishing=True, rule=rule):
        raise error
    return Report(command, error=error, dry_run=dry_run)


def is_fatal(error: Alert24DeployError, *, finishing: bool, rule: str) -> bool:
    """Tell whether an error fails the command.

    Args:
        error: what happened. Anything but an unreachable Alert24, a signal included, always fails the command.
        finishing: whether the page is left wrong (finish, set), and not only a deployment unannounced (start).
        rule: `fail-on-unreachable`.
    """
    unreachable = isinstance(error, CannotReachAlert24) and not isinstance(error, Interrupted)
    return not unreachable or rule == "always" or (rule == "finish" and finishing)


def failed_action(error: Alert24DeployError) -> Action:
    """Return what a write that ended in an error may have done to the service."""
    return Action.UNKNOWN if isinstance(error, CannotReachAlert24) and error.sent else Action.FAILED


def worst_of(results: Sequence[ServiceResult]) -> Alert24DeployError | None:
    """Return the worst error of the results, with how every service is left in its message; None if there is none."""
    failures = [(result, result.error) for result in results if result.error]
    if not failures:
        return None
    error = worst([each for _, each in failures])
    first = next(result for result, each in failures if each is error)
    others = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
    wanted = f" to {first.wanted}" if first.wanted else ""
    return error.with_context(what=f"Could not set {quote(first.name)}{wanted}{others}", left=left_of(results))


def left_of(results: Sequence[ServiceResult]) -> str:
    """Return sentences that say which services were written, which were not, and which may have been."""
    groups = [
        ("Written", Action.WRITTEN),
        ("Not written", Action.FAILED),
        ("Sent without an answer, so perhaps written", Action.UNKNOWN),
    ]
    named = [(label, [r.name for r in results if r.action is action]) for label, action in groups]
    if not named[0][1] and not named[2][1]:
        return NOTHING_CHANGED
    return " ".join(f"{label}: {names_of(names)}." for label, names in named if names)


def names_of(names: Sequence[str]) -> str:
    """Return up to ten names in quotes, and how many more there are."""
    some = [quote(name) for name in names[:_NAMES_SHOWN]]
    rest = len(names) - len(some)
    return join_words([*some, f"{rest} more"] if rest else some)


def still_in_maintenance(state: State | None) -> str:
    """Return a sentence about the page for an error that ends finish before it has written anything."""
    pending = [each.name for each in state.services if each.pending] if state else []
    return f"Nothing was changed: {_are_still(pending)}." if pending else STILL_IN_MAINTENANCE


def explain_mistake(error: Alert24DeployError, state: State | None, *, by_command: bool) -> None:
    """Add to a mistake that kept finish from reading or writing anything what it leaves, and what ends that.

    `by_command` tells whether `set` can reach the services: receivers have no ids.
    """
    pending = [each.id for each in state.services if each.pending] if state else []
    if pending and error.left in ("", NOTHING_CHANGED):
        error.left = still_in_maintenance(state)
    if pending and by_command:
        _add_command(error, OPERATIONAL, pending)


def explain_failure(
    error: Alert24DeployError,
    results: Sequence[ServiceResult],
    services: Mapping[str, ServiceState],
    *,
    by_command: bool,
) -> None:
    """Add to an error of finish which of the deployment's services are still in maintenance, and what ends that."""
    stuck = [each for each in results if each.error and _may_be_in_maintenance(each, services[each.id])]
    if not stuck:
        return
    certain = all(each.action is Action.FAILED and each.after == MAINTENANCE for each in stuck)
    still = _are_still([each.name for each in stuck])
    error.left = f"{error.left} {still}{'' if certain else ', as far as is known'}.".strip()
    if by_command:
        _add_command(error, stuck[0].wanted or OPERATIONAL, [each.id for each in stuck])


def _are_still(names: Sequence[str]) -> str:
    return f"{names_of(names)} {'is' if len(names) == 1 else 'are'} still in maintenance"


def _may_be_in_maintenance(result: ServiceResult, service: ServiceState) -> bool:
    if result.wanted == MAINTENANCE:
        return False
    shown = result.after if result.action is Action.FAILED else result.found
    return shown == MAINTENANCE or (shown is None and service.pending)


def _add_command(error: Alert24DeployError, status: str, ids: Sequence[str]) -> None:
    services = " ".join(f"-s {shlex.quote(each)}" for each in ids)
    command = f"To end the maintenance by hand: alert24-deploy set {status} {services}"
    error.remedy = f"{error.remedy}\n{command}".strip()
