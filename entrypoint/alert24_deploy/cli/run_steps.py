"""The steps of `run` and `rollback`, built from the settings."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ..app.build import Context, finish_request, recording, references, rollback_request, start_request, status_page
from ..app.commands import CommandRunner
from ..app.finish_page import finish_page
from ..app.report_text import print_report
from ..app.stopwatch import Stopwatch
from ..app.verifier import Verifier
from ..ci.pipeline import pipeline_info
from ..deployment.changes import Recording
from ..deployment.finish import finish
from ..deployment.interfaces import CommandResult
from ..deployment.report import Report
from ..deployment.start import start
from ..deployment.verify import VerificationResult
from ..errors import NOTHING_CHANGED, Alert24DeployError, BrokenState, WrongSetting
from ..hooks.environment import documented
from ..hooks.process import shell
from ..policy import DeploymentResult, Outcome
from ..settings import Settings
from ..state import State
from ..state.file import FileStore


class RunSteps:
    """A deployment (`deployment.run.Steps`)."""

    rolling_back = False

    def __init__(self, words: Sequence[str], settings: Settings, context: Context) -> None:
        """Keep what the steps need; nothing begins yet."""
        self._words = words
        self._settings = settings
        self._context = context
        self.store = InProcessStateStore(settings, context.console.warn)
        self._commands = CommandRunner(settings, context)
        self._verifier = Verifier(settings, context, self._commands, self._variables)
        self._watch = Stopwatch()
        self._state: State | None = None

    def start(self) -> Report:
        """Set maintenance; if a signal stops that, start restores what it wrote."""
        settings, context = self._settings, self._context
        page = status_page(settings, context)
        names = self._references()
        if settings.verify_checks:
            self._verifier.require_monitors(page, names)
        request = start_request(settings, context, names)
        request = replace(request, rolling_back=self.rolling_back, recording=self._recording())
        report = self._watch.measure("start", lambda: start(page, self.store, request), lambda report: report.error)
        self._state = report.state
        if report.dry_run and report.state:
            self.store.remember(report.state)
        self._verifier.set_services([service.id for service in report.state.services] if report.state else [])
        print_report(context.console, report)
        return report

    def command(self) -> CommandResult:
        """Run the user's command."""
        result = self._watch.measure(
            "command",
            lambda: self._commands.run(self._words, self._variables(), self._settings.command_timeout),
            lambda result: not result.succeeded,
        )
        if result.cancelled:
            self._context.console.info(f"{self._context.cancellation.name} cancels the deployment.")
        if result.timed_out:
            self._context.console.warn(f"The command was ended after {self._settings.command_timeout:g} s.")
        return result

    def settle(self) -> int:
        """Wait for what a signal has reached, and listen for the next signal."""
        code = self._watch.measure("stopping", self._commands.settle)
        self._context.cancellation.reset()
        return code

    def verify(self) -> VerificationResult:
        """Verify the deployment, if the settings say how."""
        if not self._verifier.wanted:
            return self._verifier.run()
        result = self._watch.measure("verification", self._verifier.run, lambda result: result.reason)
        if result.stopped:
            self._context.console.info(f"{self._context.cancellation.name} cancels the deployment.")
        return result

    def rollback(self, outcome: Outcome, code: int) -> CommandResult | None:
        """Run the rollback command, if there is one for this outcome."""
        settings, console = self._settings, self._context.console
        if not settings.rollback or outcome.value not in settings.rollback_on:
            return None
        console.info("Rolling back.")
        variables = self._variables(outcome.value, code)
        result = self._watch.measure(
            "rollback",
            lambda: self._commands.run(shell(settings.rollback), variables, settings.rollback_timeout),
            lambda result: not result.succeeded,
        )
        if result.cancelled:
            console.fail(f"The rollback was interrupted by {self._context.cancellation.name}.")
        elif result.code:
            took = f" after {settings.rollback_timeout:g} s" if result.timed_out else ""
            console.fail(f"The rollback failed{took} (exit code {result.code}).")
        return result

    def finish(self, result: DeploymentResult, *, hurried: bool = False, again: bool = False) -> Report:
        """Set the final status. A signal no longer stops that, but shortens its time limit."""
        settings, context = self._settings, self._context
        hurried = hurried or context.cancellation.requested
        request = replace(
            finish_request(settings, context, result),
            hurried=hurried,
            again=again,
            recording=self._recording(),
            rollback=rollback_request(settings, context, pipeline_info(context.environ)),
        )
        page = finish_page(settings, context, hurried=hurried)
        report = self._watch.measure("finish", lambda: finish(page, self.store, request), lambda report: report.error)
        report.phases = self._watch.phases  # which grow: after a signal, more follows the finish
        print_report(context.console, report, with_timeline=False)
        return report

    def _recording(self) -> Recording | None:
        return recording(self._settings, self._context)

    def _references(self) -> Sequence[str]:
        return references(self._settings)

    def _variables(self, outcome: str | None = None, code: int | None = None) -> dict[str, str]:
        state = self._state
        names = [service.name for service in state.services] if state else []
        return documented(state.deployment if state else "", names, outcome=outcome, code=code)


class RollbackSteps(RunSteps):
    """A rollback: its success leaves the status from before the failed deployment, its failure leaves a failure."""

    rolling_back = True
    _undone: State | None = None

    def finish(self, result: DeploymentResult, *, hurried: bool = False, again: bool = False) -> Report:
        """Set the final status: a rollback that succeeds is a failed deployment, rolled back."""
        if result.outcome is Outcome.SUCCESS:
            result = DeploymentResult(Outcome.FAILURE, rolled_back=True)
        return super().finish(result, hurried=hurried, again=again)

    def _recording(self) -> Recording | None:
        """Record as the failed deployment does, in its lane: only then does a success settle that failure."""
        with contextlib.suppress(BrokenState):
            self._undone = self._undone or self.store.load()
        return recording(self._settings, self._context, self._undone, rolling_back=True)

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


class InProcessStateStore:
    """A file (`deployment.interfaces.StateStore`), but what was saved here counts more than what is found there.

    A deployment may tidy its folder up (`git clean -fdx`), fill the disk, or start another deployment in it. What this
    process remembers is enough to finish; the file is for others, if this process dies.
    """

    def __init__(self, settings: Settings, warn: Callable[[str], None]) -> None:
        """Keep the file that the settings name, and whom to warn if it can't be written."""
        self._file = FileStore(Path(settings.state), settings.display_name("state"))
        self._warn = warn
        self._failed = False
        self._saved: State | None = None

    def load(self) -> State | None:
        """Return the file's state, or the one saved here if the file has none, an older or another deployment's."""
        if self._saved is None:
            return self._file.load()
        found = self._found()
        same = found is not None and found.deployment == self._saved.deployment
        return found if same and not self._failed else self._saved

    def remember(self, state: State) -> None:
        """Keep a state without a file: a dry run's, which leaves none."""
        self._saved = state

    def save(self, state: State) -> None:
        """Remember the state, and save it in the file; if that fails, warn once.

        A file of another deployment, started meanwhile at the same place, is left alone.
        """
        first, self._saved = self._saved is None, state
        try:
            found = None if first else self._found()
            if found is None or found.deployment == state.deployment:
                self._file.save(state)
        except Alert24DeployError as error:
            if not self._failed:
                self._warn(f"{error}\nThe deployment goes on: only a later command could not continue from here.")
            self._failed = True

    def _found(self) -> State | None:
        try:
            return self._file.load()
        except BrokenState:
            return None
