"""Runs the sandbox in its own process, so that its work doesn't count for any contender.

Commands go to its standard input, and each is answered by a line of JSON. It ends when its input is closed, so it can't
be left running.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from types import TracebackType
from typing import Any

_MODULE = "benchmarks.server"
# In the form of the ids in Alert24's documentation, so that `set` and `start` don't look them up as names.
SERVICE_IDS = tuple(f"svc-{number:03}" for number in range(1, 101))


class Server:
    """An Alert24 with 100 services that takes `latency` seconds for every response."""

    def __init__(self, latency: float = 0.0) -> None:
        """Start the server and wait until it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, str(latency)],
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


def serve(latency: float) -> None:
    """Serve until standard input is closed."""
    from alert24_sandbox import Options, Sandbox

    with Sandbox(Options(latency=latency)) as sandbox:
        for service_id in SERVICE_IDS:
            sandbox.add_service(f"Service {service_id[-3:]}", id=service_id)
        print(json.dumps({"url": sandbox.url, "key": sandbox.add_key()}), flush=True)
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


if __name__ == "__main__":
    serve(float(sys.argv[1]))
