from __future__ import annotations

import subprocess
import sys

import pytest

HTTP = {"requests", "urllib3", "tenacity", "http.client", "werkzeug", "alert24_sandbox", "actions_toolkit"}
CALLS = [["--help"], ["-h"], ["--version"], ["start", "--help"], ["finish", "--help"], ["set", "-h"], []]


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_command_line__help_and_version__import_no_http_library(arguments: list[str]) -> None:
    """Who only asks doesn't pay for what `start` needs, and gets the answer on stdout."""
    call = "from alert24_deploy.cli import main; main()"
    command = [sys.executable, "-X", "importtime", "-c", call, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    imported = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines() if line.startswith("import time")}
    assert "click" in imported
    assert not imported & HTTP
    assert ("alert24-deploy" in ended.stdout) is bool(arguments)
