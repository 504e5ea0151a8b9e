"""How a PUT of a service may be answered: Alert24's documentation doesn't show the answer."""

from __future__ import annotations

from typing import Literal, get_args

from werkzeug.wrappers import Response

from .answers import ApiError, json_response
from .faults import Fault
from .match import Match
from .model import Service

PutShape = Literal["data", "bare", "empty", "no-content", "accepted", "old-status", "other-service", "error"]


class PutAnswer(Fault):
    """How the PUTs of a `Match` are answered, and when they take effect.

    Attributes:
        shape: What the answer shows. `data`: 200 and the service in `data`. `bare`: 200 and the service itself.
            `empty`: 200 without a body. `no-content`: 204. `accepted`: 202 and no service.
            Wrong ones are `old-status`: 200 and the service as it was; `other-service`: 200 and a service with another
            id; `error`: 200 and an error.
        reads: How often the service is read as it was before the write takes effect: 0 for at once, None for ever.

    Raises:
        ValueError: For an unknown shape, or fewer reads than none.
    """

    def __init__(self, match: Match, shape: PutShape = "data", reads: int | None = 0) -> None:
        super().__init__(match)
        if shape not in get_args(PutShape):
            raise ValueError(f"Unknown shape {shape!r}: there are {', '.join(get_args(PutShape))}.")
        if reads is not None and reads < 0:
            raise ValueError(f"reads is a number from 0, or None, not {reads}.")
        self.shape = shape
        self.reads = reads

    def response(self, before: Service, after: Service) -> Response:
        """Return the answer to a PUT that changes a service."""
        if self.shape == "error":
            error = ApiError(500).response()
            error.status_code = 200
            return error
        if self.shape in ("empty", "no-content"):
            return Response(status=200 if self.shape == "empty" else 204)
        if self.shape == "accepted":
            return json_response({"data": {"queued": True}}, 202)
        shown = (before if self.shape == "old-status" else after).to_json()
        if self.shape == "other-service":
            shown["id"] = f"{after.id}-other"
        return json_response(shown if self.shape == "bare" else {"data": shown})
