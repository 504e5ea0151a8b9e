"""The state of a deployment that goes on in this very process, whatever the command does to the file."""

from __future__ import annotations

from pathlib import Path

from ..errors import BrokenState
from ..settings import Settings
from ..state import State
from ..state.file import DEFAULT_PATH, FileStore


class InProcessStateStore:
    """A file (`deployment.ports.Store`), but what was saved here counts more than what is found there.

    A deployment may tidy its folder up (`git clean -fdx`), or start another deployment in it.
    """

    def __init__(self, settings: Settings) -> None:
        """Keep the file that the settings name."""
        self._file = FileStore(Path(settings.state or DEFAULT_PATH), settings.display_name("state"))
        self._saved: State | None = None

    def load(self) -> State | None:
        """Return the file's state, or the one saved here where the file's is gone or of another deployment."""
        try:
            state = self._file.load()
        except BrokenState:
            if self._saved is None:
                raise
            state = None
        mine = self._saved is None or (state is not None and state.deployment == self._saved.deployment)
        return state if mine else self._saved

    def remember(self, state: State) -> None:
        """Keep a state without a file: a rehearsal's, which leaves none."""
        self._saved = state

    def save(self, state: State) -> None:
        """Save the state in the file, and remember it."""
        self._file.save(state)
        self._saved = state
