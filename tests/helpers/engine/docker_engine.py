"""Starts and stops a Docker engine that belongs to the tests alone (as root; Debian's packages).

It touches no other engine of the machine: socket, data, process id and log are all in one directory. It makes no bridge
and no firewall rules, so containers and builds need `--network host`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# The first is what Docker uses anywhere; vfs copies every layer, and works where the kernel has no overlay.
STORAGE_DRIVERS = ("overlay2", "vfs")
START_SECONDS = 60.0
STOP_SECONDS = 60.0


class EngineError(Exception):
    """The engine can't be had; the message ends with what it wrote last."""


def add_sbin() -> None:
    """Have the programs for root found, also where PATH is an ordinary user's."""
    os.environ["PATH"] = os.pathsep.join([os.environ["PATH"], "/usr/sbin", "/sbin"])


@dataclass
class Engine:
    """An engine that runs, with everything of its own in one directory."""

    directory: Path
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        """What DOCKER_HOST wants."""
        return _address(self.directory)

    def stop(self) -> None:
        """Stop it and remove its directory."""
        stop(self.directory)
        self.process.wait()


def start(directory: Path, *, tied: bool = False, options: Sequence[str] = ()) -> Engine:
    """Start an engine that keeps everything in `directory`, and wait until it answers.

    Args:
        directory: made where it isn't there; its path must be short enough for a socket in it.
        tied: whether the engine stops when this thread ends, however it ends.
        options: more options of dockerd.

    Raises:
        EngineError: with no storage driver does it answer in time.
    """
    # Owner only: whoever may speak to an engine is root.
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for driver in STORAGE_DRIVERS:
        process = _launch(directory, ["--storage-driver", driver, *options], tied=tied)
        if _answers_in_time(directory, process):
            return Engine(directory, process)
        _end(process.pid)
        process.wait()
    last_words = (directory / "log").read_text("utf-8", errors="replace")[-2000:]
    raise EngineError(f"The Docker engine did not start. The end of its log:\n{last_words}")


def stop(directory: Path) -> None:
    """Stop the engine of `directory`, if one runs there, and remove the directory."""
    pid_file = directory / "docker.pid"
    if pid_file.exists():
        _end(int(pid_file.read_text("ascii")))
    shutil.rmtree(directory, ignore_errors=True)


def _address(directory: Path) -> str:
    return f"unix://{directory / 'docker.sock'}"


def _launch(directory: Path, options: Sequence[str], *, tied: bool) -> subprocess.Popen[bytes]:
    # Mounts of its own: an engine leaves some behind, and they'd keep its directory from being removed.
    command = ["unshare", "--mount", "--propagation", "private"]
    command += ["setpriv", "--pdeathsig", "TERM"] if tied else []
    command += ["dockerd", "--host", _address(directory), *options]
    command += ["--data-root", str(directory / "data"), "--exec-root", str(directory / "exec")]
    command += ["--pidfile", str(directory / "docker.pid")]
    command += ["--bridge=none", "--iptables=false", "--ip6tables=false"]
    with (directory / "log").open("ab") as log:
        # A session of its own: Ctrl-C in a terminal is for the tests, which then stop the engine in order.
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)


def _answers_in_time(directory: Path, process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    question = ["docker", "--host", _address(directory), "version"]
    while time.monotonic() < deadline and process.poll() is None:
        if subprocess.run(question, capture_output=True, check=False).returncode == 0:
            return True
        time.sleep(0.2)
    return False


def _end(pid: int) -> None:
    """Ask the engine to end, which stops its containers too; kill it only when it won't."""
    deadline = time.monotonic() + STOP_SECONDS
    number = int(signal.SIGTERM)
    while _alive(pid):
        os.kill(pid, number)
        # Asked twice, an engine goes without stopping its containers: so ask once, then only look.
        number = signal.SIGKILL if time.monotonic() > deadline else 0
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    """Whether the process still does something; one that ended and waits for its parent doesn't."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
