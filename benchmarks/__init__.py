"""Compares speed and memory with a plain script: `make bench`. docs/benchmarks.md has the method and the figures."""
