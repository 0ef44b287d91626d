"""Whoever asks me for a lead gets an answer, and I learn of it wherever I am."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from api.desk import CannotDo, Changed, Desk, Way
from api.model import operation as op
from api.model.lead import State
from api.model.operation import Result
from api.model.people import Owner
from api.rules.wishes import hand_over
from tests.desk.acting import another, do, send
from tests.factories import MANAGER, make_agreement, make_lead
from tests.sync.fake_crm import FakeServer

Pull = Callable[[Desk], None]


@pytest.fixture(autouse=True)
def leads(desk: Desk, server: FakeServer, pull: Pull) -> None:
    for name in "abc":
        server.put_lead(make_lead(name))
    pull(desk)
    do(desk, op.Accept(), "a", "b")
    send(desk, server)
    pull(desk)


def wishes(desk: Desk) -> list[str]:
    return [one.sentence for one in desk.wishes()]


def test_i_hear_who_asks_me_and_in_which_words(desk: Desk, open_desk, server, pull: Pull):
    heard: list[Changed] = []
    desk.listen(heard.append)
    another(server, op.AskFor(text="We have met."), "a")
    pull(desk)
    words = "Otto Other asks you for Ana Example a: We have met."
    assert wishes(desk) == [words] == wishes(open_desk())
    assert [news for changed in heard for news in changed.by_others] == [("a", words)]
    (wish,) = desk.wishes()
    assert (wish.lead_id, wish.title, wish.remark.by) == ("a", "Ana Example a", "otto")
    assert wish.ways == (Way.HAND_OVER, Way.KEEP)
    assert (desk.status().wishes, desk.status().needing) == (1, 1)


def test_a_wish_of_before_the_start_is_counted_at_once_and_is_no_news(desk: Desk, open_desk, server, pull: Pull):
    another(server, op.AskFor(), "a")
    pull(desk)
    again = open_desk()
    heard: list[Changed] = []
    again.listen(heard.append)
    assert again.status().wishes == 1
    assert not again.refresh()
    another(server, op.Note(text="Called."), "a")
    pull(again)
    assert [news for changed in heard for news in changed.by_others] == []


def test_a_wish_that_has_been_met_is_counted_no_more(desk: Desk, open_desk, server, pull: Pull):
    another(server, op.AskFor(), "a")
    pull(desk)
    (given,) = desk.answer("a", Way.HAND_OVER).operations
    send(desk, server)
    another(server, op.Accept(), "a")
    pull(desk)
    assert wishes(desk) == wishes(open_desk()) == []
    assert open_desk().status().wishes == 0
    assert given.id in {entry.operation_id for entry in server.leads["a"].trail}


def test_handing_over_makes_it_theirs_and_ends_the_wish(desk: Desk, server, pull: Pull):
    another(server, op.AskFor(), "a")
    pull(desk)
    resolved = desk.answer("a", Way.HAND_OVER, "Good luck.")
    assert resolved.sentence == "Handed over to Otto Other: Ana Example a"
    assert wishes(desk) == []
    send(desk, server)
    pull(desk)
    lead = server.leads["a"]
    assert (str(lead.standing.owner), lead.state, lead.decided.note) == ("person:otto", State.NEW, "Good luck.")
    assert wishes(desk) == []


def test_keeping_says_no_to_everybody_who_asked(desk: Desk, open_desk, server, pull: Pull):
    another(server, op.AskFor(), "a")
    another(server, op.AskFor(), "a", MANAGER)
    pull(desk)
    assert len(wishes(desk)) == 2
    desk.answer("a", Way.KEEP, "I call them tomorrow.")
    assert wishes(desk) == []
    assert desk.status().wishes == 0
    other = open_desk()
    assert wishes(other) == []
    send(desk, server)
    assert server.leads["a"].remarks[-1].text == "I call them tomorrow."


def test_of_several_who_ask_the_named_one_gets_it(desk: Desk, server, pull: Pull):
    another(server, op.AskFor(), "a")
    another(server, op.AskFor(), "a", MANAGER)
    pull(desk)
    desk.answer("a", Way.HAND_OVER, to="max")
    send(desk, server)
    assert str(server.leads["a"].standing.owner) == "person:max"


def test_undoing_the_answer_brings_the_wish_back(desk: Desk, server, pull: Pull):
    another(server, op.AskFor(), "a")
    pull(desk)
    desk.answer("a", Way.KEEP)
    desk.undo()
    assert len(wishes(desk)) == 1


def test_only_wishes_on_leads_that_i_have_are_mine(desk: Desk, server, pull: Pull):
    another(server, op.Accept(), "c")
    another(server, op.AskFor(), "c", MANAGER)
    pull(desk)
    assert wishes(desk) == []
    with pytest.raises(CannotDo, match="Nobody asks you"):
        desk.answer("c", Way.KEEP)


def test_a_wish_goes_with_the_lead(desk: Desk, server, pull: Pull):
    another(server, op.AskFor(), "a")
    pull(desk)
    server.put("lead", "a", None)
    pull(desk)
    assert wishes(desk) == []


def test_the_other_process_hears_of_it_and_of_its_answer(desk: Desk, open_desk, server, pull: Pull):
    other = open_desk()
    other.refresh()
    another(server, op.AskFor(), "a")
    pull(desk)
    assert other.refresh()
    assert other.status().wishes == 1
    desk.answer("a", Way.KEEP)
    other.refresh()
    assert wishes(other) == []


def test_without_a_reason_that_sends_leads_on_keeping_remains(desk: Desk, server, pull: Pull):
    agreement = make_agreement(2)
    server.set_agreement(
        replace(agreement, reasons=tuple(one for one in agreement.reasons if one.outcome != "reroute"))
    )
    another(server, op.AskFor(), "a")
    pull(desk)
    (wish,) = desk.wishes()
    assert wish.ways == (Way.KEEP,)
    with pytest.raises(CannotDo, match="manager"):
        desk.answer("a", Way.HAND_OVER)


def test_an_answer_that_fits_no_wish_is_refused(desk: Desk, server, pull: Pull):
    another(server, op.AskFor(), "a")
    pull(desk)
    with pytest.raises(CannotDo, match="insist"):
        desk.answer("a", Way.INSIST)


def test_i_hear_who_keeps_what_i_asked_for(desk: Desk, server, pull: Pull):
    another(server, op.Accept(), "c")
    pull(desk)
    do(desk, op.AskFor(), "c")
    send(desk, server)
    pull(desk)
    heard: list[Changed] = []
    desk.listen(heard.append)
    another(server, op.Keep(text="I call them tomorrow."), "c")
    pull(desk)
    another(server, op.Note(text="Called."), "c")
    pull(desk)
    words = "Otto Other keeps Ana Example c: I call them tomorrow."
    assert [news for changed in heard for news in changed.by_others] == [("c", words)]


def test_i_hear_what_is_handed_over_to_me_and_who_was_first_matters_no_more(desk: Desk, server, pull: Pull):
    do(desk, op.Accept(), "c")
    another(server, op.Accept(), "c")
    send(desk, server)
    pull(desk)
    assert [one.kind for one in desk.unsettled()] == ["taken"]
    heard: list[Changed] = []
    desk.listen(heard.append)
    another(server, hand_over(server.leads["c"], make_agreement(), Owner("person", desk.me.id)), "c")
    pull(desk)
    words = "Otto Other handed Ana Example c over to you"
    assert [news for changed in heard for news in changed.by_others] == [("c", words)]
    assert desk.unsettled() == ()
    assert desk.status().needing == 0


def test_who_was_first_is_told_of_until_the_crm_says_that_it_is_mine(desk: Desk, server, pull: Pull):
    do(desk, op.Accept(), "c")
    another(server, op.Accept(), "c")
    send(desk, server)
    do(desk, op.Accept(), "c")
    assert [one.kind for one in desk.unsettled()] == ["taken"]


async def test_a_screen_answers_off_its_loop(desk: Desk, server, pull: Pull):
    another(server, op.AskFor(), "a")
    pull(desk)
    resolved = await desk.answer_soon("a", Way.KEEP)
    assert [operation.verb for operation in resolved.operations] == [op.Keep()]
    assert [receipt.result for receipt in send(desk, server)] == [Result.APPLIED]
