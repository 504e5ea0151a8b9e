"""Side by side: every contender once a round, so that whatever slows the machine slows all of them."""

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
    """A program to measure, with what the server must have seen of it afterwards (`GET` and `PUT` requests)."""

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str]
    requests: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """Contenders that are measured together, each once a round.

    `prepare` returns the folder for the next run, everything as it was before the last; `seen` returns the requests
    that the server counted since then.
    """

    title: str
    contenders: Sequence[Contender]
    prepare: Callable[[], Path]
    seen: Callable[[], Mapping[str, int]] = dict


class Spread(NamedTuple):
    """The median of some numbers, between their least and their greatest."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, numbers: Sequence[float]) -> Spread:
        """Return the spread of at least one number."""
        return cls(median(numbers), min(numbers), max(numbers))


@dataclass(frozen=True)
class Measured:
    """What one contender took, and how that compares, round by round, with another one."""

    name: str
    took: Mapping[str, Spread]
    ratio: Mapping[str, Spread]

    def document(self) -> dict[str, Any]:
        """Return it for JSON: seconds, bytes, and ratios."""
        return {
            "name": self.name,
            **{measure: self.took[measure]._asdict() for measure in MEASURES},
            "ratio": {measure: self.ratio[measure]._asdict() for measure in MEASURES},
        }


def measure(comparison: Comparison, rounds: int) -> dict[str, list[Sample]]:
    """Run all contenders in turn, A B C A B C, and return a sample a round of each; a round to warm up is left out."""
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
    """Return what each contender took, and that as a share of what another took in the same round."""
    return [_measured(name, taken, samples[other]) for name, taken in samples.items()]


def speedup(samples: Mapping[str, Sequence[Sample]], fast: str, slow: str) -> Spread:
    """Return how many times faster one was than another, by the clock, in the same round."""
    return Spread.of([one.wall / other.wall for one, other in zip(samples[slow], samples[fast], strict=True)])


def _run(comparison: Comparison, contender: Contender) -> Sample:
    sample = run(contender.argv, contender.environ, comparison.prepare())
    seen = comparison.seen()
    if dict(seen) != dict(contender.requests):
        raise RunFailed(f"{contender.name}: {dict(contender.requests)} were to be sent, the server saw {dict(seen)}")
    return sample


def _measured(name: str, taken: Sequence[Sample], others: Sequence[Sample]) -> Measured:
    ratios = [[mine / theirs for mine, theirs in zip(*pair, strict=True)] for pair in zip(taken, others, strict=True)]
    return Measured(name, took=_spreads(taken), ratio=_spreads(ratios))


def _spreads(rows: Sequence[Sequence[float]]) -> dict[str, Spread]:
    return dict(zip(MEASURES, map(Spread.of, zip(*rows, strict=True)), strict=True))


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
