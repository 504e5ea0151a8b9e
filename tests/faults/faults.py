"""The faults of the matrix, each with the class that decides what the tool has to do (`expectations.py`)."""

from __future__ import annotations

import gzip
import json
import socket
import struct

from helpers.raw_server import Exchange, ok

from .front import Strike

_ELSEWHERE = "http://localhost:9/elsewhere"  # the discard port: who follows is refused


def _raw(data: bytes) -> Strike:
    return lambda exchange: exchange.send(data)


def _status(status: int, *headers: str) -> Strike:
    body = json.dumps({"error": {"type": "x", "message": "Something went wrong.", "status": status}}).encode()
    return _raw(ok(body, *headers, "Connection: close").replace(b"200 OK", b"%d Some" % status, 1))


def _body(body: bytes, *headers: str) -> Strike:
    return _raw(ok(body, *headers, "Connection: close"))


def _reset(sent: bytes) -> Strike:
    def strike(exchange: Exchange) -> None:
        exchange.send(sent)
        connection = exchange._connection
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return strike


_HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n{"
_PASSING = (408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 530)
_RETRY_AFTER = {
    "past": "Wed, 01 Jan 2020 00:00:00 GMT",
    "far": "Fri, 01 Jan 2100 00:00:00 GMT",
    "negative": "-5",
    "huge": "9" * 400,
    "garbage": "soon",
}

LOST: dict[str, Strike] = {
    "reset before the answer": _reset(b""),
    "reset within the answer": _reset(_HALF),
    "no first byte": Exchange.hang,
    "a byte at a time": lambda exchange: exchange.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 1000),
    "closed within the answer": _raw(_HALF),
    "not HTTP": _raw(b"SSH-2.0-OpenSSH_9.2p1\r\n"),
    **{f"status {status}": _status(status) for status in _PASSING},
    **{f"Retry-After {name}": _status(503, f"Retry-After: {value}") for name, value in _RETRY_AFTER.items()},
}
GARBAGE: dict[str, Strike] = {
    "HTML": _raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!doctype html>"),
    "half JSON": _body(b'{"data": {"id": "x"'),
    "deep JSON": _body(b"[" * 200_000),
    "number": _body(b"1"),
    "not gzip": _body(b"{}", "Content-Encoding: gzip"),
    "bomb": _body(gzip.compress(b" " * (64 << 20)), "Content-Encoding: gzip"),
}
REFUSED: dict[str, Strike] = {
    f"status {status}": _status(status, "X-Request-Id: req-4711") for status in (400, 401, 402, 403, 405, 409, 422, 451)
}
REDIRECTED: dict[str, Strike] = {
    f"redirect {status}": _status(status, f"Location: {_ELSEWHERE}") for status in (301, 302, 303, 307, 308)
}
CLASSES = {"lost": LOST, "garbage": GARBAGE, "refused": REFUSED, "redirected": REDIRECTED}
