"""The post stage: finish, with everything but the outcomes and the key as main had it."""

from __future__ import annotations

from ..ci import github
from ..cli.compose import World, ending, finish_order, page_of
from ..cli.telling import tell
from ..deployment.finish import finish
from . import inputs
from .ending import outcome
from .store import ActionStore
from .summary import summary


def run(world: World) -> int:
    """Run the stage and return its exit code. Where main had another phase, or nothing to do, so has post."""
    given = inputs.kept()
    store = ActionStore.of_main()
    if given is None or store.load() is None:
        world.console.say("There is nothing to finish: the main stage started no deployment.")
        return 0
    settings = inputs.settings_of(given, world.environ)
    world.console.verbose = settings.verbose
    warnings: list[str] = []
    ended = ending(outcome(settings, None, world.environ), settings.rollback_outcome, warnings)
    report = finish(page_of(settings, world), store, finish_order(settings, ended))
    report.warnings[:0] = warnings
    github.add_summary(world.console.struck(summary(report)), world.environ)
    return tell(world.console, report)
