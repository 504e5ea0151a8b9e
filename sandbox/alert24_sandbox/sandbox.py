"""The sandbox as its users see it: a context manager around everything else."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import TracebackType

from .api import Api
from .app import App
from .fault_injection import FaultInjection
from .keys import Keys
from .limits import RateLimit
from .model import Event, Monitor, Service, utc_now
from .monitor_loop import MonitorLoop
from .options import Options
from .page import Page
from .request_log import Request, RequestLog
from .server import Server, is_loopback
from .store import Store
from .webhooks import SIGNATURE_HEADER


class Sandbox(FaultInjection):
    """An embedded Alert24 with one organisation and one status page.

        with Sandbox() as sandbox:
            key = sandbox.add_key()
            sandbox.add_service("Payments API")
            ...  # talk to sandbox.url

    - `options`: latency, errors, rate limit, monitors.
    - `host`, `port`: where it listens; port 0 takes a free one. A host that is not loopback is
      refused with ValueError unless `allow_remote`: the keys and the page are for playing.
    - `now`, `monotonic`: clocks, for tests.
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
        self._condition = threading.Condition()
        self._stopping = threading.Event()
        self._store = Store(self._condition, now)
        self._keys = Keys(now)
        self._log = RequestLog(self._condition, now, monotonic)
        self._monitor_loop = MonitorLoop(self.options, self._store, self._stopping)
        self._connections = 0
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._app = App(
            self.options,
            api=Api(self._store, self._keys),
            page=Page(self._store),
            keys=self._keys,
            log=self._log,
            faults=self._faults,
            limit=RateLimit(self.options, monotonic, now),
            stopping=self._stopping,
        )

    # Running

    def start(self) -> Sandbox:
        """Listen, and serve in background threads. OSError when the port is taken.

        After a `stop` it listens on the same port again, with everything it knew.
        """
        if self._server is not None:
            return self
        self._stopping.clear()
        self._server = Server(self._host, self._port, self._app)
        self._port = self._server.port
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="alert24-sandbox", daemon=True
        )
        self._thread.start()
        self._monitor_loop.start()
        return self

    def stop(self) -> None:
        """Stop listening and close every connection; a request that was held never takes effect."""
        server, self._server = self._server, None
        thread, self._thread = self._thread, None
        self._stopping.set()
        self._monitor_loop.join()
        if server is not None and thread is not None:
            server.shutdown()
            # That thread closes the listening socket, and it may still be in the middle of it when `shutdown` returns:
            # whoever listened at once on the same port would find it in use.
            thread.join()
            server.hang_up()
            self._connections += server.connections
        for hold in self._faults.clear():
            hold.cut()

    def serve_forever(self) -> None:
        """Serve until another thread calls `stop`, or until Ctrl-C, which comes out of here."""
        self.start()
        try:
            self._stopping.wait()
        finally:
            self.stop()

    def __enter__(self) -> Sandbox:  # noqa: PYI034 - Self came with Python 3.11
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The base URL, such as `http://127.0.0.1:43123`. RuntimeError before the first start."""
        if not self._port:
            raise RuntimeError("The sandbox has no address yet: start it first.")
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._port}"

    @property
    def connections(self) -> int:
        """How many TCP connections were accepted since the beginning."""
        return self._connections + (self._server.connections if self._server else 0)

    # Keys

    def add_key(
        self,
        scopes: Iterable[str] = ("write",),
        *,
        value: str | None = None,
        expires_at: datetime | None = None,
    ) -> str:
        """Make a key with these scopes (`read`, `write`, `services`), or take `value` for one.

        Raises ValueError for an unknown scope or a value that has not a key's form.
        """
        return self._keys.add(scopes, value=value, expires_at=expires_at)

    def revoke(self, key: str) -> None:
        """From now on this key gets a 401."""
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

        Neither the name nor the status is checked, so that a test can have names twice and a
        status that nobody knows. ValueError for an id that is taken.
        """
        service = self._store.add_service(
            name, service_id=id, status=status, description=description, sort_order=sort_order
        )
        names = list(monitors)
        if not names and self.options.monitor_interval:
            names = [f"{name} check"]
        for monitor in names:
            self.add_monitor(service.id, monitor, interval=self.options.monitor_interval or 60.0)
        return service

    def service(self, reference: str) -> Service:
        """The service with this id or exact name, as it is now. LookupError when there is none."""
        return self._store.find(reference)

    @property
    def services(self) -> list[Service]:
        """All services, as they are now, in the page's order."""
        return self._store.services()

    def status_of(self, reference: str) -> str:
        """The status of a service now."""
        return self.service(reference).status

    def set_status(self, reference: str, status: str, by: str = "monitor") -> Service:
        """Somebody else writes a status. It may be one that nobody knows."""
        return self._store.update(self.service(reference).id, {"status": status}, by)

    def delete_service(self, reference: str) -> None:
        """Take a service away: it is a 404 from now on."""
        self._store.delete(self.service(reference).id)

    def add_receiver(
        self,
        reference: str,
        mapping: Mapping[str, str] | None = None,
        secret: str | None = None,
        signature_header: str = SIGNATURE_HEADER,
    ) -> str:
        """The URL of a new receiver that writes to this service.

        - `mapping`: from the payload's status to Alert24's, instead of DEFAULT_MAPPING, which has
          no `maintenance`.
        - `secret`: then each body needs its HMAC-SHA256 in `signature_header`.
        """
        receiver = self._store.add_receiver(
            self.service(reference).id,
            mapping=mapping,
            secret=secret,
            signature_header=signature_header,
        )
        return f"{self.url}/api/webhooks/incoming/{receiver.token}"

    # Monitors

    def add_monitor(self, reference: str, name: str, *, up: bool = True, interval: float = 60.0) -> Monitor:
        """Link a check to a service; `interval` in seconds is only shown. It has not run yet."""
        return self._store.add_monitor(self.service(reference).id, name, up=up, interval=interval)

    @property
    def monitors(self) -> list[Monitor]:
        """All monitors, as they are now."""
        return self._store.monitors()

    def run_check(self, monitor: Monitor, up: bool = True, failing: str = "down") -> Monitor:
        """Run a check now: it writes `operational`, or `failing`, even over maintenance."""
        return self._store.run_check(monitor.id, up, "operational" if up else failing)

    def run_all_checks(self) -> None:
        """Run every active monitor once, as the monitor loop does, with outcomes by the options."""
        self._monitor_loop.run_all()

    # What happened

    @property
    def requests(self) -> list[Request]:
        """Every request to the API so far, in the order of arrival (not those of the page)."""
        return self._log.requests()

    @property
    def writes(self) -> list[Request]:
        """Only the PUT requests, the refused ones too."""
        return [request for request in self.requests if request.method == "PUT"]

    def clear_requests(self) -> None:
        """Forget the requests so far."""
        self._log.clear()

    @property
    def events(self) -> list[Event]:
        """Every change of a status so far, oldest first."""
        return self._store.events()

    def wait_for(self, condition: Callable[[], object], timeout: float = 10.0) -> None:
        """Return as soon as `condition()` holds; looked at after each request, answer and change.

        TimeoutError after `timeout` seconds.
        """
        with self._condition:
            if not self._condition.wait_for(condition, timeout):
                raise TimeoutError(f"The sandbox did not get there in {timeout} s.")
