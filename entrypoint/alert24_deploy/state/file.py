"""The state in a file, written so that a reader sees the old state or the new one, never half of it."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from ..errors import BrokenState, WrongSetting
from ..text import quote
from .codec import SIZE_LIMIT, decode, encode, fits
from .model import State

OUR_DIRECTORY = ".alert24-deploy"


class FileStore:
    """Keeps the state at a path, readable by its owner alone."""

    def __init__(self, path: Path, display_name: str) -> None:
        """Keep the path and the option's name as the user spells it, for messages."""
        self.path = path
        self._display_name = display_name

    def load(self) -> State | None:
        """Return the saved state, or None if there is no file.

        Raises:
            BrokenState: the file can't be read or is not a state.
        """
        try:
            return decode(read_text(self.path))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._broken(f"it can't be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise self._broken("it is not text") from None
        except BrokenState as error:
            raise self._broken(error.why) from None

    def save(self, state: State) -> None:
        """Write the state, mode 0600, in one step.

        Raises:
            WrongSetting: the directory or the file can't be written.
        """
        if not fits(state):
            raise WrongSetting(
                f"the state of {len(state.services)} services is too large to be read back",
                remedy="Deploy fewer services at once, or services with shorter names and descriptions.",
            )
        try:
            write_text(self.path, encode(state) + "\n")
        except OSError as error:
            raise WrongSetting(
                f"the state file {quote(self.path)} can't be written ({error.strerror})",
                remedy=f"Name a place that can be written with {self._display_name}.",
            ) from None

    def _broken(self, why: str) -> BrokenState:
        return BrokenState(
            f"the state file {quote(self.path)} can't be used: {why}",
            remedy=(
                "Name the file that `alert24-deploy start` wrote, or move this one away and name the services with "
                "--service: they are then set by the outcome alone."
            ),
        )


def read_text(path: Path) -> str:
    """Return the text of a file, or as much of it as a state may have; raise BrokenState if it is no file."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # what is no file is refused, not waited for
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise BrokenState("it is not a file")
        return file.read(SIZE_LIMIT + 1).decode("utf-8")


def write_text(path: Path, text: str) -> None:
    """Write a file, mode 0600, in one step, and its directory if there is none."""
    make_our_directory(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".state-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def make_our_directory(directory: Path) -> None:
    """Make a directory with a `.gitignore` of its own, so that no checkout becomes dirty.

    A directory of another name that was there before is the user's and gets nothing.

    Raises:
        OSError: it can't be made.
    """
    ours = not directory.exists() or directory.name == OUR_DIRECTORY
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    ignore = directory / ".gitignore"
    if ours and not ignore.exists():
        ignore.write_text("*\n", encoding="ascii")
