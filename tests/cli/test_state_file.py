"""The state file: readable by its owner alone, invisible to git, and never trusted."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alert24_sandbox import Sandbox
from helpers.cli import Cli
from helpers.results import state_in


def state_path(cli: Cli) -> Path:
    """Return where the state is by default."""
    return cli.folder / ".alert24-deploy" / "state.json"


@pytest.fixture
def started(sandbox: Sandbox, cli: Cli) -> Cli:
    """A deployment of two services that has begun, with a policy and a description."""
    sandbox.add_service("A", id="svc-a", status="degraded", description="Own")
    sandbox.add_service("B", id="svc-b", status="maintenance")
    assert cli("start", "-s", "A", "-s", "B", "--description", "Deploying", "--on-failure", "degraded").code == 0
    return cli


def test_state_file__after_start__is_for_its_owner_alone(started: Cli) -> None:
    """Mode 0600, one line of JSON, and nothing else in the folder but its .gitignore."""
    assert state_path(started).stat().st_mode & 0o777 == 0o600
    assert state_path(started).read_text(encoding="utf-8").count("\n") == 1
    assert {path.name for path in state_path(started).parent.iterdir()} == {"state.json", ".gitignore"}


def test_state_file__in_a_checkout__leaves_it_clean(sandbox: Sandbox, cli: Cli) -> None:
    """Git sees nothing of us."""
    subprocess.run(["git", "init", "--quiet", "."], cwd=cli.folder, check=True)
    sandbox.add_service("A")
    cli("start", "-s", "A")
    status = subprocess.run(["git", "status", "--porcelain"], cwd=cli.folder, check=True, capture_output=True)
    assert status.stdout == b""
    assert state_path(cli).exists()


def test_state_file__folder_of_the_users__gets_no_gitignore(sandbox: Sandbox, cli: Cli) -> None:
    """A folder that was there before, under another name, is not ours to hide."""
    (cli.folder / "build").mkdir()
    sandbox.add_service("A")
    cli("start", "-s", "A", "--state", "build/state.json")
    assert [path.name for path in (cli.folder / "build").iterdir()] == ["state.json"]


def test_state_file__holds_what_finish_needs_and_no_key(started: Cli) -> None:
    """What was found before is in it; the watch over keys sees to the rest."""
    state = state_in(started.folder)
    assert [(each["id"], each["name"], each["before"]) for each in state["services"]] == [
        ("svc-a", "A", "degraded"),
        ("svc-b", "B", "maintenance"),
    ]
    assert state["policy"] == {"on_failure": "degraded"}


def test_state_file__before_edited_by_hand__is_believed_where_it_can_be(started: Cli, sandbox: Sandbox) -> None:
    """The file may come from an artifact: what is well-formed is used."""
    state = state_in(started.folder)
    state["services"][0]["before"] = "down"
    state_path(started).write_text(json.dumps(state, indent=2), encoding="utf-8")
    assert started("finish", "--outcome", "skipped").code == 0
    assert sandbox.status_of("A") == "down"


JUNK: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-2, 10**30) | st.text(max_size=5) | st.just([]) | st.just({}) | st.just([1])
)


def places(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the paths to every value in a document."""
    items = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else [])
    )
    return [deeper for key, value in items for deeper in ((*path, key), *places(value, (*path, key)))]


def replaced(document: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a document with one value replaced."""
    copy = json.loads(json.dumps(document))
    inner = copy
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return copy


@pytest.mark.expects_warnings("an id that Alert24 does not know")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), value=JUNK)
def test_state_file__any_value_replaced__is_used_or_refused(started: Cli, data: st.DataObject, value: Any) -> None:
    """However the file is edited, finish works, or refuses in a message: it never breaks down."""
    original = state_path(started).read_text(encoding="utf-8")
    state = json.loads(original)
    path = data.draw(st.sampled_from(places(state)))
    try:
        state_path(started).write_text(json.dumps(replaced(state, path, value)), encoding="utf-8")
        result = started("finish", "--outcome", "failure", "--dry-run")
    finally:
        state_path(started).write_text(original, encoding="utf-8")
    assert result.code in (0, 2, 3), result.people
    assert "Traceback" not in result.people


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(0, 400), more=st.binary(max_size=3))
def test_state_file__cut_off_or_garbled__is_refused(started: Cli, cut: int, more: bytes) -> None:
    """Half a file is no file: the page stays as it is, and the message says what to do."""
    original = state_path(started).read_bytes()
    try:
        state_path(started).write_bytes(original[: min(cut, len(original) - 2)] + more)
        result = started("finish", "--outcome", "failure", "--dry-run")
    finally:
        state_path(started).write_bytes(original)
    result.says("can't be used", "--service")
    assert result.code == 2


@pytest.mark.parametrize("kind", ["directory", "too large"])
def test_state_file__not_a_file_of_ours__is_refused(sandbox: Sandbox, cli: Cli, tmp_path: Path, kind: str) -> None:
    """A folder, or far more than a state can be, is refused without being read."""
    path = tmp_path / "state"
    if kind == "directory":
        path.mkdir()
    else:
        path.write_bytes(b" " * 5_000_000)
    result = cli("finish", "--outcome", "success", "--state", "state")
    result.says("the state file 'state' can't be used")
    assert (result.code, sandbox.requests) == (2, [])


def test_state_file__device__is_refused_without_reading_on(cli: Cli) -> None:
    """A device that never ends does not hang the pipeline."""
    assert cli("finish", "--outcome", "success", "--state", "/dev/zero").code == 2
