"""`python -m benchmarks.bench_run`: what `run` costs around a command, and whether it slows down the command's output.

The cost is measured around a command that does nothing, against two runs of the guide's snippet, before and after. For
the output, a command prints 100 MB into a pipe and measures its own time, which excludes start and finish.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from .comparing import Comparison, Contender, Spread, beside, measure
from .contenders import _PLAIN, _TOOL, Folder, _asking, _environ, _fresh
from .processes import own_size, run
from .server import SERVICE_IDS, Server
from .tables import table

TWICE = "the guide's snippet, twice"
RUN = "alert24-deploy run -- true"
_MOST_TIME = 1.5
_LEAST_SPEED = 0.8
_PRINTED = 100_000_000  # bytes
_PRINT = f"""
import os, time
block = bytes(100_000)
began = time.perf_counter()
for _ in range({_PRINTED // 100_000}):
    left = memoryview(block)
    while left:
        left = left[os.write(1, left):]
with open("took", "w") as file:
    file.write(str(time.perf_counter() - began))
"""


def main(arguments: Sequence[str]) -> int:
    """Measure both and print whether they meet their targets. The first argument is the number of rounds (15)."""
    rounds = int(arguments[0]) if arguments else 15
    with Server() as server, Folder() as folder:
        _around_nothing(server, folder, rounds)
        _passing_through(server, folder, rounds)
    return 0


def _around_nothing(server: Server, folder: Folder, rounds: int) -> None:
    environ = _environ(_asking(server, SERVICE_IDS[:1]), folder)
    snippet = f"'{sys.executable}' '{_PLAIN / 'snippet.py'}'"
    comparison = Comparison(
        "a deployment of nothing, one service by id",
        [
            Contender(TWICE, ["sh", "-c", f"{snippet} && {snippet}"], environ, {"PUT": 2}),
            Contender(RUN, [_TOOL, "run", "--", "true"], environ, {"GET": 2, "PUT": 2}),
        ],
        _fresh(server, folder),
        server.seen,
    )
    measured = beside(measure(comparison, rounds), TWICE)
    print(table(comparison.title, measured, own_size()))
    ratio = measured[1].ratio["wall"].median
    print(f"  time: {ratio:.2f} x the snippet's, target at most {_MOST_TIME} x: {_word(ratio <= _MOST_TIME)}")


def _passing_through(server: Server, folder: Folder, rounds: int) -> None:
    environ = _environ(_asking(server, SERVICE_IDS[:1]), folder)
    printing = [sys.executable, "-c", _PRINT]
    prepare = _fresh(server, folder)
    speeds: list[tuple[float, float]] = []
    for number in range(rounds + 1):
        alone = _speed(printing, environ, prepare())
        through = _speed([_TOOL, "run", "--", *printing], environ, prepare())
        if number:
            speeds.append((alone, through))
    for name, column in (("alone", 0), ("through run", 1)):
        shown = Spread.of([pair[column] / 1e6 for pair in speeds])
        print(f"  100 MB {name}: {shown.median:.0f} MB/s ({shown.least:.0f} - {shown.most:.0f})")
    ratio = Spread.of([through / alone for alone, through in speeds]).median
    print(f"  speed: {ratio:.2f} x, target at least {_LEAST_SPEED} x: {_word(ratio >= _LEAST_SPEED)}")


def _speed(argv: Sequence[str], environ: dict[str, str], folder: Path) -> float:
    """Return how many bytes per second a command printed into a pipe, by its own clock."""
    run(["sh", "-c", '"$@" | cat > /dev/null', "sh", *argv], environ, folder)
    return _PRINTED / float((folder / "took").read_text(encoding="ascii"))


def _word(met: bool) -> str:
    return "met" if met else "MISSED"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
