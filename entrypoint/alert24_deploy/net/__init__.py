"""HTTP in general: sending, deadlines, retries, worker threads. The only package that imports requests.

It knows nothing of Alert24. Nothing is imported here: `--help` must not pay for an HTTP library.
"""
