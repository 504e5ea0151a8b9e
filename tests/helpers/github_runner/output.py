"""What the runner does with the output of a step (OutputManager.cs, ActionCommandManager.cs)."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import IO

from .commands import Command, parse
from .masker import Masker, forms
from .results import ANNOTATIONS_PER_LEVEL, Annotation, StepResult

MESSAGE_LIMIT = 4096

_ISSUES = ("error", "notice", "warning")
_WITHDRAWN = ("add-path", "save-state", "set-env", "set-output")
_COMMANDS = (
    *_ISSUES,
    *_WITHDRAWN,
    "add-mask",
    "add-matcher",
    "debug",
    "echo",
    "endgroup",
    "group",
    "remove-matcher",
    "stop-commands",
)
_BAD_TOKEN = "A stop token must not be empty, the string 'pause-logging', or another workflow command."


class StepOutput:
    """Reads the lines of one stage, from both of its streams, into its result."""

    def __init__(self, result: StepResult, masker: Masker, secrets: Sequence[str] = (), *, debug: bool = False) -> None:
        self._result, self._masker, self._debug = result, masker, debug
        self._secret_forms = {form for secret in secrets for form in forms(secret)}
        self._registered = set(_COMMANDS)
        self._stop_token = ""
        self._lock = threading.Lock()
        self.state: dict[str, str] = {}
        self.on_line: Callable[[str], object] | None = None

    def line(self, line: str) -> None:
        """Take one line of output."""
        with self._lock:
            self._take(line)
        if self.on_line:
            self.on_line(line)

    def write(self, text: str) -> None:
        """Add a line to the log, masked."""
        self._result.log.append(self._masker.mask(text))

    def masked_lines(self, text: str) -> str:
        """A text masked line by line, as a summary is: a secret of several lines is hidden by its lines."""
        lines = re.split(r"\r\n|[\r\n]", text)
        return "\n".join(map(self._masker.mask, lines if lines[-1] else lines[:-1]))

    def annotate(self, level: str, message: str, properties: dict[str, str] | None = None) -> None:
        """Add an annotation and its line in the log. As on the runner, the message is masked and a property isn't."""
        message = self._masker.mask(message)[:MESSAGE_LIMIT]
        if len(self._result.messages(level)) < ANNOTATIONS_PER_LEVEL:
            self._result.annotations.append(Annotation(level, message, properties or {}))
        self.write(f"##[{level}]{message}")

    def _take(self, line: str) -> None:
        command = parse(line, self._registered)
        if command is None or command.name.lower() != "add-mask":
            self._watch(line)
        if command is None or not self._process(line, command):
            self.write(line)

    def _watch(self, line: str) -> None:
        if any(form in line for form in self._secret_forms):
            self._result.mentions.append(self._masker.mask(line))

    def _process(self, line: str, command: Command) -> bool:
        """Carry a command out; False where it is to be shown as plain output."""
        name = command.name.lower()
        if self._stop_token:
            return self._resume(line, name)
        try:
            self._carry_out(name, line, command)
        except ValueError as problem:
            shown = name if name in ("add-mask", "debug", *_ISSUES) else line
            self.annotate("error", f"Unable to process command '{shown}' successfully.")
            self.annotate("error", str(problem))
            self._result.fail()
        return True

    def _resume(self, line: str, name: str) -> bool:
        if name != self._stop_token:
            return False
        self.write(line)
        self._registered.remove(name)
        self._stop_token = ""
        return True

    def _carry_out(self, name: str, line: str, command: Command) -> None:
        if name in _ISSUES:
            self.annotate(name, command.data, command.properties)
        elif name in ("group", "endgroup"):
            self.write(f"##[{name}]{command.data if name == 'group' else ''}")
        elif name == "debug":
            self._write_debug(command.data)
        elif name == "stop-commands":
            self._stop(line, command.data)
        elif name == "add-mask":
            self._add_mask(command.data)
        elif name in _WITHDRAWN:
            self._withdrawn(name, command)

    def _write_debug(self, text: str) -> None:
        if self._debug:
            self.write(f"##[debug]{text}")

    def _stop(self, line: str, token: str) -> None:
        token = token.lower()
        if not token or token == "pause-logging" or token in self._registered:
            raise ValueError(_BAD_TOKEN)
        self._stop_token = token
        self._registered.add(token)
        self.write(line)

    def _add_mask(self, value: str) -> None:
        if not value.strip():
            self.annotate("warning", "Can't add secret mask for empty string in ##[add-mask] command.")
            return
        self._masker.add_with_lines(value)

    def _withdrawn(self, name: str, command: Command) -> None:
        self._result.deprecated.append(name)
        if name in ("set-env", "add-path"):
            raise ValueError(f"The `{name}` command is disabled. Please upgrade to using Environment Files.")
        key = command.properties.get("name", "")
        if not key:
            raise ValueError(f"Required field 'name' is missing in ##[{name}] command.")
        (self._result.outputs if name == "set-output" else self.state)[key] = command.data


def lines_of(stream: IO[bytes]) -> Iterator[str]:
    """The lines of a stream as they come in, split like .NET's ReadLine: at LF, CR LF and a lone CR.

    A line that ends in CR is given out at once; an LF that follows belongs to the same end.
    """
    pending, after_return = b"", False
    while chunk := stream.read1(65536):  # type: ignore[attr-defined]
        if after_return:
            chunk = chunk.removeprefix(b"\n")
        after_return = chunk.endswith(b"\r")
        *complete, pending = re.split(rb"\r\n|[\r\n]", pending + chunk)
        for line in complete:
            yield line.decode("utf-8", errors="replace")
    if pending:
        yield pending.decode("utf-8", errors="replace")
