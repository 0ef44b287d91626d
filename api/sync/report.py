"""What came of talking to the CRM, for whoever asked for it."""

import msgspec

from api.crm.port import CrmError
from api.model.operation import Receipt


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What one exchange came to."""

    pulled: int = 0
    """Changes taken in."""
    receipts: tuple[Receipt, ...] = ()
    problem: CrmError | None = None
    elsewhere: bool = False
    """Another process of this profile talks to the CRM; this one only waited for its answers."""
