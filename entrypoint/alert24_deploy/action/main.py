"""The main stage: start, or the phase that the user asks for."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping

from ..assembly.compose import now, page_of, references, set_order, start_order
from ..assembly.looking import Looks
from ..assembly.processes import Processes
from ..assembly.telling import tell
from ..assembly.world import NOTHING_CHANGED, World
from ..ci import github
from ..ci.context import deployment_id, without_secrets
from ..deployment.report import Report
from ..deployment.setting import set_status
from ..deployment.start import never_began, start
from ..errors import Alert24DeployError, WrongSetting
from ..policy import Outcome, read_outcome
from ..settings import Settings
from . import inputs
from .ending import outcome
from .finishing import finished
from .store import ActionStore
from .summary import summary


def run(world: World) -> int:
    """Run the stage and return its exit code."""
    given = inputs.words()
    no_secrets = "" if given["api-key"] or given["webhook-urls"] else without_secrets(world.environ)
    if no_secrets:
        world.console.note(f"No status was set: there is no API key here, because {no_secrets}.")
        _publish(world, None)
        return 0
    store = _store(given)
    try:
        settings = _checked(given, world)
        if settings.phase == "auto":
            inputs.keep(given)
        report = _PHASES[settings.phase](world, settings, store)
    except Alert24DeployError:
        _publish(world, None)
        _record(given, store, world)
        raise
    if settings.phase != "auto" or report.failed:  # else post tells the whole story
        github.add_summary(world.console.struck(summary(report)), world.environ)
    _publish(world, report)
    return tell(world.console, report)


def _store(given: Mapping[str, str]) -> ActionStore:
    phase = given["phase"].strip().lower()
    return ActionStore(given["state"] if phase == "finish" else "", as_output=phase in ("start", "finish"))


def _checked(given: Mapping[str, str], world: World) -> Settings:
    try:
        settings = inputs.settings_of(given, world)
        if settings.webhook_urls:
            return settings
        if settings.api_key is None and world.environ.get("ALERT24_API_KEY"):
            raise WrongSetting(
                "the input `api-key` is empty, though ALERT24_API_KEY is set in the environment",
                remedy="The action reads inputs only: hand the secret over in `with:` as `api-key`.",
            )
        settings.need_key()
    except Alert24DeployError as error:
        raise error.told(left=NOTHING_CHANGED) from None
    return settings


def _record(given: Mapping[str, str], store: ActionStore, world: World) -> None:
    """Leave word for post, or for the job that finishes, that the deployment never began."""
    if given["phase"].strip().lower() not in ("", "auto", "start"):
        return
    with contextlib.suppress(Alert24DeployError):  # the user is being told of the mistake itself
        if store.load() is None:
            never_began(store, deployment_id(world.environ), now())


def _start(world: World, settings: Settings, store: ActionStore) -> Report:
    page = page_of(settings, world)
    if settings.verify_checks:
        Looks(settings, world, Processes(settings, world), dict).require(page, references(settings))
    report = start(page, store, start_order(settings, world))
    if report.dry_run and report.state:
        store.save(report.state)  # so that post can say what it would have written
    return report


def _finish(world: World, settings: Settings, store: ActionStore) -> Report:
    state = store.load()
    word = outcome(settings, state, world.environ)
    named = settings.services or settings.webhook_urls
    if state is None and not named and read_outcome(word) == (Outcome.SKIPPED, True):
        return Report("finish", notes=["No deployment was started, so there is nothing to finish."])
    if state is None:
        references(settings)
    return finished(world, settings, store, state, word)


def _set(world: World, settings: Settings, _: ActionStore) -> Report:
    return set_status(page_of(settings, world), set_order(settings))


def _publish(world: World, report: Report | None) -> None:
    """Set the outputs that every phase has."""
    services = [result.document() for result in report.services] if report else []
    github.set_output("services", world.console.struck(json.dumps(services, separators=(",", ":"))))
    github.set_output("changed", "true" if report and report.changed else "false")


_PHASES: Mapping[str, Callable[[World, Settings, ActionStore], Report]] = {
    "auto": _start,
    "start": _start,
    "finish": _finish,
    "set": _set,
}
