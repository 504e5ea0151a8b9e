"""The ways to run a stage of the action: as a process, by Node from a release, and as a container of the image."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest

from helpers.engine import base_image, docker_engine
from helpers.github_runner import ContainerExecutor, NodeExecutor, ProcessExecutor

ROOT = Path(__file__).resolve().parents[2]
# An engine that is there already, such as a developer's own; without it the tests start one.
ENGINE_VARIABLE = "ALERT24_TEST_DOCKER_HOST"
IMAGE = "alert24-deploy:test"
NETWORK = ("--network", "host")


@pytest.fixture(scope="session")
def engine_address() -> Iterator[str]:
    """The address of a Docker engine; one that was started here is gone afterwards, however the tests end."""
    if os.environ.get(ENGINE_VARIABLE):
        yield os.environ[ENGINE_VARIABLE]
        return
    docker_engine.add_sbin()
    engine = docker_engine.start(Path(tempfile.mkdtemp(prefix="alert24-engine-")), tied=True)
    yield engine.address
    engine.stop()


@pytest.fixture(scope="session")
def image(engine_address: str) -> str:
    """The image, built from the Dockerfile; only its FROM lines are changed."""
    dockerfile = base_image.rebased(base_image.make(engine_address))
    command = ["docker", "--host", engine_address, "build", *NETWORK, "--tag", IMAGE, "--file", "-"]
    command += ["--build-arg", "VERSION=1.2.3", "--build-arg", "REVISION=abc", str(ROOT)]
    # The classic builder: the other one is a plugin that Debian's package may come without.
    environ = {**os.environ, "DOCKER_BUILDKIT": "0"}
    subprocess.run(command, input=dockerfile.encode(), check=True, env=environ)
    return IMAGE


@pytest.fixture(scope="session")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's console scripts, as the Dockerfile makes them: with `-Iu`."""
    directory = tmp_path_factory.mktemp("programs")
    for script in distribution("alert24-deploy").entry_points.select(group="console_scripts"):
        program = directory / script.name
        # `env -S` reads quotes: a virtual environment may be in a path with blanks.
        first = f'#!/usr/bin/env -S "{sys.executable}" -Iu'
        program.write_text(f"{first}\nfrom {script.module} import {script.attr}\n{script.attr}()\n", "utf-8")
        program.chmod(0o755)
    return directory


@pytest.fixture(scope="session")
def native_action(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The action without Docker, with the unpacked tool in it as a release has it."""
    directory = tmp_path_factory.mktemp("release") / "native"
    shutil.copytree(ROOT / "native", directory, ignore=shutil.ignore_patterns("tool"))
    subprocess.run([sys.executable, ROOT / "release/native.py", directory / "tool"], check=True)
    return directory


@pytest.fixture
def native_executor(native_action: Path) -> NodeExecutor:
    """The action's stages by Node."""
    return NodeExecutor(native_action)


@pytest.fixture
def process_executor(programs: Path) -> ProcessExecutor:
    """The action's stages as processes of this machine, whose coverage counts."""
    measured = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return ProcessExecutor(programs, measured)


@pytest.fixture
def container_executor(image: str, engine_address: str) -> ContainerExecutor:
    """The action's stages as containers, which reach the sandbox on loopback."""
    return ContainerExecutor(image, engine_address, NETWORK)


@pytest.fixture(
    params=[
        pytest.param("process", marks=pytest.mark.runner),
        pytest.param("native", marks=pytest.mark.e2e),
        pytest.param("container", marks=pytest.mark.e2e),
    ]
)
def executor(request: pytest.FixtureRequest) -> ProcessExecutor | NodeExecutor | ContainerExecutor:
    """Every way to run a stage: each story holds in all of them."""
    made: ProcessExecutor | NodeExecutor | ContainerExecutor = request.getfixturevalue(f"{request.param}_executor")
    return made
