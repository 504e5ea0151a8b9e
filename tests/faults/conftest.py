from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Response

from alert24_deploy.net import retry
from helpers.cli import Cli, CliAt
from helpers.key_watch import KeyWatch
from helpers.script import Script, Serve


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, so that -m can choose them."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("faults")


# The plugin's own server, but with a thread for each connection: one that hangs must not hold up the next test.
@pytest.fixture(scope="session")
def make_httpserver() -> Iterator[HTTPServer]:
    """The HTTP server of this folder's tests."""
    with HTTPServer(threaded=True) as server:
        yield server


@pytest.fixture
def cli_at(cli: Cli, key_watch: KeyWatch) -> CliAt:
    """Makes a command line that speaks to the Alert24 at some address."""
    return lambda url: Cli({**cli.environ, "ALERT24_API_URL": url}, cli.folder, key_watch)


@pytest.fixture
def serve(httpserver: HTTPServer) -> Serve:
    """Lets the HTTP server answer every request by a script."""

    def play(*answers: Response) -> Script:
        script = Script(*answers)
        httpserver.expect_request("/api/v1/services/svc-1").respond_with_handler(script)
        httpserver.expect_request("/api/v1/services").respond_with_handler(script)
        return script

    return play


@pytest.fixture
def two_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets a second try follow at once, and no third: the wait before it is longer than any time given."""
    monkeypatch.setattr(retry, "_backoff", lambda tries: 0.01 if tries == 1 else 1000.0)


@pytest.fixture
def faulty(cli_at: CliAt, httpserver: HTTPServer, quick_backoff: None) -> Cli:
    """The command line before that server; it waits between tries only where it is asked to."""
    del quick_backoff
    return cli_at(httpserver.url_for("").rstrip("/"))
