"""requests, imported without charset_normalizer: guessing encodings is not needed, as bodies are read as bytes.

That import would take a tenth of the time of `set` as a whole process (docs/benchmarks.md). requests does without it,
after a warning (requests, `__init__.py`).
"""

from __future__ import annotations

import sys
import warnings

_LEFT_OUT = "charset_normalizer"

if "requests" in sys.modules or _LEFT_OUT in sys.modules:
    import requests
else:
    sys.modules[_LEFT_OUT] = None  # type: ignore[assignment]  # Python's word for a module that can't be imported
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import requests
    finally:
        del sys.modules[_LEFT_OUT]

HTTPAdapter = requests.adapters.HTTPAdapter

__all__ = ["HTTPAdapter", "requests"]
