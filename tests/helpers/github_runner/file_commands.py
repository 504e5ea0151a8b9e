"""The files by which a step hands over outputs, state, environment, path and summary (FileCommandManager.cs)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from pathlib import Path

# The runner's names: context name -> prefix of the file.
PREFIXES = {
    "env": "set_env_",
    "output": "set_output_",
    "path": "add_path_",
    "state": "save_state_",
    "step_summary": "step_summary_",
}
SUMMARY_LIMIT_BYTES = 1024 * 1024


class FileCommandError(Exception):
    """A file command that the runner can't read: the step fails."""


def fresh_files(directory: Path) -> dict[str, Path]:
    """Make the five empty files of one stage, under a name that no other stage has, by context name."""
    directory.mkdir(parents=True, exist_ok=True)
    suffix = str(uuid.uuid4())
    files = {context: directory / (prefix + suffix) for context, prefix in PREFIXES.items()}
    for file in files.values():
        file.touch()
    return files


def read_pairs(file: Path) -> Iterator[tuple[str, str]]:
    """The pairs of an env, output or state file, in order.

    Yields what stands before a mistake, then raises, as the runner does: it has taken the earlier pairs by then.

    Raises:
        FileCommandError: a line is neither `NAME=VALUE` nor `NAME<<DELIMITER`, or a delimiter never comes.
    """
    if not file.exists():
        return
    # Only "\n" ends a line on Linux: a carriage return is part of the value.
    lines = iter(_lines(file.read_bytes().decode("utf-8-sig", errors="replace")))
    for line, _ in lines:
        if line:
            yield _pair(line, lines)


def read_path(file: Path) -> list[str]:
    """The directories that a step added to PATH, in order."""
    text = file.read_bytes().decode("utf-8-sig") if file.exists() else ""
    return [line for line in re.split(r"\r\n|[\r\n]", text) if line]


def read_summary(file: Path) -> str:
    """The step's summary.

    Raises:
        FileCommandError: it is over 1 MiB; the runner reports that and uploads nothing, but the step doesn't fail.
    """
    if not file.exists():
        return ""
    size = file.stat().st_size
    if size > SUMMARY_LIMIT_BYTES:
        raise FileCommandError(
            f"$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of "
            f"{SUMMARY_LIMIT_BYTES // 1024}k, got {size // 1024}k."
        )
    return file.read_text("utf-8-sig", errors="replace")


def _lines(text: str) -> list[tuple[str, bool]]:
    """Every line with whether it was ended properly; no empty last one after a final newline."""
    parts = text.split("\n")
    last = parts.pop()
    return [(part, True) for part in parts] + ([(last, False)] if last else [])


def _pair(line: str, following: Iterator[tuple[str, bool]]) -> tuple[str, str]:
    equals, heredoc = line.find("="), line.find("<<")
    if equals >= 0 and (heredoc < 0 or equals < heredoc):
        return line[:equals], line[equals + 1 :]
    if heredoc < 0:
        raise FileCommandError(f"Invalid format '{line}'")
    name, delimiter = line[:heredoc], line[heredoc + 2 :]
    if not name or not delimiter:
        raise FileCommandError(f"Invalid format '{line}'. Name must not be empty and delimiter must not be empty")
    return name, _heredoc(delimiter, following)


def _heredoc(delimiter: str, following: Iterator[tuple[str, bool]]) -> str:
    value: list[str] = []
    for line, ended in following:
        if line == delimiter:
            return "\n".join(value)
        if not ended:
            raise FileCommandError("Invalid value. EOF marker missing new line.")
        value.append(line)
    raise FileCommandError(f"Invalid value. Matching delimiter not found '{delimiter}'")
