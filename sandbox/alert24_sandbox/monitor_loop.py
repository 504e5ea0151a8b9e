"""Monitors that run by themselves, as Alert24's do, and write the status that they find."""

from __future__ import annotations

import random
import threading

from .options import Options
from .store import Store


class MonitorLoop:
    """Runs all active monitors once an interval; their outcomes follow from the seed in the options."""

    def __init__(self, options: Options, store: Store, stopping: threading.Event) -> None:
        self._options = options
        self._store = store
        self._stopping = stopping
        self._random = random.Random(options.seed)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Run the monitors in the background, if the options ask for it."""
        if self._options.monitor_interval:
            self._thread = threading.Thread(target=self._run, name="monitors", daemon=True)
            self._thread.start()

    def join(self) -> None:
        """Wait until the background thread, if there is one, has seen that the sandbox stops."""
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._options.monitor_interval):
            self.run_all()

    def run_all(self) -> None:
        """Run every active monitor once, now."""
        for monitor in self._store.monitors("active"):
            up = self._random.random() >= self._options.monitor_failures
            failing = self._random.choice(self._options.monitor_statuses)
            try:
                self._store.run_check(monitor.id, up, "operational" if up else failing)
            except LookupError:
                continue  # Deleted or disabled meanwhile.
