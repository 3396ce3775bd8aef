"""The desk served by gunicorn: workers on one address of this machine; a proxy that speaks TLS stands before it."""

import errno
import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from earlywarn.errors import BusyError, EarlywarnError, Fault, UsageError
from earlywarn.review.logs import bare
from earlywarn.review.record import keeper

LONGEST_SECONDS = 60
"""A request that takes longer has its worker ended and started anew."""


@dataclass(frozen=True)
class Address:
    """Where the desk listens, and with how many workers and threads in each."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    threads: int = 4

    @property
    def url(self) -> str:
        """The address for people."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/"

    def refuse_taken(self) -> None:
        """Refuse an address on which nothing can listen now.

        Raises
        ------
        UsageError
            No such address on this machine.
        BusyError
            Something listens there already.
        """
        try:
            kind = socket.AF_INET6 if ":" in self.host else socket.AF_INET
            with socket.socket(kind) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((self.host, self.port))
        except OSError as error:
            raise self._refusal(error) from None

    def _refusal(self, error: OSError) -> EarlywarnError:
        if error.errno == errno.EADDRINUSE:
            found = "something else listens there"
            return BusyError(Fault(self.url, found, remedy="stop it, or give another --port"))
        found = f"cannot listen there ({os.strerror(error.errno) if error.errno else 'no such host'})"
        return UsageError(Fault(self.url, found, "an address of this machine", "give another --host or --port"))


def make_ready() -> None:
    """Bring style, type and script into the desk's folder, named by content and compressed; remove ended sessions."""
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("clearsessions", verbosity=0)


def serve(address: Address) -> None:
    """Serve until a signal ends it; a worker that dies is started anew."""
    _Gunicorn(address).run()


class BareLogger(Logger):  # type: ignore[misc] # gunicorn ships no types
    """Gunicorn's log without an address and without a traceback: both may hold a student's name or number."""

    def exception(self, msg: object, *args: object, **how: object) -> None:
        """Tell the kind of a fault and its place alone."""
        fault = sys.exc_info()[1]
        self.error("a request or a worker failed: %s", bare(fault) if fault else "no fault is known")


class _Gunicorn(BaseApplication):  # type: ignore[misc] # gunicorn ships no types
    def __init__(self, address: Address) -> None:
        self.address = address
        super().__init__()

    def load_config(self) -> None:
        for name, value in _settings(self.address).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return get_wsgi_application()


def _settings(address: Address) -> Mapping[str, Any]:
    """Give gunicorn's settings: no access log, since addresses of pages say who was looked at."""
    host = f"[{address.host}]" if ":" in address.host else address.host
    return {
        "bind": f"{host}:{address.port}",
        "workers": address.workers,
        "threads": address.threads,
        "timeout": LONGEST_SECONDS,
        "graceful_timeout": 20,
        "max_requests": 20_000,
        "max_requests_jitter": 2_000,
        "accesslog": None,
        "loglevel": "error",
        "logger_class": BareLogger,
        "forwarder_headers": "",  # else a browser behind a proxy on this machine could name another root of addresses
        "control_socket_disable": True,
        "post_worker_init": keeper.post_worker_init,
        "worker_exit": keeper.worker_exit,
        "proc_name": "earlywarn-desk",
        "worker_tmp_dir": "/dev/shm",
    }
