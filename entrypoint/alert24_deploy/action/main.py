"""The main stage: start, or the phase that the user asks for."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping

from ..assembly.compose import now, references, set_request, start_request, status_page
from ..assembly.looking import Verifier
from ..assembly.processes import CommandRunner
from ..assembly.telling import print_report
from ..assembly.world import NOTHING_CHANGED, Context
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
from .store import ActionStateStore
from .summary import summary


def run(context: Context) -> int:
    """Run the stage and return its exit code."""
    given = inputs.words()
    no_secrets = "" if given["api-key"] or given["webhook-urls"] else without_secrets(context.environ)
    if no_secrets:
        context.console.note(f"No status was set: there is no API key here, because {no_secrets}.")
        _publish(context, None)
        return 0
    store = _store(given)
    try:
        settings = _checked(given, context)
        if settings.phase == "auto":
            inputs.keep(given)
        report = _PHASES[settings.phase](context, settings, store)
    except Alert24DeployError:
        _publish(context, None)
        _record(given, store, context)
        raise
    if settings.phase != "auto" or report.failed:  # else post tells the whole story
        github.add_summary(context.console.redact(summary(report)), context.environ)
    _publish(context, report)
    return print_report(context.console, report)


def _store(given: Mapping[str, str]) -> ActionStateStore:
    phase = given["phase"].strip().lower()
    return ActionStateStore(given["state"] if phase == "finish" else "", as_output=phase in ("start", "finish"))


def _checked(given: Mapping[str, str], context: Context) -> Settings:
    try:
        settings = inputs.settings_from_inputs(given, context)
        if settings.webhook_urls:
            return settings
        if settings.api_key is None and context.environ.get("ALERT24_API_KEY"):
            raise WrongSetting(
                "the input `api-key` is empty, though ALERT24_API_KEY is set in the environment",
                remedy="The action reads inputs only: hand the secret over in `with:` as `api-key`.",
            )
        settings.need_key()
    except Alert24DeployError as error:
        raise error.with_context(left=NOTHING_CHANGED) from None
    return settings


def _record(given: Mapping[str, str], store: ActionStateStore, context: Context) -> None:
    """Leave word for post, or for the job that finishes, that the deployment never began."""
    if given["phase"].strip().lower() not in ("", "auto", "start"):
        return
    with contextlib.suppress(Alert24DeployError):  # the user is being told of the mistake itself
        if store.load() is None:
            never_began(store, deployment_id(context.environ), now())


def _start(context: Context, settings: Settings, store: ActionStateStore) -> Report:
    page = status_page(settings, context)
    if settings.verify_checks:
        Verifier(settings, context, CommandRunner(settings, context), dict).require(page, references(settings))
    report = start(page, store, start_request(settings, context))
    if report.dry_run and report.state:
        store.save(report.state)  # so that post can say what it would have written
    return report


def _finish(context: Context, settings: Settings, store: ActionStateStore) -> Report:
    state = store.load()
    word = outcome(settings, state, context.environ)
    named = settings.services or settings.webhook_urls
    if state is None and not named and read_outcome(word) == (Outcome.SKIPPED, True):
        return Report("finish", notes=["No deployment was started, so there is nothing to finish."])
    if state is None:
        references(settings)
    return finished(context, settings, store, state, word)


def _set(context: Context, settings: Settings, _: ActionStateStore) -> Report:
    return set_status(status_page(settings, context), set_request(settings))


def _publish(context: Context, report: Report | None) -> None:
    """Set the outputs that every phase has."""
    services = [result.document() for result in report.services] if report else []
    github.set_output("services", context.console.redact(json.dumps(services, separators=(",", ":"))))
    github.set_output("changed", "true" if report and report.changed else "false")


_PHASES: Mapping[str, Callable[[Context, Settings, ActionStateStore], Report]] = {
    "auto": _start,
    "start": _start,
    "finish": _finish,
    "set": _set,
}
