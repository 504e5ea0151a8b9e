"""The user's commands, run with the environment and the guard that they deserve."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..deployment.running import CommandResult
from ..hooks.environment import environment
from ..hooks.guarded import disabled_workflow_commands, log_stream
from ..hooks.process import NOT_FOUND, NOT_STARTED, Command
from ..settings import Settings
from ..text import quote, sanitize
from .world import Context

_SILENT_SECONDS = 60.0


class CommandRunner:
    """Starts commands, one at a time, and sees them to their end."""

    def __init__(self, settings: Settings, context: Context) -> None:
        """Keep what every command needs: the secrets to leave out, the time limits, the signals."""
        self._settings = settings
        self._context = context
        self._running: Command | None = None
        self._guard = contextlib.ExitStack()

    def run(self, words: Sequence[str], documented: Mapping[str, str], seconds: float | None) -> CommandResult:
        """Run a command until it ends, its time is over, or a signal arrives; `settle` ends the last case.

        Args:
            words: the program and its arguments.
            documented: the variables that it is promised.
            seconds: its time limit, None for none.
        """
        settings, context = self._settings, self._context
        if context.cancellation.requested:  # between two commands: the next one must not even begin
            return CommandResult(0, cancelled=True)
        stream = sys.stderr if settings.json else log_stream()
        allowed = settings.allow_workflow_commands
        one_stream = self._guard.enter_context(disabled_workflow_commands(context.environ, stream, allowed=allowed))
        try:
            self._running = Command(
                words,
                environment(context.environ, settings.secrets(), documented),
                context.cancellation,
                stdout=sys.stderr if settings.json else None,
                one_stream=one_stream,
            )
        except OSError as error:
            self._guard.close()
            return self._not_started(words[0], error)
        end = self._running.wait(seconds, settings.grace, lambda passed: self._still_running(words[0], passed))
        if end is None:
            return CommandResult(0, cancelled=True)
        if end.cancelled:  # by Ctrl-C, which the terminal gave to the command alone
            context.cancellation.request(signal.SIGINT)
        self._running = None
        self._guard.close()
        return CommandResult(end.code, end.cancelled, end.timed_out)

    def _still_running(self, program: str, seconds: float) -> None:
        """Say so now and then: many a CI ends a job that is silent for long. A terminal's user sees it anyway."""
        if seconds >= _SILENT_SECONDS and not sys.stderr.isatty():
            self._context.console.progress(f"Still running: {sanitize(Path(program).name)}", seconds)

    def _not_started(self, program: str, error: OSError) -> CommandResult:
        self._context.console.fail(f"The command {quote(program)} could not be started: {error.strerror}.")
        return CommandResult(NOT_FOUND if isinstance(error, FileNotFoundError) else NOT_STARTED)

    def settle(self) -> int:
        """Wait for the command that a signal has reached, kill it where it stays, and return its exit code."""
        code = self._running.end(self._settings.grace) if self._running else 0
        self._running = None
        self._guard.close()
        return code
