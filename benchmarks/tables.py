"""Formats figures as plain text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .comparing import Measured, Spread, speedup
from .contenders import ideal_speedup, start_with
from .processes import Sample

_MEGABYTE = 1_000_000
_SHOWN_IMPORTS = 14
_WORDS = {"wall": "time", "cpu": "CPU time", "peak": "peak memory"}


class Speedups(NamedTuple):
    """How many times faster start is than the loops, as text and for JSON."""

    text: str
    document: list[dict[str, Any]]


def table(title: str, measured: Sequence[Measured], smallest: int) -> str:
    """Return what each contender took and its ratios; `smallest` is the smallest peak in bytes that can be measured."""
    rows = [["", "time, ms", "CPU, ms", "peak, MB", "time x", "CPU x", "peak x"]]
    for each in measured:
        took, ratio = each.took, each.ratio
        at_most = "<= " if took["peak"].median <= smallest * 1.02 else ""
        rows.append(
            [
                each.name,
                _spread(took["wall"], 1e3, 0),
                _spread(took["cpu"], 1e3, 0),
                f"{at_most}{took['peak'].median / _MEGABYTE:.1f}",
                _spread(ratio["wall"], 1, 2),
                _spread(ratio["cpu"], 1, 2),
                f"{ratio['peak'].median:.2f}",
            ]
        )
    return f"\n{title}\n{_aligned(rows)}"


def verdict(what: str, ratio: float, bound: float) -> str:
    """Return a line that says whether a ratio meets its target."""
    result = "met" if ratio <= bound else "MISSED"
    return f"  {_WORDS[what]}: {ratio:.2f} x the snippet's, target at most {bound} x: {result}"


def speedups(
    samples: Mapping[str, Sequence[Sample]],
    concurrencies: Sequence[int],
    loops: Mapping[str, int],
    wanted: float,
) -> Speedups:
    """Return how many times faster start was than each loop, and how much round trips alone would allow.

    `loops` maps each loop to the number of requests that it sends in a row.
    """
    rows = [["times faster than", "concurrency", "measured", "round trips alone", f"{wanted:g} x"]]
    document = []
    for loop, requests in loops.items():
        for concurrency in concurrencies:
            faster, ideal = speedup(samples, start_with(concurrency), loop), ideal_speedup(requests, concurrency)
            reached = "reached" if faster.median >= wanted else "missed"
            rows.append([loop, str(concurrency), _spread(faster, 1, 1), f"{ideal:.1f}", reached])
            document.append({"loop": loop, "concurrency": concurrency, "ideal": ideal, **faster._asdict()})
    return Speedups("\n" + _aligned(rows), document)


def importing(least: Mapping[str, Mapping[str, float]]) -> str:
    """Return the import time of each package, longest first."""
    shown = sorted(
        {name for times in least.values() for name in times},
        key=lambda name: max(times.get(name, 0) for times in least.values()),
        reverse=True,
    )[:_SHOWN_IMPORTS]
    rows = [["import, ms", *least]]
    rows += [[name, *(f"{times.get(name, 0) * 1e3:.1f}" for times in least.values())] for name in shown]
    rows += [["all", *(f"{sum(times.values()) * 1e3:.1f}" for times in least.values())]]
    return "\n" + _aligned(rows)


def _spread(spread: Spread, factor: float, digits: int) -> str:
    middle, least, most = (f"{number * factor:.{digits}f}" for number in spread)
    return f"{middle} ({least} - {most})"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    names, *columns = zip(*rows, strict=True)
    cells = [_padded(names, str.ljust), *(_padded(column, str.rjust) for column in columns)]
    return "\n".join(f"  {'  '.join(row)}" for row in zip(*cells, strict=True))


def _padded(cells: Sequence[str], pad: Callable[[str, int], str]) -> list[str]:
    width = max(map(len, cells))
    return [pad(cell, width) for cell in cells]
