"""An embedded Alert24 for trying, testing and demonstrating deployments.

Needs werkzeug (the extra `sandbox`); without it the import fails with an ImportError.
"""

from alert24_sandbox.faults import Fault, Hold
from alert24_sandbox.journal import Request
from alert24_sandbox.model import DEFAULT_MAPPING, STATUSES, Event, Monitor, Service
from alert24_sandbox.options import Options
from alert24_sandbox.sandbox import Sandbox

__all__ = [
    "DEFAULT_MAPPING",
    "STATUSES",
    "Event",
    "Fault",
    "Hold",
    "Monitor",
    "Options",
    "Request",
    "Sandbox",
    "Service",
]
