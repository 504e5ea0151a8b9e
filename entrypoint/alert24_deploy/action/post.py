"""The post stage: finish, with everything but the outcomes and the secrets as main had it."""

from __future__ import annotations

from ..assembly.telling import print_report
from ..assembly.world import Context
from ..ci import github
from . import inputs
from .ending import outcome
from .finishing import finished
from .store import ActionStateStore
from .summary import summary


def run(context: Context) -> int:
    """Run the stage and return its exit code. Where main had another phase, or nothing to do, so has post."""
    given = inputs.kept()
    store = ActionStateStore.of_main()
    state = store.load()
    if given is None or state is None:
        context.console.say("There is nothing to finish: the main stage started no deployment.")
        return 0
    settings = inputs.settings_from_inputs(given, context)
    report = finished(context, settings, store, state, outcome(settings, None, context.environ))
    github.add_summary(context.console.redact(summary(report)), context.environ)
    return print_report(context.console, report)
