"""What others do while the screen is open: nothing moves under the hand."""

from datetime import timedelta

from msgspec.structs import replace

from api.desk.news import Link
from api.model import operation as op
from api.model.lead import Lead, State, Touch
from api.model.operation import Receipt, Result
from tests.factories import NOW, REP, make_agreement
from tests.tui.conftest import CAMPAIGN, Run, World, decided, named_lead


async def test_new_leads_come_in_above_without_moving_the_cursors_line(run: Run, world: World) -> None:
    async with run(keys=["j", "j"]) as screen:
        line = screen.triage.queue.y
        world.leads(_due_first(7), named_lead(8))
        await screen.settle()
        assert screen.under_cursor() == "Cy Specimen"
        assert screen.triage.queue.y == line
        assert "2 new leads" in screen.status
        assert len(screen.names()) == 8


async def test_a_lead_that_did_something_is_told_of_calmly_with_what_it_did(run: Run, world: World) -> None:
    await world.desk.record(op.SnoozeLead(or_activity=True), [world.desk.lead("L001")])
    async with run(keys=["j"]) as screen:
        line, under = screen.triage.queue.y, screen.under_cursor()
        world.leads(_active(named_lead(1, revision=2)))
        await screen.settle()
        assert "Ana Example is back: Pricing page" in screen.status
        assert (screen.under_cursor(), screen.triage.queue.y) == (under, line)
        world.leads(named_lead(7))
        await screen.settle()
        assert "1 new lead, 1 back" in screen.status


async def test_a_refused_lead_that_did_something_is_not_said_to_be_back(run: Run, world: World) -> None:
    refused = decided(named_lead(1), State.REJECTED, REP, reason="timing")
    world.leads(refused)
    async with run() as screen:
        world.leads(_active(refused))
        await screen.settle()
        assert "Ana Example (rejected): Pricing page" in screen.status


def _active(lead: Lead) -> Lead:
    touch = Touch(id="new", at=NOW + timedelta(minutes=1), kind="page", title="Pricing page")
    return replace(lead, touches=(*lead.touches, touch), revision=lead.revision + 1)


def _due_first(number: int) -> Lead:
    lead = named_lead(number)
    return replace(lead, standing=replace(lead.standing, due_at=NOW - timedelta(hours=2)))


async def test_rows_that_go_above_do_not_move_it_either(run: Run, world: World) -> None:
    async with run(keys=["j", "j"]) as screen:
        line = screen.triage.queue.y
        world.leads(decided(named_lead(1), State.ACCEPTED))
        await screen.settle()
        assert (screen.under_cursor(), screen.triage.queue.y) == ("Cy Specimen", line)


async def test_a_lead_taken_under_the_cursor_stays_until_the_cursor_leaves(run: Run, world: World) -> None:
    async with run(keys=["j"]) as screen:
        world.leads(decided(named_lead(2), State.ACCEPTED))
        await screen.settle()
        assert screen.under_cursor() == "Bo Sample"
        assert "Otto Other" in screen.status
        assert "by Otto" in screen.text("#queue")
        assert "Otto Other" in screen.text("#card")
        await screen.press("a")
        assert "Otto Other" in screen.status
        assert world.written() == []
        await screen.press("j")
        assert screen.under_cursor() == "Cy Specimen"
        assert "Bo Sample" not in screen.names()


async def test_the_mark_says_how_the_line_stands(run: Run, world: World) -> None:
    async with run() as screen:
        assert screen.text("#header").endswith("● live")
        await screen.press("a")
        assert screen.text("#header").endswith("● live · 1 pending")
        world.desk.set_link(Link(connected=False, since=NOW - timedelta(hours=2), message="No answer."))
        await screen.settle()
        assert screen.text("#header").endswith("○ offline since 08:00 · 1 pending")
        assert screen.text("#banner") == "", "being offline is a small mark, not an alarm"
        world.desk.set_link(Link(connected=False, since=NOW, message="The token expired.", signed_out=True))
        await screen.settle()
        assert "○ signed out" in screen.text("#header")
        assert "The token expired." in screen.text("#banner")


async def test_a_decision_that_came_too_late_is_said_and_counted(run: Run, world: World) -> None:
    async with run(keys=["a"]) as screen:
        (operation,) = world.written("L001")
        taken = Receipt(operation_id=operation.id, result=Result.TAKEN, at=NOW, sentence="Taken by Otto Other.")
        world.desk.take_receipts([taken])
        await screen.settle()
        assert screen.status.startswith("Taken by Otto Other.")
        assert screen.text("#header").endswith("● live · 1 needs you")


async def test_a_changed_agreement_changes_the_criteria_shown(run: Run, world: World) -> None:
    async with run() as screen:
        assert "20 or more employees" in screen.text("#card")
        agreement = make_agreement(version=2)
        terms = tuple(replace(term, criteria=term.criteria[:1]) for term in agreement.terms)
        world.send(("agreement", "2", replace(agreement, terms=terms)))
        await screen.settle()
        assert "20 or more employees" not in screen.text("#card")
        assert "version 2" in screen.status


async def test_campaign_figures_are_brought_up_to_date(run: Run, world: World) -> None:
    async with run() as screen:
        assert "78%, 31 of 40 decided" in screen.text("#card")
        assert "200 EUR for an accepted lead" in screen.text("#card")
        world.send(("campaign", "c1", replace(CAMPAIGN, accepted=32)))
        await screen.settle()
        assert "32 of 41 decided" in screen.text("#card")


async def test_the_clock_goes_on(run: Run, world: World) -> None:
    async with run() as screen:
        assert "2 overdue" not in screen.text("#header")
        world.now = NOW + timedelta(hours=1)
        screen.triage.tick()
        await screen.settle()
        assert "5 overdue" in screen.text("#header")
