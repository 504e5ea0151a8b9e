from __future__ import annotations

from pathlib import Path

import pytest

from helpers.github_runner.file_commands import (
    SUMMARY_LIMIT_BYTES,
    FileCommandError,
    read_pairs,
    read_path,
    read_summary,
)


def _written(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "commands"
    file.write_bytes(text.encode())
    return file


# What GitHub's own toolkit writes is read back in e2e/test_reference.py.
@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("a=1\n\nb=2=3\n", [("a", "1"), ("b", "2=3")]),
        ("a=1<<2\nb=", [("a", "1<<2"), ("b", "")]),
        ("=nameless\na=x\r\n", [("", "nameless"), ("a", "x\r")]),
        ("a<<E=F\nb=c\n\nE=F\nd=e\n", [("a", "b=c\n"), ("d", "e")]),
        ("\ufeffa<<EOF\nEOF", [("a", "")]),
    ],
)
def test_read_pairs__well_formed__gives_the_values(tmp_path: Path, text: str, pairs: list[tuple[str, str]]) -> None:
    """Names and values are read as the runner on Linux reads them."""
    assert list(read_pairs(_written(tmp_path, text))) == pairs


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("word\n", "Invalid format 'word'"),
        ("<<EOF\nx\nEOF\n", "Name must not be empty"),
        ("a<<\nx\n\n", "delimiter must not be empty"),
        ("a<<EOF\nx\n", "Matching delimiter not found 'EOF'"),
        ("a<<EOF\nx", "EOF marker missing new line"),
        ("a<<EOF\nx\nEOF \n", "Matching delimiter not found 'EOF'"),
    ],
)
def test_read_pairs__malformed__is_an_error(tmp_path: Path, text: str, message: str) -> None:
    """A mistake is told in the runner's words."""
    with pytest.raises(FileCommandError, match=message):
        list(read_pairs(_written(tmp_path, text)))


def test_read_pairs__mistake_late__gives_what_stood_before(tmp_path: Path) -> None:
    """The pairs before a mistake have been taken by the time it shows."""
    pairs = read_pairs(_written(tmp_path, "a=1\nb<<EOF\n"))
    assert next(pairs) == ("a", "1")
    with pytest.raises(FileCommandError):
        next(pairs)


def test_read__file_gone__is_as_empty(tmp_path: Path) -> None:
    """A step may delete its files; each line of a path that isn't empty is a directory, whatever its end."""
    gone = tmp_path / "gone"
    assert (list(read_pairs(gone)), read_path(gone), read_summary(gone)) == ([], [], "")
    assert read_path(_written(tmp_path, "/a\r\n\n/b c\n")) == ["/a", "/b c"]


def test_read_summary__over_a_mebibyte__is_refused(tmp_path: Path) -> None:
    """A summary may have just the limit's size, and not a byte more."""
    assert len(read_summary(_written(tmp_path, "x" * SUMMARY_LIMIT_BYTES))) == SUMMARY_LIMIT_BYTES
    with pytest.raises(FileCommandError, match="upload aborted"):
        read_summary(_written(tmp_path, "x" * (SUMMARY_LIMIT_BYTES + 1)))
