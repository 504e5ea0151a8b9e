"""How the component's scripts get the tool in an image that hasn't it, and what becomes of a job where they can't."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from .jobs import Ended, Machine
from .rendering import job, render

pytestmark = pytest.mark.slow

# Stands for the single file: it writes down with what it was called, and what ran.
PROGRAM = """
import os, sys
with open("calls", "a") as file:
    print({mark!r}, *sys.argv[1:], "key" if os.environ.get("ALERT24_API_KEY") == "secret" else "no key", file=file)
"""
START = "tool start key"
FINISH = "tool finish --outcome auto key"


def pyz(mark: str = "tool") -> bytes:
    """A single file that runs."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("__main__.py", PROGRAM.format(mark=mark))
    return file.getvalue()


class Release:
    """A place that serves the single file, and jobs that fetch it from there."""

    def __init__(self, machine: Machine, server: HTTPServer) -> None:
        self.machine, self.server = machine, server
        self.content = pyz()
        self.inputs: dict[str, Any] = {
            "services": ["API"],
            "tool-url": server.url_for("/alert24-deploy.pyz"),
            "tool-sha256": hashlib.sha256(self.content).hexdigest(),
        }
        machine.project_variables["ALERT24_API_KEY"] = "secret"
        machine.install_python()

    def serve(self, content: bytes, status: int = 200) -> None:
        """Answer every request with this."""
        self.server.expect_request("/alert24-deploy.pyz").respond_with_data(content, status)

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
    def file(self) -> Path:
        """The single file on the machine."""
        return self.machine.state / "alert24-deploy.pyz"


@pytest.fixture
def release(machine: Machine, httpserver: HTTPServer) -> Release:
    """A release on a machine with python3 and no tool."""
    return Release(machine, httpserver)


def test_fetch__no_tool_in_the_image__fetched_once(release: Release) -> None:
    """The single file is fetched before start, and is there for finish."""
    release.serve(release.content)
    assert release.run().green
    assert release.calls == [START, "deployed", FINISH]
    assert len(release.server.log) == 1


@pytest.mark.parametrize(
    "shell",
    [
        pytest.param(["dash"], id="dash"),
        pytest.param(["bash"], id="bash"),
        pytest.param(["bash", "--posix", "-u"], id="bash -u"),
        # Alpine's. Debian's package of it is one of those that .ci/run installs.
        pytest.param(["busybox", "sh"], id="busybox", marks=pytest.mark.e2e),
    ],
)
def test_fetch__any_shell__works(release: Release, shell: list[str]) -> None:
    """The script keeps to what every shell of an image knows."""
    release.machine.shell = shell
    release.serve(release.content)
    assert release.run().green
    assert release.calls == [START, "deployed", FINISH]


def test_fetch__tool_in_the_image__nothing_fetched(release: Release) -> None:
    """A tool on PATH is taken as it is."""
    release.machine.install("alert24-deploy", "echo on PATH $1 >>calls")
    assert release.run().green
    assert (release.calls, release.server.log) == (["on PATH start", "deployed", "on PATH finish"], [])


def test_fetch__checksum_in_capitals__works(release: Release) -> None:
    """A checksum is a number, however it is written."""
    release.serve(release.content)
    assert release.run(**{"tool-sha256": release.inputs["tool-sha256"].upper()}).green


def _changed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


SPOILT: dict[str, Callable[[bytes], bytes]] = {
    "one byte changed": _changed,
    "truncated": lambda content: content[:-1],
    "empty": lambda _: b"",
    "another program": lambda _: pyz("another"),
}


# The file's content and the rule meet nowhere in the script, so each content is tried once, and each rule.
@pytest.mark.parametrize(
    ("spoil", "rule"),
    [(spoil, "never") for spoil in SPOILT.values()] + [(_changed, "finish"), (_changed, "always")],
    ids=[*SPOILT, "finish", "always"],
)
def test_checksum__of_another_file__never_runs(release: Release, spoil: Callable[[bytes], bytes], rule: str) -> None:
    """A file that isn't the released one fails the job before anything runs, whatever fail-on-unreachable says."""
    release.serve(spoil(release.content))
    ended = release.run(**{"fail-on-unreachable": rule})
    assert (ended.status, release.calls) == ("failed", [])
    ended.says("checksum", "tool-sha256", "never began")
    assert not release.file.exists()


@pytest.mark.parametrize("spoil", [_changed, lambda _: b""], ids=["one byte changed", "empty"])
def test_checksum__changed_by_the_deployment__fetched_anew(release: Release, spoil: Callable[[bytes], bytes]) -> None:
    """A deployment that changes the file in its workspace doesn't get it run: finish fetches the released one."""
    release.serve(release.content)
    spoilt = release.machine.root / "spoilt"
    spoilt.write_bytes(spoil(release.content))
    assert release.run(f"cat {spoilt} >.alert24-deploy/alert24-deploy.pyz").green
    assert release.calls == [START, "deployed", FINISH]
    assert release.file.read_bytes() == release.content


def test_checksum__changed_and_no_longer_to_be_had__not_run(release: Release) -> None:
    """What can't be replaced isn't run either."""
    release.server.expect_oneshot_request("/alert24-deploy.pyz").respond_with_data(release.content)
    ended = release.run("echo 'import os' >.alert24-deploy/alert24-deploy.pyz")
    assert (ended.status, ended.after_code, release.calls) == ("success", 4, [START, "deployed"])


# fail-on-unreachable, whether the deployment goes on, whether finish fails the job.
RULES = [("never", True, False), ("finish", True, True), ("always", False, False)]


def _lost(release: Release) -> dict[str, object]:
    release.serve(b"", 503)
    return {}


def _nobody_listens(_: Release) -> dict[str, object]:
    return {"tool-url": "http://127.0.0.1:9/alert24-deploy.pyz"}


def _no_python(release: Release) -> dict[str, object]:
    (release.machine.programs / "python3").unlink()
    return {}


def _old_python(release: Release) -> dict[str, object]:
    release.machine.install_python((3, 9))
    return {}


MISSING = {
    "HTTP Error 503": _lost,
    "Connection refused": _nobody_listens,
    "neither alert24-deploy nor the python3": _no_python,
    "needs Python 3.10 or newer, and python3 is 3.9": _old_python,
}


@pytest.mark.parametrize(
    ("why", "rule", "deployed", "fails"),
    [("Connection refused", *rule) for rule in RULES] + [(why, *RULES[1]) for why in MISSING if "refused" not in why],
)
def test_missing__fail_on_unreachable_decides(
    release: Release, why: str, rule: str, deployed: bool, fails: bool
) -> None:
    """Where the tool can't be had, the deployment goes on or not as where Alert24 can't be reached."""
    ended = release.run(**MISSING[why](release), **{"fail-on-unreachable": rule})
    ended.says(why)
    assert (release.calls == ["deployed"], ended.status == "success") == (deployed, deployed)
    assert ended.after_code == (4 if fails else 0)


def test_missing__only_at_start__finish_still_sets_the_page(release: Release) -> None:
    """A download that fails before the deployment and works after it leaves the page as the outcome deserves."""
    for _ in range(3):
        release.server.expect_oneshot_request("/alert24-deploy.pyz").respond_with_data(b"", 503)
    release.server.expect_oneshot_request("/alert24-deploy.pyz").respond_with_data(release.content)
    assert release.run().green
    assert release.calls == ["deployed", FINISH]


def test_missing__some_failures__tried_again(release: Release) -> None:
    """A download that works at last is as good as one that works at once."""
    for _ in range(2):
        release.server.expect_oneshot_request("/alert24-deploy.pyz").respond_with_data(b"", 502)
    release.server.expect_oneshot_request("/alert24-deploy.pyz").respond_with_data(release.content)
    assert release.run().green
    assert release.calls == [START, "deployed", FINISH]


@pytest.mark.parametrize("left_out", ["tool-url", "tool-sha256"])
def test_missing__nowhere_to_fetch_it__job_fails(release: Release, left_out: str) -> None:
    """An image without the tool, and no word of where to fetch it, is a mistake that fails at once."""
    ended = release.run(**{left_out: "", "fail-on-unreachable": "never"})
    assert (ended.status, release.calls, ended.after_code) == ("failed", [], 0)
    ended.says("this image has no alert24-deploy", "tool-url and tool-sha256")


def test_missing__directory_not_writable__job_fails(release: Release) -> None:
    """Where there is no place for the file, the job says so and stops."""
    release.machine.state.write_text("not a directory")
    ended = release.run()
    assert (ended.status, release.calls) == ("failed", [])


def test_error__from_the_server__is_one_harmless_line(release: Release) -> None:
    """What a server answers can't write sections or colours into the job's log."""
    status = "404 \x1b[0Ksection_start:1:x"
    release.server.expect_request("/alert24-deploy.pyz").respond_with_response(Response(status=status))
    ended = release.run(**{"fail-on-unreachable": "always"})
    ended.says("HTTP Error 404")
    assert "\x1b[0K" not in ended.log


def test_state__of_an_earlier_job__is_not_this_ones(release: Release) -> None:
    """On a runner that keeps the directory, an earlier deployment's word that it began doesn't count for this one."""
    release.serve(release.content)
    release.run()
    release.file.unlink()
    (release.machine.state / "state.json").write_text(json.dumps({"of": "an earlier job"}))
    release.run(**{"tool-sha256": "0" * 64})
    assert release.calls == [START, "deployed", FINISH]
    assert not (release.machine.state / "began").exists()


def test_checkout__stays_clean(release: Release) -> None:
    """Everything lies in one directory, which git ignores by its own word."""
    release.serve(release.content)
    release.run()
    assert (release.machine.state / ".gitignore").read_text() == "*\n"
    assert sorted(path.name for path in release.machine.project.iterdir()) == [".alert24-deploy", "calls"]
