"""The command with streams of bytes, and on a terminal: for what must pass through it untouched."""

from __future__ import annotations

import contextlib
import os
import pty
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from helpers.key_watch import KeyWatch
from helpers.processes import SCRIPT, _measured

_LONGEST_SECONDS = 30.0


class Ended(NamedTuple):
    """An exit code, and the bytes of both streams."""

    code: int
    out: bytes
    errors: bytes


class Raw:
    """Starts `alert24-deploy` with an environment made from nothing; pipes for all streams, or a terminal."""

    def __init__(self, environ: Mapping[str, str], folder: Path, watch: KeyWatch) -> None:
        self.environ = {**_measured(), **environ}
        self._folder = folder
        self._watch = watch

    def __call__(self, *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Ended:
        """Run a command to its end."""
        process = subprocess.run(
            [SCRIPT, *arguments],
            cwd=self._folder,
            env={**self.environ, **(env or {})},
            input=stdin,
            capture_output=True,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
        for stream in (process.stdout, process.stderr):
            self._watch.saw("a stream of bytes", stream.decode("utf-8", "replace"))
        return Ended(process.returncode, process.stdout, process.stderr)

    @contextlib.contextmanager
    def on_terminal(self, *arguments: str) -> Iterator[Terminal]:
        """Run a command in a session of its own, whose terminal is the test's to type on."""
        child, fd = pty.fork()
        if child == 0:  # pragma: no cover - becomes the command
            os.chdir(self._folder)
            os.execve(SCRIPT, [str(SCRIPT), *arguments], self.environ)  # noqa: S606 - there is no shell to avoid
        terminal = Terminal(child, fd)
        try:
            yield terminal
        finally:
            terminal.close()
            self._watch.saw("a terminal", terminal.shown.decode("utf-8", "replace"))


class Terminal:
    """The user's side of a terminal."""

    def __init__(self, child: int, fd: int) -> None:
        self._child = child
        self._fd = fd
        self._ended = False
        self.shown = b""

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._fd, keys)

    def read_until(self, text: bytes) -> None:
        """Return when a text is on the screen; EOFError where the command ended without it."""
        while text not in self.shown:
            if not self._read():
                raise EOFError(self.shown)

    def end(self) -> int:
        """Return the exit code, once everything is on the screen."""
        while self._read():
            pass
        _, status = os.waitpid(self._child, 0)
        self._ended = True
        return os.waitstatus_to_exitcode(status)

    def hang_up(self) -> int:
        """Go away, as a dropped ssh connection does; return the exit code."""
        os.close(self._fd)
        self._fd = -1
        _, status = os.waitpid(self._child, 0)
        self._ended = True
        return os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        """Let go of the terminal, and end a command that still runs."""
        if not self._ended:
            os.kill(self._child, signal.SIGKILL)
            os.waitpid(self._child, 0)
        if self._fd >= 0:
            os.close(self._fd)

    def _read(self) -> bool:
        try:
            chunk = os.read(self._fd, 4096)
        except OSError:  # so Linux says that nobody has the other end any more
            return False
        self.shown += chunk
        return bool(chunk)
