"""What the view reads to show a queue: nothing but the rows that are asked for, however many there are."""

import gc
import weakref
from datetime import timedelta
from threading import Lock

import pytest
from msgspec.structs import replace

from api.desk.held import Held
from api.desk.view import View
from api.model import operation as op
from api.model.lead import Remark, State
from api.model.people import Owner, Person
from tests.desk.shelves import ShelvedLeads
from tests.factories import MANAGER, NOW, REP, make_agreement, make_lead, make_operation

OWNERS = [Owner("team", "north"), Owner("team", "south"), Owner("person", "rita"), None]


@pytest.fixture
def mirror() -> ShelvedLeads:
    leads = [
        make_lead(
            f"L{number}",
            standing=replace(make_lead().standing, owner=OWNERS[number % 4]),
            handed_at=NOW - timedelta(minutes=number % 7),
        )
        for number in range(1_000)
    ]
    return ShelvedLeads(leads)


def opened(mirror: ShelvedLeads, me: Person = REP) -> View:
    view = View(mirror, me, lambda _: make_agreement())
    view.restart(me, [], 0)
    return view


def reads(mirror: ShelvedLeads) -> tuple[int, int, int]:
    return mirror.leads_read, mirror.row_reads.reads, mirror.word_reads.reads


@pytest.mark.parametrize("me", [REP, MANAGER], ids=["rep", "manager"])
def test_the_queue_is_read_without_reading_a_lead_a_row_or_a_word(mirror: ShelvedLeads, me: Person) -> None:
    view = opened(mirror, me)
    assert len(view.queue("", NOW.timestamp())) == (750 if me is REP else 1_000)
    assert reads(mirror) == (0, 0, 0)


def test_of_rows_only_those_on_the_screen_are_read(mirror: ShelvedLeads) -> None:
    view = opened(mirror)
    for lead_id in view.queue("", NOW.timestamp())[:40]:
        assert view.rows[lead_id].id == lead_id
    assert reads(mirror) == (0, 40, 0)


def test_a_decision_moves_its_lead_and_reads_no_other(mirror: ShelvedLeads) -> None:
    view = opened(mirror)
    first, *others = view.queue("", NOW.timestamp())
    view.refold(view.hold(Held(make_operation(op.Accept(), mirror.leads[first]))))
    assert view.queue("", NOW.timestamp()) == others
    assert mirror.leads_read <= 2
    assert (mirror.row_reads.reads, mirror.word_reads.reads) == (0, 0)


def test_what_comes_from_the_crm_moves_and_nothing_else_is_read(mirror: ShelvedLeads) -> None:
    view = opened(mirror)
    before = view.queue("", NOW.timestamp())
    lead = mirror.leads[before[500]]
    mirror.put(replace(lead, standing=replace(lead.standing, due_at=NOW)))
    view.refold(view.arrived({lead.id: 1}, 1))
    assert view.queue("", NOW.timestamp()) == [lead.id, *(one for one in before if one != lead.id)]
    assert reads(mirror) == (0, 0, 0)


def test_words_are_read_once_and_no_row_for_all_that_is_searched(mirror: ShelvedLeads) -> None:
    view = opened(mirror)
    assert len(view.queue("ana", NOW.timestamp())) == 1_000
    once = reads(mirror)
    assert once[:2] == (0, 0)
    assert len(view.queue("example l99", NOW.timestamp())) == 11
    assert view.queue("nobody", NOW.timestamp()) == []
    assert reads(mirror) == once


def test_a_new_base_costs_nothing_and_is_gone_on_with(mirror: ShelvedLeads) -> None:
    view = opened(mirror)
    before = view.queue("", NOW.timestamp())
    lead = mirror.leads[before[3]]
    mirror.put(replace(lead, standing=replace(lead.standing, state=State.ACCEPTED)))
    view.refold(view.arrived({lead.id: 1}, 1))
    after = view.queue("", NOW.timestamp())
    mirror.merge()
    assert view.queue("", NOW.timestamp()) is after
    assert reads(mirror) == (0, 0, 0)


def test_wishes_and_ids_at_the_source_are_found_without_reading_the_rows_of_others(mirror: ShelvedLeads) -> None:
    asked = make_lead("asked", standing=replace(make_lead().standing, owner=Owner("person", "rita"), claimed_by="rita"))
    remark = Remark(operation_id="x", kind="ask_for", by="otto", by_name="Otto Other", at=NOW)
    mirror.put(replace(asked, remarks=(remark,)))
    mirror.merge()
    view = opened(mirror)
    assert view.rows.asked("person:rita") == ["asked"]
    assert view.rows.known_as("src-l77") == ["L77"]
    assert mirror.row_reads.reads <= 1


def test_nothing_is_read_while_others_wait_for_the_lock(mirror: ShelvedLeads) -> None:
    view = opened(mirror)
    view.queue("", NOW.timestamp())
    lock = Lock()
    mirror.word_reads.heed = lambda: read_locked.append(lock.locked())
    read_locked: list[bool] = []
    view.warm(lock, NOW.timestamp)
    assert read_locked
    assert not any(read_locked)
    once = reads(mirror)
    assert len(view.queue("example l99", NOW.timestamp())) == 11
    assert reads(mirror) == once, "the first search finds everything ready"
    view.warm(lock, NOW.timestamp)
    assert reads(mirror) == once, "and warming again costs nothing"


def test_a_base_that_was_replaced_is_let_go_of_at_the_next_look(mirror: ShelvedLeads) -> None:
    view = opened(mirror)
    view.queue("ana", NOW.timestamp())
    replaced = weakref.ref(mirror.rows().base)
    mirror.put(make_lead("late"))
    view.refold(view.arrived({"late": 1}, 1))
    mirror.merge()
    assert "late" in view.queue("", NOW.timestamp())
    gc.collect()
    assert replaced() is None
