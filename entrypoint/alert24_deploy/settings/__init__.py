"""What the user asks for: one table of settings, and the values read from options, variables or inputs."""

from .table import Settings, read

__all__ = ["Settings", "read"]
