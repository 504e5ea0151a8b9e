"""Runs the user's commands, each with the environment and the protection that every command gets."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..deployment.interfaces import CommandResult
from ..hooks.environment import environment
from ..hooks.process import NOT_FOUND, NOT_STARTED, Command
from ..hooks.workflow_commands import disabled_workflow_commands, log_stream
from ..settings import Settings
from ..text import quote, sanitize
from .build import Context

_SILENT_SECONDS = 60.0


class CommandRunner:
    """Runs commands, one at a time."""

    def __init__(self, settings: Settings, context: Context) -> None:
        self._settings = settings
        self._context = context
        self._running: Command | None = None
        self._protection = contextlib.ExitStack()

    def run(self, words: Sequence[str], documented: Mapping[str, str], seconds: float | None) -> CommandResult:
        """Run a command until it ends, its time is over or a signal arrives; after a signal, call `settle`.

        Args:
            words: the program and its arguments.
            documented: the variables that the documentation promises.
            seconds: its time limit, None for none.
        """
        settings, context = self._settings, self._context
        if context.cancellation.requested:  # between two commands: the next one must not even begin
            return CommandResult(0, cancelled=True, began=False)
        stream = sys.stderr if settings.json else log_stream()
        allowed = settings.allow_workflow_commands
        one_stream = self._protection.enter_context(
            disabled_workflow_commands(context.environ, stream, allowed=allowed)
        )
        try:
            self._running = Command(
                words,
                environment(context.environ, settings.secrets(), documented),
                context.cancellation,
                stdout=sys.stderr if settings.json else None,
                one_stream=one_stream,
            )
        except OSError as error:
            self._protection.close()
            return self._not_started(words[0], error)
        result = self._running.wait(seconds, settings.grace, lambda passed: self._still_running(words[0], passed))
        if result is None:
            return CommandResult(0, cancelled=True)
        if result.cancelled:  # by Ctrl-C, which the terminal sent to the command alone
            context.cancellation.request(signal.SIGINT)
        self._running = None
        self._protection.close()
        return result

    def _still_running(self, program: str, seconds: float) -> None:
        """Write a line now and then, but not on a terminal: many CIs end a job that is silent for long."""
        if seconds >= _SILENT_SECONDS and not sys.stderr.isatty():
            self._context.console.progress(f"Still running: {sanitize(Path(program).name)}", seconds)

    def _not_started(self, program: str, error: OSError) -> CommandResult:
        self._context.console.fail(f"The command {quote(program)} could not be started: {error.strerror}.")
        return CommandResult(NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_STARTED)

    def settle(self) -> int:
        """Wait for the command that got a signal, kill it if it does not end, and return its exit code."""
        code = self._running.end(self._settings.grace) if self._running else 0
        self._running = None
        self._protection.close()
        return code
