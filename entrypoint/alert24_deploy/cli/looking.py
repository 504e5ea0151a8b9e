"""The looks that verify a deployment, built from the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..alert24.probe import Probe
from ..deployment.ports import Check
from ..deployment.verification import LinkedChecks, Verification
from ..hooks.process import shell
from ..settings import Settings
from .compose import World, connect
from .processes import Processes

_MOST_SECONDS = 10.0  # for one reading of the monitors


class Looks:
    """An address, a command and Alert24's own monitors: whichever the settings name."""

    def __init__(
        self, settings: Settings, world: World, processes: Processes, variables: Callable[[], Mapping[str, str]]
    ) -> None:
        """Keep what they need; `variables` are the documented ones for a command."""
        self._settings = settings
        self._world = world
        self._processes = processes
        self._variables = variables
        self._watched: list[str] = []
        self._checks = LinkedChecks(self._read, lambda: self._watched)

    def require(self, services: Mapping[str, str]) -> None:
        """Raise WrongSetting where a service, by id and name, has no monitor that could verify it."""
        self._watched = list(services)
        self._checks.require(services)

    def verification(self) -> Verification:
        """Return what the settings ask for."""
        settings = self._settings
        probes: list[Callable[[float], str]] = []
        if settings.verify_url:
            probe = probe_of(settings, settings.verify_url)
            probes.append(lambda seconds: probe(seconds, self._world.stop))
        if settings.verify_command:
            probes.append(self._ask_command)
        if settings.verify_checks:
            probes.append(self._checks)
        return Verification(probes, settings.verify_timeout, settings.verify_interval, settings.verify_successes)

    def _ask_command(self, seconds: float) -> str:
        end = self._processes.run(shell(self._settings.verify_command), self._variables(), seconds)
        if end.cancelled:
            self._processes.settle()
            return "it was stopped by a signal"
        return f"the check's exit code was {end.code}" if end.code else ""

    def _read(self) -> list[Check]:
        return list(connect(self._settings, self._world, seconds=_MOST_SECONDS).checks())


def probe_of(settings: Settings, url: str) -> Probe:
    """Return the probe of an address, with what counts as well."""
    header = settings.verify_header
    return Probe(
        url,
        settings.verify_status,
        settings.verify_text,
        (header[0], header[1].reveal()) if header else None,
    )
