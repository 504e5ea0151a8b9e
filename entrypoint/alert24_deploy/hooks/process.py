"""One command: started in a process group of its own, signalled, timed, and never left behind."""

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
from typing import IO, Any, Protocol

from ..deployment.interfaces import CommandResult
from ..errors import WrongSetting
from ..signals import take
from ..text import quote

_SIGNAL_BASE = 128  # a shell's code for a process that a signal ended
TIMED_OUT = 124  # as timeout(1) of coreutils says it
NOT_FOUND, NOT_STARTED = 127, 126  # as a shell says it
_LOOK_SECONDS = 0.05


class Signals(Protocol):
    """What a command has to know of the signals that this process gets."""

    @property
    def requested(self) -> bool:
        """Whether one has arrived."""

    @property
    def last_signal(self) -> int | None:
        """The last one that arrived."""

    def on_request(self, wake: Callable[[], None] | None) -> None:
        """Call `wake` when one arrives."""


def shell(command: str) -> list[str]:
    """Return the words that run a string of the user's: only where a string was given, a shell reads it."""
    return ["sh", "-c", command]


def check(words: Sequence[str]) -> None:
    """Raise WrongSetting where a command can't be found: better before a deployment than in it."""
    if not shutil.which(words[0]):
        raise WrongSetting(
            f"the command {quote(words[0])} can't be found, or must not be executed",
            remedy="Give its path, or a program on PATH; write `sh -c '...'` for a line of shell.",
        )


class Command:
    """A running command. Its stdin and its output are ours, untouched."""

    def __init__(
        self,
        words: Sequence[str],
        environ: Mapping[str, str],
        signals: Signals,
        *,
        stdout: IO[str] | None = None,
        one_stream: bool = False,
    ) -> None:
        """Start it; an OSError says why that can't be.

        Args:
            words: the program and its arguments.
            environ: its whole environment.
            signals: those that this process gets; they are passed on to the command's process group.
            stdout: where its output goes, None for ours.
            one_stream: let errors go with the output, so that their order is kept.
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
        before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
        threading.Thread(target=lambda: self._ended.put(self._process.wait()), daemon=True).start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signals.on_request(self._pass_on)
        if signals.requested:  # it arrived while the command was being started
            self._pass_on()

    def wait(
        self, seconds: float | None, grace: float, waiting: Callable[[float], None] | None = None
    ) -> CommandResult | None:
        """Return how the command ended, None where a signal arrived first: then `end` sees it to its end.

        Args:
            seconds: its time limit, None for none; a command that takes longer is told to end.
            grace: how many seconds it may take for that, before its process group is killed.
            waiting: called now and then with the seconds that have passed.
        """
        try:
            code = None if self._signals.requested else take(self._ended, seconds, waiting)
        except queue.Empty:
            return self._out_of_time(grace)
        if code is None:
            return None
        self._leave()
        code = _exit_code(code)
        return CommandResult(code, cancelled=self._terminal and code == _SIGNAL_BASE + signal.SIGINT)

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
        self._leave()
        return _exit_code(code)

    def _out_of_time(self, grace: float) -> CommandResult | None:
        self._signalled = time.monotonic()
        self._signal(signal.SIGTERM)
        with contextlib.suppress(queue.Empty):
            code = take(self._ended, grace)
            if code is None:  # a signal: what is left to do can wait
                return None
            self._ended.put(code)
        self.end(grace)
        return CommandResult(TIMED_OUT, timed_out=True)

    def _leave_none_behind(self, limit: float) -> None:
        """Wait for the rest of the process group, and kill it in the end: it would hold the job's log open."""
        while self._has_others() and time.monotonic() < limit:
            time.sleep(_LOOK_SECONDS)
        self._signal(signal.SIGKILL)

    def _has_others(self) -> bool:
        with contextlib.suppress(ChildProcessError):  # as a container's first process we inherit the orphans
            os.waitpid(-self._process.pid, os.WNOHANG)
        try:
            os.killpg(self._process.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _pass_on(self) -> None:
        """Run in the signal handler: pass the signal on at once, and wake who waits."""
        self._signalled = self._signalled or time.monotonic()
        self._signal(self._signals.last_signal or signal.SIGTERM)
        self._ended.put(None)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _leave(self) -> None:
        self._signals.on_request(None)
        take_foreground(self._terminal)


def _own_group() -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        return {"process_group": 0}
    return {"preexec_fn": os.setpgrp}


def _exit_code(code: int) -> int:
    return _SIGNAL_BASE - code if code < 0 else code


def give_foreground(group: int) -> bool:
    """Give our terminal to a process group; return whether there was one to give."""
    if not _ours():
        return False
    lent = _hand(group)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGCONT)  # who asked the terminal before it was theirs was stopped for it
    return lent


def take_foreground(lent: bool) -> None:
    """Take the terminal back, where it was lent."""
    if lent:
        _hand(os.getpgrp())


def _ours() -> bool:
    try:
        return os.isatty(sys.stdin.fileno()) and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):
        return False


def _hand(group: int) -> bool:
    # A process in the background is stopped by SIGTTOU when it changes the terminal's group (termios(3)).
    earlier = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        os.tcsetpgrp(sys.stdin.fileno(), group)
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGTTOU, earlier)
    return True
