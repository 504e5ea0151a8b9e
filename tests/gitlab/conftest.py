from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from helpers.key_watch import KeyWatch

from .jobs import Machine
from .release import Release
from .rendering import COMPONENT

BUILDER = COMPONENT.parent / "release" / "pyz.py"


@pytest.fixture
def machine(tmp_path_factory: pytest.TempPathFactory, key_watch: KeyWatch) -> Machine:
    """A machine for jobs, with no tool and no Python, whose project has no variables."""
    return Machine(tmp_path_factory.mktemp("machine"), key_watch)


@pytest.fixture
def page(sandbox: Sandbox) -> Sandbox:
    """A sandbox with two services whose names have blanks, quotes and a comma."""
    sandbox.add_service("Payments API")
    sandbox.add_service("""Shop's "front", EU""", status="degraded")
    return sandbox


@pytest.fixture(scope="session")
def pyz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The single file, built from this source."""
    path = tmp_path_factory.mktemp("pyz") / "alert24-deploy.pyz"
    subprocess.run([sys.executable, BUILDER, path], check=True, stdout=subprocess.PIPE)
    return path


@pytest.fixture
def release(machine: Machine, httpserver: HTTPServer) -> Release:
    """A release, and a machine with python3 and no tool."""
    machine.install_python()
    return Release(machine, httpserver)
