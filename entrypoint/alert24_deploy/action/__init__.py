"""GitHub's two stages: main is start, post is finish. Each is an executable without arguments.

A docker action gives its arguments to every stage alike, so only the executable can tell them apart
(actions/runner, Handlers/ContainerActionHandler.cs).
"""

from .entry import main, post

__all__ = ["main", "post"]
