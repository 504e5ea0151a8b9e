"""An embedded Alert24 for trying, testing and demonstrating deployments.

It needs werkzeug (the extra `sandbox`); without it the import raises ImportError.
"""

from .faults import Fault, Hold
from .model import DEFAULT_MAPPING, STATUSES, Event, Monitor, Service
from .options import Options
from .put_answers import PutShape
from .records import Record
from .request_log import Request
from .sandbox import Sandbox

__all__ = [
    "DEFAULT_MAPPING",
    "STATUSES",
    "Event",
    "Fault",
    "Hold",
    "Monitor",
    "Options",
    "PutShape",
    "Record",
    "Request",
    "Sandbox",
    "Service",
]
