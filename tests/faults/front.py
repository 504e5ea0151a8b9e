"""A faulty front of the sandbox: passes every request on, but for those of one call, which meet a fault."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from helpers.raw_server import Exchange, RawServer

Strike = Callable[[Exchange], None]
"""Answers a request that has been read, in a way that no healthy server would."""


class Call(NamedTuple):
    """One kind of request, and a command that makes it.

    `made_by` is the function that builds the request. `before` are commands that run while all is well. `heal` is run
    against the healthy sandbox afterwards, and leaves the service in `healed`. `needed` says whether the command fails
    if the call does.
    """

    made_by: str
    method: str
    path: str
    before: tuple[tuple[str, ...], ...]
    command: tuple[str, ...]
    heal: tuple[str, ...]
    healed: str
    needed: bool = True


class Front:
    """Stands before a sandbox; `struck` counts the requests that met the fault."""

    def __init__(self, upstream: str, call: Call, strike: Strike) -> None:
        """Keep what to pass on to, and what to spoil."""
        self._address = (urlsplit(upstream).hostname, urlsplit(upstream).port or 80)
        self._line = re.compile(rf"{call.method} {call.path} HTTP".encode())
        self._strike = strike
        self.struck = 0

    def __call__(self, exchange: Exchange) -> None:
        """Answer one connection (see `RawServer`)."""
        request = exchange.read()
        if self._line.match(request):
            self.struck += 1
            self._strike(exchange)
        elif request:
            exchange.send(self._pass_on(request))

    def _pass_on(self, request: bytes) -> bytes:
        once = re.sub(rb"(?i)\r\nconnection: [^\r]*", b"", request, count=1)
        with socket.create_connection(self._address, 20) as upstream:
            upstream.sendall(once.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            return b"".join(iter(lambda: upstream.recv(65536), b""))


def before(upstream: str, call: Call, strike: Strike) -> tuple[RawServer, Front]:
    """Return a server before the sandbox, still to be entered, and what it counts."""
    front = Front(upstream, call, strike)
    return RawServer(front), front
