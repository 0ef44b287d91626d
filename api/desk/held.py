"""One of this profile's own operations, as the desk has it at hand."""

import msgspec

from api.local.entries import Overruled, Resolution
from api.model.operation import Operation, Receipt


class Held(msgspec.Struct, frozen=True):
    """One of our own operations, with the CRM's answer once there is one, and what was done about that."""

    operation: Operation
    receipt: Receipt | None = None
    overruled: Overruled | None = None
    """By whom it was put out of effect again, after it had taken effect."""
    resolution: Resolution | None = None
    """How its author answered that it did not take effect, or that it was put out of effect."""
    sequence: int = 0
    """Its place in the order of recording; another window may have recorded an earlier one that is heard of later."""

    @property
    def counts(self) -> bool:
        """Whether it has an effect, or still may have one."""
        return self.receipt is None or self.receipt.result.took_effect

    @property
    def failed(self) -> bool:
        """Whether the CRM has answered that it did not take effect."""
        return not self.counts
