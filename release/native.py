#!/usr/bin/env python3
"""Unpacks the tool and its dependencies for native/action.yml, which runs them with the Python of the job.

    python3 release/native.py [native/tool]

A release has this folder in its tree. From files that stay, Python starts faster than from a zip: it compiles them once
per job, when main runs, because GitHub's runner unpacks actions anew for each job. Python finds the modules beside
`__main__.py`, so that nothing of the job's own packages is imported.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pyz

MAIN = b"""\
import sys

from alert24_deploy import action

getattr(action, sys.argv[1])()
"""
# The command line, what it alone uses, and its library; and actions-toolkit installs its own tests, too.
UNWANTED_PACKAGES = ("click",)
UNWANTED_PATHS = (
    "alert24_deploy/cli/",
    "alert24_deploy/app/doctor",
    "alert24_deploy/net/diagnosis.py",
    "alert24_deploy/state/check_count.py",
    "tests/",
)


def files() -> dict[str, bytes]:
    """Return the content of the folder by path."""
    entries = pyz.unpacked(UNWANTED_PACKAGES).items()
    wanted = {name: content for name, content in entries if not name.startswith(UNWANTED_PATHS)}
    return {**wanted, "__main__.py": MAIN}


def main(target: str = "native/tool") -> int:
    """Write the folder anew."""
    folder = Path(target)
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
