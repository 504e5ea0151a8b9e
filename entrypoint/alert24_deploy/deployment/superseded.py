"""A finish whose state another deployment has replaced, because both keep it at the same place."""

from __future__ import annotations

from dataclasses import replace

from ..state import Stage, State
from .interfaces import StateStore
from .report import Report, names_of


def is_of_another(state: State, owner: str) -> bool:
    """Tell whether the state is that of a deployment that replaced the owner's and goes on."""
    if owner == state.owner or state.stage is Stage.FINISHED:
        return False
    return owner in state.settled or (owner in state.superseded and not state.never_began)


def is_of_finished(state: State, owner: str) -> bool:
    """Tell whether this finish is of a deployment whose state another one replaced, and which has finished since."""
    return state.stage is Stage.FINISHED and bool(owner) and owner in state.superseded


def is_of_one_that_never_began(state: State, owner: str) -> bool:
    """Tell whether the owner's state was replaced by a deployment that never began, or is just starting."""
    return owner != state.owner and state.never_began and owner in state.superseded


def left_to_another(store: StateStore, state: State, owner: str, *, dry_run: bool) -> Report:
    """Change nothing: the other deployment goes on, and its own finish sets the final status."""
    report = Report("finish", state=state, dry_run=dry_run)
    report.warnings.append(
        f"Another deployment ({state.deployment}) of {names_of([each.name for each in state.services])} has started "
        "since, with the same state file. The page stays in maintenance until that deployment finishes."
    )
    if not dry_run:
        store.save(without(state, owner))
    return report


def reopened(state: State, owner: str) -> State:
    """Return the state as the owner's finish takes it: what its own start found, if that is known, is to be done."""
    own = {each.id: each for each in state.inherited} if owner in state.superseded else {}
    others = [each for each in state.services if each.id not in own]
    todo = [replace(each, done=False) for each in (own.values() if own else others)]
    return without(replace(state, services=(*todo, *(others if own else ()))), owner)


def without(state: State, owner: str) -> State:
    """Return the state without an owner whose deployment is over."""
    return replace(
        state,
        superseded=tuple(each for each in state.superseded if each != owner),
        settled=tuple(each for each in state.settled if each != owner),
    )


class InheritedPart:
    """What a superseded deployment finishes of a state whose own deployment never began, as a `StateStore`.

    The rest stays for the finish of the deployment that never began.
    """

    def __init__(self, store: StateStore, whole: State, owner: str) -> None:
        """Keep the store, and the state as it was read."""
        self._store = store
        self._whole = whole
        self._owner = owner
        self.state = replace(without(whole, owner), stage=Stage.STARTED, services=whole.inherited, inherited=())

    def load(self) -> State | None:
        """Return the state as it is now."""
        return self._store.load()

    def save(self, state: State) -> None:
        """Save the whole state without what is done, unless the other deployment has gone on in the meantime.

        The other one's own services stay as they are: its start may still be writing.
        """
        latest = self._store.load()
        if latest != self._whole:
            self._store.save(without(latest, self._owner) if latest else state)
            return
        inherited = tuple(each for each in state.services if not each.done)
        self._store.save(without(replace(latest, inherited=inherited), self._owner))
