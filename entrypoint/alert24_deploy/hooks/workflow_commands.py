"""Output of the user's commands can't command the CI: on GitHub it stands between two words that nobody can guess."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import uuid
from collections.abc import Iterator, Mapping
from typing import IO


def both_piped() -> bool:
    """Tell whether stdout and stderr are pipes, as in a step of GitHub's: then their order is nobody's to keep."""
    return _piped(1) and _piped(2)


def log_stream() -> IO[str]:
    """Return our stream that the CI reads: stdout, but where it was sent elsewhere and stderr was not."""
    return sys.stderr if _piped(2) and not _piped(1) else sys.stdout


def _piped(number: int) -> bool:
    try:
        return stat.S_ISFIFO(os.fstat(number).st_mode)
    except OSError:
        return False


@contextlib.contextmanager
def disabled_workflow_commands(environ: Mapping[str, str], stream: IO[str], *, allowed: bool) -> Iterator[bool]:
    """Have GitHub ignore commands in what is printed to a stream meanwhile; elsewhere, or where allowed, do nothing.

    Yields whether errors should go with the output: the word that ends the guard must not overtake them in
    another pipe (GitHub docs, "Workflow commands", stopping and starting).
    """
    if allowed or environ.get("GITHUB_ACTIONS") != "true":
        yield False
        return
    word = uuid.uuid4().hex
    _say(f"::stop-commands::{word}", stream)
    try:
        yield both_piped()
    finally:
        _say(f"\n::{word}::", stream)  # on a line of its own, whatever came before


def _say(text: str, stream: IO[str]) -> None:
    stream.write(f"{text}\n")
    stream.flush()
