"""The calls of the matrix: kinds of requests that the tool makes, each with a command that makes it."""

from __future__ import annotations

from .front import Call

_START = ("start", "-s", "API", "--fail-on-unreachable", "always")
_RECORD = (*_START, "--record-change")
_SET = ("set", "down", "-s", "API")
_DONE = ("finish", "--outcome", "success")
_BROKE = ("finish", "--outcome", "failure", "--incident-on-failure")
_SERVICE = "/api/v1/services/[^/ ?]+"

CALLS: dict[str, Call] = {
    "list services": Call("_listing", "GET", r"/api/v1/services\?\S*", (), _SET, _SET, "down"),
    "list services, page 2": Call("_listing", "GET", r"/api/v1/services\?\S*offset=100\S*", (), _SET, _SET, "down"),
    "read a service": Call("_find", "GET", _SERVICE, (_START,), _DONE, _DONE, "operational", needed=False),
    "update a service": Call("_put", "PUT", _SERVICE, (_START,), _DONE, _DONE, "operational"),
    "record a change": Call("_create", "POST", f"{_SERVICE}/changes", (), _RECORD, _DONE, "operational", needed=False),
    "list changes": Call(
        "_page", "GET", rf"{_SERVICE}/changes\?\S*", (_RECORD,), _DONE, _DONE, "operational", needed=False
    ),
    "create an incident": Call("_create", "POST", "/api/v1/incidents", (_START,), _BROKE, _BROKE, "down", needed=False),
}
# Functions that build a request which no call above makes, so that nobody takes the matrix for complete.
NOT_IN_THE_MATRIX = {
    "_confirm": "the read after an update whose answer shows no service",
    "status_pages": "the page's link in a summary",
    "update_incident": "the incident that a success resolves",
    "_request": "sends what the others in client.py build",
    "attempt": "a try of `_create`",
    "page": "a page of `_listing`",
    "_send": "doctor's own questions",
    "post": "receivers, and the rollback's URL",
    "__call__": "the address that a verification reads",
    "_get": "the runs of GitHub and GitLab",
}
