"""The one door through which text leaves: secrets are struck out, foreign text is held to its line."""

from __future__ import annotations

import contextlib
import io
import json as json_format
import re
import sys
from typing import TextIO

from ..text import sanitize

_STARS = "***"
_PROGRESS_SECONDS = 30.0
_SHORTEST_SECRET = 4  # characters; striking out a shorter one would only spoil the text
_TELLING = 8  # characters of a secret; fewer tell nothing
# Nobody's setting here, but a key all the same: mistyped into another option, or shown by somebody else's mistake.
_KEY = re.compile(r"ak_live_[0-9A-Za-z]{8,}", re.ASCII)
_LINE_LIMIT = 4000  # characters; GitHub cuts an annotation at 4096


class Console:
    """Text for people on one stream, a JSON document on another."""

    def __init__(self, people: TextIO | None = None, machine: TextIO | None = None, *, verbose: bool = False) -> None:
        """Speak to people on stderr and to machines on stdout, unless told otherwise."""
        self._people = people or _forgiving(sys.stderr)
        self._machine = machine or _forgiving(sys.stdout)
        self._secrets: list[str] = []
        self._live = False
        self._next_progress = 0.0
        self._waited = 0.0
        self.verbose = verbose

    def add_secret(self, secret: str) -> None:
        """Strike out a secret in everything that is said from now on."""
        if len(secret) >= _SHORTEST_SECRET and secret not in self._secrets:
            self._secrets.append(secret)

    def info(self, text: str) -> None:
        """Say a sentence, or several lines of them."""
        self._write(text)

    def note(self, text: str) -> None:
        """Say what the user may want to know."""
        self._write(text)

    def warn(self, text: str) -> None:
        """Say what the user should look at though the command goes on."""
        self._write(f"Warning: {text}")

    def fail(self, text: str) -> None:
        """Say what went wrong."""
        self._write(f"Error: {text}")

    def progress(self, text: str, seconds: float) -> None:
        """Say that something takes its time: a line that is rewritten on a terminal, one now and then elsewhere.

        Args:
            text: what is waited for.
            seconds: since when.
        """
        if seconds < self._waited:  # for something else than last time
            self._next_progress = 0.0
        self._waited = seconds
        if self._people.isatty():
            self._people.write(f"\r\x1b[K{self.lines(text)[0]} ({seconds:.0f} s)")
            self._people.flush()
            self._live = True
        elif seconds >= self._next_progress:
            self._next_progress = seconds + _PROGRESS_SECONDS
            self._write(f"{text} ({seconds:.0f} s)")

    def section(self, name: str) -> contextlib.AbstractContextManager[None]:  # noqa: ARG002 - for CIs that can fold
        """Fold what is said meanwhile, where the CI can; `name` is the command's."""
        return contextlib.nullcontext()

    def trace(self, text: str) -> None:
        """Say a detail, where `verbose` asks for it."""
        if self.verbose:
            self._write(f"  {text}")

    def print(self, text: str) -> None:
        """Write a line that the command was asked for."""
        for line in self.lines(text):
            print(line, file=self._machine, flush=True)

    def json(self, document: object) -> None:
        """Write one JSON document for machines."""
        # `##[` in a line is a command to GitHub's runner, wherever it stands; inside a JSON string it can be escaped.
        text = json_format.dumps(document, indent=2).replace("##[", "##\\u005b")
        print(self.redact(text), file=self._machine, flush=True)

    def redact(self, text: str) -> str:
        """Return a text with every secret struck out."""
        for secret in self._secrets:
            text = _without_beginning(text.replace(secret, _STARS), secret)
        return _KEY.sub(_STARS, text)

    def lines(self, text: str) -> list[str]:
        """Return the lines of a text, each harmless to a CI that reads commands from logs."""
        return [_indent(line) + sanitize(line, _LINE_LIMIT) for line in self.redact(text).split("\n")]

    def _write(self, text: str) -> None:
        if self._live:
            self._people.write("\n")
            self._live = False
        for line in self.lines(text):
            print(line, file=self._people, flush=True)


def _without_beginning(text: str, secret: str) -> str:
    """Strike out a secret that was cut off, as `shown` cuts long text."""
    if "..." in text:
        for length in range(len(secret) - 1, _TELLING - 1, -1):
            text = text.replace(f"{secret[:length]}...", f"{_STARS}...")
    return text


def _forgiving(stream: TextIO) -> TextIO:
    """Let a stream escape what its encoding lacks: a service's name must not end a command."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream


def _indent(line: str) -> str:
    return " " * (len(line) - len(line.lstrip(" ")))
