"""requests, imported without charset_normalizer: guessing encodings is not needed, as bodies are read as bytes.

That import would take a tenth of the time of `set` as a whole process (docs/benchmarks.md). requests does without it,
after one warning (requests, `__init__.py`), which is not shown; the image, the single file and the binary don't have
it. Whoever imports another library that imports requests imports this module first.
"""

from __future__ import annotations

import sys
import warnings

_LEFT_OUT = "charset_normalizer"
_WARNING = "Unable to find acceptable character detection dependency"

if "requests" in sys.modules or _LEFT_OUT in sys.modules:
    import requests
else:
    sys.modules[_LEFT_OUT] = None  # type: ignore[assignment]  # Python's word for a module that can't be imported
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", _WARNING)
            import requests
    finally:
        del sys.modules[_LEFT_OUT]

HTTPAdapter = requests.adapters.HTTPAdapter

__all__ = ["HTTPAdapter", "requests"]
