"""The standard streams, in this process; `cli/test_broken_streams.py` has them in real ones."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

import pytest

from alert24_deploy.ci import streams
from alert24_deploy.ci.console import Console
from alert24_deploy.ci.streams import StandardStream


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """The reading and the writing end of a pipe."""
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        with contextlib.suppress(OSError):  # a test may have closed it
            os.close(end)


def test_stream__letter_that_its_encoding_lacks__is_escaped(pipe: tuple[int, int]) -> None:
    """A service's name that the terminal can't show doesn't end the command."""
    reading, writing = pipe
    Console(people=StandardStream(writing, "ascii")).info("Größe")
    assert os.read(reading, 100) == b"Gr\\xf6\\xdfe\n"


def test_stream__slow_reader_of_a_pipe_that_does_not_block__loses_nothing(pipe: tuple[int, int]) -> None:
    """Programs of the same job, such as Node's, make a shared pipe non-blocking."""
    reading, writing = pipe
    os.set_blocking(writing, False)
    text, read = "x" * 300_000, bytearray()

    def slowly() -> None:
        while len(read) <= len(text):
            read.extend(os.read(reading, 4096))

    reader = threading.Thread(target=slowly, daemon=True)
    stream = StandardStream(writing, "utf-8")
    reader.start()
    print(text, file=stream, flush=True)
    reader.join(20)
    assert (bytes(read), stream.broken) == (f"{text}\n".encode(), None)


def test_stream__reader_is_gone__silent_and_says_why(pipe: tuple[int, int]) -> None:
    """After the first failed write nothing is tried any more."""
    reading, writing = pipe
    stream = StandardStream(writing, "utf-8")
    os.close(reading)
    for _ in range(3):
        print("text", file=stream, flush=True)
    assert isinstance(stream.broken, BrokenPipeError)


def test_stream__works_again__stays_silent(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The rest of a text without its beginning would mislead."""
    path = tmp_path_factory.mktemp("log") / "log"
    descriptor, full = os.open(path, os.O_WRONLY | os.O_CREAT), os.open("/dev/full", os.O_WRONLY)
    kept = os.dup(descriptor)
    stream = StandardStream(descriptor, "utf-8")
    os.dup2(full, descriptor)
    print("first", file=stream, flush=True)
    os.dup2(kept, descriptor)
    print("second", file=stream, flush=True)
    assert path.read_text() == ""
    for number in (descriptor, full, kept):
        os.close(number)


def test_stream__terminal__is_one() -> None:
    """What asks whether people watch gets the same answer as before."""
    master, terminal = os.openpty()
    assert StandardStream(terminal, "utf-8").isatty()
    for number in (master, terminal):
        os.close(number)


def test_protected__closed_and_no_null_device__still_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container may have no devices at all."""
    monkeypatch.setattr(os, "devnull", "/nowhere/null")
    streams.occupy_closed_descriptors()
    closed = os.open("/", os.O_RDONLY)
    os.close(closed)
    print("text", file=streams._protected(None, closed), flush=True)
