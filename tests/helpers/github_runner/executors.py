"""The ways to start an entry point: as a process of this machine, by Node, and as a container of a Docker engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from .environment import Directories


@dataclass(frozen=True)
class Call:
    """What a stage wants to be run, with the paths of the runner's machine."""

    entrypoint: str
    args: Sequence[str]
    environment: Mapping[str, str]
    directories: Directories


class Executor(Protocol):
    """Starts an entry point, with both of its output streams piped and nothing to read on its standard input."""

    def start(self, call: Call) -> subprocess.Popen[bytes]:
        """Start it and return at once."""


@dataclass(frozen=True)
class ProcessExecutor:
    """Runs `--entrypoint /anywhere/name` as the program `name` of a directory of programs.

    Args:
        programs: where the programs are, such as the `bin` of a virtual environment.
        environment: what the programs get besides the stage's own environment, which wins.
    """

    programs: Path
    environment: Mapping[str, str] | None = None

    def start(self, call: Call) -> subprocess.Popen[bytes]:
        """Start the program in the workspace; it sees nothing of this process's environment but PATH."""
        program = self.programs / Path(call.entrypoint).name
        inherited = {"PATH": os.environ["PATH"], **(self.environment or {})}
        return popen([str(program), *call.args], {**inherited, **call.environment}, call.directories.workspace)


@dataclass(frozen=True)
class NodeExecutor:
    """Runs the script of a node action, as NodeScriptActionHandler does, with the Node of this machine.

    Args:
        action: the action's directory.
    """

    action: Path

    def start(self, call: Call) -> subprocess.Popen[bytes]:
        """Start Node in the workspace; the job may set a PATH of its own, on which Node need not be."""
        node = shutil.which("node")
        if node is None:
            raise FileNotFoundError("There is no node command on PATH.")
        return popen(
            [node, call.entrypoint], {"PATH": os.environ["PATH"], **call.environment}, call.directories.workspace
        )


@dataclass(frozen=True)
class ContainerExecutor:
    """Runs an entry point by `docker run`, as DockerCommandManager.DockerRun does.

    Args:
        image: name or id of the image.
        host: the engine's address, given on the command line so that the job's environment can't change it.
        options: further options of `docker run`, such as `--read-only`.
        label: put on every container, so that leftovers can be found.
    """

    image: str
    host: str
    options: Sequence[str] = ()
    label: str = "alert24-deploy-test"

    def start(self, call: Call) -> subprocess.Popen[bytes]:
        """Start a container; it is gone when its entry point has ended."""
        environment = {name: to_container(value, call.directories) for name, value in call.environment.items()}
        docker = shutil.which("docker")
        if docker is None:
            raise FileNotFoundError("There is no docker command on PATH.")
        command = [docker, "--host", self.host, "run", *self._options(call, environment), self.image, *call.args]
        return popen(command, {"PATH": os.environ["PATH"], **environment}, call.directories.workspace)

    def _options(self, call: Call, environment: Mapping[str, str]) -> list[str]:
        """The options, in the runner's order: of a variable only its name, so that no process list shows the value."""
        options = ["--name", f"{self.label}-{uuid.uuid4().hex[:12]}", "--label", self.label]
        options += ["--workdir", "/github/workspace", "--rm"]
        for name in environment:
            options += ["-e", name]
        options += ["--entrypoint", call.entrypoint]
        for host_path, container_path in _mounts(call.directories):
            options += ["-v", f"{host_path}:{container_path}"]
        return [*options, *self.options]


def to_container(value: str, directories: Directories) -> str:
    """A value of the environment as the container sees it: a path of the machine becomes one of the mounts."""
    # The last mount is looked at first, so that the most particular one wins.
    for host_path, container_path in reversed(_mounts(directories)):
        if value == host_path or value.startswith(host_path + "/"):
            return container_path + value[len(host_path) :]
    return value


def _mounts(directories: Directories) -> list[tuple[str, str]]:
    """Host path and container path. The engine's own socket, which the real runner mounts too, is kept out of tests."""
    return [
        (str(directories.temp), "/github/runner_temp"),
        (str(directories.home), "/github/home"),
        (str(directories.workflow), "/github/workflow"),
        (str(directories.file_commands), "/github/file_commands"),
        (str(directories.workspace), "/github/workspace"),
    ]


def popen(command: Sequence[str], environment: Mapping[str, str], directory: Path) -> subprocess.Popen[bytes]:
    """Start a program with both streams piped and its standard input closed."""
    # A session of its own, so that a whole tree that won't go can be killed.
    return subprocess.Popen(
        command,
        env=environment,
        cwd=directory,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
