"""Joining a hub from a form: what was typed is checked, asked about, and kept, or refused with the field named."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from api.errors import HandoffError
from tui.cli.commands.connecting import PlainHttp, address, checked_token, join
from tui.cli.workplace import who

if TYPE_CHECKING:
    from api.local.profile import Profile

ANSWER_LIMIT = 15.0
"""Seconds that a hub has to say whose token it is."""


class Refused(HandoffError):
    """It was not joined; `field` is ``address`` or ``token``, whichever is to be put right."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


class Joined(msgspec.Struct, frozen=True):
    """The hub was joined."""

    url: str
    who: str
    """The person in words."""
    kept: str
    """Where the token is kept, in a sentence."""
    skew: str
    """That the clocks are apart, in a sentence; empty while they are not."""


def join_hub(place: "Profile", typed_address: str, typed_token: str, wanted: Callable[[], bool]) -> Joined:
    """Join the hub if that is still `wanted` once it has answered.

    Blocks, and runs an event loop of its own, so it belongs on a thread.

    Raises:
        Refused: nothing was changed.
    """
    from api.crm.port import SignedOut
    from api.rules.wording import skew_words

    url = checked_address(typed_address)
    token = _token(typed_token)
    try:
        identity, kept = join(place, url, token, ANSWER_LIMIT, wanted)
    except SignedOut as problem:
        raise Refused(problem.sentence, "token") from None
    except HandoffError as problem:
        raise Refused(problem.sentence, "address") from None
    return Joined(url, who(identity.person), kept, skew_words(datetime.now(UTC), identity.at))


def checked_address(typed: str) -> str:
    """Return the hub's address in its one spelling; raises `Refused`."""
    if not typed.strip():
        raise Refused("Type the hub’s address first; it looks like https://handoff.example.com.", "address")
    try:
        return address(typed.strip(), insecure=False)
    except PlainHttp:
        raise Refused(
            "Plain http would show your token to everybody on the way: use https. Where you know that nobody listens, "
            "“handoff connect hub URL --insecure” joins all the same.",
            "address",
        ) from None
    except HandoffError as problem:
        raise Refused(problem.sentence, "address") from None


def _token(typed: str) -> str:
    given = os.environ.get("HANDOFF_TOKEN", "").strip()
    if given and typed and typed != given:
        raise Refused("HANDOFF_TOKEN holds another token and goes before this one: leave the field empty.", "token")
    if not typed and not given:
        raise Refused("Type or paste the token; a manager gets you one with “handoff user token”.", "token")
    try:
        return checked_token(typed or given)
    except HandoffError as problem:
        raise Refused(problem.sentence, "token") from None
