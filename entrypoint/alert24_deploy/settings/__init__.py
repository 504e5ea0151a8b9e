"""What the user asks for, read from a mapping of words and checked field by field."""

from .model import Settings, read

__all__ = ["Settings", "read"]
