"""HTTP for every CRM adapter: verified, bounded in size and time, and every failure one of `api.crm.port`'s errors.

httpx is imported when the first request is made, not before: the program starts without it.
"""

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlsplit

import msgspec

from api.crm.address import checked_url
from api.crm.answers import PROBLEM_TYPE, error_of, media_type, problem_in, sent_on
from api.crm.body import Event, events_in, read_whole
from api.crm.cleaning import clean_record
from api.crm.port import Rubbish, Unreachable
from api.crm.token import Token

if TYPE_CHECKING:
    import ssl

    import httpx

T = TypeVar("T")

log = logging.getLogger("handoff.crm")

SIZE_LIMIT = 32_000_000
"""Longest answer taken, in bytes, unpacked."""

TIME_LIMIT = 60.0
"""Longest time an answer may take as a whole, and an event stream to begin, in seconds."""

PATIENCE = 20.0
"""How long an answer may be silent, in seconds; a large page takes a busy server a while."""

SILENCE_LIMIT = 20.0
"""How long an event stream may be silent, in seconds; the hub says something every 15."""


def _load_httpx() -> None:
    """Import httpx with all that a first request needs, but not its command, whose imports take longest of all."""
    if "httpx" in sys.modules:
        return
    command = "httpx._main"
    # So marked, a module counts as one that is not there; httpx can do without this one.
    sys.modules[command] = None  # type: ignore[assignment]
    try:
        import httpx  # noqa: F401
    finally:
        sys.modules.pop(command, None)
    with suppress(ImportError):  # whatever httpx loads with its first request, if it goes by another name now
        for name in ("httpcore", "anyio", "anyio._backends._asyncio"):
            import_module(name)


class Http:
    """Requests to one server with one token. The token is never part of a message or a repr."""

    def __init__(
        self,
        url: str,
        token: str | Callable[[], str],
        *,
        renew: Callable[[], str] | None = None,
        allow_insecure: bool = False,
        transport: "httpx.AsyncBaseTransport | None" = None,
        size_limit: int = SIZE_LIMIT,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        """Make ready; nothing is sent yet. `token` and `renew` are explained at `api.crm.token.Token`.

        Raises:
            BadUrl: `url` is not an address.
            InsecureUrl: plain http beyond this machine, and `allow_insecure` was not given.
        """
        self._url = checked_url(url, allow_insecure=allow_insecure)
        parts = urlsplit(self._url)
        self._host = parts.netloc
        self._tls = parts.scheme == "https"
        self._token = Token(token, renew)
        self._transport = transport
        self._size_limit = size_limit
        self._time_limit = time_limit
        self._client: httpx.AsyncClient | None = None

    @property
    def host(self) -> str:
        """The server's name, with its port, for sentences."""
        return self._host

    async def ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        params: Mapping[str, str | int] | None = None,
        body: Any = None,
        read: Callable[[bytes], T] | None = None,
        silence: float = PATIENCE,
    ) -> T:
        """Send one request and return its JSON answer as `kind`; `silence` is how long it may say nothing, in seconds.

        `read` makes the answer harmless and decodes it, where that can be done better than for any answer.

        Raises:
            CrmError: whatever went wrong, as one of the port's classes.
        """
        content = None if body is None else msgspec.json.encode(body)
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        request = _Request(method, path, headers, params, content, silence)
        try:
            async with asyncio.timeout(self._time_limit), self._open(request) as response:
                self._expect(response, "application/json")
                answer = await self._read(response)
        except TimeoutError:
            raise Unreachable(f"{self._host} did not answer in time.") from None
        try:
            if read is None:
                return msgspec.json.decode(clean_record(answer), type=kind)
            # What is worth a way of its own is large.
            return await asyncio.to_thread(read, answer)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            # The error names the place and the types; people's data is not in it.
            log.warning("The answer to %s %s can't be read: %s", method, path, error)
            raise Rubbish(f"The answer of {self._host} can't be understood: is it a Handoff hub?") from None

    async def events(self, path: str, *, last_id: str = "") -> AsyncGenerator[Event, None]:
        """Yield server-sent events; ends when the server ends the stream. The first is an empty one: the line is open.

        Raises:
            CrmError: whatever went wrong; `Unreachable` also when the line is silent for too long.
        """
        headers = {"Accept": "text/event-stream", "Accept-Encoding": "identity", "Cache-Control": "no-store"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self._time_limit):
                    request = _Request("GET", path, headers, silence=SILENCE_LIMIT)
                    response = await stack.enter_async_context(self._open(request))
            except TimeoutError:
                raise Unreachable(f"{self._host} did not answer in time.") from None
            self._expect(response, "text/event-stream")
            yield Event("", "", "")
            async for event in events_in(_parts(response), _encoding(response), host=self._host):
                yield event

    async def has_new_token(self) -> bool:
        """Say whether there is a token now that is another than the one used last; sends nothing."""
        return await self._token.has_new()

    async def close(self) -> None:
        """Let go of connections; the next request makes new ones."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    # --- the wire ----------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _open(self, request: "_Request") -> AsyncIterator["httpx.Response"]:
        if "httpx" not in sys.modules:
            # That takes a while, in which the event loop has keys to answer.
            await asyncio.to_thread(_load_httpx)
        import httpx

        token = await self._token.get()
        try:
            async with AsyncExitStack() as stack:
                response = await stack.enter_async_context(self._stream(request, token))
                if response.status_code == 401 and (token := await self._token.other_than(token)):
                    # The old answer is let go of first: on a small pool it would stand in the way of the new one.
                    await stack.aclose()
                    response = await stack.enter_async_context(self._stream(request, token))
                if not response.is_success:
                    await self._refuse(response)
                yield response
        except httpx.TimeoutException:
            raise Unreachable(f"{self._host} did not answer in time.") from None
        except httpx.ConnectError as error:
            raise Unreachable(self._why_not_connected(error)) from None
        except httpx.TransportError:
            raise Unreachable(f"The connection to {self._host} broke off.") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
            raise Rubbish(f"The answer of {self._host} can't be understood: is it a Handoff hub?") from None

    @asynccontextmanager
    async def _stream(self, request: "_Request", token: str) -> AsyncIterator["httpx.Response"]:
        import httpx

        timeout = httpx.Timeout(PATIENCE, connect=5.0, read=request.silence)
        async with self._connected().stream(
            request.method,
            self._url + request.path,
            headers={**request.headers, "Authorization": f"Bearer {token}"},
            params=request.params,
            content=request.content,
            timeout=timeout,
        ) as response:
            yield response

    def _certificates(self) -> "ssl.SSLContext | bool":
        """Return what a server's certificate is held against; where there is no TLS nothing, so none would be good."""
        if self._tls:
            return True
        import ssl

        # Reading the usual authorities takes longer than connecting does.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def _connected(self) -> "httpx.AsyncClient":
        if self._client is None:
            import httpx

            from api import __version__

            self._client = httpx.AsyncClient(
                transport=self._transport,
                verify=self._certificates(),
                follow_redirects=False,
                # Without TLS a proxy would see the token in clear text.
                trust_env=self._tls,
                limits=httpx.Limits(max_connections=4, keepalive_expiry=60.0),
                headers={"User-Agent": f"handoff/{__version__}"},
            )
        return self._client

    def _why_not_connected(self, error: Exception) -> str:
        if "CERTIFICATE" in str(error).upper():
            return f"The certificate of {self._host} can't be verified, so nothing was sent there."
        return f"{self._host} can't be reached."

    def _expect(self, response: "httpx.Response", kind: str) -> None:
        if media_type(response.headers) != kind:
            raise Rubbish(
                f"{self._host} does not answer as a Handoff hub does: is the address right, "
                "or does this network want you to log in first?"
            )

    async def _read(self, response: "httpx.Response") -> bytes:
        return await read_whole(_parts(response), _encoding(response), host=self._host, limit=self._size_limit)

    async def _refuse(self, response: "httpx.Response") -> None:
        """Raise what an answer without success means."""
        status, headers = response.status_code, response.headers
        if 300 <= status < 400:
            raise sent_on(self._host, headers.get("Location", ""))
        problem = problem_in(await self._read(response)) if media_type(headers) == PROBLEM_TYPE else None
        if problem is not None:
            hide = self._token.hide_in
            problem = msgspec.structs.replace(problem, title=hide(problem.title), detail=hide(problem.detail))
        raise error_of(self._host, status, headers, problem)


class _Request(msgspec.Struct, frozen=True):
    method: str
    path: str
    headers: dict[str, str]
    params: Mapping[str, str | int] | None = None
    content: bytes | None = None
    silence: float = PATIENCE


def _parts(response: "httpx.Response") -> AsyncIterable[bytes]:
    # As they come from the wire: httpx itself would unpack each part whole, however large it becomes.
    return cast(AsyncIterable[bytes], response.stream)


def _encoding(response: "httpx.Response") -> str:
    return str(response.headers.get("Content-Encoding", ""))
