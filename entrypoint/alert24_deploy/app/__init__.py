"""Builds what a command or a stage of the action needs from its settings, and shows what came of it."""
