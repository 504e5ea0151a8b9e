"""One of Alert24's lists, read in pages: the first tells how long the list is, and the others are read at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from .responses import Item, ListPage, undocumented

PAGE = 100  # items, the documented maximum
_AT_ONCE = 100  # pages: a length that is not true must not cost more requests than this

_Item = TypeVar("_Item", bound=Item)


class Listing(Generic[_Item]):
    """A list as far as it has been read."""

    def __init__(self, fetch: Callable[[Sequence[int]], Sequence[ListPage[_Item]]], length: int = 0) -> None:
        """Begin a list.

        Args:
            fetch: returns the pages that begin at these offsets; raises Alert24DeployError if one can't be had.
            length: how many items it probably has, 0 if that is unknown.
        """
        self.items: dict[str, _Item] = {}  # by id
        self.more = True
        self.length = length
        self._fetch = fetch
        self._offset = 0
        self._step = PAGE

    @property
    def pages_left(self) -> int:
        """How many requests the rest takes, at least one if there is more."""
        return max(1, -(-(self.length - self._offset) // self._step)) if self.more else 0

    def read_on(self) -> None:
        """Read the next pages: as many as are left by the list's length, or one if that is unknown."""
        offsets = range(self._offset, max(self.length, self._offset + 1), self._step)[:_AT_ONCE]
        pages, before = self._fetch(offsets), len(self.items)
        # An item that is created meanwhile shifts the pages, so that another one is listed twice.
        for page in pages:
            self.items.update((item.id, item) for item in page.items)
        last = pages[-1]
        self._step = len(pages[0].items) or self._step  # a server may give fewer at a time
        self._offset = offsets[-1] + len(last.items)
        self.more = last.more
        self.length = last.total if self.more else len(self.items)
        if self.more and len(self.items) == before:
            raise undocumented()

    def read_all(self) -> list[_Item]:
        """Read all that is left, and return the whole list."""
        while self.more:
            self.read_on()
        return list(self.items.values())
