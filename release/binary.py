#!/usr/bin/env python3
"""Builds the tool as a standalone binary, for images without Python: dist/alert24-deploy-linux-x86_64, or -arm64.

    python3 release/binary.py [dist]       prints the path and the SHA-256 of the file

PyInstaller bundles the tool with this Python, and staticx puts this machine's C library around it. So one static file
per processor runs on every Linux, whatever its C library is or how old, and nothing else is needed but /proc. Needs the
packages of requirements/binary.txt, patchelf, and a Python with a shared library; builds for the processor it runs on.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SPEC = Path(__file__).with_name("binary.spec")
# uname's word for the processor, and the one in the file's name.
PROCESSORS = {"x86_64": "x86_64", "aarch64": "arm64"}
# The same everywhere, so that PyInstaller makes the same file of the same source.
REPRODUCIBLE = {"PYTHONHASHSEED": "1", "SOURCE_DATE_EPOCH": "315532800"}


def file_name() -> str:
    """Return the name of the file for this machine's processor."""
    return f"alert24-deploy-linux-{PROCESSORS[platform.machine()]}"


def build(target: Path) -> None:
    """Write the binary to `target`.

    Raises:
        subprocess.CalledProcessError: PyInstaller or staticx failed.
        ValueError: the result still needs something of the machine that it runs on.
    """
    with tempfile.TemporaryDirectory(prefix="alert24-deploy-binary-") as directory:
        command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
        command += ["--distpath", directory, "--workpath", f"{directory}/work", str(SPEC)]
        environ = {**os.environ, **REPRODUCIBLE, "ALERT24_LIBRARIES": f"{directory}/libraries"}
        environ["PYTHONPATH"] = str(ROOT / "entrypoint")  # where the spec finds the commands
        subprocess.run(command, check=True, env=environ, stdout=sys.stderr)
        staticx = [sys.executable, "-m", "staticx", "--strip", f"{directory}/alert24-deploy", str(target)]
        subprocess.run(staticx, check=True, stdout=sys.stderr)
    target.chmod(0o755)
    if found := needs(target):
        raise ValueError(f"{target} is not static: it needs {found}.")


def needs(binary: Path) -> str:
    """Return what the file needs of the machine (loader, libraries, versions of their symbols); empty for nothing."""
    command = ["readelf", "--wide", "--program-headers", "--dynamic", "--version-info", str(binary)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return ", ".join(word for word in ("INTERP", "NEEDED", "GLIBC_") if word in said)


def main(directory: str = "dist") -> int:
    """Write the file and print its checksum."""
    target = Path(directory) / file_name()
    target.parent.mkdir(parents=True, exist_ok=True)
    build(target)
    print(f"{hashlib.sha256(target.read_bytes()).hexdigest()}  {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
