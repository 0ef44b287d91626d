"""Signing in again with a new token, when the old one has expired or was revoked."""

import os
from typing import TYPE_CHECKING

from api.errors import HandoffError

if TYPE_CHECKING:
    from api.local.profile import Profile
    from api.model.people import Person

ANSWER_LIMIT = 10.0
"""Seconds that the CRM has to say whose token it is."""


class NotSignedIn(HandoffError):
    """The token is none, belongs to somebody else, or could not be checked; nothing was changed."""


def sign_in(profile: "Profile", me: "Person", token: str) -> str:
    """Check at the CRM that the token is this person's, keep it, and return a sentence that says where.

    Blocks; runs an event loop of its own, so it belongs on a thread.

    Raises:
        NotSignedIn: the token is none, or somebody else's, or the CRM did not say whose.
        HandoffError: the CRM can't be reached or does not know it, or it can't be kept.
    """
    from api.local.credentials import save_token
    from tui.cli.exchange import hub_at, talk

    if os.environ.get("HANDOFF_TOKEN", "").strip():
        raise NotSignedIn(
            "The token is taken from HANDOFF_TOKEN, which goes before any other: change it there and start again."
        )
    connection = profile.connection()
    if connection is None:
        raise NotSignedIn("This profile is connected to no CRM.")
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise NotSignedIn("That is not a token: it is empty or holds characters that no token has.")
    try:
        identity = talk(hub_at(connection.url, token), lambda crm: crm.whoami(), ANSWER_LIMIT)
    except TimeoutError:
        raise NotSignedIn(f"{connection.url} did not answer within {ANSWER_LIMIT:.0f} s.") from None
    if identity.person.id != me.id:
        raise NotSignedIn(
            f"That token belongs to {identity.person.name}, this profile to {me.name}; nothing was changed."
        )
    return save_token(profile, connection.url, token)
