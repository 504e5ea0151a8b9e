"""`make bench-jobs`: what the action adds to a job, by the way it comes there. As root, with Docker and a registry.

A job runs the action's main and post stage around a step that does nothing, with one service, after what GitHub's
runner does when it sets the job up: build the Dockerfile, pull the image by its digest, or unpack the action's archive.
The engine is one of its own, from Debian's packages, and the registry is on loopback.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from helpers.engine import base_image, docker_engine
from helpers.engine.registry import Registry, registry
from helpers.github_runner import ContainerExecutor, Job, NodeExecutor
from helpers.github_runner.executors import Executor

from .cgroup import Group, Usage
from .comparing import Spread
from .processes import RunFailed
from .proxy import Proxy, proxy
from .server import SERVICE_IDS, Server
from .tables import _aligned, _spread

ROOT = Path(__file__).resolve().parents[1]
_NETWORK = ("--network", "host")
_IMAGE = "alert24-deploy"
_REQUESTS = {"GET": 3, "PUT": 2}  # both stages read and write, and the summary asks for the status pages


class Way(NamedTuple):
    """A way for the action to come to a job: what the runner does first, and how it then runs the stages."""

    name: str
    before: Callable[[], object]  # not measured
    set_up: Callable[[], object]
    executor: Executor
    action: Path = ROOT
    archive: int = 0  # bytes of the action's archive that only this way needs


class Cost(NamedTuple):
    """What one job took."""

    usage: Usage
    downloaded: int


@dataclass(frozen=True)
class Engine:
    """The engine that is measured, and where it downloads from."""

    address: str
    registry: Registry
    proxy: Proxy

    def docker(self, *arguments: str, given: str = "") -> str:
        """Run a command of Docker's and return what it printed.

        Raises:
            RunFailed: it failed.
        """
        environ = {**os.environ, "DOCKER_HOST": self.address, "DOCKER_BUILDKIT": "0"}
        ended = subprocess.run(
            ["docker", *arguments], input=given, env=environ, capture_output=True, text=True, check=False
        )
        if ended.returncode:
            raise RunFailed(f"docker {arguments[0]} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
        return ended.stdout.strip()

    def forget(self) -> None:
        """Remove every image, and with them what the classic builder keeps."""
        self.docker("image", "prune", "--all", "--force")

    def build(self, dockerfile: str, tag: str) -> None:
        """Build the image, where only the proxy leads to a package index."""
        proxies = ("--build-arg", f"HTTPS_PROXY={self.proxy.url}")
        self.docker("build", "--quiet", *_NETWORK, *proxies, "--tag", tag, "--file", "-", str(ROOT), given=dockerfile)

    def push(self, name: str) -> str:
        """Push an image and return its name by digest."""
        self.docker("push", "--quiet", name)
        return self.docker("image", "inspect", "--format", "{{index .RepoDigests 0}}", name)

    def downloaded(self) -> int:
        """Bytes that came from the registry and through the proxy so far."""
        return self.registry.bytes_sent() + self.proxy.received


def main(arguments: Sequence[str]) -> int:
    """Measure every way and print a table. The first argument is the number of rounds (7)."""
    rounds = int(arguments[0]) if arguments else 7
    docker_engine.add_sbin()
    # The native action takes a python3 from PATH, which should be no wrapper.
    os.environ["PATH"] = f"{Path(sys.executable).resolve().parent}{os.pathsep}{os.environ['PATH']}"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="alert24-jobs-")))
        server = stack.enter_context(Server())
        images = stack.enter_context(registry(folder / "registry"))
        tunnel = stack.enter_context(proxy())
        group = stack.enter_context(Group())
        engine = Engine(stack.enter_context(_started(folder / "engine", group)), images, tunnel)
        ways = _ways(engine, folder)
        costs: dict[str, list[Cost]] = {way.name: [] for way in ways}
        for number in range(rounds + 1):
            for way in ways:
                cost = _measure(way, engine, group, server, folder / "job")
                if number:  # the first round warms up
                    costs[way.name].append(cost)
    print(f"{os.cpu_count()} cores, {rounds} rounds; median (minimum - maximum)")
    print(_table(costs))
    return 0


@contextmanager
def _started(directory: Path, group: Group) -> Iterator[str]:
    engine = docker_engine.start(directory, tied=True, options=["--cgroup-parent", group.containers])
    try:
        yield engine.address
    finally:
        engine.stop()


def _ways(engine: Engine, folder: Path) -> list[Way]:
    """Fill the registry and pack the action without Docker; return what is compared."""
    base = f"{engine.registry.address}/{base_image.image_name()}"
    engine.docker("tag", base_image.make(engine.address), base)
    dockerfile = base_image.rebased(engine.push(base))
    released = f"{engine.registry.address}/{_IMAGE}"
    engine.build(dockerfile, released)
    digest = engine.push(released)
    archive, native = _packed(folder), folder / "native"
    built, pulled = (ContainerExecutor(image, engine.address, _NETWORK) for image in (_IMAGE, digest))

    def build() -> None:
        engine.build(dockerfile, _IMAGE)

    def pull() -> None:
        engine.docker("pull", "--quiet", digest)

    def unpack() -> None:
        subprocess.run(["tar", "--extract", "--gzip", "--file", archive, "--directory", folder], check=True)

    def remove() -> None:
        shutil.rmtree(native)

    return [
        Way("Dockerfile, cold engine", engine.forget, build, built),
        Way("Dockerfile, built before", lambda: None, build, built),
        Way("image by digest, cold engine", engine.forget, pull, pulled),
        Way("image by digest, pulled before", lambda: None, pull, pulled),
        Way("native", remove, unpack, NodeExecutor(native), native, archive.stat().st_size),
    ]


def _packed(folder: Path) -> Path:
    """Return an archive of `native/` as a release has it, with the unpacked tool, and leave the folder there, too."""
    native, archive = folder / "native", folder / "native.tar.gz"
    shutil.copytree(ROOT / "native", native, ignore=shutil.ignore_patterns("tool"))
    subprocess.run([sys.executable, ROOT / "release" / "native.py", native / "tool"], check=True)
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(native, "native")
    return archive


def _measure(way: Way, engine: Engine, group: Group, server: Server, root: Path) -> Cost:
    way.before()
    server.reset()
    shutil.rmtree(root, ignore_errors=True)
    job = Job(root, way.executor, secrets={"KEY": server.key})
    job.uses(way.action, {"api-key": "${{ secrets.KEY }}", "api-url": server.url, "services": SERVICE_IDS[0]})
    job.run(lambda _: 0)
    downloaded = engine.downloaded()
    with group.measuring() as usages:
        way.set_up()
        status = job.execute().status
    if (status, dict(server.seen())) != ("success", _REQUESTS):
        raise RunFailed(f"{way.name}: {status}, and the server saw {dict(server.seen())} instead of {_REQUESTS}")
    return Cost(usages[0], engine.downloaded() - downloaded + way.archive)


def _table(costs: Mapping[str, Sequence[Cost]]) -> str:
    rows = [["", "time, s", "CPU, s", "memory, MB", "downloaded, MB"]]
    for name, taken in costs.items():
        walls, cpus, peaks = zip(*(cost.usage for cost in taken), strict=True)
        memory, downloaded = median(peaks) / 1e6, median(cost.downloaded for cost in taken) / 1e6
        columns = (
            _spread(Spread.of(walls), 1, 2),
            _spread(Spread.of(cpus), 1, 2),
            f"{memory:.0f}",
            f"{downloaded:.3f}",
        )
        rows.append([name, *columns])
    return _aligned(rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
