"""The only way in which text leaves the program: without secrets, and with foreign text held to its line."""

from __future__ import annotations

import contextlib
import json as json_format
import sys
from typing import NamedTuple, TextIO

from ..text import redact, sanitize_lines
from .streams import StandardStream

_PROGRESS_SECONDS = 30.0
RED, GREEN, YELLOW, BLUE, DIM = "1;31", "32", "33", "34", "2"  # as SGR parameters
_LINE_LIMIT = 4000  # characters; GitHub cuts an annotation at 4096


class Mark(NamedTuple):
    """What stands before a line on a terminal."""

    symbol: str
    color: str = ""


NO_MARK = Mark("")


class Console:
    """Writes text for people on one stream, and what the user asked for on another."""

    log_shows_colors = False  # whether people see them although their stream is no terminal

    def __init__(
        self,
        people: TextIO | None = None,
        machine: TextIO | None = None,
        *,
        verbose: bool = False,
        no_color: bool = False,
    ) -> None:
        """Write to stderr for people and to stdout for machines, unless other streams are given.

        `no_color` tells whether the environment asks for no colours; `color` may be set to `always` or `never`.
        """
        self._people = people or sys.stderr
        self._machine = machine or sys.stdout
        self._asked_for_output = False
        self._live = False
        self._next_progress = 0.0
        self._waited = 0.0
        self._no_color = no_color
        self.verbose = verbose
        self.color = "auto"

    @property
    def output_error(self) -> OSError | None:
        """Why the output that the user asked for could not be written, None if it was.

        A reader that has gone (`| head -1`) has seen enough, and a closed stdout wants nothing.
        """
        error = self._machine.broken if isinstance(self._machine, StandardStream) else None
        return error if self._asked_for_output and not isinstance(error, BrokenPipeError) else None

    @property
    def on_terminal(self) -> bool:
        """Whether what the user asked for is read on a terminal, and not by a program."""
        return self._machine.isatty()

    def info(self, text: str, mark: Mark = NO_MARK) -> None:
        """Write a sentence, or several lines of them."""
        self._write(text, mark)

    def note(self, text: str) -> None:
        """Write what the user may want to know."""
        self._write(text)

    def warn(self, text: str) -> None:
        """Write what the user should look at although the command goes on."""
        self._write(text, label=("Warning: ", YELLOW))

    def fail(self, text: str) -> None:
        """Write what went wrong."""
        self._write(text, label=("Error: ", RED))

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

    def print(self, text: str, mark: Mark = NO_MARK) -> None:
        """Write a line that the user asked for."""
        self._output("\n".join(self._marked(self._machine, text, mark)))

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

    def _write(self, text: str, mark: Mark = NO_MARK, label: tuple[str, str] = ("", "")) -> None:
        if self._live:
            self._people.write("\n")
            self._live = False
        word, color = label
        lines = self._marked(self._people, word + text, mark)
        lines[0] = self._colored(self._people, word, color) + lines[0].removeprefix(word)
        for line in lines:
            print(line, file=self._people, flush=True)

    def _marked(self, stream: TextIO, text: str, mark: Mark) -> list[str]:
        """Return the lines of a text, with a mark before the first if somebody looks at them."""
        lines = self.lines(text)
        looked_at = stream.isatty() or self.color == "always"
        if mark.symbol and looked_at and (stream.encoding or "utf-8").lower().startswith("utf"):
            lines = [
                f"{self._colored(stream, mark.symbol, mark.color)} {lines[0]}",
                *(f"  {each}" for each in lines[1:]),
            ]
        return lines

    def _colored(self, stream: TextIO, text: str, color: str) -> str:
        shown = stream.isatty() or (self.log_shows_colors and stream is self._people)
        wanted = self.color == "always" or (self.color == "auto" and not self._no_color and shown)
        return f"\x1b[{color}m{text}\x1b[0m" if text and color and wanted else text
