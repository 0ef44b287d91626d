"""The log tells every operation of this profile, and what is unsent travels to another machine whole."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from api.desk import Desk, Link, NotAnExport, NotYours, Try, Way
from api.local.errors import NotSaved
from api.local.profile import Connection, Profile
from api.model import operation as op
from api.model.operation import Receipt, Result
from tests.desk.acting import another, do, meet, no_fit, send
from tests.factories import NOW, OTHER_REP, REP, make_lead
from tests.sync.fake_crm import FakeServer

Pull = Callable[[Desk], None]
NO = no_fit()


@pytest.fixture(autouse=True)
def leads(desk: Desk, server: FakeServer, pull: Pull) -> None:
    for name in "abcd":
        server.put_lead(make_lead(name))
    pull(desk)


def outcomes(desk: Desk, lead_id: str = "") -> list[tuple[str, str]]:
    return [(line.sentence, line.outcome) for line in desk.log(lead_id)]


# --- waiting -------------------------------------------------------------------------------------------------------


def test_what_waits_is_told_oldest_first_with_what_hinders_it(desk: Desk, open_desk):
    (first,) = do(desk, op.Accept(), "a")
    do(desk, NO, "b")
    desk.ledger.offer([first])
    soon = NOW + timedelta(seconds=40)
    desk.set_link(Link(failures=3, next_try=soon, tries={first.id: Try(2, "The CRM does not answer.", soon)}))
    one, two = desk.waiting()
    assert (one.sentence, one.title, one.lead_id) == ("Accepted Ana Example a", "Ana Example a", "a")
    assert (one.attempts, one.problem, one.next_try, one.offered) == (2, "The CRM does not answer.", soon, True)
    assert (two.sentence, two.attempts, two.offered) == ("Rejected Ana Example b: other", 0, False)
    assert (desk.status().failures, desk.status().next_try) == (3, soon)


# --- the log -------------------------------------------------------------------------------------------------------


def test_the_log_tells_what_became_of_everything_newest_first(desk: Desk, server, pull: Pull):
    do(desk, op.Accept(), "a")
    send(desk, server)
    meet(desk, server, pull, NO, op.Accept(), "b")
    meet(desk, server, pull, op.Accept(), op.Accept(), "c")
    do(desk, op.Note(text="Call after five."), "a")
    desk.undo()
    do(desk, op.Accept(), "d")
    assert outcomes(desk) == [
        ("Accepted Ana Example d", "pending"),
        ("Added a note to Ana Example a", "withdrawn"),
        ("Accepted Ana Example c", "taken"),
        ("Rejected Ana Example b: other", "conflict"),
        ("Accepted Ana Example a", "applied"),
    ]
    assert [outcome for _, outcome in outcomes(desk, "a")] == ["withdrawn", "applied"]
    assert next(desk.log("a")).withdrawn_at is not None


def test_the_log_goes_further_back_than_the_outbox(tmp_path: Path, server, pull: Pull):
    profile = Profile(tmp_path)
    profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
    moment = [NOW]
    desk = Desk.open(profile, clock=lambda: moment[0])
    pull(desk)
    words = "They asked for a call after five, and then again, at length. " * 20
    for _ in range(60):
        do(desk, op.Note(text=words), "a")
    send(desk, server)
    desk.close()
    moment[0] = NOW + timedelta(days=60)
    later = Desk.open(profile, clock=lambda: moment[0])
    later.ledger.tidy()
    assert later.refresh()
    do(later, op.Accept(), "a")
    assert len(later.ledger.history()) == 1
    assert [outcome for _, outcome in outcomes(later)] == ["pending", *["applied"] * 60]


async def test_a_screen_reads_the_log_off_its_loop(desk: Desk):
    do(desk, op.Accept(), "a")
    assert [line.sentence for line in await desk.log_soon()] == ["Accepted Ana Example a"]


# --- to another machine --------------------------------------------------------------------------------------------


def test_what_is_unsent_is_sent_from_the_other_machine_once(desk: Desk, open_desk, server, pull: Pull):
    do(desk, op.Accept(), "a")
    do(desk, NO, "b")
    data = desk.export()
    elsewhere = open_desk("rita's laptop")
    pull(elsewhere)
    found = elsewhere.take_in(data)
    assert (found.taken, found.known) == (2, 0)
    assert elsewhere.lead("a").state.value == "accepted"
    assert elsewhere.status().pending == 2
    found = elsewhere.take_in(data)
    assert (found.taken, found.known) == (0, 2)
    send(elsewhere, server)
    send(desk, server)
    assert len(server.applied) == 2
    assert desk.unsettled() == elsewhere.unsettled() == ()


def test_conflicts_travel_with_their_answers_and_can_be_resolved_there(desk: Desk, open_desk, server, pull: Pull):
    mine = meet(desk, server, pull, NO, op.Accept(), "a")
    meet(desk, server, pull, NO, op.Accept(), "b")
    desk.resolve(desk.unsettled("b")[0].operation.id, Way.YIELD)
    elsewhere = open_desk("rita's laptop")
    pull(elsewhere)
    assert elsewhere.take_in(desk.export()).taken == 1
    (one,) = elsewhere.unsettled()
    assert (one.operation, one.receipt) == (desk.unsettled()[0].operation, desk.unsettled()[0].receipt)
    assert elsewhere.status().pending == 0
    elsewhere.resolve(mine.id, Way.INSIST)
    send(elsewhere, server)
    assert server.leads["a"].decided.insists == mine.id


def test_an_export_can_be_read_by_people_and_holds_no_secret(desk: Desk):
    (operation,) = do(desk, op.Accept(), "a")
    desk.profile.token_path.write_text("hoff_secret")
    data = desk.export()
    document = json.loads(data)
    assert (document["format"], document["version"]) == ("handoff outbox", 1)
    assert (document["person"], document["epoch"]) == ("rita", "e1")
    assert [one["id"] for one in document["operations"]] == [operation.id]
    assert document["unsettled"] == []
    assert b"secret" not in data
    assert data.count(b"\n") > 10


def changed(data: bytes, **changes: object) -> bytes:
    return json.dumps(json.loads(data) | changes).encode()


def test_another_persons_decisions_are_not_taken_in(desk: Desk, open_desk):
    do(desk, op.Accept(), "a")
    other = open_desk("otto", OTHER_REP)
    with pytest.raises(NotYours, match=r"rita's, this profile is otto's"):
        other.take_in(desk.export())
    with pytest.raises(NotYours):
        other.take_in(changed(desk.export(), person="otto"))
    assert other.status().pending == 0


def test_decisions_for_another_crm_are_not_taken_in(desk: Desk, open_desk):
    do(desk, op.Accept(), "a")
    data = desk.export()
    elsewhere = open_desk("rita's laptop")
    with pytest.raises(NotYours, match="another CRM"):
        elsewhere.take_in(changed(data, epoch="e2"))
    assert elsewhere.status().pending == 0
    assert elsewhere.take_in(changed(data, epoch="")).taken == 1


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda data: b"", "not one that"),
        (lambda data: b"\xff\xfe", "not one that"),
        (lambda data: b"[" * 100_000, "not one that"),
        (lambda data: b"[]", "not one that"),
        (lambda data: changed(data, format="something else"), "not one that"),
        (lambda data: changed(data, version=2), "format 2"),
        (lambda data: changed(data, operations=[{"id": "x"}]), "damaged"),
        (lambda data: data.replace(b'"accept"', b'"explode"'), "damaged"),
        (lambda data: data[:-20], "not one that"),
        (lambda data: changed(data, operations=[[[[]]]] * 10), "damaged"),
    ],
)
def test_a_file_that_is_no_export_is_refused_whole(desk: Desk, open_desk, broken, words: str):
    do(desk, op.Accept(), "a")
    elsewhere = open_desk("rita's laptop")
    with pytest.raises(NotAnExport, match=words):
        elsewhere.take_in(broken(desk.export()))
    assert elsewhere.status().pending == 0


def test_an_answer_to_another_decision_is_refused(desk: Desk, open_desk, server, pull: Pull):
    meet(desk, server, pull, NO, op.Accept(), "a")
    document = json.loads(desk.export())
    document["unsettled"][0]["receipt"]["operation_id"] = "another"
    with pytest.raises(NotAnExport, match="another decision"):
        open_desk("rita's laptop").take_in(json.dumps(document).encode())


def test_words_from_a_file_can_not_steer_the_terminal(desk: Desk, open_desk, server, pull: Pull):
    do(desk, op.Note(text="Call after five."), "a")
    data = desk.export().replace(b"Call after five.", rb"Call \u001b]52;c;x\u0007\u202eafter\nfive.")
    elsewhere = open_desk("rita's laptop")
    pull(elsewhere)
    elsewhere.take_in(data)
    (remark,) = elsewhere.lead("a").remarks
    assert remark.text == "Call ]52;c;xafter\nfive."


def test_a_disk_that_is_full_takes_nothing_in(desk: Desk, open_desk, monkeypatch):
    do(desk, op.Accept(), "a")
    do(desk, op.Accept(), "b")
    data = desk.export()
    elsewhere = open_desk("rita's laptop")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("api.local.files.Files.write", full)
    with pytest.raises(NotSaved):
        elsewhere.take_in(data)
    assert elsewhere.status().pending == 0


async def test_a_screen_takes_in_off_its_loop(desk: Desk, open_desk, server):
    do(desk, op.Accept(), "a")
    another(server, op.Accept(), "b")
    assert (await open_desk("rita's laptop").take_in_soon(desk.export())).taken == 1


def test_what_was_refused_elsewhere_is_not_offered_again_by_importing_it(desk: Desk, open_desk):
    (mine,) = do(desk, op.Accept(), "a")
    desk.take_receipts([Receipt(operation_id=mine.id, result=Result.REFUSED, at=NOW, sentence="No.")])
    elsewhere = open_desk("rita's laptop")
    elsewhere.take_in(desk.export())
    assert elsewhere.status().pending == 0
    assert [line.outcome for line in elsewhere.log()] == ["refused"]
