"""The sandbox's public interface."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from .api import Api
from .app import App
from .fault_injection import FaultInjection
from .keys import Keys
from .limits import RateLimit
from .model import Event, Monitor, Service, utc_now
from .monitor_loop import MonitorLoop
from .options import Options
from .page import Page
from .records import CHANGE, INCIDENT, STATUS_PAGE, Record, Records
from .request_log import Request, RequestLog
from .server import Server, is_loopback
from .store import Store
from .webhooks import SIGNATURE_HEADER


class Sandbox(FaultInjection):
    """An embedded Alert24 with one organisation and one status page; `page` makes what visitors see.

        with Sandbox() as sandbox:
            key = sandbox.add_key()
            sandbox.add_service("Payments API")
            ...  # talk to sandbox.url

    Args:
        options: Latency, errors, rate limit, monitors and more.
        host: The address on which it listens.
        port: The port on which it listens; 0 takes a free one.
        allow_remote: Whether the host may be other than loopback. The sandbox is not made to be reached by others.
        now: The wall clock, for tests.
        monotonic: The clock for durations, for tests.

    Raises:
        ValueError: If the host is not loopback, without `allow_remote`.
    """

    def __init__(
        self,
        options: Options | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        allow_remote: bool = False,
        now: Callable[[], datetime] = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if not allow_remote and not is_loopback(host):
            raise ValueError(
                f"{host!r} is not a loopback address: others could reach the sandbox. "
                "Pass allow_remote=True if that is what you want."
            )
        super().__init__()
        self.options = options or Options()
        self._host, self._port = host, port
        self._now = now
        self._condition = threading.Condition()
        self._stopping = threading.Event()
        self._store = Store(self.options, self._condition, now)
        self._keys = Keys(now)
        self._log = RequestLog(self._condition, now, monotonic)
        self._monitor_loop = MonitorLoop(self.options, self._store, self._stopping)
        self._connections = 0
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._changes = Records(CHANGE, self._condition, now)
        self._incidents = Records(INCIDENT, self._condition, now)
        self._status_pages = Records(STATUS_PAGE, self._condition, now)
        self._status_pages.add({"name": "Service status", "slug": "service-status"})
        self.page = Page(self._store, self._changes, self._incidents, now)
        self._app = App(
            self.options,
            api=Api(self._store, self._keys, self._faults, self._changes, self._incidents, self._status_pages),
            page=self.page,
            keys=self._keys,
            log=self._log,
            faults=self._faults,
            limit=RateLimit(self.options, monotonic, now),
            stopping=self._stopping,
        )

    # Running

    def start(self) -> Sandbox:
        """Listen, and serve in background threads.

        After a `stop` it listens on the same port again, and still has its services, keys and requests.

        Raises:
            OSError: If the port is in use.
        """
        if self._server is not None:
            return self
        self._stopping.clear()
        self._server = Server(self._host, self._port, self._app, self._now)
        self._port = self._server.port
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="alert24-sandbox", daemon=True
        )
        self._thread.start()
        self._monitor_loop.start()
        return self

    def stop(self) -> None:
        """Stop listening, close all connections and remove all faults; a request that is held never takes effect."""
        server, self._server = self._server, None
        thread, self._thread = self._thread, None
        self._stopping.set()
        self._monitor_loop.join()
        if server is not None and thread is not None:
            server.shutdown()
            # That thread closes the listening socket, maybe after `shutdown` returns: the port would still be in use.
            thread.join()
            server.hang_up()
            self._connections += server.connections
        for hold in self._faults.clear():
            hold.cut()

    def serve_forever(self) -> None:
        """Serve until another thread calls `stop`, or until KeyboardInterrupt, which is raised again."""
        self.start()
        try:
            self._stopping.wait()
        finally:
            self.stop()

    def __enter__(self) -> Sandbox:  # noqa: PYI034 - Self came with Python 3.11
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The base URL, such as `http://127.0.0.1:43123`.

        Raises:
            RuntimeError: Before the first start, if the port was 0.
        """
        if not self._port:
            raise RuntimeError("The sandbox has no address yet: start it first.")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def connections(self) -> int:
        """How many TCP connections were accepted so far."""
        return self._connections + (self._server.connections if self._server else 0)

    # Keys

    def add_key(
        self, scopes: Iterable[str] = ("write",), *, value: str | None = None, expires_at: datetime | None = None
    ) -> str:
        """Add a key and return it.

        Args:
            scopes: What it may do: `read`, `write` (which includes `read`), or `services` (read and write services).
            value: The key itself; without it, the key is random.
            expires_at: The moment from which the key is refused.

        Raises:
            ValueError: For an unknown scope, or a value that doesn't look like a key.
        """
        return self._keys.add(scopes, value=value, expires_at=expires_at)

    def revoke(self, key: str) -> None:
        """Answer 401 to this key from now on."""
        self._keys.revoke(key)

    # Services

    def add_service(
        self,
        name: str,
        *,
        id: str | None = None,
        status: str = "operational",
        description: str = "",
        sort_order: int | None = None,
        monitors: Iterable[str] = (),
    ) -> Service:
        """Add a service, and a monitor for each name in `monitors`.

        Neither name nor status is checked: tests need two services with one name, and unknown statuses.

        Raises:
            ValueError: If the id is taken.
        """
        service = self._store.add_service(
            name, service_id=id, status=status, description=description, sort_order=sort_order
        )
        names = list(monitors)
        if not names and self.options.monitor_interval:
            names = [f"{name} check"]
        for monitor in names:
            self.add_monitor(service.id, monitor, interval=self.options.monitor_interval or 600)
        return service

    def service(self, reference: str) -> Service:
        """Return the service with this id or exact name, as it is now.

        Raises:
            LookupError: If there is none.
        """
        return self._store.find(reference)

    @property
    def services(self) -> list[Service]:
        """All services, as they are now, in the page's order."""
        return self._store.services()

    def status_of(self, reference: str) -> str:
        """Return the status of a service, as it is now."""
        return self.service(reference).status

    def set_status(self, reference: str, status: str, by: str = "monitor") -> Service:
        """Set a status, which may be an unknown one, in the name of a monitor or of `by`."""
        return self._store.update(self.service(reference).id, {"status": status}, by)

    def delete_service(self, reference: str) -> None:
        """Delete a service; requests for it get a 404 from now on."""
        self._store.delete(self.service(reference).id)

    def add_receiver(
        self,
        reference: str,
        mapping: Mapping[str, str] | None = None,
        secret: str | None = None,
        signature_header: str = SIGNATURE_HEADER,
    ) -> str:
        """Add a webhook receiver that writes to a service, and return its URL.

        Args:
            reference: The service's id or name.
            mapping: From the payload's status to the service's; the default, DEFAULT_MAPPING, has no `maintenance`.
            secret: Makes the receiver require the HMAC-SHA256 of each body.
            signature_header: The header for that HMAC.
        """
        service_id = self.service(reference).id
        receiver = self._store.add_receiver(
            service_id, mapping=mapping, secret=secret, signature_header=signature_header
        )
        return f"{self.url}/api/webhooks/incoming/{receiver.token}"

    # Monitors

    def add_monitor(
        self,
        reference: str,
        name: str,
        *,
        up: bool = True,
        status: str = "active",
        interval: float = 600,
        timeout: float = 30,
    ) -> Monitor:
        """Add a monitor of a service; it has not run yet.

        Args:
            reference: The service's id or name.
            name: The monitor's name.
            up: What it shows before it has run.
            status: `active` or `disabled`.
            interval: Its `check_interval_seconds`.
            timeout: Its `timeout_seconds`.

        Raises:
            ValueError: For an unknown status.
        """
        service_id = self.service(reference).id
        return self._store.add_monitor(service_id, name, up=up, status=status, interval=interval, timeout=timeout)

    def set_monitor_status(self, monitor: Monitor, status: str) -> Monitor:
        """Set a monitor to `active` or `disabled`; raise ValueError for another status."""
        return self._store.set_monitor_status(monitor.id, status)

    @property
    def monitors(self) -> list[Monitor]:
        """All monitors, as they are now."""
        return self._store.monitors()

    def run_check(self, monitor: Monitor, up: bool = True, failing: str = "down") -> Monitor:
        """Run a monitor now: it writes `operational` or, if it isn't `up`, `failing`, even over maintenance.

        Raises:
            LookupError: If the monitor is disabled, or was deleted with its service.
        """
        return self._store.run_check(monitor.id, up, "operational" if up else failing)

    def run_all_checks(self) -> None:
        """Run every active monitor once, as the monitor loop does, with outcomes by the options."""
        self._monitor_loop.run_all()

    # What happened

    @property
    def requests(self) -> list[Request]:
        """All requests to the API so far, in the order in which they arrived; not those for the page."""
        return self._log.requests()

    @property
    def writes(self) -> list[Request]:
        """All PUT requests so far, refused ones included."""
        return [request for request in self.requests if request.method == "PUT"]

    def clear_requests(self) -> None:
        """Forget all requests so far."""
        self._log.clear()

    @property
    def events(self) -> list[Event]:
        """All changes of a status so far, oldest first."""
        return self._store.events()

    @property
    def changes(self) -> list[Record]:
        """All changes that were recorded, oldest first."""
        return self._changes.find({})

    @property
    def incidents(self) -> list[Record]:
        """All incidents as they are now, oldest first."""
        return self._incidents.find({})

    @property
    def status_pages(self) -> list[Record]:
        """All status pages as they are now; the first shows all services."""
        return self._status_pages.find({})

    def set_status_page(self, **fields: object) -> Record:
        """Change fields of the status page, such as `custom_domain`."""
        return self._status_pages.update(self.status_pages[0].id, fields)

    def wait_for(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Return as soon as `condition()` is true, or raise TimeoutError after so many seconds.

        It is checked after each request, answer and change.
        """
        with self._condition:
            if not self._condition.wait_for(condition, timeout):
                raise TimeoutError(f"The condition was still false after {timeout} s.")
