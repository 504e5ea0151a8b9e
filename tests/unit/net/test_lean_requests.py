from __future__ import annotations

import subprocess
import sys


def test_import__charset_normalizer__is_left_out_silently() -> None:
    """Nothing here needs an encoding to be guessed, and `set` would pay for it at every start."""
    code = "import sys, alert24_deploy.net.transport; print('charset_normalizer' in sys.modules)"
    ended = subprocess.run([sys.executable, "-W", "always", "-c", code], capture_output=True, text=True, check=True)
    assert (ended.stdout, ended.stderr) == ("False\n", "")


def test_import__requests_is_there_already__is_used_as_it_is() -> None:
    """A program that uses this package as a library keeps its own requests."""
    code = "import requests; from alert24_deploy.net import lean_requests; print(lean_requests.requests is requests)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "True\n"
