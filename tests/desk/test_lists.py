"""The lists of one desk: done today, waiting for an attempt, back by themselves, and views that have a name."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from msgspec.structs import replace

from api.desk import Desk
from api.local.profile import Connection, Profile
from api.model import operation as op
from api.model.campaign import Campaign
from api.model.lead import Touch
from api.model.operation import Receipt, Result
from api.rules.queue import NamedView, Order, View, back
from tests.factories import NOW, REP, make_lead
from tests.sync.fake_crm import FakeServer

Pull = Callable[[Desk], None]


def filled(server: FakeServer, desk: Desk, pull: Pull, *ids: str) -> Desk:
    for one in ids:
        server.put_lead(make_lead(one))
    pull(desk)
    return desk


def do(desk: Desk, verb: op.LeadVerb, *ids: str) -> None:
    desk.commit(desk.prepare(verb, [desk.lead(one) for one in ids]))


def test_done_are_todays_decisions_newest_first_but_for_those_taken_back(
    server: FakeServer, desk: Desk, pull: Pull
) -> None:
    filled(server, desk, pull, "a", "b", "c", "d", "e")
    do(desk, op.Accept(), "a")
    do(desk, op.Reject(reason="spam_test"), "b")
    do(desk, op.Claim(), "d")
    do(desk, op.Note(text="Hm."), "e")
    do(desk, op.Accept(), "c")
    assert desk.queue(view=View.DONE) == ["c", "b", "a"]
    assert desk.queue("state:acc", View.DONE) == ["c", "a"]
    # All handed over at once: what is still due comes before what is not.
    assert desk.queue("", View.DONE, Order.WAITING) == ["a", "c", "b"]
    desk.undo()
    assert desk.queue(view=View.DONE) == ["b", "a"]
    assert desk.counts()[View.DONE] == 2


def test_what_met_another_decision_was_done_all_the_same(server: FakeServer, desk: Desk, pull: Pull) -> None:
    filled(server, desk, pull, "a")
    (operation,) = desk.prepare(op.Accept(), [desk.lead("a")])
    desk.commit([operation])
    desk.take_receipts([Receipt(operation_id=operation.id, result=Result.CONFLICT, at=NOW, n=5)])
    assert desk.queue(view=View.DONE) == ["a"]


def test_the_day_is_that_of_the_business(tmp_path: Path, server: FakeServer, pull: Pull) -> None:
    profile = Profile(tmp_path)
    profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
    now = NOW.replace(hour=22, minute=30)
    desk = filled(server, Desk.open(profile, clock=lambda: now), pull, "a")
    do(desk, op.Accept(), "a")
    assert desk.queue(view=View.DONE) == ["a"]
    # Midnight in Berlin is at 23:00 UTC.
    now = NOW.replace(hour=23, minute=1)
    assert desk.queue(view=View.DONE) == []


def test_attempts_are_owed_from_the_acceptance_until_made_and_again_when_their_day_comes(
    tmp_path: Path, server: FakeServer, pull: Pull
) -> None:
    profile = Profile(tmp_path)
    profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
    now = NOW
    desk = filled(server, Desk.open(profile, clock=lambda: now), pull, "first", "undated", "dated", "asleep", "won")
    do(desk, op.Accept(), "first", "undated", "dated", "asleep", "won")
    do(desk, op.Attempt(result="no answer"), "undated")
    do(desk, op.Attempt(result="call back", next_on=date(2026, 11, 20)), "dated")
    do(desk, op.SnoozeLead(or_activity=True), "asleep")
    do(desk, op.Qualify(), "won")
    assert desk.queue(view=View.ATTEMPTS) == ["first", "undated"]
    assert desk.queue(view=View.SNOOZED) == ["asleep"]
    now = NOW + timedelta(days=2)
    assert desk.queue(view=View.ATTEMPTS) == ["first", "dated", "undated"]
    assert desk.counts()[View.ATTEMPTS] == 3


def test_snoozed_leads_stand_by_when_they_wake(server: FakeServer, desk: Desk, pull: Pull) -> None:
    filled(server, desk, pull, "late", "soon", "never")
    do(desk, op.SnoozeLead(until=NOW + timedelta(days=9)), "late")
    do(desk, op.SnoozeLead(until=NOW + timedelta(days=1), or_activity=True), "soon")
    do(desk, op.SnoozeLead(or_activity=True), "never")
    assert desk.queue(view=View.SNOOZED) == ["soon", "late", "never"]
    assert desk.counts() == {
        View.MINE: 0,
        View.TEAM: 0,
        View.SNOOZED: 3,
        View.ATTEMPTS: 0,
        View.DONE: 0,
        View.ALL: 3,
    }


def test_the_teams_are_those_that_nobody_has_taken(server: FakeServer, desk: Desk, pull: Pull) -> None:
    filled(server, desk, pull, "claimed", "free")
    do(desk, op.Claim(), "claimed")
    assert desk.queue() == ["claimed", "free"]
    assert desk.queue(view=View.TEAM) == ["free"]


def test_who_sorts_by_campaign_sees_another_name_at_once(server: FakeServer, desk: Desk, pull: Pull) -> None:
    server.put("campaign", "c1", Campaign(id="c1", name="Beta"))
    server.put("campaign", "c2", Campaign(id="c2", name="alpha"))
    server.put_lead(make_lead("b"))
    server.put_lead(make_lead("a", campaign_id="c2"))
    server.put_lead(make_lead("0", campaign_id=""))
    pull(desk)
    assert desk.queue(order=Order.CAMPAIGN) == ["a", "b", "0"]
    server.put("campaign", "c2", Campaign(id="c2", name="Zeta"))
    pull(desk)
    assert desk.queue(order=Order.CAMPAIGN) == ["b", "a", "0"]


def test_a_lead_that_does_what_it_was_put_off_for_is_back_and_says_why(
    server: FakeServer, desk: Desk, pull: Pull
) -> None:
    filled(server, desk, pull, "a", "b")
    do(desk, op.SnoozeLead(or_activity=True), "a")
    heard: list[str] = []
    desk.listen(lambda changed: heard.extend(changed.back))
    assert desk.queue() == ["b"]
    touch = Touch(id="t", at=NOW + timedelta(minutes=1), kind="page", title="Pricing page")
    server.put_lead(replace(server.leads["a"], touches=(touch,), revision=2))
    pull(desk)
    assert desk.queue() == ["a", "b"]
    assert heard == ["a"]
    assert [back(desk.rows()[one], NOW.timestamp()) for one in ("a", "b")] == ["Pricing page", ""]
    assert desk.queue("mark:back") == ["a"]
    # Put off again, it sleeps again.
    do(desk, op.SnoozeLead(until=NOW + timedelta(days=1)), "a")
    assert desk.queue() == ["b"]


def test_a_refused_lead_that_does_something_is_found_and_stays_refused(
    server: FakeServer, desk: Desk, pull: Pull
) -> None:
    filled(server, desk, pull, "a", "b")
    do(desk, op.Reject(reason="not_target", answers={"dimension": "industry", "value": "Food"}), "a", "b")
    assert desk.stirred() == []
    touch = Touch(id="t", at=NOW + timedelta(minutes=1), kind="demo request")
    server.put_lead(replace(server.leads["a"], touches=(touch,), revision=2))
    sent = replace(touch, kind="e-mail sent")
    server.put_lead(replace(server.leads["b"], touches=(sent,), revision=2))
    pull(desk)
    assert desk.stirred() == ["a"]
    assert desk.queue("mark:back state:rejected") == ["a"]
    assert desk.rows()["a"].news == "demo request"
    assert desk.queue() == []


def test_named_views_are_there_for_every_window(desk: Desk, open_desk: Callable[..., Desk]) -> None:
    other = open_desk()
    desk.keep_view(NamedView("Hot", "fit:>80", View.TEAM, Order.SCORE))
    assert list(other.views()) == [NamedView("Hot", "fit:>80", View.TEAM, Order.SCORE)]
    other.drop_view("hot")
    assert list(desk.views()) == []
    desk.profile.views_path.write_text("[[view]\n")
    assert list(desk.views()) == []
    assert any("views.toml" in sentence for sentence in desk.warnings)
