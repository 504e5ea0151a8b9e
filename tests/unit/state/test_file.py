from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from alert24_deploy.errors import BrokenState, WrongSetting
from alert24_deploy.state import Stage, State
from alert24_deploy.state.codec import SIZE_LIMIT
from alert24_deploy.state.file import FileStore

OLD = State("old", Stage.STARTED, "2026-01-02T03:04:05Z")
NEW = State("new", Stage.FINISHED, "2026-01-02T03:04:05Z")


def store(path: Path) -> FileStore:
    """A store as the command line has it."""
    return FileStore(path, "--state")


def names(directory: Path) -> list[str]:
    """What lies in a directory."""
    return sorted(path.name for path in directory.iterdir())


def test_load__nothing_there__none(tmp_path: Path) -> None:
    """Where start left nothing there is no state."""
    assert store(tmp_path / "state.json").load() is None


def test_load__not_even_the_directory__none(tmp_path: Path) -> None:
    """A missing directory is as good as a missing file."""
    assert store(tmp_path / "nowhere" / "state.json").load() is None


def test_save__then_load__the_same(tmp_path: Path) -> None:
    """What is saved comes back."""
    where = store(tmp_path / ".alert24-deploy" / "state.json")
    where.save(OLD)
    assert where.load() == OLD


def test_save__twice__the_last(tmp_path: Path) -> None:
    """The newest state counts."""
    where = store(tmp_path / "state.json")
    where.save(OLD)
    where.save(NEW)
    assert where.load() == NEW


def test_save__any_umask__only_the_owner_may_read(tmp_path: Path) -> None:
    """The state is nobody else's business, whatever the job's umask is."""
    path = tmp_path / "state.json"
    before = os.umask(0)
    try:
        store(path).save(OLD)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_save__over_a_file_that_all_may_read__only_the_owner_may(tmp_path: Path) -> None:
    """An older file's permissions don't survive."""
    path = tmp_path / "state.json"
    path.write_text("{}")
    path.chmod(0o644)
    store(path).save(OLD)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_save__fails_half_way__the_old_state_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A full disk leaves the state that was there, whole, and nothing beside it."""
    path = tmp_path / "state.json"
    store(path).save(OLD)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, full)
    with pytest.raises(WrongSetting, match="No space left on device"):
        store(path).save(NEW)
    assert (store(path).load(), names(tmp_path)) == (OLD, ["state.json"])


def test_save__interrupted_half_way__the_old_state_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same holds for what is no error of the system's."""
    path = tmp_path / "state.json"
    store(path).save(OLD)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        store(path).save(NEW)
    assert (store(path).load(), names(tmp_path)) == (OLD, ["state.json"])


def test_save__our_directory__carries_a_gitignore_of_its_own(tmp_path: Path) -> None:
    """No checkout becomes dirty by us."""
    store(tmp_path / ".alert24-deploy" / "state.json").save(OLD)
    assert (tmp_path / ".alert24-deploy" / ".gitignore").read_text() == "*\n"


def test_save__our_directory_without_gitignore__gets_one(tmp_path: Path) -> None:
    """A cache that restored the directory alone changes nothing."""
    (tmp_path / ".alert24-deploy").mkdir()
    store(tmp_path / ".alert24-deploy" / "state.json").save(OLD)
    assert (tmp_path / ".alert24-deploy" / ".gitignore").exists()


def test_save__a_directory_that_we_make__gets_a_gitignore_too(tmp_path: Path) -> None:
    """A directory that only the state needs is ours, whatever its name."""
    store(tmp_path / "deep" / "down" / "state.json").save(OLD)
    assert names(tmp_path / "deep" / "down") == [".gitignore", "state.json"]
    assert names(tmp_path / "deep") == ["down"]


def test_save__the_users_directory__gets_no_gitignore(tmp_path: Path) -> None:
    """In a directory of the user's a `.gitignore` would hide the user's files."""
    store(tmp_path / "state.json").save(OLD)
    assert names(tmp_path) == ["state.json"]


def test_save__gitignore_of_the_user__kept(tmp_path: Path) -> None:
    """What stands there already is not replaced."""
    ours = tmp_path / ".alert24-deploy"
    ours.mkdir()
    (ours / ".gitignore").write_text("!keep\n")
    store(ours / "state.json").save(OLD)
    assert (ours / ".gitignore").read_text() == "!keep\n"


def test_save__a_file_where_the_directory_should_be__names_the_option(tmp_path: Path) -> None:
    """A path that can't be written is the user's mistake, with its reason and its option."""
    (tmp_path / "file").write_text("")
    with pytest.raises(WrongSetting) as caught:
        store(tmp_path / "file" / "state.json").save(OLD)
    assert "can't be written" in str(caught.value)
    assert "--state" in caught.value.remedy


def test_save__a_directory_where_the_file_should_be__an_error_and_no_litter(tmp_path: Path) -> None:
    """A directory is not replaced by a file."""
    (tmp_path / "state.json").mkdir()
    with pytest.raises(WrongSetting):
        store(tmp_path / "state.json").save(OLD)
    assert names(tmp_path) == ["state.json"]


def test_save__read_only_directory__says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory that may not be written is told with the system's reason (root may write everywhere: hence so)."""

    def denied(**_: object) -> tuple[int, str]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", denied)
    with pytest.raises(WrongSetting, match="Permission denied"):
        store(tmp_path / "state.json").save(OLD)


def broken(path: Path) -> str:
    """The message about a state file that can't be used."""
    with pytest.raises(BrokenState) as caught:
        store(path).load()
    assert str(path) in str(caught.value)
    assert "--service" in caught.value.remedy
    return str(caught.value)


def test_load__not_a_state__names_the_file_and_the_way_out(tmp_path: Path) -> None:
    """The message says which file, what is wrong with it, and how to go on without it."""
    path = tmp_path / "state.json"
    path.write_text("{}")
    assert "it is not of version 1" in broken(path)


def test_load__empty__broken(tmp_path: Path) -> None:
    """An empty file is not the same as none: something has gone wrong with it."""
    path = tmp_path / "state.json"
    path.touch()
    assert "it is not JSON" in broken(path)


def test_load__a_directory__broken(tmp_path: Path) -> None:
    """A directory is told as such."""
    assert "directory" in broken(tmp_path)


def test_load__a_pipe_that_nobody_writes__broken_at_once(tmp_path: Path) -> None:
    """What is no file is refused, not waited for."""
    path = tmp_path / "state.json"
    os.mkfifo(path)
    assert "it is not a file" in broken(path)


def test_load__not_utf8__broken(tmp_path: Path) -> None:
    """Bytes that are no text are told as such."""
    path = tmp_path / "state.json"
    path.write_bytes(b"\xff\xfe{}")
    assert "it is not text" in broken(path)


def test_load__too_large__broken(tmp_path: Path) -> None:
    """No file fills the memory."""
    path = tmp_path / "state.json"
    path.write_bytes(b" " * (SIZE_LIMIT + 1))
    assert "larger than" in broken(path)


def test_load__may_not_be_read__broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that another user wrote is told with the system's reason (root may read everything: hence so)."""

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.open", denied)
    assert "Permission denied" in broken(tmp_path / "state.json")
