#!/usr/bin/env python3
"""Builds alert24-deploy.pyz: the tool and its dependencies in a single file, for images that only have Python.

    python3 release/pyz.py [dist/alert24-deploy.pyz]       prints the file's SHA-256

The same source and lock produce the same bytes on any machine, so a component can name the checksum of a file that its
release pipeline has not built yet. The file contains no compiled code, so it works on every platform.
"""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "image.txt"
PACKAGE = ROOT / "entrypoint" / "alert24_deploy"
# Packages in the lock that only GitHub needs.
UNWANTED = ("actions-toolkit",)
# The oldest Python in requires-python of pyproject.toml. Pure Python wheels that run there also run on newer versions.
OLDEST = "3.10"
SHEBANG = b"#!/usr/bin/env python3\n"
# Any python3 may run this, so it must be valid in old versions, too.
MAIN = f"""\
import sys

if sys.version_info < ({OLDEST.replace(".", ", ")}):
    sys.exit("alert24-deploy needs Python {OLDEST} or newer, and this is %d.%d." % sys.version_info[:2])

from alert24_deploy.cli import main

main()
"""
# The earliest time that a zip supports. The build time would make every build differ.
EPOCH = (1980, 1, 1, 0, 0, 0)


def build() -> bytes:
    """Return the content of the file."""
    return _zipped({**unpacked(UNWANTED), "__main__.py": MAIN.encode("ascii")})


def unpacked(unwanted: Sequence[str] = ()) -> dict[str, bytes]:
    """Return the files of the tool and of its dependencies by path, without those of unwanted packages."""
    entries = dict(_package())
    with tempfile.TemporaryDirectory(prefix="alert24-deploy-pyz-") as directory:
        for wheel in _download(Path(directory), unwanted):
            entries.update(_unpacked(wheel))
    return entries


def _package() -> Iterator[tuple[str, bytes]]:
    for path in (*PACKAGE.rglob("*.py"), *PACKAGE.glob("*/templates/*")):
        yield path.relative_to(PACKAGE.parent).as_posix(), path.read_bytes()
    yield "LICENSE", (ROOT / "LICENSE").read_bytes()


def _download(directory: Path, unwanted: Sequence[str]) -> list[Path]:
    """Download the wheels in the lock, each checked against the hashes of the lock."""
    lock = directory / "lock.txt"
    lock.write_text(wanted(LOCK.read_text("utf-8"), unwanted), "utf-8")
    command = [sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check", "--no-input"]
    command += ["--require-hashes", "--no-deps", "--only-binary=:all:", "--python-version", OLDEST]
    command += ["--platform", "any", "--implementation", "py", "--abi", "none", "--dest", str(directory)]
    subprocess.run([*command, "--requirement", str(lock)], check=True, stdout=sys.stderr)
    return list(directory.glob("*.whl"))


def wanted(lock: str, unwanted: Sequence[str]) -> str:
    """Return the lock without the packages that are not needed."""
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)
    return "".join(entry for entry in entries if not entry.startswith(tuple(f"{name}==" for name in unwanted)))


def _unpacked(wheel: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the modules, data and license of a wheel, without the files for installers and type checkers."""
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.endswith((".so", ".pyd")):
                raise ValueError(f"{wheel.name} contains compiled code: {name}")
            if _belongs(name):
                yield name, archive.read(name)


def _belongs(name: str) -> bool:
    about = re.match(r"[^/]+\.dist-info/", name)
    if about:
        return bool(re.search(r"licen[cs]e|notice", name[about.end() :], re.IGNORECASE)) and not name.endswith("/")
    return not name.endswith((".pyi", "py.typed", "/"))


def _zipped(entries: Mapping[str, bytes]) -> bytes:
    """Return the entries as a program. It is not compressed, because the result would depend on the version of zlib."""
    file = io.BytesIO()
    file.write(SHEBANG)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_STORED) as archive:
        for name in sorted(entries):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system = 3  # Unix, on any platform
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, entries[name])
    return file.getvalue()


def main(target: str = "dist/alert24-deploy.pyz") -> int:
    """Write the file and print its checksum."""
    content = build()
    path = Path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o755)
    print(f"{hashlib.sha256(content).hexdigest()}  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
