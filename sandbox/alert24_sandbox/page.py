"""The status page, and the JSON documents from which it refreshes itself."""

from __future__ import annotations

import html
import json
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from importlib import resources

from werkzeug.wrappers import Request, Response

from .answers import ApiError, json_response
from .model import STATUSES, overall, timestamp, utc_now
from .records import Records
from .store import Store
from .timeline import timeline

# Every file comes from the sandbox itself, and no text of the page can run as a script.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

ASSETS = {
    "/page.css": "text/css; charset=utf-8",
    "/page.js": "text/javascript; charset=utf-8",
    "/icon.svg": "image/svg+xml",
}

SHOWN_EVENTS = 100
SHOWN_CHANGES = 200
SHOWN_INCIDENTS = 20


class Page:
    """Answers `/`, the page's assets, `/status.json`, `/timeline.json` and `/events`."""

    def __init__(
        self, store: Store, changes: Records, incidents: Records, now: Callable[[], datetime] = utc_now
    ) -> None:
        self._store = store
        self._changes = changes
        self._incidents = incidents
        self._now = now
        self._started = secrets.token_hex(4)
        self._assets = {path: asset(path) for path in ["/page.html", *ASSETS]}

    def answer(self, request: Request) -> Response | None:
        """Return the response, or None if the path is not one of the page's."""
        if request.path == "/play" and request.method == "POST":
            return self._play(request)
        if request.path not in ("/", "/status.json", "/timeline.json", "/events", *ASSETS):
            return None
        if request.method not in ("GET", "HEAD"):
            return ApiError(405, "Use GET.", {"Allow": "GET, HEAD"}).response()
        response = self._content(request)
        response.headers.update(SECURITY_HEADERS)
        return response

    def _content(self, request: Request) -> Response:
        if request.path == "/":
            return Response(self._html(), content_type="text/html; charset=utf-8")
        if request.path == "/status.json":
            return json_response(self._status())
        if request.path == "/timeline.json":
            return json_response(self._timeline())
        if request.path == "/events":
            after = request.args.get("after", 0, type=int)
            return json_response({"data": [e.to_json() for e in self._store.events(after)]})
        return Response(self._assets[request.path], content_type=ASSETS[request.path])

    def _play(self, request: Request) -> Response:
        """Do what a button says: a monitor or a person sets a status. Other sites' pages can't."""
        origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
        if site != "same-origin" and origin != request.host_url.rstrip("/"):
            return ApiError(403, "Only this page's own buttons can do that.").response()
        by, _, status = request.form.get("play", "").partition(" ")
        service = self._store.get(request.form.get("service", ""))
        if by not in ("monitor", "hand") or status not in STATUSES or service is None:
            return ApiError(400, "There is no such button.").response()
        checks = [m for m in self._store.monitors("active") if m.service_id == service.id] if by == "monitor" else []
        for monitor in checks:
            self._store.run_check(monitor.id, status == "operational", status)
        if not checks:
            self._store.update(service.id, {"status": status}, by)
        return Response(status=303, headers={"Location": "/", **SECURITY_HEADERS})

    def _status(self) -> dict[str, object]:
        services = self._store.services()
        return {
            "status": overall([service.status for service in services]),
            "services": [service.to_json() for service in services],
            "last_event": self._store.last_event(),
            "revision": self._revision(),
            "time": timestamp(self._now()),
        }

    def _revision(self) -> str:
        """Return a text that changes with the timeline; once a minute, because a deployment can be overdue."""
        counts = (self._store.last_event(), self._changes.revision, self._incidents.revision)
        return "-".join(map(str, (self._started, *counts, int(self._now().timestamp() // 60))))

    def _timeline(self) -> dict[str, object]:
        names = {service.id: service.name for service in self._store.services()}
        changes = self._changes.find({})[-SHOWN_CHANGES:]
        entries = timeline(self._store.events()[-SHOWN_EVENTS:], changes, names, self._now())
        incidents = [incident.to_json() for incident in reversed(self._incidents.find({})[-SHOWN_INCIDENTS:])]
        for incident in incidents:
            ids = incident["affected_services"]
            incident["services"] = [names.get(each, each) for each in ids] if isinstance(ids, list) else []
        return {"entries": [entry.to_json() for entry in entries], "incidents": incidents}

    def snapshot(self) -> str:
        """Return the page as it is now as one file, which needs no sandbox any more."""
        text = self._html(snapshot=True).decode()
        text = text.replace('<link rel="icon" href="/icon.svg" type="image/svg+xml">\n', "")
        sheet, script = '<link rel="stylesheet" href="/page.css">', '<script src="/page.js" defer></script>'
        text = text.replace(sheet, f"<style>\n{self._assets['/page.css']}</style>", 1).replace(script, "", 1)
        end = "</body>\n"
        return text.removesuffix(f"{end}</html>\n") + f"<script>\n{self._assets['/page.js']}</script>\n{end}</html>\n"

    def _html(self, **more: object) -> bytes:
        """Return the page with its data embedded; a browser without scripts shows a plain list."""
        rows = "".join(
            f"<li>{html.escape(service.name)}: {html.escape(service.status)}</li>" for service in self._store.services()
        )
        initial = script_json({**self._status(), **self._timeline(), **more})
        template = self._assets["/page.html"]
        before, middle, after = re.split(r"\{\{(?:rows|initial)\}\}", template)
        # A name may hold half a surrogate pair, which JSON allows and UTF-8 does not.
        return f"{before}{rows}{middle}{initial}{after}".encode("utf-8", "replace")


def asset(path: str) -> str:
    """Return the text of one of the page's files."""
    return resources.files(__package__).joinpath(path[1:]).read_text(encoding="utf-8")


def script_json(document: object) -> str:
    """Return JSON that can't close the script element in which it stands."""
    text = json.dumps(document)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
