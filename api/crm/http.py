"""HTTP for every CRM adapter: verified, bounded in size and time, and every failure one of `api.crm.port`'s errors.

httpx is imported when the first request is made, not before: the program starts without it.
"""

import asyncio
import ipaddress
import logging
import re
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from api.crm.port import Busy, CrmError, CursorLost, Forbidden, Rubbish, SignedOut, Unreachable
from api.model.text import clean_line, clean_prose

if TYPE_CHECKING:
    import ssl

    import httpx

T = TypeVar("T")

log = logging.getLogger("handoff.crm")

SIZE_LIMIT = 32_000_000
"""Longest answer taken, in bytes."""

TIME_LIMIT = 60.0
"""Longest time an answer may take as a whole, in seconds."""

PATIENCE = 20.0
"""How long an answer may be silent, in seconds; a large page takes a busy server a while."""

SILENCE_LIMIT = 45.0
"""How long an event stream may be silent, in seconds; the hub says something every 15."""

EVENT_LIMIT = 65_536
"""Longest line of an event stream, in bytes."""

_PROSE = frozenset({"message", "words", "why", "note", "text"})

# Escapes and UTF-8 sequences of the characters that `api.model.text` strips, each kind with its first byte: one byte is
# looked for many times faster than a choice of them.
_ESCAPES = rb"\\(?:[bfr]|u[0-9a-fA-F])"
_HARMFUL = {
    b"\\": re.compile(_ESCAPES),
    b"\x7f": re.compile(rb"\x7f"),
    b"\xc2": re.compile(rb"\xc2[\x80-\x9f\xad]"),
    b"\xcd\x8f": re.compile(rb"\xcd\x8f"),
    b"\xd8": re.compile(rb"\xd8\x9c"),
    b"\xe2": re.compile(rb"\xe2(?:\x80[\x8b\x8e\x8f\xa8-\xae]|\x81[\xa0-\xa9])"),
    b"\xe1": re.compile(rb"\xe1(?:\x85[\x9f\xa0]|\xa0\x8e)"),
    b"\xe3\x85\xa4": re.compile(rb"\xe3\x85\xa4"),
    b"\xef": re.compile(rb"\xef(?:\xbb\xbf|\xbe\xa0|\xbf[\xb9-\xbb])"),
    b"\xf3\xa0": re.compile(rb"\xf3\xa0[\x80\x81]"),
}


class InsecureUrl(CrmError):
    """The address would send the token readable by anybody on the way."""


class BadUrl(CrmError):
    """The address is not one that a CRM can have."""


class NotTaken(CrmError):
    """The CRM understood the request and said no, with HTTP `status`; asking again the same way won't help."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


class Event(msgspec.Struct, frozen=True):
    """One server-sent event."""

    name: str
    data: str
    id: str


class Problem(msgspec.Struct, frozen=True):
    """What of a problem document (RFC 9457) is used."""

    type: str = ""
    title: str = ""
    detail: str = ""


def clean_record(body: bytes) -> bytes:
    """Return JSON from outside with every text in it harmless; the very same bytes when it is so already.

    Raises:
        msgspec.DecodeError: it is not JSON.
    """
    if not any(first in body and pattern.search(body) for first, pattern in _HARMFUL.items()):
        return body
    return msgspec.json.encode(_clean(msgspec.json.decode(body), ""))


def _clean(value: Any, key: str) -> Any:
    if isinstance(value, str):
        return clean_prose(value) if key in _PROSE else clean_line(value)
    if isinstance(value, list):
        return [_clean(one, key) for one in value]
    if isinstance(value, dict):
        return {clean_line(name): _clean(one, name) for name, one in value.items()}
    return value


def _load_httpx() -> None:
    """Import httpx without the command that comes with it, whose own imports take longer than all the rest."""
    if "httpx" in sys.modules:
        return
    command = "httpx._main"
    # So marked, a module counts as one that is not there; httpx can do without this one.
    sys.modules[command] = None  # type: ignore[assignment]
    try:
        import httpx  # noqa: F401
    finally:
        sys.modules.pop(command, None)


def checked_url(url: str, *, allow_insecure: bool = False) -> str:
    """Return the address without a trailing slash, once it is clear that a token may be sent there.

    Raises:
        BadUrl: not an http(s) address, or one with a password, query or fragment in it.
        InsecureUrl: plain http beyond this machine, and `allow_insecure` was not given.
    """
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise BadUrl("That is not an address: write one like https://handoff.example.com.") from None
    if parts.scheme not in ("http", "https") or not host or clean_line(url) != url.strip():
        raise BadUrl("That is not an address: write one like https://handoff.example.com.")
    if parts.username is not None or parts.query or parts.fragment:
        raise BadUrl("Give the address alone, without a name, password, query or fragment in it.")
    if parts.scheme == "http" and not _loopback(host) and not allow_insecure:
        raise InsecureUrl(
            f"http://{host} would send your token readable by anybody on the way: use https://, "
            "or say --insecure if you know that nobody listens."
        )
    return url.strip().rstrip("/")


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Http:
    """Requests to one server with one token. The token is never part of a message or a repr.

    `token` may be a function, asked before each request, so that a new one is used without a restart.
    """

    def __init__(
        self,
        url: str,
        token: str | Callable[[], str],
        *,
        allow_insecure: bool = False,
        transport: "httpx.AsyncBaseTransport | None" = None,
        size_limit: int = SIZE_LIMIT,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._url = checked_url(url, allow_insecure=allow_insecure)
        parts = urlsplit(self._url)
        self._host = parts.netloc
        self._tls = parts.scheme == "https"
        self._token = token
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
        silence: float = PATIENCE,
    ) -> T:
        """Send one request and return its JSON answer as `kind`; `silence` is how long it may say nothing, in seconds.

        Raises:
            CrmError: whatever went wrong, as one of the port's classes.
        """
        content = None if body is None else msgspec.json.encode(body)
        headers = {"Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            async with (
                asyncio.timeout(self._time_limit),
                self._open(method, path, headers=headers, params=params, content=content, silence=silence) as response,
            ):
                self._expect(response, "application/json")
                answer = await self._read(response)
        except TimeoutError:
            raise Unreachable(f"{self._host} did not answer in time.") from None
        try:
            return msgspec.json.decode(clean_record(answer), type=kind)
        except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
            # The error names the place and the types; people's data is not in it.
            log.warning("The answer to %s %s can't be read: %s", method, path, error)
            raise Rubbish(f"The answer of {self._host} can't be understood: is it a Handoff hub?") from None

    async def events(self, path: str, *, last_id: str = "") -> AsyncGenerator[Event, None]:
        """Yield server-sent events; ends when the server ends the stream. The first is an empty one: the line is open.

        Raises:
            CrmError: whatever went wrong; `Unreachable` also when the line is silent for too long.
        """
        headers = {"Accept": "text/event-stream", "Cache-Control": "no-store"}
        if last_id:
            headers["Last-Event-ID"] = last_id
        async with self._open("GET", path, headers=headers, silence=SILENCE_LIMIT) as response:
            self._expect(response, "text/event-stream")
            yield Event("", "", "")
            async for event in self._parse(response):
                yield event

    async def close(self) -> None:
        """Let go of connections."""
        if self._client is not None:
            client, self._client = self._client, None
            await client.aclose()

    # --- the wire ----------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _open(
        self,
        method: str,
        path: str,
        *,
        headers: dict[str, str],
        params: Mapping[str, str | int] | None = None,
        content: bytes | None = None,
        silence: float = PATIENCE,
    ) -> AsyncIterator["httpx.Response"]:
        _load_httpx()
        import httpx

        headers["Authorization"] = f"Bearer {self._good_token()}"
        client = self._connected()
        timeout = httpx.Timeout(PATIENCE, connect=5.0, read=silence)
        try:
            async with client.stream(
                method, self._url + path, headers=headers, params=params, content=content, timeout=timeout
            ) as response:
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
                headers={"User-Agent": f"handoff/{__version__}", "Accept-Encoding": "gzip"},
            )
        return self._client

    def _good_token(self) -> str:
        token = self._token() if callable(self._token) else self._token
        if not token:
            raise SignedOut("There is no token for this CRM: run “handoff connect” again.")
        if not re.fullmatch(r"[\x21-\x7e]{1,4096}", token):
            raise SignedOut("The token holds characters that no token has: run “handoff connect” again.")
        return token

    def _why_not_connected(self, error: Exception) -> str:
        if "CERTIFICATE" in str(error).upper():
            return f"The certificate of {self._host} can't be verified, so nothing was sent there."
        return f"{self._host} can't be reached."

    def _expect(self, response: "httpx.Response", media_type: str) -> None:
        if _media_type(response) != media_type:
            raise Rubbish(
                f"{self._host} does not answer as a Handoff hub does: is the address right, "
                "or does this network want you to log in first?"
            )

    async def _read(self, response: "httpx.Response") -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in response.aiter_bytes():
            size += len(part)
            if size > self._size_limit:
                raise Rubbish(f"The answer of {self._host} is longer than {self._size_limit // 1_000_000} MB.")
            parts.append(part)
        return b"".join(parts)

    async def _parse(self, response: "httpx.Response") -> AsyncIterator[Event]:
        rest = b""
        fields: dict[str, str] = {}
        async for part in response.aiter_bytes():
            *lines, rest = re.split(rb"\r\n|\n", rest + part)
            if len(rest) > EVENT_LIMIT:
                raise Rubbish(f"The live line of {self._host} sends something that is no event.")
            for line in lines:
                if line:
                    name, _, value = line.decode(errors="replace").partition(":")
                    fields[name] = value.removeprefix(" ")
                elif "data" in fields:
                    yield Event(fields.get("event", "message"), fields["data"], fields.get("id", ""))
                    fields = {}
                else:
                    fields = {}

    # --- what an answer means ------------------------------------------------------------------------------------

    async def _refuse(self, response: "httpx.Response") -> None:
        """Raise what an answer without success means."""
        status = response.status_code
        if 300 <= status < 400:
            target = clean_line(urlsplit(response.headers.get("Location", "")).netloc, 100) or "another address"
            raise Rubbish(
                f"{self._host} sends us on to {target}, and your token is not carried along: "
                "connect to that address if it is the right one."
            )
        problem = await self._problem(response)
        words = clean_line((problem.detail or problem.title) if problem else "", 300)
        if status in (429, 503):
            raise Busy(words or f"{self._host} asks us to wait.", _retry_after(response))
        if status == 408 or status >= 500:
            raise Unreachable(words or f"{self._host} has a fault (status {status}).")
        if status == 401:
            raise SignedOut(words or "The token is not accepted: run “handoff connect” with a new one.")
        if problem is None:
            raise Rubbish(f"{self._host} answers with status {status}, and not as a Handoff hub does.")
        if status == 403:
            raise Forbidden(words or "Your role may not do this.")
        if status == 410 and problem.type.endswith("/cursor-lost"):
            raise CursorLost(words or "The CRM does not know what we had last.")
        raise NotTaken(words or f"{self._host} did not take it (status {status}).", status)

    async def _problem(self, response: "httpx.Response") -> Problem | None:
        if _media_type(response) != "application/problem+json":
            return None
        try:
            return msgspec.json.decode(await self._read(response), type=Problem)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None


def _media_type(response: "httpx.Response") -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _retry_after(response: "httpx.Response") -> float | None:
    """Return the seconds to wait, from a number or from a date measured by the server's own clock."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), 3_600.0)
    try:
        until = parsedate_to_datetime(text)
        now = parsedate_to_datetime(response.headers.get("Date", ""))
        return min(max((until - now).total_seconds(), 0.0), 3_600.0)
    except (TypeError, ValueError):
        return None
