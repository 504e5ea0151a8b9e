"""A call that runs beside the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

_T = TypeVar("_T")


@contextmanager
def background(call: Callable[[], _T]) -> Iterator[Future[_T]]:
    """Run a call in a thread; its future is handed in, and it has ended when the block is left."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit(call)
