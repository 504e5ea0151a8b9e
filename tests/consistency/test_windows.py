"""native/action.yml runs on Windows: what the action's stages import, but not the command line, has to work there."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from mypy import api

from alert24_deploy.action.inputs import INPUTS

ROOT = Path(__file__).resolve().parents[2]
# What starts the user's commands, which no input names, and the file that only the command line keeps its state in.
POSIX_ONLY = {"hooks/process.py", "state/file.py"}


def test_action__names_that_windows_lacks__are_in_two_modules_only(tmp_path: Path) -> None:
    """The type checker knows for each name of the standard library whether Windows has it."""
    arguments = ["--platform", "win32", "--python-executable", sys.executable, "--cache-dir", str(tmp_path)]
    report, errors, _ = api.run([*arguments, "--config-file", str(ROOT / "pyproject.toml"), str(ROOT / "entrypoint")])
    found = re.findall(r"alert24_deploy/(\S+):\d+: error: Module has no attribute", report)
    assert (set(found), errors) == (POSIX_ONLY, ""), report


def test_action__inputs__name_no_command() -> None:
    """A command would need the module that does not work on Windows."""
    assert not [name for name in INPUTS if "command" in name]
