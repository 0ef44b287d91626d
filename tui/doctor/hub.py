"""The line to the hub: its address, whether it answers, whose the token is, what time it has there."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from api import __version__
from api.crm.address import checked_url
from api.crm.cleaning import clean_record
from api.crm.port import Identity
from api.errors import HandoffError
from api.local.credentials import Whereabouts, seen_token
from api.local.profile import Connection, Profile
from api.rules.wording import skew_words
from tui.doctor.finding import Finding, look, ok, wrong

if TYPE_CHECKING:
    import ssl

PATIENCE = 4.0
"""Seconds that the hub has to answer each question."""
LONGEST = 65_536
"""Bytes of an answer that are read."""
SOON = timedelta(days=14)
"""Before a token or a certificate expires, from when on that is worth a look."""

_WHERE = {
    Whereabouts.ENVIRONMENT: "It is taken from HANDOFF_TOKEN.",
    Whereabouts.KEYRING: "It lies in the system’s keyring.",
    Whereabouts.FILE: "It lies in a file of the profile.",
}


class _Health(msgspec.Struct):
    name: str
    version: str = ""


class _Answer(msgspec.Struct, frozen=True):
    status: int
    body: bytes
    seconds: float
    certificate_until: datetime | None


class _Silent(HandoffError):
    """There was no answer."""


def connection_of(place: Profile, tell: Callable[[Connection], None]) -> Iterator[Finding]:
    """Say which hub the profile belongs to, and whether a token may be sent there; `tell` is called with it."""
    connection = place.seen_connection()
    if connection is not None:
        tell(connection)
    else:
        yield look("hub", "This profile is connected to no hub yet.", "“handoff” offers the ways on.")
        return
    try:
        checked_url(connection.url)
    except HandoffError:
        yield look("hub", f"{connection.url}: plain http, so that the token can be read on the way.", "Use https.")
    else:
        tls = "over TLS" if connection.url.startswith("https") else "on this machine"
        yield ok("hub", f"{connection.url}, {tls}.")


def token_of(place: Profile, connection: Connection, environ: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Say whether there is a token, and where; never which."""
    where, token = seen_token(place, connection.url, environ)
    if not token:
        yield wrong("token", "There is none.", f"“handoff connect hub {connection.url}” asks for it.")
    else:
        mode = place.token_path.stat().st_mode & 0o777 if where is Whereabouts.FILE else 0
        yield ok("token", f"There is one. {_WHERE[where]}" + (f" Its mode is {mode:o}." if mode else ""))


def the_hub(place: Profile, connection: Connection) -> Iterator[Finding]:
    """Ask the hub whether it is there, which version it is, and whose the token is."""
    host = urlsplit(connection.url).netloc
    try:
        health = _ask(connection.url, "/health")
    except _Silent as problem:
        yield wrong("reachable", problem.sentence, "Deciding works all the same; what you decide is sent later.")
        return
    yield from _healthy(host, health)
    if health.certificate_until is not None and health.certificate_until - datetime.now(UTC) < SOON:
        yield look(
            "certificate", f"The hub’s expires on {health.certificate_until:%Y-%m-%d}.", "Tell who runs the hub."
        )
    if health.status != 200:
        return
    _, token = seen_token(place, connection.url)
    if not token or not token.isascii() or not token.isprintable():
        return
    try:
        yield from _account(connection, _ask(connection.url, "/me", token))
    except _Silent as problem:
        yield wrong("account", problem.sentence)


def _healthy(host: str, answer: _Answer) -> Iterator[Finding]:
    try:
        told = msgspec.json.decode(clean_record(answer.body), type=_Health) if answer.status == 200 else _Health("")
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        told = _Health("")
    if told.name != "handoff hub":
        yield wrong(
            "reachable",
            f"{host} answers, but not as a Handoff hub does (status {answer.status}).",
            "Is the address right, or does this network want you to log in first?",
        )
        return
    yield ok("reachable", f"{host} answers after {answer.seconds * 1000:.0f} ms.")
    if told.version == __version__:
        yield ok("version", f"The hub runs Handoff {told.version}, as you do.")
    else:
        yield look("version", f"The hub runs Handoff {told.version}, you {__version__}.", "Keep both on the same one.")


def _account(connection: Connection, answer: _Answer) -> Iterator[Finding]:
    if answer.status == 401:
        yield wrong(
            "account",
            "The hub does not accept the token: it is wrong, expired or revoked.",
            f"A manager gets you a new one; “handoff connect hub {connection.url}” takes it.",
        )
        return
    try:
        identity = msgspec.json.decode(clean_record(answer.body), type=Identity)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        yield wrong("account", f"The hub’s answer can’t be understood (status {answer.status}).")
        return
    person, now = identity.person, datetime.now(UTC)
    said = f"{person.name}, {person.role.value}" + (f", team {person.team}" if person.team else "") + "."
    if person.id == connection.person.id:
        yield ok("account", said)
    else:
        yield wrong("account", f"The token belongs to {person.name}, the profile to {connection.person.name}.")
    yield _until(identity.expires_at, now)
    if skew := skew_words(now, identity.at + timedelta(seconds=answer.seconds / 2)):
        yield wrong("clock", skew, "Set this machine’s clock by the network.")
    else:
        yield ok("clock", "This machine’s clock agrees with the hub’s.")


def _until(expires: datetime | None, now: datetime) -> Finding:
    if expires is None:
        return ok("token valid", "It is accepted; no date is said on which it ends.")
    said = f"It is accepted, until {expires.astimezone():%Y-%m-%d}."
    if expires - now < SOON:
        return look("token valid", said, "A manager gets you a new one: “handoff user token”.")
    return ok("token valid", said)


def _ask(url: str, path: str, token: str = "") -> _Answer:
    """Ask one question, without following anywhere and without a proxy where the token would be readable.

    Raises:
        _Silent: there was no answer.
    """
    import httpx

    parts = urlsplit(url)
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": f"handoff/{__version__}"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    tls, begun = parts.scheme == "https", time.monotonic()
    # What is asked without the event loop leaves no thread behind that the program would wait for at its end.
    try:
        with (
            httpx.Client(trust_env=tls, follow_redirects=False, timeout=PATIENCE) as client,
            client.stream("GET", url + path, headers=headers) as response,
        ):
            body = b""
            for part in response.iter_bytes():
                body += part
                if len(body) > LONGEST or time.monotonic() - begun > PATIENCE:
                    break
            until = _certificate_until(response.extensions.get("network_stream"))
            return _Answer(response.status_code, body[:LONGEST], time.monotonic() - begun, until)
    except httpx.TimeoutException:
        raise _Silent(f"{parts.netloc} did not answer within {PATIENCE:.0f} s.") from None
    except httpx.ConnectError as error:
        if "CERTIFICATE" in str(error).upper():
            raise _Silent(f"The certificate of {parts.netloc} can’t be verified, so nothing was sent there.") from None
        raise _Silent(f"{parts.netloc} can’t be reached.") from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
        raise _Silent(f"{parts.netloc} answers something that can’t be understood.") from None


def _certificate_until(stream: object) -> datetime | None:
    """Return when the server's certificate expires; None without TLS."""
    info = getattr(stream, "get_extra_info", None)
    tls: ssl.SSLObject | None = info("ssl_object") if info is not None else None
    certificate = tls.getpeercert() if tls is not None else None
    ends = certificate.get("notAfter") if certificate else None
    if not isinstance(ends, str):
        return None
    from ssl import cert_time_to_seconds

    return datetime.fromtimestamp(cert_time_to_seconds(ends), UTC)
