"""One queue after another by one key each: views, orders, and those that somebody keeps under a name."""

from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from api.model.lead import Decided, Lead, Score, Snooze, State
from api.model.people import Owner
from api.rules.queue import View
from tests.factories import NOW, OTHER_REP, REP
from tests.tui.conftest import NAMES, Run, World, decided, named_lead
from tui.screens.views import ViewScreen
from tui.settings import Loaded, Settings


def of_mine(number: int, state: State) -> Lead:
    lead = named_lead(number)
    standing = replace(lead.standing, state=state, owner=Owner("person", REP.id), follow_up_due_at=NOW)
    return replace(lead, standing=standing)


async def test_views_are_listed_with_their_counts_and_picked_by_one_key(run: Run, world: World) -> None:
    world.leads(of_mine(6, State.ACCEPTED))
    async with run(keys=["v"]) as screen:
        lines = screen.text("#options").splitlines()
        assert any(line.split()[:4] == ["▌m", "›", "mine", "5"] for line in lines)
        assert any(line.split()[:4] == ["l", "to", "attempt", "1"] for line in lines)
        await screen.press("l")
        assert screen.names() == ["Fay Instance"]
        assert "to attempt  1 lead" in screen.text("#header")
        assert "mine: 5 wait" in screen.text("#header")
        await screen.press("escape")
        assert screen.names() == list(NAMES[:5])
        assert "mine  5 wait" in screen.text("#header")


async def test_a_key_that_is_no_views_says_so_and_picks_nothing(run: Run) -> None:
    async with run(keys=["v", "r"]) as screen:
        assert "No view has the key “r”" in screen.text("#options")
        await screen.press("escape")
        assert screen.app.screen is screen.triage
        assert screen.triage.view is View.MINE


async def test_a_view_typed_ahead_gets_the_keys_behind_it(run: Run, world: World) -> None:
    from tests.tui.test_typing_ahead import burst

    async with run() as screen:
        await burst(screen, "vaja")
        assert [operation.target.id for operation in world.written()] == ["L002"]


async def test_coming_back_to_a_view_finds_the_cursor_where_it_was(run: Run) -> None:
    async with run(keys=["j", "j", "v", "a", "G", "v", "m"]) as screen:
        assert screen.under_cursor() == "Cy Specimen"


async def test_what_sleeps_says_until_when_beside_what_is_due(run: Run, world: World) -> None:
    snooze = Snooze(operation_id="s1", at=NOW, until=NOW + timedelta(days=5), or_activity=True)
    world.leads(named_lead(5, snooze=snooze))
    for size in ((80, 24), (120, 36), (200, 60)):
        async with run(size, keys=["v", "z"]) as screen:
            assert len(screen.names()) == 1
            row = screen.text("#queue").splitlines()[1]
            assert "1 h" in row, "when it is due"
            assert ("until Mon" in row) or ("till Mon…" in row)
            if size[0] > 80:
                assert "or activity" in row


async def test_an_empty_view_says_what_will_stand_there_and_how_to_go_on(run: Run) -> None:
    async with run(keys=["v", "d"]) as screen:
        assert "Nothing is decided yet today." in screen.text("#notice")
        assert "Esc goes back" in screen.text("#notice")
        await screen.press("escape", "a", "v", "d")
        assert screen.names() == ["Ana Example"]
        assert "accepted" in screen.text("#queue")


async def test_a_filter_in_a_view_looks_there_alone_and_says_so(run: Run, world: World) -> None:
    world.leads(of_mine(6, State.ACCEPTED))
    async with run(keys=["v", "l", "slash", *"cy"]) as screen:
        assert "Nothing in “to attempt” matches “cy”." in screen.text("#notice")
        await screen.press("escape", "escape", "slash", *"fay")
        assert screen.names() == ["Fay Instance"], "what waits is looked through together with all others"


async def test_another_order_keeps_the_lead_and_names_its_column(run: Run, world: World) -> None:
    for number in range(1, 7):
        world.leads(named_lead(number, fit=Score(10 * number), engagement=None))
    async with run(keys=["j"]) as screen:
        assert "↓due" in screen.text("#queue")
        await screen.press("b", "s")
        assert screen.names() == list(reversed(NAMES))
        assert screen.under_cursor() == "Bo Sample"
        assert "fit↓eng" in screen.text("#queue")
        assert "mine · by score" in screen.text("#header")
        await screen.press("escape")
        assert screen.names() == list(NAMES)


async def test_a_click_on_a_heading_orders_by_it_and_one_on_the_view_offers_others(run: Run) -> None:
    async with run() as screen:
        heading = screen.text("#queue").splitlines()[0]
        await screen.pilot.click("#queue", offset=(heading.index("fit"), 0))
        await screen.settle()
        assert "by score" in screen.text("#header")
        header = screen.text("#header")
        await screen.pilot.click("#header", offset=(header.index("mine") + 1, 0))
        await screen.settle()
        assert isinstance(screen.app.screen, ViewScreen)


async def test_a_row_that_arrives_leaves_the_cursor_in_any_view_and_order(run: Run, world: World) -> None:
    async with run(keys=["v", "a", "b", "w", "j", "j"]) as screen:
        before, line = screen.under_cursor(), screen.triage.queue.y
        world.leads(named_lead(7, handed_at=NOW - timedelta(days=30)))
        await screen.settle()
        assert (screen.under_cursor(), screen.triage.queue.y) == (before, line)
        assert "1 new lead" in screen.status


async def test_a_view_is_kept_under_a_name_found_by_its_digit_and_dropped_by_another_key(run: Run) -> None:
    async with run(keys=["slash", *"cy", "enter", "b", "w", "V", *"Bakers", "enter"]) as screen:
        assert "Kept as “Bakers”" in screen.status
        await screen.press("escape", "escape")
        assert len(screen.names()) == 6
        await screen.press("v")
        assert "Bakers" in screen.text("#options")
        await screen.press("1")
        assert screen.names() == ["Cy Specimen"]
        assert "Bakers" in screen.text("#header")
        assert "1 found" in screen.text("#find-count")
        await screen.press("v", "x")
        assert "Drop the view “Bakers”?" in screen.text("#options")
        await screen.press("x")
        assert "Bakers" in screen.text("#options"), "the key that asked does not confirm"
        await screen.press("y", "escape")
        assert not screen.triage.desk.views()


async def test_a_name_that_is_taken_is_replaced_only_after_saying_so(run: Run) -> None:
    async with run(keys=["V", *"one", "enter", "b", "s", "V"]) as screen:
        assert screen.triage.desk.views()[0].order == "due"
        await screen.press("enter")
        assert "You keep a view “one” already" in screen.text("#named-note")
        await screen.press("enter")
        assert screen.triage.desk.views()[0].order == "due"
        await screen.press("y")
        assert screen.triage.desk.views()[0].order == "score"


async def test_a_lead_taken_in_another_view_stays_under_the_cursor_and_says_by_whom(run: Run, world: World) -> None:
    async with run(keys=["v", "t", "j"]) as screen:
        world.leads(decided(named_lead(2), State.ACCEPTED))
        await screen.settle()
        assert screen.under_cursor() == "Bo Sample"
        assert "Otto Other" in screen.status
        await screen.press("j")
        assert "Bo Sample" not in screen.names()


async def test_what_happened_since_one_looked_has_a_sign_until_one_looks(run: Run, world: World) -> None:
    async with run() as screen:
        world.leads(named_lead(3, engagement=Score(80)), named_lead(7))
        await screen.settle()
        lines = screen.text("#queue").splitlines()
        assert "•Cy Specimen" in lines[3]
        assert "•" in lines[7]
        assert "•" not in lines[2]
        await screen.press("j", "j", "j")
        assert "•" not in screen.text("#queue").splitlines()[3]


async def test_a_lead_asked_for_by_name_is_found_from_any_view(run: Run, world: World) -> None:
    world.leads(decided(named_lead(6), State.ACCEPTED))
    async with run(keys=["v", "d"]) as screen:
        await screen.triage.go_to("L002")
        await screen.settle()
        assert screen.under_cursor() == "Bo Sample"
        await screen.press("v", "z")
        await screen.triage.go_to("L006")
        await screen.settle()
        assert screen.under_cursor() == "Fay Instance"


async def test_the_first_view_and_order_are_those_of_the_settings(run: Run, world: World) -> None:
    world.leads(named_lead(6, handed_at=NOW - timedelta(days=9)))
    settings = Settings(view="team", order="waiting")
    async with run(loaded=Loaded(Path("config.toml"), settings)) as screen:
        assert "team’s · by waiting" in screen.text("#header")
        assert screen.names()[0] == "Fay Instance"
        await screen.press("escape", "b", "s", "escape")
        assert "mine · by waiting" in screen.text("#header")


async def test_each_view_keeps_its_own_order(run: Run) -> None:
    async with run(keys=["b", "s", "v", "d"]) as screen:
        assert "by score" not in screen.text("#header")
        await screen.press("v", "m")
        assert "mine · by score" in screen.text("#header")


async def test_a_lead_that_somebody_claims_leaves_the_teams_view_with_a_word(run: Run, world: World) -> None:
    def claimed(number: int) -> Lead:
        lead = named_lead(number)
        entry = Decided(
            operation_id=f"c{number}",
            verb="claim",
            by=OTHER_REP.id,
            by_name=OTHER_REP.name,
            at=NOW,
            agreement=1,
            decision_revision=2,
            before=lead.standing,
        )
        standing = replace(lead.standing, owner=Owner("person", OTHER_REP.id), claimed_by=OTHER_REP.id)
        return replace(lead, standing=standing, trail=(entry,), revision=2, decision_revision=2)

    async with run(keys=["v", "t", "x", "j"]) as screen:
        world.leads(claimed(1), claimed(3))
        await screen.settle()
        assert screen.under_cursor() == "Cy Specimen"
        assert "with Otto Other" in screen.text("#queue")
        assert screen.triage.chosen == ()
        assert "Otto Other" in screen.status
        assert "no longer chosen" in screen.status
        await screen.press("k")
        assert screen.names() == ["Bo Sample", "Dee Placeholder", "Eli Mockup", "Fay Instance"]
