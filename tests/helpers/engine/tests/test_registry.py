from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest

from helpers.engine.registry import registry

pytestmark = pytest.mark.e2e


def test_registry__answers__and_counts_what_it_sent(tmp_path: Path) -> None:
    """An empty registry lists no images, in as many bytes as its log says; afterwards nothing listens there."""
    with registry(tmp_path) as running:
        url = f"http://{running.address}/v2/_catalog"
        before = running.bytes_sent()
        body = urllib.request.urlopen(url, timeout=30).read()
        assert body == b'{"repositories":[]}\n'
        assert running.bytes_sent() - before == len(body)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=30)


def test_registry__bad_settings__says_why(tmp_path: Path) -> None:
    """A registry that doesn't start shows its own message."""
    with pytest.raises(RuntimeError, match="did not find expected"), registry(tmp_path / "a: {b"):
        pass
