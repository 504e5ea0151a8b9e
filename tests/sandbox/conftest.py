from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from alert24_sandbox import Sandbox
from sandbox.tools import Client, Clock


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    """A client of that sandbox with a key that may do everything."""
    with Client(sandbox, sandbox.add_key()) as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    """Threads for requests that have to wait."""
    with ThreadPoolExecutor(4) as pool:
        yield pool
