"""A release that jobs fetch the tool from: a server with checksums and with files that only write down their calls."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from pytest_httpserver import HTTPServer

from .jobs import Ended, Machine
from .rendering import job, render

SUMS = "SHA256SUMS"
PYZ = "alert24-deploy.pyz"
BINARY = "alert24-deploy-linux-x86_64"
_PYTHON = """
import os, sys
with open("calls", "a") as file:
    print({mark!r}, *sys.argv[1:], "key" if os.environ.get("ALERT24_API_KEY") == "secret" else "no key", file=file)
if sys.argv[1] == "start":
    open(os.environ["ALERT24_STATE"], "w").close()
"""
_SHELL = """#!/bin/sh
echo {mark} "$@" "$([ "$ALERT24_API_KEY" = secret ] && echo key || echo no key)" >>calls
[ "$1" != start ] || : >"$ALERT24_STATE"
"""
STARTED = "tool start key"
FINISHED = "tool finish --outcome auto key"
ALL = [STARTED, "deployed", FINISHED]


def pyz(mark: str = "tool") -> bytes:
    """A single file that Python runs."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("__main__.py", _PYTHON.format(mark=mark))
    return file.getvalue()


def program(mark: str = "tool") -> bytes:
    """A single file that runs without Python."""
    return _SHELL.format(mark=mark).encode()


def sums(files: dict[str, bytes]) -> bytes:
    """The release's list of checksums."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()).encode()


class Release:
    """A server with the release's files, and jobs that fetch them on a machine with the given programs."""

    def __init__(self, machine: Machine, server: HTTPServer) -> None:
        self.machine, self.server = machine, server
        self.files = {PYZ: pyz(), BINARY: program()}
        self.inputs: dict[str, Any] = {
            "services": ["API"],
            "tool-url": server.url_for("/v1").rstrip("/"),
            "tool-sha256": hashlib.sha256(sums(self.files)).hexdigest(),
        }
        machine.project_variables["ALERT24_API_KEY"] = "secret"
        machine.install("uname", "echo Linux x86_64")

    def serve(self, changed: Mapping[str, bytes] | None = None) -> None:
        """Answer requests for the files, some of which have changed."""
        for name, content in {SUMS: sums(self.files), **self.files, **(changed or {})}.items():
            self.server.expect_request(f"/v1/{name}").respond_with_data(content)

    def run(self, *lines: str, **inputs: object) -> Ended:
        """Run a deployment with these lines as its script."""
        configuration = render({**self.inputs, **inputs})
        configuration["deploy"] = {"extends": ".alert24-deploy", "script": [*lines, "echo deployed >>calls"]}
        return self.machine.run(job(configuration, "deploy"))

    @property
    def calls(self) -> list[str]:
        """What ran, in order."""
        path = self.machine.project / "calls"
        return path.read_text("utf-8").splitlines() if path.exists() else []

    @property
    def requested(self) -> list[str]:
        """What was asked for, without the folder."""
        return [request.path.rpartition("/")[2] for request, _ in self.server.log]
