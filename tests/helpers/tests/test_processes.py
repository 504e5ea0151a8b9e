"""The helper that starts commands leaves nothing open."""

from __future__ import annotations

import subprocess

from helpers.key_watch import KeyWatch
from helpers.processes import Running


def test_kill__process_ended_by_itself__its_streams_are_closed(key_watch: KeyWatch) -> None:
    """An open stream is a warning in whatever test the garbage collector finds it."""
    process = subprocess.Popen(["true"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.wait()
    Running(process, (), key_watch).kill()
    assert process.stdout is not None
    assert process.stdout.closed
    assert process.stderr is not None
    assert process.stderr.closed
