"""The state on GitHub: in STATE_* for the post stage, in an output for another job."""

from __future__ import annotations

from collections.abc import Callable

from ..ci import github
from ..errors import BrokenState, WrongSetting
from ..state import State
from ..state.codec import decode, encode, fits

_KEY = "deployment"


class ActionStateStore:
    """Keeps the state for the post stage, or in the output `state` if a later step or job finishes.

    While a deployment starts, a save that fails stops it: a finish that found an outdated state would take the
    deployment for one that never began. Afterwards it is a warning, because the page matters more.
    """

    def __init__(
        self, saved: str, warn: Callable[[str], None], *, as_output: bool = False, starting: bool = False
    ) -> None:
        """Begin with the text that was saved before; `warn` is called with a sentence if a save fails."""
        self._saved = saved
        self._warn = warn
        self._as_output = as_output
        self._starting = starting

    @classmethod
    def of_main(cls, warn: Callable[[str], None]) -> ActionStateStore:
        """Return the store that main left to post."""
        return cls(github.state(_KEY), warn)

    def load(self) -> State | None:
        """Return the saved state, or None.

        Raises:
            BrokenState: it can't be read.
        """
        if not self._saved.strip():
            return None
        try:
            return decode(self._saved)
        except BrokenState as error:
            raise BrokenState(
                f"the input `state` can't be used: {error.why}",
                remedy="Pass on the output `state` of the step that had `phase: start`, as it is.",
            ) from None

    def save(self, state: State) -> None:
        """Save the state for finish.

        Raises:
            WrongSetting: a save failed while the deployment starts.
        """
        text = encode(state)
        try:
            self._write(state, text)
        except WrongSetting as error:
            if self._starting:
                raise
            self._warn(f"The state could not be saved: {error.why}.")
        self._saved = text

    def _write(self, state: State, text: str) -> None:
        if not fits(state, github.STATE_LIMIT):
            raise WrongSetting(
                "the state of so many services is too large for one step",
                remedy="Spread `services` over several steps of the action.",
            )
        if self._as_output:
            github.set_output("state", text)
        else:
            github.save_state(_KEY, text)
