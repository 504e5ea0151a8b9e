"""Speed and memory beside a plain script: `make bench`. See docs/benchmarks.md for the method and the figures."""
