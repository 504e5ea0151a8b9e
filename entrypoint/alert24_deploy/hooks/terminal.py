"""A terminal belongs to one process group: lent to the command, so that it can ask its user and see Ctrl-C."""

from __future__ import annotations

import contextlib
import os
import signal
import sys


def give_foreground(group: int) -> bool:
    """Give our terminal to a process group; return whether there was one to give."""
    if not _ours():
        return False
    lent = _hand(group)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGCONT)  # who asked the terminal before it was theirs was stopped for it
    return lent


def take_foreground(lent: bool) -> None:
    """Take the terminal back, where it was lent."""
    if lent:
        _hand(os.getpgrp())


def _ours() -> bool:
    try:
        return os.isatty(sys.stdin.fileno()) and os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError, AttributeError):
        return False


def _hand(group: int) -> bool:
    # A process in the background is stopped by SIGTTOU when it changes the terminal's group (termios(3)).
    earlier = signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    try:
        os.tcsetpgrp(sys.stdin.fileno(), group)
    except OSError:
        return False
    finally:
        signal.signal(signal.SIGTTOU, earlier)
    return True
