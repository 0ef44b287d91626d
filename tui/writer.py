"""Carries out what people decide, one act after another in the order of their keys."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from api.desk import Act, Desk, Undone
    from api.model.lead import Lead
    from api.model.operation import LeadVerb, Operation

Done = TypeVar("Done")


class Writer:
    """Lets one act at a time to the disk, so that a fast hand's second key never overtakes the first."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._turn = asyncio.Lock()

    async def record(self, verb: "LeadVerb", leads: Sequence["Lead"]) -> "Act | None":
        """Do it, and return the act once it is on the disk; raises what `Desk.record` raises."""
        async with self._turn:
            return self._act_of(await self._desk.record(verb, leads))

    async def record_together(self, verbs: "Sequence[LeadVerb]", lead: "Lead") -> "Act | None":
        """Do several things to one lead as one act; raises what `Desk.commit` raises, and `CannotDo`."""
        from api.desk import CannotDo

        async with self._turn:
            prepared = self._desk.prepare_all([(lead, verbs)])
            for refusal in prepared.refusals:
                raise CannotDo(refusal.sentence, field=refusal.field)
            await asyncio.to_thread(self._desk.commit, prepared.operations)
            return self._act_of(prepared.operations)

    def _act_of(self, operations: "Sequence[Operation]") -> "Act | None":
        # With the CRM's answer there already, the last act may be the one before.
        act = self._desk.last_act()
        return act if act is not None and operations and act.group == operations[0].group else None

    async def take_back(self) -> "Undone":
        """Take the last act back; raises what `Desk.take_back` raises."""
        async with self._turn:
            return await self._desk.take_back()

    async def run(self, act: "Callable[[], Done]") -> Done:
        """Do an act that blocks until the disk has it, off the event loop; raises what it raises."""
        async with self._turn:
            return await asyncio.to_thread(act)

    async def settled(self) -> None:
        """Wait until everything decided so far is on the disk."""
        async with self._turn:
            return
