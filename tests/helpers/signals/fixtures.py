"""A fork server for the tests of one worker."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .fork_server import ForkServer


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    """Starts commands in a tenth of the usual time."""
    server = ForkServer()
    yield server
    server.close()
