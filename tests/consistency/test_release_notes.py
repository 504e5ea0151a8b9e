from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / ".ci" / "release_notes.py"
CHANGELOG = """\
# Changelog

## [Unreleased]

## [1.2.3] - 2026-11-24

### Added

- A door.

## [1.2.2] - 2026-11-01

- A window.

## [1.2.1] - 2026-10-01

[1.2.3]: https://example.com/compare
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of version 1.2.3."""
    package = tmp_path / "entrypoint" / "alert24_deploy"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""A package."""\n\n__version__ = "1.2.3"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    return tmp_path


def output_of(checkout: Path, tag: str) -> tuple[int, str, str]:
    """The script's exit code, output and errors."""
    ended = subprocess.run([sys.executable, SCRIPT, tag, checkout], capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout, ended.stderr


def test_release_notes__are_the_versions_own(checkout: Path) -> None:
    """A release shows its own section and nothing of the one before."""
    assert output_of(checkout, "v1.2.3") == (0, "### Added\n\n- A door.\n", "")


@pytest.mark.parametrize(
    ("tag", "version", "complaint"),
    [
        ("v1.2.4", "1.2.3", "The tag is v1.2.4, but the package is 1.2.3.\n"),
        ("v1.2.4", "1.2.4", "CHANGELOG.md has no section [1.2.4], or the section is empty.\n"),
        ("v1.2.1", "1.2.1", "CHANGELOG.md has no section [1.2.1], or the section is empty.\n"),
    ],
    ids=["another tag", "no section", "an empty section"],
)
def test_release_notes__disagreement_stops_the_release(checkout: Path, tag: str, version: str, complaint: str) -> None:
    """Nothing is published under a wrong version, or without a word to its users."""
    package = checkout / "entrypoint" / "alert24_deploy" / "__init__.py"
    package.write_text(f'__version__ = "{version}"\n')
    assert output_of(checkout, tag) == (1, "", complaint)
