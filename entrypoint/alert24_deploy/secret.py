"""A value that shows itself to nobody who does not ask for it by name."""

from __future__ import annotations


class Secret:
    """Holds a secret; printing, formatting or comparing it shows `***`."""

    def __init__(self, value: str) -> None:
        """Keep the value."""
        self._value = value

    def reveal(self) -> str:
        """Return the value, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        """Return stars."""
        return "***"

    __str__ = __repr__
