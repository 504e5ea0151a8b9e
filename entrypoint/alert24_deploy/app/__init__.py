"""Builds what a command or a stage of the action needs, and prints the report."""
