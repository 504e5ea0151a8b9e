"""The sandbox in a process of its own, so that its work is not counted as anybody's; and the handle on it.

It is spoken to over its standard input, a line of JSON each way. It ends with its input, so it can't be left behind.
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
# Written like the ids of Alert24's documentation, so that `set` and `start` need not look them up as names.
SERVICE_IDS = tuple(f"svc-{number:03}" for number in range(1, 101))


class Server:
    """An Alert24 with 100 services that takes `latency` seconds for every answer."""

    def __init__(self, latency: float = 0.0) -> None:
        """Start it and wait until it listens."""
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
        """Make every service operational again and forget the requests so far."""
        self._ask("reset")

    def seen(self) -> Mapping[str, int]:
        """Return how many requests of each method were answered with a 200."""
        return dict(self._ask("seen"))

    def _ask(self, word: str) -> Any:
        assert self._process.stdin  # noqa: S101 - it was asked for
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout  # noqa: S101 - it was asked for
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Server:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.communicate()


def serve(latency: float) -> None:
    """Serve until the input ends."""
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
