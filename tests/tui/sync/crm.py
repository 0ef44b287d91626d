"""The CRM beside the running program: it judges by the rules what others do and what is sent to it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from api.model import operation as op
from api.model.lead import Lead
from api.model.operation import Operation, Receipt, Result
from api.model.people import Person
from api.rules import lifecycle
from tests.factories import NOW, OTHER_REP, REP, make_agreement, make_operation
from tests.tui.conftest import Screen, World, named_lead
from tui.screens.sync.screen import SyncScreen

NO = op.Reject(reason="not_target", answers={"dimension": "size", "value": "40"}, note="Far too small for us.")
THEIRS = op.Reject(reason="competitor", answers={"name": "Example Rival"}, note="They sell the same.")


class Crm:
    """Keeps leads as the CRM has them; the program hears of them when `tell` or `answer` is called."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.leads: dict[str, Lead] = {lead.id: lead for lead in (named_lead(number) for number in range(1, 7))}

    def hand(self, *leads: Lead) -> None:
        """Hand over more leads, or others under the same ids."""
        self.leads |= {lead.id: lead for lead in leads}
        self.tell(*(lead.id for lead in leads))

    def other(self, verb: op.LeadVerb, number: int, *, by: Person = OTHER_REP, **more: Any) -> Operation:
        """Let somebody else do something, unknown to the program so far."""
        lead = self.leads[f"L{number:03}"]
        operation = make_operation(verb, lead, actor=by, at=NOW - timedelta(minutes=5), **more)
        self.apply(operation, by)
        return operation

    def apply(self, operation: Operation, by: Person) -> Receipt:
        """Judge one operation."""
        lead_id = operation.target.id
        outcome = lifecycle.apply(self.leads[lead_id], operation, by, make_agreement())
        self.leads[lead_id] = outcome.lead
        return Receipt(
            operation_id=operation.id,
            result=outcome.result,
            at=self.world.now,
            sentence=outcome.sentence,
            code=outcome.code,
            stands=outcome.stands,
        )

    def tell(self, *lead_ids: str) -> None:
        """Let the program hear how these leads stand."""
        self.world.leads(*(self.leads[lead_id] for lead_id in lead_ids))

    def answer(self) -> list[Receipt]:
        """Take in everything that was sent, and answer it."""
        operations = self.world.written()
        receipts = [self.apply(operation, REP) for operation in operations]
        self.tell(*dict.fromkeys(operation.target.id for operation in operations))
        self.world.desk.take_receipts(receipts)
        return receipts

    def refuse(self, sentence: str) -> None:
        """Refuse everything that was sent."""
        self.world.desk.take_receipts(
            [
                Receipt(operation_id=one.id, result=Result.REFUSED, at=self.world.now, sentence=sentence)
                for one in self.world.written()
            ]
        )

    # situations

    def conflict(self, number: int = 1, mine: op.LeadVerb = NO, theirs: op.LeadVerb | None = None) -> None:
        """Let me decide otherwise than somebody who was first."""
        self.mine(mine, number)
        self.other(theirs or op.Accept(reason="They know me."), number)
        self.answer()

    def taken(self, number: int = 2) -> None:
        """Let me accept what somebody has accepted."""
        self.conflict(number, op.Accept(), op.Accept())

    def refused(self, number: int = 3, sentence: str = "Otto Other holds this account.") -> None:
        """Let the CRM refuse a rejection."""
        self.mine(NO, number)
        self.refuse(sentence)

    def mine(self, verb: op.LeadVerb, number: int) -> None:
        """Decide here, unsent."""
        lead = self.world.desk.lead(f"L{number:03}")
        self.world.desk.commit(self.world.desk.prepare(verb, [lead]))

    def overturned(self, number: int = 4) -> None:
        """Let somebody insist against a decision of mine that had taken effect."""
        mine = self.leads[f"L{number:03}"]
        theirs = make_operation(THEIRS, mine, actor=OTHER_REP)
        self.mine(op.Accept(), number)
        self.answer()
        self.apply(theirs, OTHER_REP)
        self.other(THEIRS, number, insists=theirs.id)
        self.tell(mine.id)

    def wish(self, number: int = 5) -> None:
        """Let somebody ask for a lead that I have."""
        self.mine(op.Accept(), number)
        self.answer()
        self.other(op.AskFor(text="We met in May."), number)
        self.tell(f"L{number:03}")


Matters = Callable[[], list[str]]


def sync_screen(screen: Screen) -> SyncScreen:
    """Return the Sync screen that is on top."""
    found = screen.app.area
    assert isinstance(found, SyncScreen)
    return found


def matter(screen: Screen) -> str:
    """Return what both sides of the matter under the cursor say, in one line."""
    return " ".join(screen.text("#matter").split())


def rows(screen: Screen) -> list[str]:
    """Return the rows of the list that are in sight, without headings."""
    lines = screen.text("#matters").splitlines()
    return [" ".join(line.split()) for line in lines if line[1:3].strip("! ") == "" and line[3:4].strip()]
