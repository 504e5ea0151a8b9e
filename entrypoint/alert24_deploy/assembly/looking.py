"""The verifier that verify a deployment, built from the settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..deployment import references
from ..deployment.ports import Monitor, StatusPage
from ..deployment.report import fails
from ..deployment.verification import Around, LinkedMonitors, Verification, VerificationResult, verify
from ..errors import Alert24DeployError
from ..hooks.process import shell
from ..settings import Settings
from ..text import pluralize
from .compose import connect
from .processes import CommandRunner
from .world import NOTHING_CHANGED, Context

if TYPE_CHECKING:
    from ..alert24.probe import HttpCheck


class Verifier:
    """An address, a command and Alert24's own monitors: whichever the settings name."""

    def __init__(
        self, settings: Settings, context: Context, commands: CommandRunner, variables: Callable[[], Mapping[str, str]]
    ) -> None:
        """Keep what they need; `variables` are the documented ones for a command."""
        self._settings = settings
        self._context = context
        self._commands = commands
        self._variables = variables
        self._watched: list[str] = []
        self._checks = LinkedMonitors(self._read, lambda: self._watched)

    def require(self, page: StatusPage, named: Sequence[str]) -> None:
        """Raise WrongSetting where a service that is named has no monitor that could verify it.

        That Alert24 can't be reached is left to start and its `fail-on-unreachable`.
        """
        try:
            services = references.resolve(page, named)
            self.set_services([service.id for service in services])
            self._checks.require({service.id: service.name for service in services})
        except Alert24DeployError as error:
            if fails(error, finishing=False, rule=self._settings.fail_on_unreachable):
                raise error.with_context(left=NOTHING_CHANGED) from None
            self._context.console.warn(f"Whether the services have monitors is not known: {error.why}.")

    def set_services(self, service_ids: Sequence[str]) -> None:
        """Say whose monitors matter."""
        self._watched = list(service_ids)

    def run(self) -> VerificationResult:
        """Verify what the settings ask for, and tell what was not well; without any look, all is."""
        verification = self._verification()
        if not verification.probes or self._settings.dry_run:
            return VerificationResult()
        verdict = verify(verification, Around(time.monotonic, self._context.cancellation.sleep, self._waiting))
        if verdict.reason and not verdict.stopped:
            self._context.console.fail(
                f"The deployment could not be verified within {verification.timeout:g} s: {verdict.reason}."
            )
        return verdict

    def _verification(self) -> Verification:
        settings = self._settings
        probes: list[Callable[[float], str]] = []
        if settings.verify_url:
            probe = http_check(settings, settings.verify_url)
            probes.append(lambda seconds: probe(seconds, self._context.cancellation))
        if settings.verify_command:
            probes.append(self._ask_command)
        if settings.verify_checks:
            probes.append(self._checks)
        return Verification(probes, settings.verify_timeout, settings.verify_interval, settings.verify_successes)

    def _ask_command(self, seconds: float) -> str:
        end = self._commands.run(shell(self._settings.verify_command), self._variables(), seconds)
        if end.cancelled:  # the page comes first: whoever verifies settles it then
            return "it was stopped by a signal"
        return f"the check's exit code was {end.code}" if end.code else ""

    def _waiting(self, seconds: float, reason: str) -> None:
        what = reason or f"well, and asked for {pluralize(self._settings.verify_successes, 'time')} in a row"
        self._context.console.progress(f"Verifying the deployment: {what}", seconds)

    def _read(self, seconds: float) -> list[Monitor]:
        return list(connect(self._settings, self._context, seconds=seconds).checks())


def http_check(settings: Settings, url: str) -> HttpCheck:
    """Return the probe of an address, with what counts as well."""
    from ..alert24.probe import HttpCheck  # brings the HTTP library, which `--help` must not pay for

    header = settings.verify_header
    return HttpCheck(
        url,
        settings.verify_status,
        settings.verify_text,
        (header[0], header[1].reveal()) if header else None,
    )
