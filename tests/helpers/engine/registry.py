"""A container registry on loopback, from Debian's package docker-registry.

An engine takes a registry on loopback without TLS, and asks nobody for a password there.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = "docker-registry"
# Port 0 is any free one; the registry's log says which.
_SETTINGS = """\
version: 0.1
log: {{level: info}}
storage: {{filesystem: {{rootdirectory: {directory}/data}}, delete: {{enabled: true}}}}
http: {{addr: "127.0.0.1:0"}}
"""
# The access log, in Apache's combined format: the answer's status and the bytes of its body.
_ANSWER = re.compile(r'"[A-Z]+ [^"]*" [0-9]{3} ([0-9]+) "')


@dataclass(frozen=True)
class Registry:
    """A registry that runs.

    Args:
        address: host and port, the first part of an image's name.
        log: what it prints, the access log included.
    """

    address: str
    log: Path

    def bytes_sent(self) -> int:
        """Bytes of all answers so far, without HTTP's headers."""
        return sum(map(int, _ANSWER.findall(self.log.read_text("utf-8"))))


@contextmanager
def registry(directory: Path) -> Iterator[Registry]:
    """Run a registry that keeps everything in `directory`.

    Raises:
        RuntimeError: it does not start; the message ends with what it wrote.
    """
    directory.mkdir(parents=True, exist_ok=True)
    settings, log = directory / "settings.yml", directory / "log"
    settings.write_text(_SETTINGS.format(directory=directory), "utf-8")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [PROGRAM, "serve", str(settings)], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield Registry(_address(log, process), log)
    finally:
        process.terminate()
        process.wait()


def _address(log: Path, process: subprocess.Popen[bytes]) -> str:
    while True:
        ended = process.poll() is not None  # asked first, so that its last words are read
        said = log.read_text("utf-8")
        if found := re.search(r'msg="listening on ([0-9.:]+)"', said):
            return found[1]
        if ended:
            raise RuntimeError(f"{PROGRAM} did not start:\n{said}")
        time.sleep(0.05)
