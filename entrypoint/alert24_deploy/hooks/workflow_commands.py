"""Keeps the output of the user's commands from giving GitHub's runner workflow commands."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import uuid
from collections.abc import Iterator, Mapping
from typing import IO


def both_piped() -> bool:
    """Tell whether stdout and stderr are pipes, as in a step on GitHub: then their order can get lost."""
    return _piped(1) and _piped(2)


def log_stream() -> IO[str]:
    """Return the stream that the CI reads: stdout, unless only stderr is still a pipe."""
    return sys.stderr if _piped(2) and not _piped(1) else sys.stdout


def _piped(number: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(number).st_mode)
    except OSError:
        return False


@contextlib.contextmanager
def disabled_workflow_commands(environ: Mapping[str, str], stream: IO[str], *, allowed: bool) -> Iterator[bool]:
    """Have GitHub ignore workflow commands that are printed meanwhile; elsewhere, or if allowed, do nothing.

    The output stands between `::stop-commands::` and a token that can't be guessed (GitHub docs, "Workflow commands",
    stopping and starting).

    Yields:
        Whether errors should go to where the output goes: in a pipe of their own, the closing token could overtake
        them.
    """
    if allowed or environ.get("GITHUB_ACTIONS") != "true":
        yield False
        return
    token = uuid.uuid4().hex
    _write(f"::stop-commands::{token}", stream)
    try:
        yield both_piped()
    finally:
        _write(f"\n::{token}::", stream)  # on a line of its own, whatever came before


def _write(text: str, stream: IO[str]) -> None:
    stream.write(f"{text}\n")
    stream.flush()
