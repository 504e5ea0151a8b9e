"""A whole deployment in one process: start, the command, verification, rollback, finish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..errors import HOOK_FAILED, NOT_VERIFIED
from ..policy import DeploymentResult, Outcome
from .interfaces import CommandResult
from .report import Report
from .verify import VerificationResult

_OK = 0


class Steps(Protocol):
    """The steps of a run. None of them raises an error that a deployment can meet."""

    def start(self) -> Report:
        """Set maintenance."""

    def command(self) -> CommandResult:
        """Run the command until it ends or a signal arrives; in that case it may still be running."""

    def settle(self) -> int:
        """Wait for the command that a signal has reached, kill it if it stays, and return its exit code."""

    def verify(self) -> VerificationResult:
        """Check whether what was deployed is healthy."""

    def rollback(self, outcome: Outcome, code: int) -> CommandResult | None:
        """Run the rollback hook until it ends or a signal arrives; None if there is none for this outcome."""

    def finish(self, result: DeploymentResult, *, hurried: bool = False, again: bool = False) -> Report:
        """Set the final status; `hurried` after a signal, `again` if it was set once already."""


@dataclass
class RunResult:
    """What a run did: its reports, the command's exit code, and what else went wrong."""

    started: Report
    finished: Report | None = None
    code: int = _OK
    outcome: Outcome | None = None
    unverified: str = ""
    rollback_code: int | None = None
    timed_out: bool = False

    @property
    def exit_code(self) -> int:
        """The command's own code if it is not 0, else that of what else went wrong, the worst first."""
        if self.code:
            return self.code
        if self.rollback_code:
            return HOOK_FAILED
        if self.unverified:
            return NOT_VERIFIED
        reports = [self.started, *([self.finished] if self.finished else [])]
        return next((report.exit_code for report in reports if report.exit_code), _OK)


def run(steps: Steps, signal_code: Callable[[], int]) -> RunResult:
    """Deploy, and return what happened; `signal_code` returns the exit code of a process that a signal ended."""
    done = RunResult(steps.start())
    if done.started.failed:
        return done
    command = steps.command()
    done.code, done.timed_out = command.code, command.timed_out
    if command.cancelled and not command.began:
        done.outcome = Outcome.SKIPPED
        done.finished = steps.finish(DeploymentResult(Outcome.SKIPPED), hurried=True)
        done.code = signal_code()
        return done
    verified = steps.verify() if command.succeeded else VerificationResult()
    if command.cancelled or verified.stopped:
        return _cancelled(steps, done, signal_code)
    done.unverified = "" if verified.inconclusive else verified.reason
    done.outcome = Outcome.FAILURE if command.code or done.unverified else Outcome.SUCCESS
    rollback = _roll_back(steps, done, done.outcome)
    interrupted = rollback is not None and rollback.cancelled
    result = DeploymentResult(done.outcome, _succeeded(rollback), unverified=verified.inconclusive)
    done.finished = steps.finish(result, hurried=interrupted)
    if interrupted:
        done.rollback_code = steps.settle() or signal_code()
    return done


def _cancelled(steps: Steps, done: RunResult, signal_code: Callable[[], int]) -> RunResult:
    """Set the final status first, because the CI may kill this process in a few seconds; the rest comes after."""
    done.outcome = Outcome.CANCELLED
    done.finished = steps.finish(DeploymentResult(Outcome.CANCELLED), hurried=True)
    done.code = steps.settle() or signal_code()
    rollback = _roll_back(steps, done, Outcome.CANCELLED)
    if _succeeded(rollback):
        done.finished = steps.finish(DeploymentResult(Outcome.FAILURE, rolled_back=True), again=True)
    if rollback is not None and rollback.cancelled:
        done.rollback_code = steps.settle() or signal_code()
    return done


def _roll_back(steps: Steps, done: RunResult, outcome: Outcome) -> CommandResult | None:
    """Run the rollback hook if the outcome asks for one, and return how it ended."""
    if outcome is Outcome.SUCCESS:
        return None
    rollback = steps.rollback(outcome, done.code)
    done.rollback_code = rollback.code if rollback else None
    return rollback


def _succeeded(rollback: CommandResult | None) -> bool:
    return rollback is not None and rollback.succeeded
