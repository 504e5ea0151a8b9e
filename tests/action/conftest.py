from __future__ import annotations

from collections.abc import Iterator

import pytest

from alert24_sandbox import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An Alert24 with two services, one of them degraded."""
    with Sandbox() as sandbox:
        sandbox.add_service("Payments API")
        sandbox.add_service("Shop, front", status="degraded")
        yield sandbox
