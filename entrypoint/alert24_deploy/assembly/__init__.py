"""Puts the rooms together: builds from the settings what a phase needs, for the command line and for the action."""
