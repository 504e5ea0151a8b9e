"""`python -m benchmarks.bench_gitlab DIST`: what the GitLab component adds to a job, by where the tool comes from.

DIST holds a release's files: alert24-deploy.pyz, the binary, and SHA256SUMS. Each round runs one job per kind, which
deploys nothing, as gitlab-runner runs it, with a local Alert24 and a local server for the files. Run it from a checkout
with tests/ on PYTHONPATH.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pytest_httpserver import HTTPServer

from alert24_sandbox import Sandbox
from gitlab.jobs import Ended, Machine
from gitlab.release import SUMS
from gitlab.rendering import job, render
from helpers.key_watch import KeyWatch

KINDS = ("on PATH", "pyz", "binary")


def main(arguments: Sequence[str]) -> int:
    """Measure and print a table. The second argument is the number of rounds (7)."""
    dist, rounds = Path(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 7
    with Sandbox() as page, HTTPServer(host="127.0.0.1") as server, tempfile.TemporaryDirectory() as directory:
        page.add_service("A")
        for file in dist.iterdir():
            server.expect_request(f"/v1/{file.name}").respond_with_data(file.read_bytes())
        inputs: dict[str, object] = {
            "services": ["A"],
            "api-url": page.url,
            "tool-url": server.url_for("/v1"),
            "tool-sha256": hashlib.sha256((dist / SUMS).read_bytes()).hexdigest(),
        }
        ended: dict[str, list[Ended]] = {kind: [] for kind in KINDS}
        for number in range(rounds):
            for kind in KINDS:
                ended[kind].append(_run(kind, Path(directory, f"{kind}{number}"), page, inputs))
        for kind in KINDS:
            start, finish = (statistics.median(each.seconds[half] for each in ended[kind]) for half in (0, 1))
            print(f"{kind}: start {start:.2f} s, finish {finish:.2f} s")
    print(f"load average {os.getloadavg()[0]:.1f}, {rounds} rounds, medians")
    return 0


def _run(kind: str, root: Path, page: Sandbox, inputs: dict[str, object]) -> Ended:
    machine = Machine(root, KeyWatch())
    machine.project_variables["ALERT24_API_KEY"] = page.add_key()
    if kind == "on PATH":
        machine.install_tool()
    elif kind == "pyz":
        machine.install_python()
    else:
        machine.install_system("curl")
    configuration = {**render(inputs), "deploy": {"extends": ".alert24-deploy", "script": ["true"]}}
    ended = machine.run(job(configuration, "deploy"))
    if not ended.green:
        raise RuntimeError(ended.log)
    return ended


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
