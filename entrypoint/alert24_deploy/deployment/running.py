"""A whole deployment in one process: start, the command, verification, rollback, finish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from ..errors import HOOK_FAILED, NOT_VERIFIED
from ..policy import DeploymentResult, Outcome
from .report import Report
from .verification import VerificationResult

_OK = 0


class CommandResult(NamedTuple):
    """How a command of the user's ended: its exit code, and whether a signal came first."""

    code: int
    cancelled: bool = False
    timed_out: bool = False


class Steps(Protocol):
    """What a run is made of. None of them raises for what a deployment can meet."""

    def start(self) -> Report:
        """Set maintenance."""

    def command(self) -> CommandResult:
        """Run the command until it ends or a signal arrives; in that case it may still be running."""

    def settle(self) -> int:
        """Wait for what a signal has reached, kill it where it stays, and return its exit code."""

    def verify(self) -> VerificationResult:
        """Ask whether what was deployed is well."""

    def rollback(self, outcome: Outcome, code: int) -> CommandResult | None:
        """Run the rollback hook until it ends or a signal arrives; None where there is none for this outcome."""

    def finish(self, ending: DeploymentResult, *, hurried: bool = False, again: bool = False) -> Report:
        """Put the page right; `hurried` after a signal, `again` where it was put right once already."""


@dataclass
class RunResult:
    """What a run did: its reports, the command's exit code, and what went wrong besides."""

    started: Report
    finished: Report | None = None
    code: int = _OK
    outcome: Outcome | None = None
    unverified: str = ""
    rollback_code: int | None = None
    timed_out: bool = False
    notes: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """Return the command's own code where it is not 0, else what else went wrong, the worst first."""
        if self.code:
            return self.code
        if self.rollback_code:
            return HOOK_FAILED
        if self.unverified:
            return NOT_VERIFIED
        reports = [self.started, *([self.finished] if self.finished else [])]
        return next((report.exit_code for report in reports if report.exit_code), _OK)


def run(steps: Steps, signal_code: Callable[[], int]) -> RunResult:
    """Deploy, and return what happened.

    Args:
        steps: what a run is made of.
        signal_code: the exit code of a process that a signal ended, once one has arrived.
    """
    done = RunResult(steps.start())
    if done.started.failed:
        return done
    end = steps.command()
    done.code, done.timed_out = end.code, end.timed_out
    if end.cancelled:
        return _cancelled(steps, done, signal_code)
    if end.code == _OK:
        verdict = steps.verify()
        if verdict.stopped:
            return _cancelled(steps, done, signal_code)
        done.unverified = verdict.reason
    done.outcome = Outcome.FAILURE if end.code or done.unverified else Outcome.SUCCESS
    rollback = _roll_back(steps, done, done.outcome)
    done.finished = steps.finish(DeploymentResult(done.outcome, _succeeded(rollback)), hurried=_interrupted(rollback))
    if _interrupted(rollback):
        done.rollback_code = steps.settle() or signal_code()
    return done


def _cancelled(steps: Steps, done: RunResult, signal_code: Callable[[], int]) -> RunResult:
    """Put the page right at once: whoever cancelled may kill us in a few seconds; all else comes after."""
    done.outcome = Outcome.CANCELLED
    done.finished = steps.finish(DeploymentResult(Outcome.CANCELLED), hurried=True)
    done.code = steps.settle() or signal_code()
    rollback = _roll_back(steps, done, Outcome.CANCELLED)
    if _succeeded(rollback):
        done.finished = steps.finish(DeploymentResult(Outcome.FAILURE, rolled_back=True), again=True)
    if _interrupted(rollback):
        done.rollback_code = steps.settle() or signal_code()
    return done


def _roll_back(steps: Steps, done: RunResult, outcome: Outcome) -> CommandResult | None:
    """Run the rollback hook where the outcome asks for one, and return how it ended."""
    if outcome is Outcome.SUCCESS:
        return None
    end = steps.rollback(outcome, done.code)
    done.rollback_code = end.code if end else None
    return end


def _succeeded(rollback: CommandResult | None) -> bool:
    return rollback is not None and rollback.code == _OK and not rollback.cancelled


def _interrupted(rollback: CommandResult | None) -> bool:
    return rollback is not None and rollback.cancelled
