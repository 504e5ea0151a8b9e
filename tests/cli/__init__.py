"""Deployments whole: commands, verification and rollbacks as real processes, against the sandbox."""
