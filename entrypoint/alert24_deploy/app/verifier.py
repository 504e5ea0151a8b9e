"""The health checks that verify a deployment, built from the settings."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..deployment import lookup
from ..deployment.interfaces import Monitor, StatusPage
from ..deployment.report import is_fatal
from ..deployment.verify import (
    DEFAULT_TIMEOUT,
    MARGIN_SECONDS,
    HealthCheck,
    LinkedMonitors,
    VerificationResult,
    verify,
)
from ..errors import NOTHING_CHANGED, Alert24DeployError, WrongSetting, explaining
from ..hooks.process import shell
from ..settings import Settings
from ..text import pluralize
from .build import Context, connect
from .commands import CommandRunner

if TYPE_CHECKING:
    from ..net.health_check import HttpCheck


class Verifier:
    """Checks a URL, a command and Alert24's own monitors, as far as the settings name them."""

    def __init__(
        self, settings: Settings, context: Context, commands: CommandRunner, variables: Callable[[], Mapping[str, str]]
    ) -> None:
        """Keep what the checks need; `variables` returns the documented ones for a command."""
        self._settings = settings
        self._context = context
        self._commands = commands
        self._variables = variables
        self._monitors = LinkedMonitors(self._read)

    def require_monitors(self, page: StatusPage, references: Sequence[str]) -> None:
        """Check that the services' monitors can verify the deployment in the time given, and say how long that takes.

        If Alert24 can't be reached, `start` and its `fail-on-unreachable` decide what follows.

        Raises:
            WrongSetting: a service has no active monitor, or `verify-timeout` is too short for its monitors.
            Alert24DeployError: a reference names no service, or the error fails start.
        """
        console = self._context.console
        try:
            with explaining(left=NOTHING_CHANGED):
                services = {each.id: each.name for each in lookup.resolve(page, references)}
                needed = self._monitors.seconds_needed(services)
                self._require_time(needed)
        except Alert24DeployError as error:
            if is_fatal(error, finishing=False, rule=self._settings.fail_on_unreachable):
                raise
            console.warn(f"Could not find out whether the services have monitors: {error.why}.")
        else:
            console.info(
                f"Verification waits up to {self._longest(needed):.0f} s until the services' monitors have run."
            )

    def _require_time(self, needed: float) -> None:
        given = self._settings.verify_timeout
        if given is not None and given < needed:
            name = self._settings.display_name("verify-timeout")
            raise WrongSetting(
                f"{name} is {given:g} s, but the slowest monitor of the services needs up to {needed:.0f} s",
                remedy=f"Leave {name} out to wait as long as needed, or let the monitors run more often.",
            )

    def set_services(self, service_ids: Sequence[str]) -> None:
        """Set the services whose monitors count."""
        self._monitors.service_ids = list(service_ids)

    @property
    def wanted(self) -> bool:
        """Whether the settings ask for any check."""
        settings = self._settings
        return bool(settings.verify_url or settings.verify_command or settings.verify_checks)

    def run(self) -> VerificationResult:
        """Verify what the settings ask for, and say what is not healthy; without any check, everything is."""
        checks = self._checks()
        if not checks or self._settings.dry_run:
            return VerificationResult()
        timeout = self._timeout()
        result = verify(
            checks,
            timeout=timeout,
            interval=self._settings.verify_interval,
            successes=self._settings.verify_successes,
            clock=time.monotonic,
            sleep=self._context.cancellation.sleep,
            notify=self._waiting,
        )
        message = f"The deployment could not be verified within {timeout:g} s: {result.reason}."
        if result.inconclusive:
            self._context.console.warn(message)
        elif result.reason and not result.stopped:
            self._context.console.fail(message)
        return result

    def _timeout(self) -> float:
        """Return the seconds given, else as many as the slowest monitor needs; the monitors begin to count now."""
        needed = 0.0
        if self._settings.verify_checks:
            with contextlib.suppress(Alert24DeployError):  # the check itself says so, and tries again
                needed = self._monitors.begin()
        return self._longest(needed)

    def _longest(self, needed: float) -> float:
        return self._settings.verify_timeout or max(DEFAULT_TIMEOUT, needed + MARGIN_SECONDS)

    def _checks(self) -> list[HealthCheck]:
        settings = self._settings
        checks: list[HealthCheck] = []
        if settings.verify_url:
            check = http_check(settings, settings.verify_url)
            checks.append(lambda seconds: VerificationResult(check(seconds, self._context.cancellation)))
        if settings.verify_command:
            checks.append(self._run_command)
        if settings.verify_checks:
            checks.append(self._monitors)
        return checks

    def _run_command(self, seconds: float) -> VerificationResult:
        result = self._commands.run(shell(self._settings.verify_command), self._variables(), seconds)
        if result.cancelled:  # the page comes first: the caller settles the command afterwards
            return VerificationResult("it was stopped by a signal")
        return VerificationResult(f"the check's exit code was {result.code}" if result.code else "")

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
