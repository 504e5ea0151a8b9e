"""Everything that depends on the CI, and the output. The only package that imports actions_toolkit."""
