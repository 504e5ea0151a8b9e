"""Runs one command in a process group of its own, which signals reach.

After a signal or a time-out, nothing of the group is left behind. A command that ends by itself may leave processes in
the background, such as a server that it has started: they go on, and print where they like.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from ..deployment.interfaces import CommandResult
from ..errors import WrongSetting
from ..signals import ENDING, EXIT_CODE_BASE, Cancellation, take
from ..text import quote

TIMED_OUT = 124  # the exit code of timeout(1) in coreutils
NOT_FOUND, NOT_STARTED = 127, 126  # a shell's exit codes
_POLL_SECONDS = 0.05


def shell(command: str) -> list[str]:
    """Return the words that have a shell run a command that the user gave as a string."""
    return ["sh", "-c", command]


def check(words: Sequence[str]) -> None:
    """Raise WrongSetting if a command can't be found: better before a deployment than in it."""
    if not shutil.which(words[0]):
        raise WrongSetting(
            f"the command {quote(words[0])} was not found, or is not executable (chmod +x)",
            remedy="Give its path, or a program on PATH; write `sh -c '...'` for a line of shell.",
        )


class Command:
    """A running command. It inherits stdin, stdout and stderr as they are."""

    def __init__(
        self,
        words: Sequence[str],
        environ: Mapping[str, str],
        signals: Cancellation,
        *,
        stdout: IO[str] | None = None,
        one_stream: bool = False,
    ) -> None:
        """Start the command.

        Args:
            words: the program and its arguments.
            environ: its whole environment.
            signals: those that this process gets; they are passed on to the command's process group.
            stdout: where its output goes, None for this process's stdout.
            one_stream: send errors to where the output goes, so that their order is kept.

        Raises:
            OSError: it can't be started.
        """
        sys.stdout.flush()
        self._signals = signals
        self._signalled: float | None = None
        self._ended: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            list(words),
            env=dict(environ),
            stdout=stdout,
            stderr=subprocess.STDOUT if one_stream else None,
            **_own_group(),
        )
        self._terminal = give_foreground(self._process.pid)
        # Signals are for the main thread: one that this thread took would not end the main thread's waiting.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        threading.Thread(target=lambda: self._ended.put(self._process.wait()), daemon=True).start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signals.on_request(self._pass_on)
        if signals.requested:  # it arrived while the command was being started
            self._pass_on()

    def wait(
        self, seconds: float | None, grace: float, waiting: Callable[[float], None] | None = None
    ) -> CommandResult | None:
        """Return how the command ended, None if a signal arrived first: then call `end`.

        Args:
            seconds: its time limit, None for none; a command that takes longer gets SIGTERM.
            grace: how many seconds it then has before its process group is killed.
            waiting: called now and then with the seconds that have passed.
        """
        try:
            code = None if self._signals.requested else take(self._ended, seconds, waiting)
        except queue.Empty:
            return self._out_of_time(grace)
        if code is None:
            return None
        self._detach()
        code = _exit_code(code)
        return CommandResult(code, cancelled=self._terminal and code == EXIT_CODE_BASE + signal.SIGINT)

    def end(self, grace: float) -> int:
        """Wait until `grace` seconds after the signal, then kill the process group; return the command's exit code."""
        code: int | None = None
        limit = (self._signalled or time.monotonic()) + grace
        while code is None:
            try:
                code = take(self._ended, max(0.0, limit - time.monotonic()))
            except queue.Empty:
                self._signal(signal.SIGKILL)
                code = self._process.wait()
        self._leave_none_behind(limit)
        self._detach()
        return _exit_code(code)

    def _out_of_time(self, grace: float) -> CommandResult | None:
        self._signalled = time.monotonic()
        self._signal(signal.SIGTERM)
        with contextlib.suppress(queue.Empty):
            code = take(self._ended, grace)
            if code is None:  # a signal: setting the page comes first
                return None
            self._ended.put(code)
        self.end(grace)
        return CommandResult(TIMED_OUT, timed_out=True)

    def _leave_none_behind(self, limit: float) -> None:
        """Wait for the rest of the process group and then kill it: it would keep the job's log open."""
        while self._has_others() and time.monotonic() < limit:
            time.sleep(_POLL_SECONDS)
        self._signal(signal.SIGKILL)

    def _has_others(self) -> bool:
        with contextlib.suppress(ChildProcessError):  # a container's first process inherits the orphans
            os.waitpid(-self._process.pid, os.WNOHANG)
        try:
            os.killpg(self._process.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _pass_on(self) -> None:
        """Run in the signal handler: pass the signal on at once, and wake what waits."""
        self._signalled = self._signalled or time.monotonic()
        self._signal(self._signals.last_signal or signal.SIGTERM)
        self._ended.put(None)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _detach(self) -> None:
        self._signals.on_request(None)
        take_foreground(self._terminal)


def _own_group() -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        return {"process_group": 0}
    return {"preexec_fn": os.setpgrp}


def _exit_code(code: int) -> int:
    return EXIT_CODE_BASE - code if code < 0 else code


def give_foreground(group: int) -> bool:
    """Make a process group the terminal's foreground; return whether there was a terminal to give."""
    if not _in_foreground():
        return False
    given = _set_foreground(group)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGCONT)  # it was stopped if it used the terminal before that
    return given


def take_foreground(given: bool) -> None:
    """Take the terminal back, if it was given away."""
    if given:
        _set_foreground(os.getpgrp())


def _in_foreground() -> bool:
    try:
        return os.isatty(sys.stdin.fileno()) and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):
        return False


def _set_foreground(group: int) -> bool:
    # A process in the background is stopped by SIGTTOU when it changes the terminal's group (termios(3)).
    earlier = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        os.tcsetpgrp(sys.stdin.fileno(), group)
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGTTOU, earlier)
    return True
