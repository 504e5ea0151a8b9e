from __future__ import annotations

from pathlib import Path

import pytest

from alert24_deploy.cli.run_steps import InProcessStateStore
from alert24_deploy.errors import BrokenState, WrongSetting
from alert24_deploy.settings import read
from alert24_deploy.state import Stage, State
from alert24_deploy.state.file import FileStore

MINE = State("mine", Stage.STARTED, "2026-01-02T03:04:05Z")
OTHER = State("other", Stage.FINISHED, "2026-01-02T03:04:05Z")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The state's file."""
    return tmp_path / "state.json"


def store(path: Path, warnings: list[str] | None = None) -> InProcessStateStore:
    """A store at a path."""
    warn = (warnings if warnings is not None else []).append
    return InProcessStateStore(read({"state": str(path)}, lambda name: f"--{name}"), warn)


def test_load__nothing_saved_here__what_the_file_says(path: Path) -> None:
    """A rollback begins with the deployment's state."""
    assert store(path).load() is None
    store(path).save(OTHER)
    assert store(path).load() == OTHER


def test_load__nothing_saved_here_and_file_broken__raises(path: Path) -> None:
    """There is nothing to fall back on."""
    path.write_text("{", encoding="ascii")
    with pytest.raises(BrokenState):
        store(path).load()


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_text("{")], ids=["gone", "broken"])
def test_load__file_damaged_since__what_was_saved(path: Path, damage: object) -> None:
    """The page is put right from memory."""
    mine = store(path)
    mine.save(MINE)
    damage(path)  # type: ignore[operator]
    assert mine.load() == MINE


def test_load__another_deployments__what_was_saved(path: Path) -> None:
    """The command has deployed something else from the same folder."""
    mine = store(path)
    mine.save(MINE)
    store(path).save(OTHER)
    assert mine.load() == MINE


def test_load__the_same_deployments__what_the_file_says(path: Path) -> None:
    """Whoever went on with it in another process knows more."""
    mine = store(path)
    mine.save(MINE)
    later = State("mine", Stage.FINISHED, MINE.started_at)
    store(path).save(later)
    assert mine.load() == later


def test_save__cannot_be_written__memory_is_enough_and_one_warning(tmp_path: Path) -> None:
    """A full disk, or a folder that is gone, stops no deployment: this process remembers."""
    (tmp_path / "file").write_text("", encoding="ascii")
    warnings: list[str] = []
    mine = store(tmp_path / "file" / "state.json", warnings)
    mine.save(MINE)
    mine.save(State("mine", Stage.FINISHED, MINE.started_at))
    assert mine.load() == State("mine", Stage.FINISHED, MINE.started_at)
    assert len(warnings) == 1
    assert "can't be written" in warnings[0]


def test_save__another_deployment_has_started_there__its_state_stays(path: Path) -> None:
    """A deployment within the deployment needs its state for its own finish."""
    mine = store(path)
    mine.save(MINE)
    store(path).save(OTHER)
    mine.save(State("mine", Stage.FINISHED, MINE.started_at))
    assert store(path).load() == OTHER


def test_load__save_failed_since__what_was_saved_here(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that could not be replaced is older than what this process knows."""
    mine = store(path)
    mine.save(MINE)
    full = WrongSetting("the disk is full")

    def fail(*_: object) -> None:
        raise full

    monkeypatch.setattr(FileStore, "save", fail)
    later = State("mine", Stage.FINISHED, MINE.started_at)
    mine.save(later)
    assert mine.load() == later
