from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKE = ["make", "--no-print-directory"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a path with a blank, with nothing installed."""
    checkout = tmp_path / "a checkout"
    shutil.copytree(ROOT / "requirements", checkout / "requirements")
    shutil.copy(ROOT / "Makefile", checkout)
    shutil.copy(ROOT / "pyproject.toml", checkout)
    return checkout


def make(checkout: Path, *arguments: str, **extra: str) -> tuple[int, str, str]:
    """Exit code, output and errors of `make`, without what the `make` around this test run has set."""
    around = ("MAKE", "MFLAGS", "PYTHON", "VENV", "PYTEST_ARGS", "COVERAGE")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(around)}
    ended = subprocess.run(
        [*MAKE, *arguments], cwd=checkout, env=clean | extra, capture_output=True, text=True, check=False, timeout=50
    )
    return ended.returncode, ended.stdout, ended.stderr


def python_that(checkout: Path, script: str) -> str:
    """A stand-in for an interpreter that is not as it should be."""
    file = checkout / "some python"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return f"PYTHON={file}"


def test_help__lists_every_target(checkout: Path) -> None:
    """`make` alone tells all there is, one line each."""
    makefile = (ROOT / "Makefile").read_text()
    phony = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[0].split()
    status, told, _ = make(checkout)
    assert status == 0
    assert {line.split()[0] for line in told.splitlines()[1:]} == set(phony) - {"help"}


UNFIT = {
    "": "was not found. Install Python 3.10 or newer",
    '[ "$1" = --version ] && echo "Python 3.9.2" || exit 1': "Python 3.9.2 is too old: 3.10 or newer is required.",
    'case "$2" in *ensurepip*) exit 1;; esac': "apt-get install python3-venv",
}


@pytest.mark.parametrize("script", UNFIT, ids=["none", "old", "without venv"])
def test_make__unfit_python__says_what_to_install(checkout: Path, script: str) -> None:
    """No Python, an old one, or Debian's without venv: the message is not what the shell thinks."""
    python = python_that(checkout, script) if script else "PYTHON=python-that-is-not-there"
    status, _, told = make(checkout, "demo", python)
    assert (status, UNFIT[script] in told) == (2, True), told


def test_make__a_second_run_installs_nothing(checkout: Path) -> None:
    """What is installed is installed again only after a change of the lock."""
    pretend_installed(checkout)
    _, nothing, _ = make(checkout, "--dry-run", "types")
    newer_than_stamps(checkout, "requirements/dev.txt")
    _, again, _ = make(checkout, "--dry-run", "types")
    assert ("pip install" in nothing, "pip install" in again) == (False, True)


def test_make__the_surrounding_pip_settings_stay_outside(checkout: Path) -> None:
    """A job that sets PIP_TARGET or PYTHONPATH for itself does not send our packages there."""
    stand_in = checkout / ".venv" / "bin" / "python"
    pretend_installed(checkout)
    newer_than_stamps(checkout, "requirements/locks.txt")
    stand_in.parent.mkdir()
    stand_in.write_text("#!/bin/sh\nenv\nexit 1\n")
    stand_in.chmod(0o755)
    unwanted = {"PIP_REQUIRE_VIRTUALENV": "1", "PIP_USER": "1", "PIP_TARGET": "/elsewhere", "PYTHONPATH": "/elsewhere"}
    unwanted["PYTHONDONTWRITEBYTECODE"] = "1"
    _, told, _ = make(checkout, "locks", **unwanted)
    seen = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
    assert "PATH" in seen
    assert set(unwanted) & set(seen) == set()


def pretend_installed(checkout: Path) -> None:
    """Leave the marks of an installation."""
    stamps = checkout / ".venv" / "stamps"
    stamps.mkdir(parents=True)
    now = max(file.stat().st_mtime for file in checkout.rglob("*") if file.is_file()) + 1
    for number, name in enumerate(["venv", "dev", "demo", "e2e", "locks"]):
        (stamps / name).touch()
        os.utime(stamps / name, (now + number, now + number))


def newer_than_stamps(checkout: Path, changed: str) -> None:
    """Make a file look as if it had changed after everything was installed."""
    newest = max(file.stat().st_mtime for file in (checkout / ".venv" / "stamps").iterdir()) + 10
    os.utime(checkout / changed, (newest, newest))
