"""A finish whose state another deployment has replaced, because both keep it at the same place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ..state import Stage, State
from .interfaces import StateStore
from .report import Report, names_of


def goes_on(state: State, owner: str) -> bool:
    """Tell whether the deployment that replaced the owner's state goes on, so that its own finish counts."""
    if owner == state.owner or state.stage is Stage.FINISHED:
        return False
    return owner in state.settled or (owner in state.superseded and not state.never_began)


def has_nothing_to_finish(state: State, owner: str) -> bool:
    """Tell whether the owner's deployment had finished, or never begun, when another one replaced its state."""
    return owner != state.owner and owner in state.settled


def never_began(state: State, owner: str) -> bool:
    """Tell whether the deployment that replaced the owner's state never began, or is just starting."""
    return owner != state.owner and state.never_began and owner in state.superseded


def has_finished(state: State, owner: str) -> bool:
    """Tell whether the deployment that replaced the owner's state has finished, and the owner's has not."""
    return state.stage is Stage.FINISHED and bool(owner) and owner in state.superseded


def leave_page(store: StateStore, state: State, owner: str, *, dry_run: bool) -> Report:
    """Change nothing: the other deployment goes on, and its own finish sets the final status."""
    report = Report("finish", state=state, dry_run=dry_run)
    report.warnings.append(
        f"Another deployment ({state.deployment}) of {names_of([each.name for each in state.services])} has started "
        "since, with the same state file. The page stays in maintenance until that deployment finishes."
    )
    latest = store.load()  # recording this one's end has taken its time
    if not dry_run and latest and latest.deployment == state.deployment:
        store.save(_without(latest, owner))
    return report


def reopen(state: State, owner: str) -> State:
    """Return the state as the owner's finish takes it: what its own start found, if that is known, is to be done."""
    own = {each.id: each for each in state.inherited} if owner in state.superseded else {}
    others = [each for each in state.services if each.id not in own]
    todo = [replace(each, done=False) for each in (own.values() if own else others)]
    return _without(replace(state, services=(*todo, *(others if own else ()))), owner)


def inherited_part(store: StateStore, whole: State, owner: str) -> tuple[State, Callable[[State], None]]:
    """Return what the owner finishes of a state whose own deployment never began, and how that is saved.

    The rest stays for the finish of the deployment that never began, whose start may still be writing.
    """

    def save(part: State) -> None:
        latest = store.load()
        if latest is None:
            store.save(part)
        elif latest == whole:
            inherited = tuple(each for each in part.services if not each.done)
            store.save(_without(replace(whole, inherited=inherited), owner))
        elif latest.deployment == whole.deployment:  # the other deployment has gone on in the meantime
            store.save(_without(latest, owner))

    return replace(_without(whole, owner), stage=Stage.STARTED, services=whole.inherited, inherited=()), save


def _without(state: State, owner: str) -> State:
    """Return the state without an owner whose deployment is over."""
    return replace(
        state,
        superseded=tuple(each for each in state.superseded if each != owner),
        settled=tuple(each for each in state.settled if each != owner),
    )
