from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from alert24_deploy.deployment.interfaces import CommandResult
from alert24_deploy.deployment.report import Report
from alert24_deploy.deployment.run import RunResult, run
from alert24_deploy.deployment.verify import VerificationResult
from alert24_deploy.errors import Alert24DeployError, CannotReachAlert24
from alert24_deploy.policy import DeploymentResult, Outcome

SIGNAL_CODE = 143
OK, WELL = CommandResult(0), VerificationResult()


@dataclass
class FakeSteps:
    """Steps with given ends; `done` keeps their order."""

    command_end: CommandResult = OK
    verdict: VerificationResult = WELL
    rollback_end: CommandResult | None = None
    settled: int = 0
    start_error: Alert24DeployError | None = None
    finish_error: Alert24DeployError | None = None
    failed: bool = False
    done: list[str] = field(default_factory=list)
    endings: list[DeploymentResult] = field(default_factory=list)

    def start(self) -> Report:
        """Set maintenance."""
        self.done.append("start")
        return Report("start", error=self.start_error, failed=self.failed)

    def command(self) -> CommandResult:
        """The command."""
        self.done.append("command")
        return self.command_end

    def settle(self) -> int:
        """The end of what a signal reached."""
        self.done.append("settle")
        return self.settled

    def verify(self) -> VerificationResult:
        """The verification."""
        self.done.append("verify")
        return self.verdict

    def rollback(self, outcome: Outcome, code: int) -> CommandResult | None:
        """The hook."""
        self.done.append(f"rollback {outcome.value} {code}")
        return self.rollback_end

    def finish(self, ending: DeploymentResult, *, hurried: bool = False, again: bool = False) -> Report:
        """Put the page right."""
        self.endings.append(ending)
        self.done.append(" ".join(["finish", *["hurried"] * hurried, *["again"] * again]))
        return Report("finish", error=self.finish_error, failed=self.finish_error is not None)


def deploy(steps: FakeSteps) -> RunResult:
    """Run the steps."""
    return run(steps, lambda: SIGNAL_CODE)


def test_run__all_well__in_this_order() -> None:
    """No hook is asked about a success."""
    steps = FakeSteps()
    done = deploy(steps)
    assert (done.exit_code, done.outcome) == (0, Outcome.SUCCESS)
    assert steps.done == ["start", "command", "verify", "finish"]
    assert steps.endings == [DeploymentResult(Outcome.SUCCESS)]


@pytest.mark.parametrize(("failed", "exit_code"), [(True, 4), (False, 0)])
def test_run__start_has_an_error__goes_on_only_if_that_is_forgiven(failed: bool, exit_code: int) -> None:
    """There is no outcome of what never began; what `fail-on-unreachable` forgives does not show in the exit code."""
    steps = FakeSteps(start_error=CannotReachAlert24("gone"), failed=failed)
    done = deploy(steps)
    assert (done.exit_code, done.outcome is None, steps.done == ["start"]) == (exit_code, failed, failed)


@pytest.mark.parametrize(
    ("code", "verdict", "rollback", "exit_code", "rolled_back"),
    [
        (3, VerificationResult(), None, 3, False),
        (3, VerificationResult(), OK, 3, True),
        (3, VerificationResult(), CommandResult(9), 3, False),
        (0, VerificationResult("ill"), None, 6, False),
        (0, VerificationResult("ill"), OK, 6, True),
        (0, VerificationResult("ill"), CommandResult(9), 5, False),
        (0, VerificationResult("ill"), CommandResult(124, timed_out=True), 5, False),
    ],
)
def test_run__failure__the_commands_code_then_the_hooks_then_the_verifications(
    code: int, verdict: VerificationResult, rollback: CommandResult | None, exit_code: int, rolled_back: bool
) -> None:
    """A verification that fails makes the outcome a failure."""
    steps = FakeSteps(CommandResult(code), verdict, rollback)
    done = deploy(steps)
    assert (done.exit_code, done.outcome) == (exit_code, Outcome.FAILURE)
    assert steps.endings == [DeploymentResult(Outcome.FAILURE, rolled_back)]
    assert steps.done[-2:] == [f"rollback failure {code}", "finish"]
    assert ("verify" in steps.done) is (code == 0)


def test_run__finish_failed__its_code_where_nothing_else_failed() -> None:
    """A page left wrong shows in the exit code."""
    assert deploy(FakeSteps(finish_error=CannotReachAlert24("gone"))).exit_code == 4
    assert deploy(FakeSteps(CommandResult(3), finish_error=CannotReachAlert24("gone"))).exit_code == 3


@pytest.mark.parametrize("settled", [0, 7, 137])
@pytest.mark.parametrize(
    ("command", "verdict"),
    [(CommandResult(0, cancelled=True), WELL), (OK, VerificationResult("stopped", stopped=True))],
)
def test_run__signal_in_the_command_or_its_verification__page_first(
    command: CommandResult, verdict: VerificationResult, settled: int
) -> None:
    """Only then the command is waited for, and then the hook may run; its own code counts where it has one."""
    steps = FakeSteps(command, verdict, settled=settled)
    done = deploy(steps)
    code = settled or SIGNAL_CODE
    assert steps.done[-3:] == ["finish hurried", "settle", f"rollback cancelled {code}"]
    assert steps.done.count("verify") == (not command.cancelled)
    assert (done.exit_code, done.outcome, steps.endings) == (
        code,
        Outcome.CANCELLED,
        [DeploymentResult(Outcome.CANCELLED)],
    )


def test_run__signal_before_the_command__skipped() -> None:
    """A deployment that is cancelled before its command has changed nothing."""
    steps = FakeSteps(CommandResult(0, cancelled=True, began=False))
    done = deploy(steps)
    assert (steps.done, steps.endings) == (
        ["start", "command", "finish hurried"],
        [DeploymentResult(Outcome.SKIPPED)],
    )
    assert (done.exit_code, done.outcome) == (SIGNAL_CODE, Outcome.SKIPPED)


def test_run__verification_inconclusive__a_success_that_is_not_verified() -> None:
    """Nothing unhealthy was seen: no rollback, and no exit code."""
    steps = FakeSteps(verdict=VerificationResult("no monitor ran", inconclusive=True))
    assert (deploy(steps).exit_code, steps.done[-1]) == (0, "finish")
    assert steps.endings == [DeploymentResult(Outcome.SUCCESS, unverified=True)]


def test_run__cancelled_and_rolled_back__page_is_corrected() -> None:
    """The second finish knows that it follows another."""
    steps = FakeSteps(CommandResult(0, cancelled=True), rollback_end=OK)
    deploy(steps)
    assert steps.done[-1] == "finish again"
    assert steps.endings[-1] == DeploymentResult(Outcome.FAILURE, rolled_back=True)


@pytest.mark.parametrize("end", [CommandResult(9), CommandResult(0, cancelled=True)])
def test_run__cancelled_and_rollback_failed__page_stays(end: CommandResult) -> None:
    """What on-cancelled said stands."""
    steps = FakeSteps(CommandResult(0, cancelled=True), rollback_end=end, settled=137)
    done = deploy(steps)
    assert (len(steps.endings), done.exit_code) == (1, 137)
    assert steps.done.count("settle") == (2 if end.cancelled else 1)


@pytest.mark.parametrize(("code", "exit_code"), [(3, 3), (0, 5)])
def test_run__signal_in_the_rollback__page_first_and_not_rolled_back(code: int, exit_code: int) -> None:
    """An interrupted hook undid nothing that anybody could count on."""
    steps = FakeSteps(CommandResult(code), VerificationResult("ill"), CommandResult(0, cancelled=True))
    done = deploy(steps)
    assert steps.done[-2:] == ["finish hurried", "settle"]
    assert (done.exit_code, done.rollback_code, steps.endings) == (
        exit_code,
        SIGNAL_CODE,
        [DeploymentResult(Outcome.FAILURE)],
    )


def test_run__out_of_time__is_remembered() -> None:
    """The document says why the code is 124."""
    assert deploy(FakeSteps(CommandResult(124, timed_out=True))).timed_out
