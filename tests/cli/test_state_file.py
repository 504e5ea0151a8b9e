"""The state file: invisible to git, and never trusted."""

from __future__ import annotations

import subprocess

import pytest

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.results import state_in


def test_state_file__in_a_checkout__leaves_it_clean(sandbox: Sandbox, cli: Cli) -> None:
    """Git sees nothing of us."""
    subprocess.run(["git", "init", "--quiet", "."], cwd=cli.folder, check=True)
    sandbox.add_service("A")
    cli("start", "-s", "A")
    status = subprocess.run(["git", "status", "--porcelain"], cwd=cli.folder, check=True, capture_output=True)
    assert (status.stdout, state_in(cli.folder)["stage"]) == (b"", "started")


def test_state_file__holds_what_finish_needs_and_no_key(sandbox: Sandbox, cli: Cli) -> None:
    """What was found before and the policy are in it; the watch over keys sees to the rest."""
    sandbox.add_service("A", id="svc-a", status="degraded")
    sandbox.add_service("B", id="svc-b", status="maintenance")
    assert cli("start", "-s", "A", "-s", "B", "--on-failure", "degraded").code == 0
    state = state_in(cli.folder)
    assert [(each["id"], each["name"], each["before"]) for each in state["services"]] == [
        ("svc-a", "A", "degraded"),
        ("svc-b", "B", "maintenance"),
    ]
    assert state["policy"] == {"on_failure": "degraded"}


@pytest.mark.parametrize("content", [b"{", b"", b'{"version": 99}', b"\x80"])
def test_state_file__cut_off_or_garbled__is_refused(sandbox: Sandbox, cli: Cli, content: bytes) -> None:
    """Half a file is no file: the page stays as it is, and the message says what to do."""
    (cli.folder / "state.json").write_bytes(content)
    result = cli("finish", "--outcome", "failure", "--state", "state.json")
    result.says("the state file 'state.json' can't be used", "--service")
    assert (result.code, sandbox.requests) == (2, [])
