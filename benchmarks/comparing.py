"""Runs every contender once per round, so that other load on the machine slows all of them equally."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from .processes import RunFailed, Sample, run

MEASURES = Sample._fields


@dataclass(frozen=True)
class Contender:
    """A program to measure, and the number of requests by method that the server must see from it."""

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str]
    requests: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """Contenders that are measured together, each once per round.

    `prepare` undoes the last run and returns the directory for the next one; `seen` returns the number of requests by
    method that the server has seen since then.
    """

    title: str
    contenders: Sequence[Contender]
    prepare: Callable[[], Path]
    seen: Callable[[], Mapping[str, int]] = dict


class Spread(NamedTuple):
    """The median, minimum and maximum of some numbers."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Spread:
        """Return the spread of one or more numbers."""
        return cls(median(numbers), min(numbers), max(numbers))


@dataclass(frozen=True)
class Measured:
    """What one contender took, and the ratio to another one, computed in each round."""

    name: str
    took: Mapping[str, Spread]
    ratio: Mapping[str, Spread]

    def document(self) -> dict[str, Any]:
        """Return the figures for JSON: seconds, bytes and ratios."""
        return {
            "name": self.name,
            **{measure: self.took[measure]._asdict() for measure in MEASURES},
            "ratio": {measure: self.ratio[measure]._asdict() for measure in MEASURES},
        }


def measure(comparison: Comparison, rounds: int) -> dict[str, list[Sample]]:
    """Run all contenders in turn (A B C, A B C) and return one sample per round of each, without the warm-up round."""
    samples: dict[str, list[Sample]] = {contender.name: [] for contender in comparison.contenders}
    for number in range(rounds + 1):
        _progress(f"{comparison.title}: round {number} of {rounds}")
        for contender in comparison.contenders:
            sample = _run(comparison, contender)
            if number:
                samples[contender.name].append(sample)
    _progress("")
    return samples


def beside(samples: Mapping[str, Sequence[Sample]], other: str) -> list[Measured]:
    """Return what each contender took, and the ratio to what `other` took in the same round."""
    return [_measured(name, taken, samples[other]) for name, taken in samples.items()]


def speedup(samples: Mapping[str, Sequence[Sample]], fast: str, slow: str) -> Spread:
    """Return how many times faster `fast` was than `slow` in wall time, in the same round."""
    return Spread.of([one.wall / other.wall for one, other in zip(samples[slow], samples[fast], strict=True)])


def _run(comparison: Comparison, contender: Contender) -> Sample:
    sample = run(contender.argv, contender.environ, comparison.prepare())
    seen = comparison.seen()
    if dict(seen) != dict(contender.requests):
        raise RunFailed(f"{contender.name}: expected {dict(contender.requests)}, but the server saw {dict(seen)}")
    return sample


def _measured(name: str, taken: Sequence[Sample], others: Sequence[Sample]) -> Measured:
    ratios = [[mine / theirs for mine, theirs in zip(*pair, strict=True)] for pair in zip(taken, others, strict=True)]
    return Measured(name, took=_spreads(taken), ratio=_spreads(ratios))


def _spreads(rows: Sequence[Sequence[float]]) -> dict[str, Spread]:
    return dict(zip(MEASURES, map(Spread.of, zip(*rows, strict=True)), strict=True))


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
