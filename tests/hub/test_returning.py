"""Recycled leads that come back on their date."""

from collections.abc import Callable

import pytest

from api.hub import deciding, service
from api.hub.service import Hub
from api.model import operation as op
from api.model.lead import Lead, State
from api.model.operation import Result
from tests.factories import MANAGER, REP, make_operation
from tests.hub.conftest import Clock

pytestmark = pytest.mark.usefixtures("tokens")

HandOver = Callable[..., Lead]

LOW_INTENT = op.Reject(reason="low_intent", answers={"did": "read a page", "recycle_on": "2026-12-01"})


def test_a_lead_whose_return_was_taken_back_comes_back_again(hub: Hub, hand_over: HandOver, clock: Clock) -> None:
    lead = hand_over()
    hub.submit(REP, [make_operation(LOW_INTENT, lead)])
    clock.forward(days=13)
    (came,) = hub.return_due()
    undo = make_operation(op.Reopen(), hub.lead(lead.id), actor=MANAGER, undoes=came.operation_id)
    hub.submit(MANAGER, [undo])
    assert hub.lead(lead.id).state is State.RECYCLED
    assert [receipt.result for receipt in hub.return_due()] == [Result.APPLIED]
    assert (hub.lead(lead.id).state, hub.lead(lead.id).number) == (State.NEW, 2)


def test_leads_that_can_not_come_back_do_not_keep_others_from_it(
    hub: Hub, hand_over: HandOver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads = [hand_over(source_id) for source_id in "12"]
    hub.submit(REP, [make_operation(LOW_INTENT, lead) for lead in leads])
    clock.forward(days=13)
    monkeypatch.setattr(service, "INGEST_STEP", 1)
    with monkeypatch.context() as broken:
        broken.setattr(deciding, "apply", None)
        assert [receipt.result for receipt in hub.return_due()] == [Result.REFUSED]
    assert [receipt.result for receipt in hub.return_due()] == [Result.APPLIED]
    assert hub.return_due() == []


def test_recycled_leads_come_back_on_their_date_once(hub: Hub, hand_over: HandOver, clock: Clock) -> None:
    lead = hand_over(campaign="Spring")
    hub.submit(REP, [make_operation(LOW_INTENT, lead)])
    assert hub.return_due() == []
    clock.forward(days=13)
    assert [receipt.result for receipt in hub.return_due()] == [Result.APPLIED]
    back = hub.lead(lead.id)
    assert (back.state, back.number, back.mark) == (State.NEW, 2, "returned")
    assert hub.return_due() == []
    assert hub.campaign(back.campaign_id).handed == 2
