from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from alert24_sandbox import Sandbox

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(__file__).parent / "node"
# An engine that is there already, such as a developer's own; without it the tests start one.
ENGINE_VARIABLE = "ALERT24_TEST_DOCKER_HOST"
IMAGE = "alert24-deploy:test"
NETWORK = ("--network", "host")

Node = Callable[..., object]


@pytest.fixture(scope="session")
def node_packages() -> Path:
    """GitHub's own libraries, exactly as the lock file names them."""
    installed = NODE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < (NODE / "package-lock.json").stat().st_mtime:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=NODE, check=True)
        installed.touch()
    return NODE


@pytest.fixture(scope="session")
def node(node_packages: Path) -> Node:
    """Runs a script of `node/`: JSON in, JSON out."""

    def run(script: str, question: object) -> object:
        command = ["node", "--import", "./json-modules.mjs", script]
        given = json.dumps(question).encode()
        answer = subprocess.run(command, input=given, cwd=node_packages, stdout=subprocess.PIPE, check=True)
        return json.loads(answer.stdout)

    return run


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """An Alert24 with two services, one of them degraded."""
    with Sandbox() as sandbox:
        sandbox.add_service("Payments API")
        sandbox.add_service("Shop, front", status="degraded")
        yield sandbox
