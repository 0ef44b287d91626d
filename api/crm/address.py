"""Addresses that a token may be sent to."""

import ipaddress
from urllib.parse import urlsplit

from api.crm.port import CrmError
from api.model.text import clean_line


class InsecureUrl(CrmError):
    """The address would send the token readable by anybody on the way."""


class BadUrl(CrmError):
    """The address is not one that a CRM can have."""


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
