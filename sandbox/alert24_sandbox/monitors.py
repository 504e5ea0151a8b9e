"""Monitors that run by themselves, as Alert24's do, and write what they find."""

from __future__ import annotations

import random
import threading

from .options import Options
from .store import Store


class Rounds:
    """Runs every monitor once a round; the outcomes follow from the options' seed."""

    def __init__(self, options: Options, store: Store, stopping: threading.Event) -> None:
        self._options = options
        self._store = store
        self._stopping = stopping
        self._random = random.Random(options.seed)

    def start(self) -> None:
        """Begin the rounds in the background, where the options ask for them."""
        if self._options.monitor_interval:
            threading.Thread(target=self._go_round, name="monitors", daemon=True).start()

    def _go_round(self) -> None:
        while not self._stopping.wait(self._options.monitor_interval):
            self.run_all()

    def run_all(self) -> None:
        """One round, now."""
        for monitor in self._store.monitors():
            up = self._random.random() >= self._options.monitor_failures
            failing = self._random.choice(self._options.monitor_statuses)
            try:
                self._store.run_check(monitor.id, up, "operational" if up else failing)
            except LookupError:
                continue  # Deleted while this round was under way.
