from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.github_runner import Job, ProcessExecutor

MANIFEST = """
name: Stub
description: An action of the runner's own tests.
inputs:
  api-key:
    description: A secret.
  job-status:
    description: The status of the job.
    default: ${{ job.status }}
  phase:
    description: A word.
    default: auto
runs:
  using: docker
  image: Dockerfile
  entrypoint: /usr/local/bin/stub-main
  post-entrypoint: /usr/local/bin/stub-post
"""

WriteAction = Callable[..., Path]
MakeJob = Callable[..., Job]


@pytest.fixture
def write_action(tmp_path: Path) -> WriteAction:
    """Writes an action whose two stages are the given Python programs."""

    def write(main: str, post: str = "", manifest: str = MANIFEST, name: str = "stub") -> Path:
        programs = tmp_path / "programs"
        programs.mkdir(exist_ok=True)
        for stage, source in (("main", main), ("post", post)):
            program = programs / f"{name}-{stage}"
            program.write_text(f"#!{sys.executable} -Iu\nimport os, sys\n{source}\n", "utf-8")
            program.chmod(0o755)
        directory = tmp_path / name
        directory.mkdir()
        (directory / "action.yml").write_text(manifest.replace("stub-", f"{name}-"), "utf-8")
        return directory

    return write


@pytest.fixture
def make_job(tmp_path: Path) -> MakeJob:
    """Makes a job that starts the programs which `write_action` wrote."""
    made = 0

    def make(**settings: object) -> Job:
        nonlocal made
        made += 1
        return Job(tmp_path / f"runner-{made}", ProcessExecutor(tmp_path / "programs"), **settings)  # type: ignore[arg-type]

    return make
