"""What a command did to each service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from ..errors import NOTHING_CHANGED, Alert24DeployError, CannotReachAlert24, Interrupted, worst
from ..text import join_words, quote

if TYPE_CHECKING:
    from ..state import State
    from .interfaces import Service

_NAMES_SHOWN = 10


class Action(str, Enum):
    """What a command did to one service."""

    WRITTEN = "written"
    KEPT = "kept"
    WOULD_WRITE = "would-write"
    FAILED = "failed"
    UNKNOWN = "unknown"  # sent, and no answer: it may have been written


class ServiceResult(NamedTuple):
    """The result for one service.

    Attributes:
        id: its id.
        name: its name.
        before: its status before the deployment, None if unknown.
        after: its status now, None if unknown.
        action: what was done.
        reason: why, a clause.
        found: the status that this command read.
        wanted: the status that was to be written, None if none was.
        error: why it was not written.
        shown: the service as Alert24 shows it after the write, None if unknown.
        proof: the `updated_at` that proves, until it changes, that no one has written since; None for no proof.
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
    shown: Service | None = None
    proof: str | None = None

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
    """What a command did.

    Attributes:
        command: its name.
        services: the result for each service.
        warnings: sentences that the user should read although the command goes on.
        notes: sentences that the user may want to read.
        error: the worst error; its message says which status the services have now.
        failed: whether the error fails the command.
        state: the deployment's state, None if there is none.
        dry_run: whether nothing was to be written.
        other_code: the exit code of what else went wrong, such as a failed verification; 0 for nothing.
    """

    command: str
    services: Sequence[ServiceResult] = ()
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: Alert24DeployError | None = None
    failed: bool = False
    state: State | None = None
    dry_run: bool = False
    other_code: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything was written, or may have been."""
        return any(result.action in (Action.WRITTEN, Action.UNKNOWN) for result in self.services)

    def conclude(self, *, finishing: bool, rule: str) -> None:
        """Take the worst error of the services, and decide whether it fails the command; see `is_fatal`."""
        self.error = self.error or worst_of(self.services)
        self.failed = self.error is not None and is_fatal(self.error, finishing=finishing, rule=rule)

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
