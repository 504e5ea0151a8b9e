"""What the user asks for: one table of settings, and the values read from options, variables or inputs."""

from .reading import read
from .table import Settings

__all__ = ["Settings", "read"]
