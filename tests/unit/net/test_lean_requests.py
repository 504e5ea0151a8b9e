from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["net.transport", "ci.github"])
def test_import__charset_normalizer__is_left_out_silently(module: str) -> None:
    """Nothing here needs an encoding to be guessed, and every process would pay for it at its start."""
    code = f"import sys, alert24_deploy.{module}; print('charset_normalizer' in sys.modules)"
    ended = subprocess.run([sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("False\n", "")


def test_import__another_warning_of_requests__is_shown() -> None:
    """Only the warning about charset_normalizer is hidden, not one about a urllib3 that requests doesn't support."""
    code = "import urllib3; urllib3.__version__ = '1.0'; import alert24_deploy.net.transport"
    ended = subprocess.run([sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, check=True)
    assert "urllib3 (1.0)" in ended.stderr


def test_import__requests_is_there_already__is_used_as_it_is() -> None:
    """A program that uses this package as a library keeps its own requests."""
    code = "import requests; from alert24_deploy.net import lean_requests; print(lean_requests.requests is requests)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "True\n"
