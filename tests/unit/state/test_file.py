from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from alert24_deploy.errors import BrokenState, WrongSetting
from alert24_deploy.state import Stage, State
from alert24_deploy.state.codec import SIZE_LIMIT
from alert24_deploy.state.file import FileStore

OLD = State("old", Stage.STARTED, "2026-01-02T03:04:05Z")
NEW = State("new", Stage.FINISHED, "2026-01-02T03:04:05Z")


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    """A store as the command line has it."""
    return FileStore(tmp_path / "state.json", "--state")


def files(directory: Path) -> dict[str, str]:
    """What lies below a directory."""
    return {path.relative_to(directory).as_posix(): path.read_text() for path in directory.rglob("*") if path.is_file()}


@pytest.mark.parametrize("place", ["state.json", "nowhere/state.json"])
def test_load__nothing_there__none(tmp_path: Path, place: str) -> None:
    """Where start left nothing, perhaps not even the directory, there is no state."""
    assert FileStore(tmp_path / place, "--state").load() is None


def test_save__twice__the_last(store: FileStore) -> None:
    """What is saved comes back, and the newest state counts."""
    store.save(OLD)
    assert store.load() == OLD
    store.save(NEW)
    assert store.load() == NEW


@pytest.mark.parametrize("existing", [True, False])
def test_save__any_umask_and_over_any_file__only_the_owner_may_read(store: FileStore, existing: bool) -> None:
    """The state is nobody else's business, whatever the job's umask or an older file's permissions are."""
    if existing:
        store.path.write_text("{}")
        store.path.chmod(0o644)
    before = os.umask(0)
    try:
        store.save(OLD)
    finally:
        os.umask(before)
    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600


FULL = OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("step", "error", "raised"),
    [
        ("os.fsync", FULL, WrongSetting),
        ("pathlib.Path.replace", FULL, WrongSetting),
        ("tempfile.mkstemp", PermissionError(13, "Permission denied"), WrongSetting),  # root may write everywhere
        ("os.fsync", KeyboardInterrupt("interrupted"), KeyboardInterrupt),
    ],
)
def test_save__fails_half_way__the_old_state_and_no_litter(
    store: FileStore, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException, raised: type[BaseException]
) -> None:
    """A full disk, or a signal, leaves the state that was there, whole, and nothing beside it; the reason is said."""
    store.save(OLD)

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(step, fail)
    with pytest.raises(raised, match=getattr(error, "strerror", None) or "interrupted"):
        store.save(NEW)
    assert (store.load(), list(files(store.path.parent))) == (OLD, ["state.json"])


@pytest.mark.parametrize(
    ("given", "place", "gets"),
    [
        ({}, ".alert24-deploy", "*\n"),  # no checkout becomes dirty by us
        ({".alert24-deploy/x": ""}, ".alert24-deploy", "*\n"),  # as a cache restores it
        ({".alert24-deploy/.gitignore": "!keep\n"}, ".alert24-deploy", "!keep\n"),
        ({}, "deep/down", "*\n"),  # a directory that we make is ours, whatever its name
        ({"deep/down/x": ""}, "deep/down", None),  # one of the user's would hide the user's files
        ({}, ".", None),
    ],
)
def test_save__a_directory__carries_a_gitignore_if_it_is_ours(
    tmp_path: Path, given: dict[str, str], place: str, gets: str | None
) -> None:
    """What stands there already is not replaced."""
    for name, text in given.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    FileStore(tmp_path / place / "state.json", "--state").save(OLD)
    assert {name: text for name, text in files(tmp_path).items() if name.endswith(".gitignore")} == (
        {f"{place}/.gitignore": gets} if gets else {}
    )


def test_save__path_that_cannot_be_written__names_the_option(store: FileStore) -> None:
    """A path that can't be written is the user's mistake; a directory is not replaced by a file."""
    (store.path.parent / "file").write_text("")
    below = FileStore(store.path.parent / "file" / "state.json", "--state")
    store.path.mkdir()
    for where in (below, store):
        with pytest.raises(WrongSetting, match="can't be written") as caught:
            where.save(OLD)
        assert "--state" in caught.value.remedy
    assert list(files(store.path.parent)) == ["file"]


def test_save__more_than_can_be_read_back__refused(store: FileStore) -> None:
    """Else finish would find a state that it can't use."""
    with pytest.raises(WrongSetting, match="too large to be read back"):
        store.save(State("d", Stage.STARTED, "t", unresolved=["x" * SIZE_LIMIT]))
    assert store.load() is None


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.write_text("{}"), "it is not of version 1"),
        (Path.touch, "it is not JSON"),  # an empty file is not the same as none: something has gone wrong with it
        (Path.mkdir, "directory"),
        (os.mkfifo, "it is not a file"),  # refused, not waited for
        (lambda path: path.write_bytes(b"\xff\xfe{}"), "it is not text"),
        (lambda path: path.write_bytes(b" " * (SIZE_LIMIT + 1)), "larger than"),
    ],
)
def test_load__no_state__names_the_file_and_the_way_out(
    store: FileStore, make: Callable[[Path], object], why: str
) -> None:
    """The message says which file, what is wrong with it, and how to go on without it."""
    make(store.path)
    with pytest.raises(BrokenState, match=why) as caught:
        store.load()
    assert str(store.path) in str(caught.value)
    assert "--service" in caught.value.remedy


def test_load__may_not_be_read__broken(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that another user wrote is told with the system's reason (root may read everything: hence so)."""

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", denied)
    with pytest.raises(BrokenState, match="Permission denied"):
        store.load()
