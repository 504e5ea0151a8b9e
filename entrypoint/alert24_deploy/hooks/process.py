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
from typing import IO, Any, NamedTuple, Protocol

from ..errors import WrongSetting
from ..text import quoted
from . import terminal

_SIGNAL_BASE = 128  # a shell's code for a process that a signal ended
TIMED_OUT = 124  # as timeout(1) of coreutils says it


class Signals(Protocol):
    """What a command has to know of the signals that this process gets."""

    @property
    def requested(self) -> bool:
        """Whether one has arrived."""

    @property
    def latest(self) -> int | None:
        """The last one that arrived."""

    def on_request(self, wake: Callable[[], None] | None) -> None:
        """Call `wake` when one arrives."""


class End(NamedTuple):
    """How a command ended: its exit code, and whether we ended it because of its time or a signal."""

    code: int
    timed_out: bool = False
    cancelled: bool = False

    @property
    def ok(self) -> bool:
        """Whether the command ended by itself and well."""
        return self.code == 0 and not self.cancelled


def shell(command: str) -> list[str]:
    """Return the words that run a string of the user's: only where a string was given, a shell reads it."""
    return ["sh", "-c", command]


def check(words: Sequence[str]) -> None:
    """Raise WrongSetting where a command can't be found: better before a deployment than in it."""
    if not shutil.which(words[0]):
        raise WrongSetting(
            f"the command {quoted(words[0])} can't be found, or must not be executed",
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
        """Start it.

        Args:
            words: the program and its arguments.
            environ: its whole environment.
            signals: those that this process gets; they are passed on to the command's process group.
            stdout: where its output goes, None for ours.
            one_stream: let errors go with the output, so that their order is kept.
        """
        sys.stdout.flush()
        self._signals = signals
        self._ended: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            list(words),
            env=dict(environ),
            stdout=stdout,
            stderr=subprocess.STDOUT if one_stream else None,
            **_own_group(),
        )
        self._terminal = terminal.lend(self._process.pid)
        # Signals are for the main thread: one that this thread took would not end the main thread's waiting.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM))
        threading.Thread(target=lambda: self._ended.put(self._process.wait()), daemon=True).start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        signals.on_request(self._pass_on)
        if signals.requested:  # it arrived while the command was being started
            self._pass_on()

    def wait(self, seconds: float | None) -> End | None:
        """Return how the command ended, None where a signal arrived first.

        A command that takes longer than `seconds` is the caller's to stop: it is returned as timed out.
        """
        try:
            code = None if self._signals.requested else self._ended.get(timeout=seconds)
        except queue.Empty:
            return End(TIMED_OUT, timed_out=True)
        if code is None:
            return None
        self._leave()
        return End(_exit_code(code), cancelled=self._terminal and code == -signal.SIGINT)

    def stop(self, grace: float, number: int = signal.SIGTERM) -> None:
        """Signal the command's process group, and kill it where it is not gone after `grace` seconds."""
        self._signal(number)
        self.end(grace)

    def end(self, grace: float) -> int:
        """Wait for the command at most `grace` seconds, then kill its process group; return its exit code."""
        code: int | None = None
        end = time.monotonic() + grace
        while code is None:
            try:
                code = self._ended.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                self._signal(signal.SIGKILL)
                code = self._process.wait()
        self._leave()
        return _exit_code(code)

    def _pass_on(self) -> None:
        """Run in the signal handler: pass the signal on at once, and wake who waits."""
        self._signal(self._signals.latest or signal.SIGTERM)
        self._ended.put(None)

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _leave(self) -> None:
        self._signals.on_request(None)
        terminal.take_back(self._terminal)


def _own_group() -> dict[str, Any]:
    if sys.version_info >= (3, 11):
        return {"process_group": 0}
    return {"preexec_fn": os.setpgrp}


def _exit_code(code: int) -> int:
    return _SIGNAL_BASE - code if code < 0 else code
