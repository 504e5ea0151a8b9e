"""Everything that a rehearsed release changes: a git remote, a registry, engines, and stand-ins for the network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import registry
from common import Problem, git, run
from helpers.engine import base_image, docker_engine
from helpers.engine.registry import registry as registry_on_loopback

ROOT = Path(__file__).resolve().parents[1]
IDENTITY = "https://github.com/{}/.github/workflows/release.yml@refs/heads/main"
ISSUER = "https://token.actions.githubusercontent.com"
STANDINS = ("gh", "cosign")
# Not an owner of anything: whatever a release names comes from here, and nothing from main's pages is left.
REPOSITORY = "a-rehearsal/alert24-deploy"
ME = ["-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@localhost"]


@dataclass(frozen=True)
class World:
    """Everything that a release changes.

    Args:
        directory: main (the clone), origin.git, page, dist, and what the steps hand on.
        registry: host and port.
        registry_data: where it stores everything.
        builder: the address of the engine that builds.
        runner: the address of the engine that runs jobs; it has only what it pulls.
        repository: owner and name, on GitHub as in the registry.
        with_binary: whether to build the binary, which takes long.
    """

    directory: Path
    registry: str
    registry_data: Path
    builder: str
    runner: str
    repository: str = REPOSITORY
    with_binary: bool = True

    @property
    def main(self) -> Path:
        """The checkout in which the scripts run."""
        return self.directory / "main"

    @property
    def dist(self) -> Path:
        """The release's files."""
        return self.directory / "dist"

    @property
    def image(self) -> str:
        """The image by digest."""
        return f"{self.registry}/{self.repository}@{self.outputs['digest']}"

    @property
    def version(self) -> str:
        """The version that is released."""
        return str(self.outputs["version"])

    @property
    def outputs(self) -> dict[str, Any]:
        """What the steps so far have handed on."""
        file = self.directory / "outputs.json"
        return dict(json.loads(file.read_text("utf-8"))) if file.exists() else {}

    def hand_on(self, **values: object) -> None:
        """Hand something on to later steps, as a job's outputs do."""
        (self.directory / "outputs.json").write_text(json.dumps(self.outputs | values), "utf-8")

    def script(self, name: str, *arguments: str | Path) -> str:
        """Run a script of the release as the workflow does."""
        env = {
            "PATH": f"{self.directory}/bin{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.main / "tests"),
            "DOCKER_HOST": self.runner,
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_REPOSITORY": self.repository,
            "REGISTRY": self.registry,
            "REHEARSAL": str(self.directory),
        }
        return run([sys.executable, f"release/{name}.py", *arguments], self.main, env).strip()

    def copy(self, directory: Path, repository: str) -> World:
        """Return another world that is as far as this one, with the same image in a repository of its own."""
        shutil.copytree(self.directory, directory, symlinks=True)
        git(directory / "main", "remote", "set-url", "origin", str(directory / "origin.git"))
        other = replace(self, directory=directory, repository=repository)
        images = [f"docker://{each}" for each in (self.image, other.image)]
        tls = ["--src-tls-verify=false", "--dest-tls-verify=false"]
        run(["skopeo", "copy", "--all", "--preserve-digests", *tls, *images])
        other.become_signer()
        return other

    def become_signer(self) -> None:
        """Have signatures made by this repository's workflow."""
        identity = {"issuer": ISSUER, "identity": IDENTITY.format(self.repository)}
        (self.directory / "identity").write_text(json.dumps(identity), "utf-8")

    def published(self) -> dict[str, Any]:
        """Return all that users could see of releases."""
        listed = ["skopeo", "list-tags", "--tls-verify=false", f"docker://{self.registry}/{self.repository}"]
        ended = subprocess.run(listed, capture_output=True, text=True, check=False)
        if ended.returncode and "404 (Not Found)" not in ended.stderr:  # there never was one
            raise Problem(ended.stderr)
        names = [] if ended.returncode else json.loads(ended.stdout)["Tags"]
        image = f"{self.registry}/{self.repository}"
        pages = [json.loads(file.read_text("utf-8")) for file in self.directory.glob("page/*/release.json")]
        return {
            "git": git(self.main, "ls-remote", "--tags", "origin").splitlines(),
            "registry": {name: registry.digest(f"{image}:{name}") for name in names},
            "page": [page for page in pages if not page["isDraft"]],
        }


@contextmanager
def world(directory: Path, *, with_binary: bool = True, builder: str = "") -> Iterator[World]:
    """Make a world in which nothing is released yet, with HEAD of this checkout as main.

    Args:
        directory: made here; the registry is beside it.
        with_binary: whether to build the binary.
        builder: the address of an engine that is there; by default, one is started.
    """
    directory.mkdir(parents=True)
    with ExitStack() as stack:
        data = directory.parent / "registry"
        address = stack.enter_context(registry_on_loopback(data)).address
        builder, runner = builder or _engine(stack), _engine(stack)
        made = World(directory, address, data, builder, runner, REPOSITORY, with_binary)
        origin = str(directory / "origin.git")
        git(directory, "init", "--quiet", "--bare", "--initial-branch", "main", origin)
        git(directory, "--git-dir", origin, "config", "receive.shallowUpdate", "true")  # a CI's checkout is shallow
        git(ROOT, "push", "--quiet", origin, "HEAD:refs/heads/main")
        git(directory, "clone", "--quiet", origin, "main")
        change_main(made, _use_local_base)
        _make_standins(made)
        yield made


def _engine(stack: ExitStack) -> str:
    docker_engine.add_sbin()
    engine = docker_engine.start(Path(tempfile.mkdtemp(prefix="alert24-engine-")), tied=True)
    stack.callback(engine.stop)
    return engine.address


def _make_standins(made: World) -> None:
    (made.directory / "bin").mkdir()
    for name in STANDINS:
        (made.directory / "bin" / name).symlink_to(ROOT / "release" / "standins" / f"{name}.py")
    made.become_signer()
    key = ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    run([*key, "-out", made.directory / "signing.pem"])


def _use_local_base(made: World) -> None:
    """Have the Dockerfile start from the tests' base image, by its digest in the local registry."""
    name = f"{made.registry}/python:base"
    source = ["--src-daemon-host", made.builder, f"docker-daemon:{base_image.make(made.builder)}"]
    run(["skopeo", "copy", "--dest-tls-verify=false", *source, f"docker://{name}"])
    file, base = made.main / "Dockerfile", f"FROM {name}@{registry.digest(name)}"
    file.write_text(re.sub(r"(?m)^FROM python:\S+", base, file.read_text("utf-8")), "utf-8")


def change_main(made: World, change: Callable[[World], object]) -> None:
    """Change main, as a merged pull request does."""
    change(made)
    git(made.main, *ME, "commit", "--quiet", "--all", "--message", "Rehearse")
    git(made.main, "push", "--quiet", "origin", "HEAD:main")
