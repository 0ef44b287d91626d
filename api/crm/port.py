"""What any CRM must do for Handoff; adapters implement it, sync and desk know nothing else of a CRM."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from api.errors import HandoffError
from api.model.changes import Page
from api.model.operation import Operation, Receipt
from api.model.people import Person


class Identity(msgspec.Struct, frozen=True):
    """Who the token belongs to, and what time the CRM has."""

    person: Person
    epoch: str
    at: datetime
    expires_at: datetime | None = None
    """When the token expires; None when it never does, or the CRM does not say."""


class Capabilities(msgspec.Struct, frozen=True):
    """What this CRM can't do is said on the screens instead of failing there."""

    live: bool = True
    undo: bool = True
    budgets: bool = True

    def shortcomings(self) -> tuple[str, ...]:
        """Return what it can't do, in sentences."""
        told = {
            "This CRM does not tell of changes by itself: they are fetched now and then.": self.live,
            "This CRM can’t take back what was sent to it.": self.undo,
            "This CRM knows no budgets.": self.budgets,
        }
        return tuple(sentence for sentence, can in told.items() if not can)


class CrmError(HandoffError):
    """The CRM could not do what was asked."""


class Unreachable(CrmError):
    """No answer, or none that can be trusted: whether the request took effect is not known."""


class Busy(CrmError):
    """The CRM asks to wait; `retry_after` in seconds, None when it does not say how long."""

    def __init__(self, sentence: str, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class SignedOut(CrmError):
    """The token is missing, wrong, expired or revoked: sending pauses, deciding goes on."""


class Forbidden(CrmError):
    """The token is good, but its role may not do this."""


class Rubbish(CrmError):
    """The answer is not one of a Handoff hub: wrong type, broken JSON, too large."""


class NotTaken(CrmError):
    """The CRM understood the request and said no, with HTTP `status`; asking again the same way won't help."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


class CursorLost(CrmError):
    """The CRM does not know the cursor (restored backup, other database): everything must be pulled again."""


class Crm(Protocol):
    """A CRM that leads come from and decisions go to. Every method may raise `CrmError`."""

    @property
    def capabilities(self) -> Capabilities:
        """What this CRM can do."""
        ...

    async def whoami(self) -> Identity:
        """Ask whose token this is."""
        ...

    def changes(self, cursor: str) -> AsyncIterator[Page]:
        """Yield every page after `cursor` (empty: from the beginning) until there is nothing newer."""
        ...

    async def submit(self, operations: Sequence[Operation]) -> list[Receipt]:
        """Offer operations in order; one receipt for each that the CRM answered. May raise `NotTaken` for all of them;
        with status 409 or 412, what the operation builds on is not what stands at the CRM."""
        ...

    async def read_back(self, operation: Operation) -> Receipt | None:
        """Ask what became of an operation whose outcome is unknown; None when the CRM never saw it."""
        ...

    def nudges(self) -> AsyncIterator[int]:
        """Yield the number of the newest change whenever there is one; ends when the connection does."""
        ...

    async def has_new_token(self) -> bool:
        """Say whether there is a token now that is another than the one used last; asks nobody but this machine."""
        ...

    async def close(self) -> None:
        """Let go of connections; the next request makes new ones."""
        ...
