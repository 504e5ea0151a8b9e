"""The health checks that verify a deployment, built from the settings."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..deployment import lookup
from ..deployment.interfaces import Monitor, StatusPage
from ..deployment.report import is_fatal
from ..deployment.verify import HealthCheck, LinkedMonitors, Verification, VerificationResult, verify
from ..errors import NOTHING_CHANGED, Alert24DeployError
from ..hooks.process import shell
from ..settings import Settings
from ..text import pluralize
from .build import connect
from .commands import CommandRunner
from .context import Context

if TYPE_CHECKING:
    from ..net.health_check import HttpCheck

_TIMEOUT_SECONDS = 120.0  # if the settings name no time limit


class Verifier:
    """Checks a URL, a command and Alert24's own monitors: whichever the settings name."""

    def __init__(
        self, settings: Settings, context: Context, commands: CommandRunner, variables: Callable[[], Mapping[str, str]]
    ) -> None:
        """Keep what the checks need; `variables` returns the documented ones for a command."""
        self._settings = settings
        self._context = context
        self._commands = commands
        self._variables = variables
        self._service_ids: list[str] = []
        self._monitors = LinkedMonitors(self._read, lambda: self._service_ids)

    def require_monitors(self, page: StatusPage, references: Sequence[str]) -> None:
        """Check that every service has a monitor that could verify it.

        If Alert24 can't be reached, `start` and its `fail-on-unreachable` decide what follows.

        Raises:
            WrongSetting: a service has no monitor.
            Alert24DeployError: a reference names no service, or the error fails start.
        """
        try:
            services = lookup.resolve(page, references)
            self.set_services([service.id for service in services])
            self._monitors.require({service.id: service.name for service in services})
        except Alert24DeployError as error:
            if is_fatal(error, finishing=False, rule=self._settings.fail_on_unreachable):
                raise error.with_context(left=NOTHING_CHANGED) from None
            self._context.console.warn(f"Could not find out whether the services have monitors: {error.why}.")

    def set_services(self, service_ids: Sequence[str]) -> None:
        """Set the services whose monitors count."""
        self._service_ids = list(service_ids)

    def run(self) -> VerificationResult:
        """Verify what the settings ask for, and say what is not healthy; without any check, everything is."""
        verification = self._verification()
        if not verification.checks or self._settings.dry_run:
            return VerificationResult()
        result = verify(
            verification, clock=time.monotonic, sleep=self._context.cancellation.sleep, notify=self._waiting
        )
        if result.reason and not result.stopped:
            self._context.console.fail(
                f"The deployment could not be verified within {verification.timeout:g} s: {result.reason}."
            )
        return result

    def _verification(self) -> Verification:
        settings = self._settings
        checks: list[HealthCheck] = []
        if settings.verify_url:
            check = http_check(settings, settings.verify_url)
            checks.append(lambda seconds: check(seconds, self._context.cancellation))
        if settings.verify_command:
            checks.append(self._run_command)
        if settings.verify_checks:
            checks.append(self._monitors)
        timeout = settings.verify_timeout or _TIMEOUT_SECONDS
        return Verification(checks, timeout, settings.verify_interval, settings.verify_successes)

    def _run_command(self, seconds: float) -> str:
        result = self._commands.run(shell(self._settings.verify_command), self._variables(), seconds)
        if result.cancelled:  # the page comes first: the caller settles the command afterwards
            return "it was stopped by a signal"
        return f"the check's exit code was {result.code}" if result.code else ""

    def _waiting(self, seconds: float, reason: str) -> None:
        what = reason or f"healthy, {pluralize(self._settings.verify_successes, 'time')} in a row needed"
        self._context.console.progress(f"Verifying the deployment: {what}", seconds)

    def _read(self, seconds: float) -> list[Monitor]:
        return list(connect(self._settings, self._context, seconds=seconds).monitors())


def http_check(settings: Settings, url: str) -> HttpCheck:
    """Return the check of a URL, with what counts as healthy."""
    from ..net.health_check import HttpCheck  # brings the HTTP library, which `--help` must not pay for

    header = settings.verify_header
    return HttpCheck(
        url,
        settings.verify_status,
        settings.verify_text,
        (header[0], header[1].reveal()) if header else None,
    )
