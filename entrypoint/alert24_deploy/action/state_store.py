"""The state in GitHub's hands: in STATE_* for the post stage, in an output for another job."""

from __future__ import annotations

from ..ci import github
from ..errors import BrokenState, WrongSetting
from ..state import State
from ..state.codec import decode, encode, fits

_KEY = "deployment"
# The runner hands a state over in the environment, where Linux takes at most 128 KiB a variable (execve(2)).
_LIMIT = 120_000


class ActionStateStore:
    """Keeps the state for the post stage, and in the output `state` where a later job is to finish."""

    def __init__(self, saved: str, *, as_output: bool) -> None:
        """Begin with what was saved before, empty for nothing."""
        self._saved = saved
        self._as_output = as_output

    @classmethod
    def of_main(cls) -> ActionStateStore:
        """Return the store that main left to post."""
        return cls(github.state(_KEY), as_output=False)

    def load(self) -> State | None:
        """Return the saved state, or None.

        Raises:
            BrokenState: it is none.
        """
        if not self._saved.strip():
            return None
        try:
            return decode(self._saved)
        except BrokenState as error:
            raise BrokenState(
                f"the input `state` can't be used: {error.why}",
                remedy="Hand over the output `state` of the step that had `phase: start`, as it is.",
            ) from None

    def save(self, state: State) -> None:
        """Save the state for whoever finishes.

        Raises:
            WrongSetting: it is too large to be handed over; nothing has been written yet.
        """
        text = encode(state)
        if not fits(state, _LIMIT):
            raise WrongSetting(
                f"{len(state.services)} services are too many for one step",
                remedy="Spread `services` over several steps of the action.",
            ).with_context(left="Nothing was changed.")
        self._saved = text
        if self._as_output:
            github.set_output("state", text)
        else:
            github.save_state(_KEY, text)
