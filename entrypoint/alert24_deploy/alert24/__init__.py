"""Alert24's API and its webhook receivers.

Nothing is imported here: `--help` must not pay for an HTTP library.
"""
