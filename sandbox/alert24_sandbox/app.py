"""What happens to each request: it is logged, delayed, spoilt by a fault, or answered."""

from __future__ import annotations

import json
import logging
import random
import threading
import uuid
from collections.abc import Callable

from werkzeug.wrappers import Request, Response

from . import request_log
from .answers import ApiError
from .api import Api
from .faults import CutOff, Faults, Hold, WrongAnswer
from .keys import Keys
from .limits import RateLimit
from .options import Options
from .page import Page
from .parsing import raw_path, target
from .request_log import Json, RequestLog

logger = logging.getLogger("alert24_sandbox")


class App:
    """Answers requests: the page's at once, the API's after request log, faults, latency and rate limit."""

    def __init__(
        self,
        options: Options,
        *,
        api: Api,
        page: Page,
        keys: Keys,
        log: RequestLog,
        faults: Faults,
        limit: RateLimit,
        stopping: threading.Event,
    ) -> None:
        self._options = options
        self._api = api
        self._page = page
        self._keys = keys
        self._log = log
        self._faults = faults
        self._limit = limit
        self._stopping = stopping
        self._random = random.Random(options.seed)
        self._random_lock = threading.Lock()

    def answer(self, request: Request) -> Response:
        """Return the response to a request.

        Raises:
            CutOff: If the connection is to be closed instead.
        """
        if (shown := self._page.answer(request)) is not None:
            return shown
        request_id = uuid.uuid4().hex
        noted = self._note(request, request_id)
        response = self._spoilt_or_good(request)
        response.headers.setdefault("X-Request-Id", request_id)
        self._log.set_status(noted, response.status_code)
        return response

    def _note(self, request: Request, request_id: str) -> request_log.Request:
        headers = {name.title(): value for name, value in request.headers.items()}
        if "Authorization" in headers:
            headers["Authorization"] = self._keys.label(headers["Authorization"])
        body = request.get_data()
        return self._log.add(
            request.method,
            raw_path(request),
            query=request.args.to_dict(),
            json=parsed(body),
            body=body,
            headers=headers,
            request_id=request_id,
        )

    def _spoilt_or_good(self, request: Request) -> Response:
        hold = self._faults.find(Hold, request.method, target(request))
        wrong = self._faults.find(WrongAnswer, request.method, target(request))
        # Not a sleep: when the sandbox stops, the thread ends at once.
        if self._options.latency and self._stopping.wait(self._options.latency):
            raise CutOff
        if hold and not hold.match.applied:
            hold.keep_waiting()
        if (spoilt := spoil(wrong, applied=False)) is not None:
            return spoilt
        response = carefully(lambda: self._within_limits(request))
        if hold and hold.match.applied:
            hold.keep_waiting()
        spoilt = spoil(wrong, applied=True)
        return response if spoilt is None else spoilt

    def _within_limits(self, request: Request) -> Response:
        caller = request.headers.get("Authorization") or raw_path(request)
        self._limit.count(caller)
        self._fail_at_random()
        return self._api.answer(request)

    def _fail_at_random(self) -> None:
        if not self._options.error_rate:
            return
        with self._random_lock:
            fails = self._random.random() < self._options.error_rate
            status = self._random.choice(self._options.error_statuses)
        if fails:
            raise ApiError(status)


def spoil(wrong: WrongAnswer | None, *, applied: bool) -> Response | None:
    """Return the fault's answer, if there is a fault and `applied` is its moment."""
    return wrong.answer() if wrong and wrong.match.applied is applied else None


def carefully(work: Callable[[], Response]) -> Response:
    """Return the response that `work` makes, or the documented error for what it raised."""
    try:
        return work()
    except ApiError as error:
        return error.response()
    except Exception:
        logger.exception("The sandbox could not answer.")
        return ApiError(500).response()


def parsed(body: bytes) -> Json:
    """Return the document in the body, None if it is not JSON."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
