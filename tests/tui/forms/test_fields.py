"""The fields of a refusal: other leads and people found as one types, dates as people say them, counts, warnings."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace
from textual import events

from api.model.lead import AttemptMade, Company, Contact, State
from api.model.operation import Disqualify, Reject
from api.model.people import Owner, Person, Role
from tests.factories import NOW, OTHER_REP, REP
from tests.tui.conftest import Run, Screen, World, named_lead
from tui.screens.answers import AnswerScreen
from tui.screens.help import HelpScreen
from widgets.forms.answer_form import AnswerForm
from widgets.forms.pick_list import PickList
from widgets.forms.search_field import SearchField

BAKERY = Company(name="Bäckerei 陳", employees=30)


def others(world: World) -> None:
    """Give the first lead of the queue likely twins, and some that only share a word with it."""
    ana = named_lead(1)
    owner = Owner("person", OTHER_REP.id)
    twin = named_lead(41, id="twin", contact=Contact(name="A. Example", email="lead1@bakery.example"))
    twin = replace(twin, standing=replace(twin.standing, state=State.ACCEPTED, owner=owner))
    namesake = named_lead(42, id="same", contact=Contact(name="Ana Example"), company=Company(name="Elsewhere"))
    strangers = [
        named_lead(50 + at, id=f"chen{at}", contact=Contact(name=f"陳 嘉欣 {at}"), company=BAKERY) for at in range(9)
    ]
    world.leads(replace(ana, contact=replace(ana.contact, phone="")), twin, namesake, *strangers)


def other(screen: Screen) -> SearchField:
    """Return the searchable field on top."""
    return screen.app.screen.query_one(SearchField)


async def test_likely_records_come_first_with_why_and_enter_takes_the_likeliest(run: Run, world: World) -> None:
    others(world)
    async with run(keys=["r", "d"]) as screen:
        said = other(screen).said.splitlines()
        assert said[0].startswith("▌ A. Example · Example Bakery")
        assert said[0].endswith("same e-mail")
        assert said[1] == "▌  accepted · Otto Other · handed 1 h ago"
        assert said[2].startswith("  Ana Example · Elsewhere")
        assert said[2].endswith("same name")
        await screen.press("enter")
        (operation,) = world.written("L001")
        assert operation.verb == Reject(reason="duplicate", answers={"other": "twin"})
        await screen.press("u")
        assert world.desk.lead("L001").state is State.NEW, "it is parted again"


async def test_words_find_any_record_and_arrows_move(run: Run, world: World) -> None:
    others(world)
    async with run(keys=["r", "d", *"嘉欣"]) as screen:
        assert "9 found" in screen.text("#label-other")
        first = other(screen).value
        await screen.press("down", "down")
        picked = other(screen).value
        assert picked != first
        await screen.press("enter")
        (operation,) = world.written("L001")
        assert operation.verb == Reject(reason="duplicate", answers={"other": picked})


async def test_words_typed_ahead_of_the_list_are_those_that_count(run: Run, world: World) -> None:
    others(world)
    async with run() as screen:
        for key in ("r", "d", *"chen4", "enter"):
            screen.app.post_message(events.Key(key, key if len(key) == 1 else "\r"))
        await screen.settle()
        await screen.settle()
        (operation,) = world.written("L001")
        assert operation.verb == Reject(reason="duplicate", answers={"other": "chen4"})


async def test_what_only_has_the_name_in_common_is_taken_by_nobodys_enter(run: Run, world: World) -> None:
    world.leads(
        named_lead(1, contact=Contact(name="Ana Example", email="ana@one.example")),
        named_lead(42, id="same", contact=Contact(name="Ana Example"), company=Company(name="Elsewhere")),
    )
    async with run(keys=["r", "d", "enter"]) as screen:
        assert isinstance(screen.app.screen, AnswerScreen)
        assert "needs: The other lead" in screen.text("#complaint-other")
        await screen.press("down", "enter")
        (operation,) = world.written("L001")
        assert operation.verb == Reject(reason="duplicate", answers={"other": "same"})


async def test_where_nothing_is_likely_or_found_the_list_says_what_to_do(run: Run, world: World) -> None:
    world.leads(named_lead(1, contact=Contact(name="Uni Que", email="uni@que.example")))
    async with run(keys=["r", "d"]) as screen:
        assert "Type a name" in other(screen).said
        await screen.press(*"zzz")
        assert other(screen).said == "Nothing matches."
        assert other(screen).value == ""


async def test_the_mouse_picks_a_record_and_sends(run: Run, world: World) -> None:
    others(world)
    async with run(keys=["r", "d"]) as screen:
        await screen.pilot.click(PickList, offset=(5, 3))
        assert other(screen).value == "same"
        await screen.pilot.click("#dialog-keys", offset=(3, 1))
        await screen.settle()
        (operation,) = world.written("L001")
        assert operation.verb == Reject(reason="duplicate", answers={"other": "same"})


async def test_pasted_words_search_and_those_beside_the_fields_are_refused(run: Run, world: World) -> None:
    others(world)
    async with run(keys=["r", "d"]) as screen:
        screen.app.post_message(events.Paste("嘉欣\r\n7"))
        await screen.settle()
        assert other(screen).value == "chen7"
        await screen.press("escape", "n")
        screen.app.post_message(events.Paste("1234"))
        await screen.settle()
        assert "Pasted text was ignored" in screen.text("#complaint-dimension")
        assert world.written() == []


async def test_more_people_than_keys_are_searched(run: Run, world: World) -> None:
    people = [Person(id=f"p{at}", name=f"Person {at} Åström", role=Role.REP, team="south") for at in range(40)]
    world.send(*[("person", one.id, one) for one in people])
    async with run(keys=["r", "w", *"åström 31"]) as screen:
        assert other(screen).value == "person:p31"
        await screen.press("enter")
        (operation,) = world.written("L001")
        assert operation.verb == Reject(reason="wrong_owner", answers={"to": "person:p31"})


async def test_a_date_shows_what_was_understood_and_is_kept_as_a_day(run: Run, world: World) -> None:
    async with run(keys=["r", "i", "tab"]) as screen:
        assert "Sunday 17 January 2027, in 60 days" in screen.text("#label-recycle_on")
        await screen.press(*"fr")
        assert "is no date" in screen.text("#label-recycle_on")
        await screen.press("i")
        assert "Friday 20 November, in 2 days" in screen.text("#label-recycle_on")
        await screen.press("enter")
        (operation,) = world.written("L001")
        assert operation.verb == Reject(reason="low_intent", answers={"did": "form", "recycle_on": "2026-11-20"})


async def test_a_date_behind_is_said_as_people_say_it(run: Run, world: World) -> None:
    async with run(keys=["r", "x", "shift+tab", *"mon"]) as screen:
        assert "Monday 16 November, 2 days ago" in screen.text("#label-asked_on")
        await screen.press(*["backspace"] * 3, *"yesterday", "tab", *"by phone", "tab", *"suppress", "enter")
        (operation,) = world.written("L001")
        assert isinstance(operation.verb, Reject)
        assert operation.verb.answers["asked_on"] == "2026-11-17"


async def test_a_date_on_the_wrong_side_of_today_is_asked_for_again(run: Run, world: World) -> None:
    async with run(keys=["r", "i", "tab", *"today", "enter"]) as screen:
        assert "lies after today" in screen.text("#complaint-recycle_on")
        assert world.written() == []


async def test_other_counts_the_characters_that_are_lacking(run: Run, world: World) -> None:
    async with run(keys=["r", "o", *"too far"]) as screen:
        assert "8 more characters" in screen.text("#label-text")
        await screen.press("enter")
        assert "8 more characters" in screen.text("#complaint-text")
        await screen.press(*" away xx")
        assert "more character" not in screen.text("#label-text")


def tried(count: int) -> dict[str, Any]:
    """Return what makes a lead one of Rita's that was tried so often."""
    lead = named_lead(1)
    made = [
        AttemptMade(
            operation_id=f"t{at}", by=REP.id, by_name=REP.name, at=NOW - timedelta(minutes=50 - at), result="no answer"
        )
        for at in range(count)
    ]
    standing = replace(lead.standing, state=State.ACCEPTED, owner=Owner("person", REP.id))
    return {"standing": standing, "attempts": tuple(made)}


async def test_unreachable_too_soon_is_flagged_before_and_afterwards_on_the_card(run: Run, world: World) -> None:
    world.leads(named_lead(1, **tried(2)))
    async with run() as screen:
        await screen.triage.go_to("L001")
        await screen.press("d")
        assert "2 of 5" in screen.text("#reasons")
        await screen.press("u")
        assert "2 of 5 agreed attempts are logged" in screen.text("#label-attempts")
        await screen.press("enter")
        (operation,) = world.written("L001")
        assert isinstance(operation.verb, Disqualify)
        await screen.triage.go_to("L001")
        await screen.settle()
        assert "flagged: 2 of 5 agreed attempts were logged" in " ".join(screen.text("#card").split())


async def test_unreachable_after_the_agreed_attempts_is_no_matter(run: Run, world: World) -> None:
    world.leads(named_lead(1, **tried(5)))
    async with run() as screen:
        await screen.triage.go_to("L001")
        await screen.press("d")
        assert "of 5" not in screen.text("#reasons")
        await screen.press("u", "enter")
        await screen.triage.go_to("L001")
        await screen.settle()
        assert "flagged" not in screen.text("#card")


async def test_inactive_reasons_are_gone_and_the_others_keep_their_keys(run: Run, world: World) -> None:
    agreement = world.desk.agreement
    reasons = tuple(replace(one, active=one.code != "competitor") for one in agreement.reasons)
    world.send(("agreement", "2", replace(agreement, version=2, reasons=reasons)))
    async with run(keys=["r"]) as screen:
        labels = [line[4:].strip() for line in screen.text("#reasons").splitlines() if line[1:2].isalpha()]
        assert not any(label.startswith("Competitor") for label in labels)
        active = [one.label for one in agreement.reasons if one.code != "competitor"]
        assert [next(name for name in active if label.startswith(name)) for label in labels[: len(active)]] == active
        await screen.press("c")
        assert "No reason has the key “c”" in screen.text("#reasons")


async def test_help_tells_what_was_agreed_on_the_reason_and_on_the_lead(run: Run) -> None:
    async with run(keys=["r", "question_mark"]) as screen:
        assert isinstance(screen.app.screen, HelpScreen)
        said = screen.text("#help-text")
        assert "outside the agreed target" in said
        assert "campaign owner" in said
        assert "back to marketing" in said
        await screen.press("escape", "escape", "question_mark")
        said = " ".join(screen.text("#help-text").split())
        assert "showed interest by something they did" in said
        assert "✓ 20 or more employees: met (40)" in said


async def test_the_form_fits_a_small_terminal(run: Run, world: World) -> None:
    others(world)
    async with run((80, 24), keys=["r", "d"]) as screen:
        form = screen.app.screen.query_one(AnswerForm)
        keys = screen.app.screen.query_one("#dialog-keys")
        assert form.region.bottom <= keys.region.y
        for widget in form.query("*"):
            if widget.display and widget.region.height:
                assert widget.region.right <= 80


async def test_a_refusal_by_the_mouse_alone(run: Run, world: World) -> None:
    async with run(keys=["r"]) as screen:
        await screen.pilot.click("#reasons", offset=(6, 0))
        await screen.settle()
        assert isinstance(screen.app.screen, AnswerScreen)
        second = screen.text("#field-dimension").index("industry")
        await screen.pilot.click("#field-dimension", offset=(second, 0))
        await screen.settle()
        assert world.written() == [], "a click chooses, as an arrow does"
        await screen.pilot.click("#dialog-keys", offset=(3, 1))
        await screen.settle()
        (operation,) = world.written("L001")
        assert operation.verb == Reject(reason="not_target", answers={"dimension": "industry", "value": "Bakeries"})
