"""Alert24's API over HTTP. The only room that imports requests (and tenacity, for trying again).

Nothing is imported here: `--help` must not pay for an HTTP library.
"""
