"""Runs the installed console script as a process, with an environment made from nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from .broken_streams import breaking
from .cli import merged
from .key_watch import KeyWatch
from .results import Result, watched

SCRIPT = Path(sys.executable).parent / "alert24-deploy"
_LONGEST_SECONDS = 30.0


class Running:
    """A command under way."""

    def __init__(self, process: subprocess.Popen[str], arguments: tuple[str, ...], watch: KeyWatch) -> None:
        self._process = process
        self._arguments = arguments
        self._watch = watch

    def signal(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        self._process.send_signal(number)

    def printed(self) -> str:
        """Wait for the next line that it prints."""
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def said(self) -> str:
        """Wait for the next line that it says to people."""
        assert self._process.stderr is not None
        return self._process.stderr.readline()

    def end(self, within: float = _LONGEST_SECONDS) -> Result:
        """Return how it ended; TimeoutExpired where it has not after so many seconds."""
        out, people = self._process.communicate(timeout=within)
        return watched(self._watch, self._arguments, Result(self._process.returncode, out, people))

    def kill(self) -> None:
        """End it at once, if it still runs, and wait until it is gone; either way, close its streams."""
        with self._process:
            self._process.kill()


class CliProcess:
    """Starts `alert24-deploy` in a folder; nothing of the test's own environment reaches it."""

    def __init__(self, environ: Mapping[str, str], folder: Path, watch: KeyWatch) -> None:
        self.environ = dict(environ)
        self.folder = folder
        self._watch = watch
        self._running: list[Running] = []

    def __call__(
        self, *arguments: str, env: Mapping[str, str | None] | None = None, broken: tuple[str, str] | None = None
    ) -> Result:
        """Run a command to its end."""
        return self.begin(*arguments, env=env, broken=broken).end()

    def begin(
        self, *arguments: str, env: Mapping[str, str | None] | None = None, broken: tuple[str, str] | None = None
    ) -> Running:
        """Start a command and return while it runs.

        Args:
            arguments: the command's.
            env: variables to add, or with None to take away.
            broken: how streams are broken, and which; see `broken_streams.breaking`.
        """
        command = [str(SCRIPT), *arguments]
        process = subprocess.Popen(
            breaking(*broken, command) if broken else command,
            cwd=self.folder,
            env={**_measured(), **merged(self.environ, env)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        running = Running(process, arguments, self._watch)
        self._running.append(running)
        return running

    def kill_all(self) -> None:
        """End what still runs."""
        for running in self._running:
            running.kill()


def _measured() -> dict[str, str]:
    """Return what coverage needs in order to measure a process; nothing, where nothing is measured."""
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
