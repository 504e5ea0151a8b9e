"""The single file: built the same twice, and at home on every Python and in every directory."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from alert24_deploy import __version__
from alert24_sandbox import Sandbox

from .conftest import BUILDER

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


def pythons() -> list[str]:
    """Every Python from 3.10 on that is here: pyenv's, those on PATH, and the one that runs this."""
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    found = [*versions.glob("3.1[0-9].*/bin/python3"), *map(Path, filter(None, map(shutil.which, NAMES)))]
    working = {version(path): str(path) for path in found if version(path)}
    return sorted({*working.values(), sys.executable})


NAMES = [f"python3.{minor}" for minor in range(10, 20)]


def version(python: Path) -> str:
    """Which Python that is; empty where it doesn't start, as pyenv's stand-ins do for one that isn't chosen."""
    ended = run([python, "-c", "import sys; print(*sys.version_info[:3])"])
    return ended.stdout if ended.returncode == 0 else ""


def run(
    command: Sequence[str | Path], environ: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command with an environment made from nothing: no HOME above all."""
    return subprocess.run(command, env=environ or {}, cwd=cwd, capture_output=True, text=True, check=False)


def test_build__twice__same_bytes(pyz: Path, tmp_path: Path) -> None:
    """Two builds are one file, whatever the time zone, the hash seed and the file mode mask."""
    again = tmp_path / "again.pyz"
    environ = {**os.environ, "TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1"}
    subprocess.run([sys.executable, BUILDER, again], check=True, env=environ, umask=0o077, stdout=subprocess.PIPE)
    assert again.read_bytes() == pyz.read_bytes()


def test_build__holds_no_compiled_code(pyz: Path) -> None:
    """One file serves every platform; every package in it comes with its licence."""
    names = zipfile.ZipFile(pyz).namelist()
    assert not [name for name in names if name.endswith((".so", ".pyd", ".pyc"))]
    packages = {name.split("/")[0] for name in names if name.endswith("/__init__.py")} - {"alert24_deploy"}
    licensed = {name.split("-")[0] for name in names if ".dist-info/" in name}
    assert packages == licensed == {"certifi", "click", "idna", "requests", "urllib3"}


def test_run__any_python__from_anywhere(
    subtests: pytest.Subtests, pyz: Path, sandbox: Sandbox, api_key: str, tmp_path: Path
) -> None:
    """It starts and finishes a deployment on every Python that is here."""
    sandbox.add_service("Payments API")
    # Not parameters: each worker would start every Python while it collects.
    for number, python in enumerate(pythons()):
        with subtests.test(python=python):
            _deploys(python, pyz, sandbox, api_key, tmp_path / str(number))


def _deploys(python: str, pyz: Path, sandbox: Sandbox, api_key: str, folder: Path) -> None:
    """Start and finish in a read-only directory with blanks, HOME unset; nothing is left behind."""
    place, temporary = folder / "a read-only place", folder / "tmp"
    for directory in (place, temporary):
        directory.mkdir(parents=True)
    events = len(sandbox.events)
    shutil.copy(pyz, place / "alert24-deploy.pyz")
    environ = {"ALERT24_API_URL": sandbox.url, "ALERT24_API_KEY": api_key, "TMPDIR": str(temporary)}
    environ |= {"ALERT24_SERVICES": "Payments API", "ALERT24_STATE": str(folder / "state.json")}
    for command in (["init", "gitlab"], ["start"], ["finish", "--outcome", "success"]):
        ended = run(read_only(place, [python, "-I", str(place / "alert24-deploy.pyz"), *command]), environ, place)
        assert ended.returncode == 0, ended.stderr
    assert [event.after for event in sandbox.events][events:] == ["maintenance", "operational"]
    assert sorted(path.name for path in place.iterdir()) == ["alert24-deploy.pyz"]
    assert list(temporary.iterdir()) == []


def read_only(place: Path, command: Sequence[str]) -> list[str]:
    """A command that sees a directory as read-only; a mount does that even to root, whom no mode stops."""
    mount = f'mount --bind "{place}" "{place}" && mount -o remount,bind,ro "{place}" && cd "{place}" && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", f"{mount}", "sh", *command]


def test_run__https__certificates_from_the_file(pyz: Path, tmp_path: Path) -> None:
    """A server's certificate is checked by the authorities that the file carries."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import requests, ssl; bundle = requests.certs.where(); "
    code += "print(len(ssl.create_default_context(cafile=bundle).get_ca_certs()) > 100, bundle.startswith(sys.argv[2]))"
    ended = run([sys.executable, "-I", "-S", "-c", code, pyz, tmp_path], {"TMPDIR": str(tmp_path)})
    assert ended.stdout.split() == ["True", "True"], ended.stderr


def test_run__as_a_program__by_its_first_line(pyz: Path) -> None:
    """It can be called by its name."""
    ended = run([pyz, "--version"], {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin"})
    assert ended.stdout == f"alert24-deploy {__version__}\n"


def test_run__older_python__told_what_is_needed(pyz: Path) -> None:
    """A Python that is too old says so in a sentence."""
    code = "import runpy, sys; sys.version_info = (3, 9, 2); runpy.run_path(sys.argv[1], run_name='__main__')"
    ended = run([sys.executable, "-I", "-c", code, pyz])
    assert (ended.returncode, ended.stderr) == (1, "alert24-deploy needs Python 3.10 or newer, and this is 3.9.\n")
