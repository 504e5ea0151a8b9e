"""Manifest, component, command line, README and examples say the same, and what they say is true."""
