"""The standard streams, made so that a log which breaks changes neither what is done nor the exit code.

A log breaks when its disk is full, its reader is gone (`| head -1`, a `tee` that Ctrl-C ended), its terminal is gone,
or its descriptor was never open (`2>&-`, some daemons). The descriptors themselves stay as they are, so the user's
commands inherit them unchanged.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_STDOUT, _STDERR = 1, 2


class _SilentWhenBroken(io.FileIO):
    """A descriptor that swallows everything after the first write that fails."""

    broken: OSError | None = None

    def write(self, data: ReadableBuffer, /) -> int:
        """Write what fits, or pretend to."""
        while self.broken is None:
            try:
                written: int | None = super().write(data)
                if written is not None:
                    return written
                select.select([], [self], [])  # another process made it non-blocking, and its reader is slow
            except OSError as error:
                self.broken = error
        return memoryview(data).nbytes


class StandardStream(io.TextIOWrapper):
    """Text for stdout or stderr that is never worth an exception.

    What the encoding lacks is escaped: a service's name must not end a command.
    """

    def __init__(self, descriptor: int, encoding: str) -> None:
        self._file = _SilentWhenBroken(descriptor, "wb", closefd=False)
        super().__init__(
            io.BufferedWriter(self._file), encoding, errors="backslashreplace", newline="\n", line_buffering=True
        )

    @property
    def broken(self) -> OSError | None:
        """Why a write failed, None while all is written."""
        return self._file.broken


def protect_standard_streams() -> None:
    """Replace `sys.stdout` and `sys.stderr` by streams that survive; call it before anything is opened or written."""
    occupy_closed_descriptors()
    sys.stdout = _protected(sys.stdout, _STDOUT)
    sys.stderr = _protected(sys.stderr, _STDERR)


def occupy_closed_descriptors() -> None:
    """Open the null device in place of each standard descriptor that is closed.

    Otherwise the next file or connection would get that number, and text meant for the log would go into it.
    A command still finds the descriptor closed: Python's descriptors are not inherited (PEP 446).
    """
    with contextlib.suppress(OSError):  # a container without /dev/null: nothing better can be done
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
            pass
        os.close(descriptor)


def _protected(stream: TextIO | None, descriptor: int) -> TextIO:
    try:
        return StandardStream(descriptor, (stream and stream.encoding) or "utf-8")
    except OSError:  # closed, and the null device is missing
        return io.StringIO()
