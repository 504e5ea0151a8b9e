"""Runs the sandbox in its own process, so that its work doesn't count for any contender.

Commands go to its standard input, and each is answered by a line of JSON. It ends when its input is closed, so it can't
be left running.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alert24_sandbox import Sandbox

_HELPERS = Path(__file__).parents[1] / "tests" / "helpers"
_CERTIFICATE = _HELPERS / "private-server.pem"  # with its key; nothing is secured by them
AUTHORITY = _HELPERS / "private-ca.pem"
_MODULE = "benchmarks.server"
# In the form of the ids in Alert24's documentation, so that `set` and `start` don't look them up as names.
SERVICE_IDS = tuple(f"svc-{number:03}" for number in range(1, 101))


class Server:
    """An Alert24 with 100 services that takes `latency` seconds for every response."""

    def __init__(self, latency: float = 0.0, *, tls: bool = False) -> None:
        """Start the server, behind TLS if asked for, and wait until it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(latency), *(["tls"] if tls else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        began = self._answer()
        self.url: str = began["url"]
        self.key: str = began["key"]

    def reset(self) -> None:
        """Set every service to operational and clear the recorded requests."""
        self._ask("reset")

    def seen(self) -> Mapping[str, int]:
        """Return how many requests got a 200 response, by method."""
        return dict(self._ask("seen"))

    def _ask(self, word: str) -> Any:
        assert self._process.stdin  # noqa: S101 - created with PIPE
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout  # noqa: S101 - created with PIPE
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Server:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.communicate()


def serve(latency: float, *, tls: bool) -> None:
    """Serve until standard input is closed."""
    from alert24_sandbox import Options, Sandbox

    with Sandbox(Options(latency=latency)) as sandbox:
        for service_id in SERVICE_IDS:
            sandbox.add_service(f"Service {service_id[-3:]}", id=service_id)
        if tls:
            _encrypt(sandbox)
        url = sandbox.url.replace("http:", "https:") if tls else sandbox.url
        print(json.dumps({"url": url, "key": sandbox.add_key()}), flush=True)
        for line in sys.stdin:
            answer: Mapping[str, int] = {}
            if line.strip() == "reset":
                for service in sandbox.services:
                    if service.status != "operational":
                        sandbox.set_status(service.id, "operational")
                sandbox.clear_requests()
            else:
                answer = Counter(request.method for request in sandbox.requests if request.status == 200)
            print(json.dumps(answer), flush=True)


def _encrypt(sandbox: Sandbox) -> None:
    """Have the sandbox, which knows no TLS, speak nothing else; the handshake is each connection's thread's."""
    server = sandbox._server  # noqa: SLF001 - the sandbox's users need no TLS
    assert server  # noqa: S101 - it is running
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_CERTIFICATE)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)


if __name__ == "__main__":
    serve(float(sys.argv[1]), tls="tls" in sys.argv)
