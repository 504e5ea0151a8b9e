from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from common import git

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = """\
# Changelog

## [Unreleased]

### Added

- A door.

## [1.2.2] - 2026-11-01

- A window.

## [1.2.1] - 2026-10-01
"""
COMMITTER = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
Commit = Callable[[str], str]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of main with version 1.2.2, and an empty remote."""
    checkout = tmp_path / "checkout"
    files = {
        "entrypoint/alert24_deploy/__init__.py": '"""A package."""\n\n__version__ = "1.2.2"\n',
        "CHANGELOG.md": CHANGELOG,
        "README.md": "image: ghcr.io/alert24/alert24-deploy:v1.2.2, not v1.2.20\npip install alert24-deploy==1.2.2\n",
        "gitlab-ci-component.yml": "# See /alert24-deploy/v1.2.2/gitlab-ci-component.yml\n",
        "templates/deploy.yml": "# See /alert24-deploy/v1.2.2/gitlab-ci-component.yml\n",
        "Dockerfile": f"FROM python:3-slim@sha256:{'1' * 64} AS build\nFROM python:3-slim@sha256:{'1' * 64}\n",
    }
    for path, content in files.items():
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout / path).write_text(content)
    git(tmp_path, "init", "--quiet", "--bare", "origin.git")
    git(checkout, "init", "--quiet", "--initial-branch", "main")
    git(checkout, "remote", "add", "origin", str(tmp_path / "origin.git"))
    return checkout


@pytest.fixture
def commit(checkout: Path) -> Commit:
    """Commits all that is in the checkout, and returns the commit."""

    def make(message: str) -> str:
        git(checkout, "add", "--all")
        subprocess.run(
            ["git", *COMMITTER, "commit", "--quiet", "--allow-empty", "-m", message], cwd=checkout, check=True
        )
        return git(checkout, "rev-parse", "HEAD")

    return make
