"""The steps of `run` and `rollback`, built from the settings."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from ..app.build import finish_request, references, rollback_request, start_request, status_page
from ..app.commands import CommandRunner
from ..app.context import Context
from ..app.report_text import print_report
from ..app.verifier import Verifier
from ..ci.pipeline import pipeline_info
from ..deployment.finish import finish
from ..deployment.interfaces import CommandResult, Service, ServiceUpdate, StatusPage, UpdateResult
from ..deployment.report import Report
from ..deployment.start import start
from ..deployment.verify import VerificationResult
from ..errors import NOTHING_CHANGED, BrokenState, Interrupted, WrongSetting
from ..hooks.environment import documented
from ..hooks.process import shell
from ..policy import DeploymentResult, Outcome
from ..settings import Settings
from ..signals import Cancellation
from ..state import State
from ..state.file import FileStore

# GitHub kills a cancelled step after 10 s (actions/runner, ProcessInvoker.cs): the page comes first.
_HURRIED_SECONDS = 8.0
_T = TypeVar("_T")


class RunSteps:
    """A deployment (`deployment.run.Steps`)."""

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
        """Set maintenance; if a signal stops that, restore what was changed."""
        settings, context = self._settings, self._context
        page = status_page(settings, context)
        names = self._references()
        if settings.verify_checks:
            self._verifier.require_monitors(page, names)
        request = replace(start_request(settings, context, names), rolling_back=self.rolling_back)
        report = start(page, self.store, request)
        self._state = report.state
        if report.dry_run and report.state:
            self.store.remember(report.state)
        self._verifier.set_services([service.id for service in report.state.services] if report.state else [])
        print_report(context.console, report)
        if isinstance(report.error, Interrupted):
            self.finish(DeploymentResult(Outcome.SKIPPED), hurried=True)
        return report

    def command(self) -> CommandResult:
        """Run the user's command."""
        result = self._commands.run(self._words, self._variables(), self._settings.command_timeout)
        if result.timed_out:
            self._context.console.warn(f"The command was ended after {self._settings.command_timeout:g} s.")
        return result

    def settle(self) -> int:
        """Wait for what a signal has reached, and listen for the next signal."""
        code = self._commands.settle()
        self._context.cancellation.reset()
        return code

    def verify(self) -> VerificationResult:
        """Verify the deployment, if the settings say how."""
        return self._verifier.run()

    def rollback(self, outcome: Outcome, code: int) -> CommandResult | None:
        """Run the rollback command, if there is one for this outcome."""
        settings, console = self._settings, self._context.console
        if not settings.rollback or outcome.value not in settings.rollback_on:
            return None
        console.info("Rolling back.")
        variables = self._variables(outcome.value, code)
        result = self._commands.run(shell(settings.rollback), variables, settings.rollback_timeout)
        if result.cancelled:
            console.fail("The rollback was interrupted by a signal.")
        elif result.code:
            took = f" after {settings.rollback_timeout:g} s" if result.timed_out else ""
            console.fail(f"The rollback failed{took} (exit code {result.code}).")
        return result

    def finish(self, result: DeploymentResult, *, hurried: bool = False, again: bool = False) -> Report:
        """Set the final status. A signal no longer stops that, but shortens its time limit."""
        settings, context, unsignalled = self._settings, self._context, self._context.without_signals()
        hurried = hurried or context.cancellation.requested
        seconds = min(settings.timeout, _HURRIED_SECONDS) if hurried else settings.timeout
        page = status_page(settings, unsignalled, seconds=seconds)
        request = replace(
            finish_request(settings, result),
            hurried=hurried,
            again=again,
            rollback=rollback_request(settings, context, pipeline_info(context.environ)),
        )
        report = finish(
            page if hurried else ReadsCancelledBySignal(page, unsignalled.cancellation, context.cancellation),
            self.store,
            request,
        )
        print_report(unsignalled.console, report)
        return report

    def _references(self) -> Sequence[str]:
        return references(self._settings)

    def _variables(self, outcome: str | None = None, code: int | None = None) -> dict[str, str]:
        state = self._state
        names = [service.name for service in state.services] if state else []
        return documented(state.deployment if state else "", names, outcome=outcome, code=code)


class RollbackSteps(RunSteps):
    """A rollback: its success leaves the status from before the failed deployment, its failure leaves a failure."""

    rolling_back = True

    def finish(self, result: DeploymentResult, *, hurried: bool = False, again: bool = False) -> Report:
        """Set the final status: a rollback that succeeds is a failed deployment, rolled back."""
        if result.outcome is Outcome.SUCCESS:
            result = DeploymentResult(Outcome.FAILURE, rolled_back=True)
        return super().finish(result, hurried=hurried, again=again)

    def _references(self) -> Sequence[str]:
        """Return the services that the settings name, or else those of the deployment in the state file."""
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


class ReadsCancelledBySignal:
    """A page (`deployment.interfaces.StatusPage`) whose reading a signal ends."""

    def __init__(self, page: StatusPage, cancellation: Cancellation, signals: Cancellation) -> None:
        """Keep the page, the request to stop that it listens to, and the one that signals make."""
        self._page = page
        self._cancellation = cancellation
        self._signals = signals

    @property
    def readable(self) -> bool:
        """Whether statuses can be read here at all."""
        return self._page.readable

    def find(self, service_id: str, *, patience: float = 1.0) -> Service | None:
        """Return the service with an id, or None."""
        return self._until_a_signal(lambda: self._page.find(service_id, patience=patience))

    def list(self, *, patience: float = 1.0) -> Sequence[Service]:
        """Return every service of the organisation."""
        return self._until_a_signal(lambda: self._page.list(patience=patience))

    def update(self, updates: Sequence[ServiceUpdate]) -> Iterator[UpdateResult]:
        """Send the updates concurrently; yield each as it ends."""
        return self._page.update(updates)

    def _until_a_signal(self, read: Callable[[], _T]) -> _T:
        self._signals.on_request(lambda: self._cancellation.request(self._signals.last_signal or signal.SIGTERM))
        try:
            return read()
        finally:
            self._signals.on_request(None)
            self._cancellation.reset()


class InProcessStateStore:
    """A file (`deployment.interfaces.StateStore`), but what was saved here counts more than what is found there.

    A deployment may tidy its folder up (`git clean -fdx`), or start another deployment in it.
    """

    def __init__(self, settings: Settings) -> None:
        """Keep the file that the settings name."""
        self._file = FileStore(Path(settings.state), settings.display_name("state"))
        self._saved: State | None = None

    def load(self) -> State | None:
        """Return the file's state, or the one saved here if the file is gone or belongs to another deployment."""
        try:
            state = self._file.load()
        except BrokenState:
            if self._saved is None:
                raise
            state = None
        mine = self._saved is None or (state is not None and state.deployment == self._saved.deployment)
        return state if mine else self._saved

    def remember(self, state: State) -> None:
        """Keep a state without a file: a rehearsal's, which leaves none."""
        self._saved = state

    def save(self, state: State) -> None:
        """Save the state in the file, and remember it."""
        self._file.save(state)
        self._saved = state
