"""Where the token is kept: the system's keyring when there is one that works, else a file that only this account reads.

The file also notes for which addresses a token lies in the keyring, so that the keyring is asked only when it holds
something. ``HANDOFF_KEYRING=off`` keeps it out altogether.
"""

import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from api.local.errors import LocalError, not_saved, unreadable, why
from api.local.files import Files, make_private, write_whole
from api.local.profile import Profile

_SERVICE = "handoff"
PATIENCE = 15.0
"""Seconds for the keyring to answer; some ask their owner first, some never answer."""


class TokenUnreadable(LocalError):
    """A token was kept and can't be had now."""


class TokenDamaged(TokenUnreadable):
    """What was kept is lost: only a new token helps."""


class Whereabouts(StrEnum):
    """Where a token is kept."""

    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    FILE = "file"
    NOWHERE = "nowhere"


class _Kept(msgspec.Struct):
    tokens: dict[str, str | None] = {}
    """Address → token, or None when it lies in the keyring."""


def save_token(profile: Profile, url: str, token: str, *, environ: Mapping[str, str] = os.environ) -> str:
    """Keep the token for `url` and return a sentence that says where; a damaged file is replaced.

    Raises:
        NotSaved: it is kept nowhere.
        TokenUnreadable: other tokens are kept in a file that can't be read now.
    """
    try:
        kept = _read(profile)
    except TokenDamaged:
        kept = _Kept()
    in_keyring = _keyring_wanted(environ) and _save_in_keyring(profile, url, token)
    kept.tokens[url] = None if in_keyring else token
    _write(profile, kept)
    if in_keyring:
        return "The token is kept in the system's keyring."
    return f"The token is kept in {profile.token_path}, which only your account can read."


def load_token(profile: Profile, url: str, environ: Mapping[str, str] = os.environ) -> str | None:
    """Return the token for `url`: ``HANDOFF_TOKEN`` first, then what was kept; None when there is none.

    Raises:
        TokenDamaged: the file that it was kept in is damaged.
        TokenUnreadable: it lies in a keyring, or a file, that can't be read now.
    """
    given = environ.get("HANDOFF_TOKEN", "").strip()
    if given:
        return given
    tokens = _read(profile).tokens
    return _token_in(tokens, profile, url, environ)


def seen_token(profile: Profile, url: str, environ: Mapping[str, str] = os.environ) -> tuple[Whereabouts, str]:
    """Return where the token for `url` is kept, and the token, empty when there is none; changes nothing.

    Raises:
        TokenDamaged: the file that it was kept in is damaged.
        TokenUnreadable: it lies in a keyring, or a file, that can't be read now.
    """
    given = environ.get("HANDOFF_TOKEN", "").strip()
    if given:
        return Whereabouts.ENVIRONMENT, given
    try:
        tokens = _decoded(profile.token_path).tokens
    except FileNotFoundError:
        return Whereabouts.NOWHERE, ""
    if url not in tokens:
        return Whereabouts.NOWHERE, ""
    where = Whereabouts.KEYRING if tokens[url] is None else Whereabouts.FILE
    return where, _token_in(tokens, profile, url, environ) or ""


def _token_in(tokens: Mapping[str, str | None], profile: Profile, url: str, environ: Mapping[str, str]) -> str | None:
    if url not in tokens:
        return None
    token = tokens[url]
    if token is not None:
        return token
    if _keyring_wanted(environ):
        found = _ask(lambda keyring: keyring.get_password(_SERVICE, _name(profile, url)))
        if isinstance(found, str):
            return found
    raise TokenUnreadable(
        "The token lies in the system's keyring, which does not answer or has lost it. Unlock the keyring, "
        "give the token in HANDOFF_TOKEN, or connect again with handoff connect."
    )


def forget_token(profile: Profile, url: str, *, environ: Mapping[str, str] = os.environ) -> None:
    """Remove the token for `url` from wherever it is kept.

    Raises:
        NotSaved: the file can't be written.
    """
    kept = _read(profile)
    if url not in kept.tokens:
        return
    if kept.tokens.pop(url) is None and _keyring_wanted(environ):
        _ask(lambda keyring: keyring.delete_password(_SERVICE, _name(profile, url)))
    _write(profile, kept)


def _name(profile: Profile, url: str) -> str:
    return f"{url} ({profile.root})"


def _keyring_wanted(environ: Mapping[str, str]) -> bool:
    return environ.get("HANDOFF_KEYRING", "").strip().lower() not in ("off", "0", "no", "false")


def _save_in_keyring(profile: Profile, url: str, token: str) -> bool:
    name = _name(profile, url)

    def save(keyring: Any) -> bool:
        keyring.set_password(_SERVICE, name, token)
        return bool(keyring.get_password(_SERVICE, name) == token)

    return _ask(save) is True


def _ask(question: Callable[[Any], object]) -> object:
    """Put a question to the system's keyring; None when there is none that works, or it does not answer in time."""
    answer: list[object] = []

    def ask() -> None:
        # Backends raise whatever their system raises; each of it means the same: no keyring here.
        with suppress(Exception):
            import keyring

            # Backends below 1 refuse everything, keep nothing, or keep plain text.
            if float(getattr(keyring.get_keyring(), "priority", 0)) >= 1:
                answer.append(question(keyring))

    thread = threading.Thread(target=ask, name="keyring", daemon=True)
    thread.start()
    thread.join(PATIENCE)
    return answer[0] if answer else None


def _read(profile: Profile) -> _Kept:
    path = profile.token_path
    try:
        make_private(path)
    except FileNotFoundError:
        return _Kept()
    except OSError as error:
        raise TokenUnreadable(
            f"Other accounts of this machine may read {path}, and that can't be changed: {why(error)}. "
            "Let only your account read it (mode 600)."
        ) from error
    try:
        return _decoded(path)
    except FileNotFoundError:
        return _Kept()


def _decoded(path: Path) -> _Kept:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Kept)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise TokenUnreadable(unreadable(path, error).sentence) from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        # The error would quote the file, which is all secret.
        raise TokenDamaged(f"{path} is damaged: sign in again, and a new token replaces it.") from None


def _write(profile: Profile, kept: _Kept) -> None:
    files = Files()
    try:
        files.make_folder(profile.root)
        write_whole(files, profile.token_path, [msgspec.json.encode(kept)])
    except OSError as error:
        raise not_saved(profile.token_path, error) from error
