"""Servers that are gone, silent or endlessly slow: every command ends within the time that it was given."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from helpers.cli import CliAt
from helpers.processes import CliProcess
from helpers.raw_server import Exchange, RawServer, ok

SET = ("set", "down", "-s", "svc-1")
LIST = ("services",)
BOTH = pytest.mark.parametrize("command", [SET, LIST], ids=["PUT", "GET"])
# Seconds on top of the time that a command may take: enough for a busy machine, and less than its server takes.
GENEROUSLY = 20.0


@contextmanager
def ends_after(seconds: float) -> Iterator[None]:
    """Assert that a block takes no longer than the time it was given, and a generous moment."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < seconds + GENEROUSLY


def drip_head(exchange: Exchange) -> None:
    """Answer with a head that comes a byte at a time and has no end."""
    exchange.read()
    exchange.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 1000)


def drip_body(exchange: Exchange) -> None:
    """Answer at once, with a body that comes a byte at a time."""
    exchange.read()
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    exchange.drip(b" " * 100_000)


def never(exchange: Exchange) -> None:
    """Take the request and say nothing."""
    exchange.read()
    exchange.hang()


@BOTH
@pytest.mark.parametrize("answer", [drip_head, drip_body, never])
def test_slow_server__ends_with_the_time(
    cli_at: CliAt, command: tuple[str, ...], answer: Callable[[Exchange], None]
) -> None:
    """No timeout of a socket bounds an answer that comes a byte at a time: the time for the phase does."""
    with RawServer(answer) as server, ends_after(0.5):
        result = cli_at(server.url)(*command, "--timeout", "0.5")
    assert result.code == 4
    if command is SET:
        result.says("perhaps written: 'svc-1'")


def test_slow_server__process__is_gone_though_its_threads_wait(cli_process: CliProcess) -> None:
    """The process does not wait for the thread that still reads."""
    with RawServer(drip_body) as server:
        running = cli_process.begin(*SET, "--timeout", "0.5", env={"ALERT24_API_URL": server.url})
        result = running.end(0.5 + GENEROUSLY)
    result.says("0.5 s")
    assert result.code == 4


def test_slow_server__one_of_many__does_not_hold_up_the_others(cli_at: CliAt) -> None:
    """What is written is told as written, and only the slow one is unknown."""

    def answer(exchange: Exchange) -> None:
        path = exchange.read().split()[1]
        if path.endswith(b"/c"):
            exchange.hang()
        items = [
            b'{"id": "%s", "name": "%s", "status": "down"}' % (name, name.upper()) for name in (b"a", b"b", b"c", b"d")
        ]
        one = next((item for item in items if item.startswith(b'{"id": "' + path[-1:])), b"")
        data = one if path.count(b"/") > 3 else b"[" + b",".join(items) + b"]"
        exchange.send(ok(b'{"data": ' + data + b"}", "Connection: close"))

    names = [word for name in "abcd" for word in ("-s", name)]
    with RawServer(answer) as server, ends_after(1):
        result = cli_at(server.url)("set", "down", *names, "--timeout", "1", "--concurrency", "1")
    result.says("Written: 'A' and 'B'", "perhaps written: 'C'", "Not written: 'D'")
    assert result.code == 4


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Replaces the look-up of host names: tests ask no name server."""

    def use(look_up: Callable[[], Any]) -> None:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: look_up())

    return use


def test_host__unknown__is_told(cli_at: CliAt, resolver: Callable[[Callable[[], Any]], None]) -> None:
    """A name that nobody knows is an outage: a name server may come back."""

    def unknown() -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    resolver(unknown)
    result = cli_at("https://alert24.example")(*SET, "--timeout", "0.3")
    result.says("Name or service not known", "alert24.example")
    assert result.code == 4


def test_host__look_up_hangs__ends_with_the_time(cli_at: CliAt, resolver: Callable[[Callable[[], Any]], None]) -> None:
    """No timeout bounds the look-up of a name, and the command ends all the same."""
    released = threading.Event()

    def hang() -> None:
        released.wait(50)
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    resolver(hang)
    try:
        with ends_after(0.3):
            result = cli_at("https://alert24.example")(*SET, "--timeout", "0.3")
    finally:
        released.set()
    result.says("0.3 s")
    assert result.code == 4
