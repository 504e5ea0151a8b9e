"""The programs that are compared."""

from __future__ import annotations

import math
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

import certifi

from .comparing import Comparison, Contender
from .server import AUTHORITY, SERVICE_IDS, Server

ROUND_TRIP = 0.05  # seconds
CONCURRENCIES = (8, 16, 32)  # the second is the default
_PLAIN = Path(__file__).parent / "plain"
_TOOL = str(Path(sys.executable).with_name("alert24-deploy"))
_COUNT = len(SERVICE_IDS)
_START = {"GET": 1, "PUT": _COUNT}

SNIPPET = "the guide's snippet (requests)"
SET = "alert24-deploy set"
LOOP_LIST = f"loop: 1 list, {_COUNT} PUT"
LOOP_EACH = f"loop: {_COUNT} x (GET, PUT)"


class Folder:
    """An empty directory for each run, without state from the previous one."""

    def __init__(self) -> None:
        """Create the directory."""
        self.path = Path(tempfile.mkdtemp(prefix="alert24-deploy-bench-"))

    def renew(self) -> Path:
        """Empty the directory and return its path."""
        shutil.rmtree(self.path)
        self.path.mkdir()
        return self.path

    def __enter__(self) -> Folder:  # noqa: PYI034 - Self came with Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        shutil.rmtree(self.path)


def starting(folder: Folder) -> Comparison:
    """Return the comparison of startup times."""
    environ = _environ({}, folder)
    commands = [
        ("python -c pass", [sys.executable, "-c", "pass"]),
        ("python -c 'import requests'", [sys.executable, "-c", "import requests"]),
        ("alert24-deploy --version", [_TOOL, "--version"]),
        ("alert24-deploy --help", [_TOOL, "--help"]),
    ]
    return Comparison("Starting", [Contender(name, argv, environ) for name, argv in commands], folder.renew)


class Transport(NamedTuple):
    """How the server is reached: over TLS or not, and with which bundle of certificates."""

    name: str
    tls: bool = False
    public: bool = False  # whether the bundle has certifi's certificates, too, as a user's has

    def environ(self, folder: Folder) -> dict[str, str]:
        """Return the variables that make everybody trust the server."""
        if not self.tls:
            return {}
        bundle = folder.path.with_suffix(f".{'full' if self.public else 'own'}.pem")
        public = Path(certifi.where()).read_text("ascii") if self.public else ""
        bundle.write_text(public + AUTHORITY.read_text("ascii"), "ascii")
        return {"REQUESTS_CA_BUNDLE": str(bundle), "CURL_CA_BUNDLE": str(bundle)}


PLAIN = Transport("http")
OWN = Transport("https, one certificate", tls=True)
FULL = Transport("https, certifi's certificates", tls=True, public=True)


def setting(server: Server, folder: Folder, transport: Transport) -> Comparison:
    """Return the comparison of setting one service by id."""
    service, sent = SERVICE_IDS[0], {"PUT": 1}
    environ = _environ({**_asking(server, [service]), **transport.environ(folder)}, folder)
    runners = [
        Contender(SNIPPET, [sys.executable, str(_PLAIN / "snippet.py")], environ, sent),
        Contender(SET, [_TOOL, "set", "down"], environ, sent),
    ]
    if shutil.which("curl"):
        runners.append(Contender("the guide's command (curl)", _curl(server, service), environ, sent))
    return Comparison(f"set, one service by id, {transport.name}", runners, _fresh(server, folder), server.seen)


def _curl(server: Server, service: str) -> list[str]:
    json_headers = ["-H", f"Authorization: Bearer {server.key}", "-H", "Content-Type: application/json"]
    url = f"{server.url}/api/v1/services/{service}"
    return ["curl", "-s", "--fail", "-X", "PUT", url, *json_headers, "-d", '{"status": "down"}']


def loops(server: Server, folder: Folder, transport: Transport) -> Comparison:
    """Return the comparison of start for 100 services with two sequential loops that do the same."""
    environ = _environ({**_asking(server, SERVICE_IDS), **transport.environ(folder)}, folder)
    loop = [sys.executable, str(_PLAIN / "loop.py")]
    names = map(start_with, CONCURRENCIES)
    starts = [Contender(name, [_TOOL, *name.split()], environ, _START) for name in names]
    return Comparison(
        f"start of {_COUNT} services, {ROUND_TRIP * 1000:.0f} ms a round trip, {transport.name}",
        [
            Contender(LOOP_LIST, [*loop, "list"], environ, _START),
            Contender(LOOP_EACH, [*loop, "each"], environ, {"GET": _COUNT, "PUT": _COUNT}),
            *starts,
        ],
        _fresh(server, folder),
        server.seen,
    )


def start_with(concurrency: int) -> str:
    """Return the arguments of a start, which are also its name."""
    return f"start --concurrency {concurrency}"


def ideal_speedup(loop_requests: int, concurrency: int) -> float:
    """Return how many times faster start could be if only round trips took time."""
    return loop_requests / (1 + math.ceil(_COUNT / concurrency))


def _fresh(server: Server, folder: Folder) -> Callable[[], Path]:
    def prepare() -> Path:
        server.reset()
        return folder.renew()

    return prepare


def _asking(server: Server, services: Sequence[str]) -> dict[str, str]:
    return {"ALERT24_API_URL": server.url, "ALERT24_API_KEY": server.key, "ALERT24_SERVICES": ",".join(services)}


def _environ(more: Mapping[str, str], folder: Folder) -> dict[str, str]:
    """Return the environment of a contender: without a CI, a proxy, or files from the user's home."""
    return {"PATH": os.environ["PATH"], "HOME": str(folder.path), "LC_ALL": "C.UTF-8", **more}
