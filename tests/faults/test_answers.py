"""Answers that are not what Alert24 documents: broken off, garbage, of the wrong shape, or without an end."""

from __future__ import annotations

import gc
import gzip
import itertools
import json
import resource
from collections.abc import Callable, Iterator

import pytest
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Response

from helpers.cli import Cli, CliAt
from helpers.processes import CliProcess
from helpers.raw_server import Exchange, RawServer, ok
from helpers.script import Serve, answer, good, service

SET = ("set", "down", "-s", "svc-1")
LIST = ("services",)
SERVICE = json.dumps({"data": service(status="down")}).encode()
SHORT = ("--timeout", "0.4")
# An answer whose head can't be read leaves urllib3's socket to the garbage collector, which says so.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")

BROKEN: dict[str, bytes] = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n" + SERVICE,
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n{",
    "no chunk at all": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
    "not HTTP": b"\x15\x03\x01\x00\x02\x02\x46",
    "SSH": b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "no status": b"HTTP/1.1\r\n\r\n",
    "endless status line": b"HTTP/1.1 200 " + b"x" * 70_000 + b"\r\n\r\n",
    "too many headers": b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(300)) + b"\r\n",
    "not gzip": ok(SERVICE, "Content-Encoding: gzip"),
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n" + SERVICE,
}
# Whole answers without the documented JSON: after a write the service is read, after a read it is read again.
WITHOUT_JSON = {
    "HTML": b"<!doctype html><title>Sign in</title>",
    "nothing but 200": b"",
    "half JSON": SERVICE[:-1],
    "not UTF-8": b'{"data": "\xff"}',
    "deep": b"[" * 200_000,
    "a number": b"1",
    "null": b"null",
    "NaN": b"NaN",
}
BROKEN |= {name: ok(body, "Connection: close") for name, body in WITHOUT_JSON.items()}


@pytest.fixture(autouse=True)
def left_sockets() -> Iterator[None]:
    """Has the garbage collector speak here, and not in the middle of some other test."""
    yield
    gc.collect()


def then_good(broken: bytes) -> Callable[[Exchange], None]:
    """Return an answer that is broken for the first two connections and good from then on."""

    def reply(exchange: Exchange) -> None:
        exchange.read()
        exchange.send(broken if exchange.number < 3 else ok(SERVICE, "Connection: close"))

    return reply


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_broken_answer__twice__is_tried_again(cli_at: CliAt, quick_backoff: None, broken: bytes) -> None:
    """What is broken may be whole the next time."""
    del quick_backoff
    with RawServer(then_good(broken)) as server:
        result = cli_at(server.url)(*SET)
    assert (result.code, len(server.exchanges)) == (0, 3), result.people


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_broken_answer__for_ever__is_unreachable(cli_at: CliAt, two_tries: None, broken: bytes) -> None:
    """When the time is up it counts as an outage, and the write as one that may have happened."""
    del two_tries

    def reply(exchange: Exchange) -> None:
        exchange.read()
        exchange.send(broken)

    with RawServer(reply) as server:
        result = cli_at(server.url)(*SET)
    result.says("Could not set 'svc-1' to down", "(2 tries", "perhaps written: 'svc-1'")
    whole = broken in [BROKEN[name] for name in WITHOUT_JSON]
    # Half a head may be read as an answer without a body, or not at all.
    tries = (2, 3) if broken == BROKEN["half a head"] else (3,) if whole else (2,)
    assert (result.code, len(server.exchanges) in tries) == (4, True)


def test_list__without_an_end__ends_with_the_time(faulty: Cli, httpserver: HTTPServer) -> None:
    """Pages that never end are read until the time is up, and not for ever."""
    numbers = itertools.count()

    def page(_: object) -> Response:
        items = [service(f"svc-{next(numbers)}") for _ in range(100)]
        return answer(200, {"data": items, "meta": {"has_more": True}})

    httpserver.expect_request("/api/v1/services").respond_with_handler(page)
    result = faulty(*LIST, *SHORT)
    assert (result.code, result.out) == (4, "")


@pytest.mark.parametrize("command", [SET, LIST], ids=["PUT", "GET"])
def test_body__without_an_end__is_cut_off(cli_at: CliAt, two_tries: None, command: tuple[str, ...]) -> None:
    """A body that goes on and on is read to a limit, and the server is hung up on."""
    del two_tries

    def pour(exchange: Exchange) -> None:
        exchange.read()
        exchange.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            exchange.send(b"10000\r\n" + b" " * 0x10000 + b"\r\n")

    with RawServer(pour) as server:
        result = cli_at(server.url)(*command)
    result.says("not with the JSON")
    assert result.code == 4


def test_body__gzip_bomb__does_not_fill_the_memory(cli_process: CliProcess) -> None:
    """Two megabytes that unpack to two gigabytes are given up after the first few."""
    member = gzip.compress(b" " * (64 << 20))
    sent = ok(b"", "Content-Encoding: gzip").replace(b"Content-Length: 0", b"Content-Length: %d" % (32 * len(member)))

    def explode(exchange: Exchange) -> None:
        exchange.read()
        exchange.send(sent)
        for _ in range(32):
            exchange.send(member)

    # A child counts what this process has, too, until it executes its program (getrusage(2), Linux).
    before = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_CHILDREN, resource.RUSAGE_SELF))
    with RawServer(explode) as server:
        result = cli_process(*LIST, "--timeout", "1", env={"ALERT24_API_URL": server.url})
    assert result.code == 4
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # kB, of the largest child so far
    assert peak < max(before, 300_000) + 100_000


def test_cookies__are_harmless(faulty: Cli, serve: Serve) -> None:
    """Whatever a server sets, the next request is the same, and Alert24's answers are read."""
    nasty = "a=b; Path=/; Max-Age=99, c=" + "d" * 3000 + "; =; \u00ff; Domain=.com"
    script = serve(
        answer(503, Set_Cookie=nasty), answer(200, {"data": service(status="down")}, Set_Cookie=nasty), good()
    )
    assert faulty(*SET).code == 0
    assert all("ak_live_" in asked.headers["Authorization"] for asked in script.asked)
