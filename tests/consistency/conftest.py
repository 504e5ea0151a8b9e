from __future__ import annotations

from pathlib import Path

import pytest

from alert24_sandbox import Sandbox
from helpers.key_watch import KeyWatch

from .stage import Stage


@pytest.fixture
def stage(sandbox: Sandbox, api_key: str, tmp_path: Path, key_watch: KeyWatch) -> Stage:
    """A folder in which an example's commands run, with a page to change."""
    sandbox.add_service("Payments API")
    sandbox.add_service("Web shop")
    return Stage(tmp_path, sandbox, api_key, key_watch)
