"""What a phase did to each service, for the doors to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from .. import policy
from ..errors import Alert24DeployError, CannotReachAlert24, Stopped, worst
from ..text import join_words, quote

if TYPE_CHECKING:
    from ..state import State

_NAMES_SHOWN = 10


class Action(str, Enum):
    """What became of one service in this phase."""

    WRITTEN = "written"
    KEPT = "kept"
    WOULD_WRITE = "would-write"
    FAILED = "failed"
    UNKNOWN = "unknown"  # sent, and no answer: it may have been written


class ServiceResult(NamedTuple):
    """One service: its status from before the deployment and now (None: not known), what was done and why.

    `found` is the status read in this phase, `wanted` the one that was to be written, None where nothing was.
    """

    id: str
    name: str
    before: str | None
    after: str | None
    action: Action
    reason: str
    found: str | None = None
    wanted: str | None = None
    error: Alert24DeployError | None = None

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
    """What a phase did. `error` is the worst that happened, already told with the page's state.

    `verdict` is the exit code that a verification left, 0 where it was well or did not happen.
    """

    phase: str
    services: Sequence[ServiceResult] = ()
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: Alert24DeployError | None = None
    failed: bool = False
    state: State | None = None
    dry_run: bool = False
    verdict: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was written, or may have been."""
        return any(result.action in (Action.WRITTEN, Action.UNKNOWN) for result in self.services)

    @property
    def exit_code(self) -> int:
        """Return the worst error's code where it fails the phase, else the verification's, else 0."""
        return self.error.exit_code if self.error and self.failed else self.verdict


def fails(error: Alert24DeployError, *, finishing: bool, rule: str) -> bool:
    """Tell whether an error fails the phase by the user's `fail-on-unreachable`; a signal always does."""
    waiting_might_help = isinstance(error, CannotReachAlert24) and not isinstance(error, Stopped)
    return policy.fails(waiting_might_help, finishing, rule)


def forgiven(phase: str, error: Alert24DeployError, rule: str, *, dry_run: bool) -> Report:
    """Return the report of a phase that an error stopped before its first write; raise the error where it fails it."""
    if fails(error, finishing=True, rule=rule):
        raise error
    return Report(phase, error=error, dry_run=dry_run)


def failed_action(error: Alert24DeployError) -> Action:
    """Return what a write that ended in an error may have done to the service."""
    return Action.UNKNOWN if isinstance(error, CannotReachAlert24) and error.sent else Action.FAILED


def worst_of(results: Sequence[ServiceResult]) -> Alert24DeployError | None:
    """Return the worst error of the results, told with how every service is left; None where all went well."""
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
        return "Nothing was changed."
    return " ".join(f"{label}: {_names(names)}." for label, names in named if names)


def _names(names: Sequence[str]) -> str:
    some = [quote(name) for name in names[:_NAMES_SHOWN]]
    rest = len(names) - len(some)
    return join_words([*some, f"{rest} more"] if rest else some)
