"""The post stage: finish, with everything but the outcomes and the secrets as main had it."""

from __future__ import annotations

from ..assembly.telling import tell
from ..assembly.world import World
from ..ci import github
from . import inputs
from .ending import outcome
from .finishing import finished
from .store import ActionStore
from .summary import summary


def run(world: World) -> int:
    """Run the stage and return its exit code. Where main had another phase, or nothing to do, so has post."""
    given = inputs.kept()
    store = ActionStore.of_main()
    state = store.load()
    if given is None or state is None:
        world.console.say("There is nothing to finish: the main stage started no deployment.")
        return 0
    settings = inputs.settings_of(given, world)
    report = finished(world, settings, store, state, outcome(settings, None, world.environ))
    github.add_summary(world.console.struck(summary(report)), world.environ)
    return tell(world.console, report)
