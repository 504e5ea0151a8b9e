"""Waiting for a started entry point, and stopping it as a cancelled job does (ProcessInvoker.cs)."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from .output import lines_of


@dataclass(frozen=True)
class Grace:
    """How long a program may take to end, in seconds: after SIGINT, after SIGTERM, and for its streams to close."""

    interrupt: float = 7.5
    terminate: float = 2.5
    streams: float = 5.0


class Cancellation:
    """A request to stop, which may come from any thread and before or after somebody listens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listener: Callable[[], None] | None = None
        self.requested = False

    def request(self) -> None:
        """Ask for the stop; a second request changes nothing."""
        with self._lock:
            first, self.requested = not self.requested, True
            listener = self._listener
        if first and listener:
            listener()

    def listen(self, listener: Callable[[], None] | None) -> None:
        """Have `listener` called when the stop is asked for, at once if it already was; None ends that."""
        with self._lock:
            self._listener = listener
            called = self.requested
        if called and listener:
            listener()


def run_to_end(
    process: subprocess.Popen[bytes], take_line: Callable[[str], None], stop: Cancellation, grace: Grace
) -> int:
    """Read both streams of a process until it has ended, stopping it when `stop` says so.

    Returns:
        The exit code; negative for a signal.
    """
    readers = [_reader(stream, take_line) for stream in (process.stdout, process.stderr) if stream]
    stopper = threading.Thread(target=_stop, args=(process, grace), daemon=True)
    stop.listen(stopper.start)
    code = process.wait()
    stop.listen(None)
    if stopper.ident:
        stopper.join()
    for reader in readers:
        reader.join(grace.streams)
    # A grandchild that keeps a stream open would hold the step for ever.
    if any(reader.is_alive() for reader in readers):
        _kill_tree(process)
    for reader in readers:
        reader.join()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
    return code


def _reader(stream: IO[bytes], take_line: Callable[[str], None]) -> threading.Thread:
    def read() -> None:
        for line in lines_of(stream):
            take_line(line)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    return thread


def _stop(process: subprocess.Popen[bytes], grace: Grace) -> None:
    for number, seconds in ((signal.SIGINT, grace.interrupt), (signal.SIGTERM, grace.terminate)):
        process.send_signal(number)
        try:
            process.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            continue
    _kill_tree(process)


def _kill_tree(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
