"""The hub as a program: it serves until it is told to stop."""

import asyncio
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn
from litestar import Litestar

from api.hub.app import Serving, create_app
from api.hub.data.agreements import read_file
from api.hub.problems import HubError
from api.hub.service import Hub
from api.hub.upkeep import AgreementFile, say

GRACE = 5
"""Seconds that open requests get to finish when the hub is told to stop."""


def print_token(token: str) -> None:
    """Show the first manager's token, which can't be shown again, on stdout."""
    print(token, flush=True)


def serve(
    db_url: str,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
    agreement_path: Path | None = None,
    announce: Callable[[str], None] = say,
    show_token: Callable[[str], None] = print_token,
) -> None:
    """Serve the hub on `db_url` until SIGTERM or SIGINT.

    Port 0 means any free one. `announce` gets one line with the address once requests are answered, and every other
    word for whoever runs the hub; `show_token` gets the first manager's token if the database holds nobody.

    Raises:
        HubError: the database, the address or the certificate can't be used.
        AgreementError: the agreement's file can't be used.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(name)s: %(message)s")
    agreement = read_file(agreement_path) if agreement_path is not None else None
    _check_tls(tls_cert, tls_key)
    listener = _listen(host, port)
    try:
        hub = Hub(db_url, agreement=agreement)
        try:
            token = hub.bootstrap()
            if token is not None:
                announce("The database was empty. This is the first manager's token; it is not shown again:")
                show_token(token)
            file = AgreementFile(agreement_path, hub, announce) if agreement_path is not None else None
            app = create_app(hub, agreement_file=file)
            config = uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="on",
                server_header=False,
                ws="none",
                timeout_graceful_shutdown=GRACE,
                ssl_certfile=str(tls_cert) if tls_cert else None,
                ssl_keyfile=str(tls_key) if tls_key else None,
            )
            scheme = "https" if tls_cert else "http"
            _Server(config, app, lambda: announce(f"Handoff hub listening on {_url(scheme, listener)}")).run([listener])
        finally:
            hub.close()
    finally:
        listener.close()


class _Server(uvicorn.Server):
    """A server that says when it is ready, and ends its live streams as soon as it is told to stop."""

    def __init__(self, config: uvicorn.Config, app: Litestar, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._serving: Serving = app.state.serving
        self._ready = ready
        self._loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to serve, then say so."""
        self._loop = asyncio.get_running_loop()
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, _frame: FrameType | None) -> None:
        """Begin to stop, at once when asked a second time; streams that never end by themselves are ended first."""
        # The original would raise the signal again afterwards, and the database would not be closed.
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._serving.close_streams)


def _check_tls(tls_cert: Path | None, tls_key: Path | None) -> None:
    if tls_key is not None and tls_cert is None:
        raise HubError("A TLS key needs its certificate: give --tls-cert as well.")
    if tls_cert is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tls_cert, tls_key)
    except (OSError, ssl.SSLError) as error:
        raise HubError(
            f"The TLS certificate {tls_cert} or its key can't be used: {error.strerror or error}."
        ) from error


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(2048)
        except OSError:
            listener.close()
            raise
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise HubError(f"The hub can't listen on {host}:{port}: {why}.") from error
    return listener


def _url(scheme: str, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"
