"""The only way in which text leaves the program: without secrets, and with foreign text held to its line."""

from __future__ import annotations

import contextlib
import json as json_format
import sys
from typing import TextIO

from ..text import redact, sanitize_lines
from .streams import StandardStream

_PROGRESS_SECONDS = 30.0
_LINE_LIMIT = 4000  # characters; GitHub cuts an annotation at 4096


class Console:
    """Writes text for people on one stream, and what the user asked for on another."""

    def __init__(self, people: TextIO | None = None, machine: TextIO | None = None, *, verbose: bool = False) -> None:
        """Write to stderr for people and to stdout for machines, unless other streams are given."""
        self._people = people or sys.stderr
        self._machine = machine or sys.stdout
        self._asked_for_output = False
        self._live = False
        self._next_progress = 0.0
        self._waited = 0.0
        self.verbose = verbose

    @property
    def output_error(self) -> OSError | None:
        """Why the output that the user asked for could not be written, None if it was.

        A reader that has gone (`| head -1`) has seen enough, and a closed stdout wants nothing.
        """
        error = self._machine.broken if isinstance(self._machine, StandardStream) else None
        return error if self._asked_for_output and not isinstance(error, BrokenPipeError) else None

    def info(self, text: str) -> None:
        """Write a sentence, or several lines of them."""
        self._write(text)

    def note(self, text: str) -> None:
        """Write what the user may want to know."""
        self._write(text)

    def warn(self, text: str) -> None:
        """Write what the user should look at although the command goes on."""
        self._write(f"Warning: {text}")

    def fail(self, text: str) -> None:
        """Write what went wrong."""
        self._write(f"Error: {text}")

    def progress(self, text: str, seconds: float) -> None:
        """Show what is waited for: on a terminal, one line that is rewritten; otherwise, a line now and then."""
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
        """Fold what is written meanwhile, if the CI can; `name` is the command's."""
        return contextlib.nullcontext()

    def trace(self, text: str) -> None:
        """Write a detail, if `verbose` asks for it."""
        if self.verbose:
            self._write(f"  {text}")

    def print(self, text: str) -> None:
        """Write a line that the user asked for."""
        self._output("\n".join(self.lines(text)))

    def file(self, text: str) -> None:
        """Write a file that the user asked for, as it is; what is foreign in it has been made safe before."""
        self._output(text.rstrip("\n"))

    def json(self, document: object) -> None:
        """Write one JSON document for machines."""
        # `##[` in a line is a command to GitHub's runner, wherever it stands; inside a JSON string it can be escaped.
        self._output(redact(json_format.dumps(document, indent=2).replace("##[", "##\\u005b")))

    def lines(self, text: str) -> list[str]:
        """Return the lines of a text, each harmless to a CI that reads commands from logs."""
        return sanitize_lines(text, _LINE_LIMIT)

    def _output(self, text: str) -> None:
        self._asked_for_output = True
        print(text, file=self._machine, flush=True)

    def _write(self, text: str) -> None:
        if self._live:
            self._people.write("\n")
            self._live = False
        for line in self.lines(text):
            print(line, file=self._people, flush=True)
