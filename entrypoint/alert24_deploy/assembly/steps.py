"""The steps of `run` and `rollback`, built from the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..ci.context import pipeline_info
from ..deployment.finish import finish
from ..deployment.report import Report
from ..deployment.running import CommandResult
from ..deployment.start import start
from ..deployment.verification import VerificationResult
from ..errors import Stopped, WrongSetting
from ..hooks.environment import documented
from ..hooks.process import shell
from ..policy import DeploymentResult, Outcome
from ..settings import Settings
from ..state import State
from .compose import finish_request, references, start_request, status_page
from .handing import rollback_request
from .hurrying import ReadsCancelledBySignal
from .looking import Verifier
from .processes import CommandRunner
from .remembering import InProcessStateStore
from .telling import print_report
from .world import NOTHING_CHANGED, Context

# GitHub kills a cancelled step after 10 s (actions/runner, ProcessInvoker.cs): the page comes first.
_HURRIED_SECONDS = 8.0


class RunSteps:
    """A deployment (`deployment.running.Steps`)."""

    rolling_back = False

    def __init__(self, words: Sequence[str], settings: Settings, context: Context) -> None:
        """Keep the command's words and the settings; nothing begins yet."""
        self._words = words
        self._settings = settings
        self._context = context
        self.store = InProcessStateStore(settings)
        self._commands = CommandRunner(settings, context)
        self._verifier = Verifier(settings, context, self._commands, self._variables)
        self._state: State | None = None

    def start(self) -> Report:
        """Set maintenance; where a signal stops that, put back what was written."""
        settings, context = self._settings, self._context
        page = status_page(settings, context)
        named = self._named()
        if settings.verify_checks:
            self._verifier.require(page, named)
        request = replace(start_request(settings, context, named), rolling_back=self.rolling_back)
        report = start(page, self.store, request)
        self._state = report.state
        if report.dry_run and report.state:
            self.store.remember(report.state)
        self._verifier.set_services([service.id for service in report.state.services] if report.state else [])
        print_report(context.console, report)
        if isinstance(report.error, Stopped):
            self.finish(DeploymentResult(Outcome.SKIPPED), hurried=True)
        return report

    def command(self) -> CommandResult:
        """Run the user's command."""
        end = self._commands.run(self._words, self._variables(), self._settings.command_timeout)
        if end.timed_out:
            self._context.console.warn(f"The command was ended after {self._settings.command_timeout:g} s.")
        return end

    def settle(self) -> int:
        """Wait for what a signal has reached, and listen for the next signal."""
        code = self._commands.settle()
        self._context.cancellation.reset()
        return code

    def verify(self) -> VerificationResult:
        """Ask whether what was deployed is well, where the settings say how."""
        return self._verifier.run()

    def rollback(self, outcome: Outcome, code: int) -> CommandResult | None:
        """Run the rollback hook, where there is one for this outcome."""
        settings, console = self._settings, self._context.console
        if not settings.rollback or outcome.value not in settings.rollback_on:
            return None
        console.say("Rolling back.")
        variables = self._variables(outcome.value, code)
        end = self._commands.run(shell(settings.rollback), variables, settings.rollback_timeout)
        if end.cancelled:
            console.fail("The rollback was interrupted by a signal.")
        elif end.code:
            took = f" after {settings.rollback_timeout:g} s" if end.timed_out else ""
            console.fail(f"The rollback failed{took} (exit code {end.code}).")
        return end

    def finish(self, ending: DeploymentResult, *, hurried: bool = False, again: bool = False) -> Report:
        """Put the page right; no signal stops that any more, but one makes it hurry."""
        settings, context, calm = self._settings, self._context, self._context.without_signals()
        hurried = hurried or context.cancellation.requested
        seconds = min(settings.timeout, _HURRIED_SECONDS) if hurried else settings.timeout
        page = status_page(settings, calm, seconds=seconds)
        request = replace(
            finish_request(settings, ending),
            hurried=hurried,
            again=again,
            handover=rollback_request(settings, context, pipeline_info(context.environ)),
        )
        report = finish(
            page if hurried else ReadsCancelledBySignal(page, calm.cancellation, context.cancellation),
            self.store,
            request,
        )
        print_report(calm.console, report)
        return report

    def _named(self) -> Sequence[str]:
        return references(self._settings)

    def _variables(self, outcome: str | None = None, code: int | None = None) -> dict[str, str]:
        state = self._state
        names = [service.name for service in state.services] if state else []
        return documented(state.deployment if state else "", names, outcome=outcome, code=code)


class RollbackSteps(RunSteps):
    """A rollback: its success leaves the status from before the failed deployment, its failure leaves a failure."""

    rolling_back = True

    def finish(self, ending: DeploymentResult, *, hurried: bool = False, again: bool = False) -> Report:
        """Put the page right: a rollback that succeeds is a failed deployment, rolled back."""
        if ending.outcome is Outcome.SUCCESS:
            ending = DeploymentResult(Outcome.FAILURE, rolled_back=True)
        return super().finish(ending, hurried=hurried, again=again)

    def _named(self) -> Sequence[str]:
        """Return the services that the settings name, else those of the deployment whose state is at hand."""
        settings = self._settings
        if settings.services or settings.webhook_urls:
            return references(settings)
        state = self.store.load()
        left = [service.id for service in state.services if not service.left_alone] if state else []
        named = [*left, *(state.unresolved if state else ())]
        if not named:
            raise WrongSetting(
                f"no service is named: {settings.display_name('services')} is empty, and no state names any",
                remedy="Name the services, or run the rollback where the failed deployment left its state.",
            ).with_context(left=NOTHING_CHANGED)
        return named
