"""What the Sync screen lists, and that nothing moves under the hand."""

from datetime import timedelta

import pytest
from msgspec.structs import replace
from textual.command import CommandList

from api.crm.port import Capabilities
from api.desk.news import Link, Try
from api.model import operation as op
from api.model.lead import Contact
from tests.factories import NOW, REP
from tests.tui.conftest import Run, Screen, StandIn, World, named_lead
from tests.tui.sync.crm import NO, Crm, matter, rows, sync_screen
from tui.app import HandoffApp
from tui.screens.help import HelpScreen
from tui.screens.sync.screen import SyncScreen

SIZES = [(80, 24), (120, 36), (200, 60)]


@pytest.fixture
def crm(world: World) -> Crm:
    return Crm(world)


async def test_one_key_opens_it_and_two_go_back(run: Run) -> None:
    async with run() as screen:
        for key in ("escape", "S"):
            await screen.press("S")
            assert isinstance(screen.app.screen, SyncScreen)
            await screen.press(key)
            assert screen.app.screen is screen.triage


@pytest.mark.parametrize("size", SIZES)
async def test_each_kind_stands_under_its_heading_and_empty_ones_are_left_out(
    run: Run, crm: Crm, size: tuple[int, int]
) -> None:
    crm.conflict(1)
    crm.refused(3)
    async with run(size, keys=["S"]) as screen:
        said = screen.text("#matters")
        assert "Needs you" in said
        assert "Refused" in said
        assert "Pending" not in said
        crm.mine(op.Accept(), 6)
        await screen.settle()
        assert "Pending" in screen.text("#matters")


async def test_pending_says_since_when_how_often_and_why_not_yet(run: Run, world: World, crm: Crm) -> None:
    crm.mine(NO, 1)
    (operation,) = world.written()
    world.desk.ledger.offer([operation])
    tried = Try(3, "The hub has a fault (status 500).", NOW + timedelta(seconds=20))
    world.desk.set_link(Link(connected=False, since=NOW, tries={operation.id: tried}, failures=3))
    world.now = NOW + timedelta(minutes=12)
    async with run(keys=["S"]) as screen:
        (row,) = rows(screen)
        assert "Ana Example rejected: not our target" in row
        assert row.endswith("3 tries 12 min")
        said = matter(screen)
        assert "The hub has a fault (status 500)." in said
        assert "3 tries without an answer" in said
        assert "its opposite is sent after it" in said


async def test_the_next_try_is_counted_down(run: Run, world: World) -> None:
    next_try = NOW + timedelta(seconds=20)
    world.desk.set_link(Link(connected=False, since=NOW, message="No answer.", failures=4, next_try=next_try))
    async with run(keys=["S"]) as screen:
        assert "4 attempts failed · next try in 20 s" in screen.text("#line")
        world.now = NOW + timedelta(seconds=13)
        sync_screen(screen).tick()
        await screen.settle()
        assert "next try in 7 s" in screen.text("#line")


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (Link(connected=True, since=NOW, live=True), "● Connected; changes arrive live."),
        (Link(connected=True, since=NOW), "the CRM is asked for changes now and then"),
        (Link(connected=False, since=NOW, message="No answer."), "○ Offline since 10:00: No answer."),
        (Link(connected=None), "○ Asking the CRM…"),
        (Link(connected=None, elsewhere=True), "Another window of this profile talks to the CRM"),
        (Link(connected=True, elsewhere=True), "Another window of this profile talks to the CRM; it is connected."),
        (Link(connected=False, signed_out=True, message="The token expired."), "○ Signed out. The token expired. T"),
    ],
    ids=["live", "polling", "offline", "starting", "elsewhere", "elsewhere, connected", "signed out"],
)
async def test_the_line_is_told_in_plain_words(run: Run, world: World, link: Link, words: str) -> None:
    world.desk.set_link(link)
    async with run(keys=["S"]) as screen:
        assert words in " ".join(screen.text("#line").split())


async def test_what_this_crm_cannot_do_is_said(world: World) -> None:
    sync = StandIn(capabilities=Capabilities(live=False, undo=False))
    app = HandoffApp(world.desk, lambda _desk: sync, lambda: world.now)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = Screen(app, pilot)
        await screen.settle()
        await screen.press("S")
        said = " ".join(screen.text("#line").split())
        assert "This CRM does not tell of changes by itself" in said
        assert "This CRM can’t take back what was sent to it." in said


async def test_a_row_that_is_answered_meanwhile_stays_under_the_cursor_and_says_so(
    run: Run, world: World, crm: Crm
) -> None:
    for number in (1, 2, 3):
        crm.mine(op.Accept(), number)
    async with run(keys=["S", "j"]) as screen:
        line = sync_screen(screen).matter_list.y
        crm.answer()
        await screen.settle()
        (row,) = rows(screen)
        assert "Bo Sample done: the CRM has it" in row
        assert sync_screen(screen).matter_list.y == line
        assert "done the CRM has it" in matter(screen)
        await screen.press("y")
        assert screen.status == "This is no longer open."


async def test_the_row_that_is_done_goes_when_the_cursor_leaves_it(run: Run, world: World, crm: Crm) -> None:
    crm.mine(op.Accept(), 1)
    async with run(keys=["S"]) as screen:
        crm.answer()
        crm.mine(op.Accept(), 2)
        await screen.settle()
        assert len(rows(screen)) == 2
        await screen.press("j")
        (row,) = rows(screen)
        assert "Bo Sample" in row


async def test_one_that_meets_anothers_while_the_cursor_is_on_it_needs_the_person_above(
    run: Run, world: World, crm: Crm
) -> None:
    crm.mine(NO, 1)
    async with run(keys=["S"]) as screen:
        crm.other(op.Accept(), 1)
        crm.answer()
        await screen.settle()
        assert "done: not applied, see above" in " ".join(rows(screen))
        await screen.press("k")
        assert "theirs Otto Other accepted it" in matter(screen)


async def test_rows_that_come_above_do_not_move_the_cursors_line(run: Run, world: World, crm: Crm) -> None:
    crm.mine(op.Accept(), 6)
    async with run(keys=["S"]) as screen:
        key = sync_screen(screen).matter_list.key
        crm.world.desk.set_link(Link(connected=True, since=NOW))
        crm.other(op.Accept(), 1)
        crm.mine(NO, 1)
        crm.answer()
        await screen.settle()
        assert sync_screen(screen).matter_list.key == key


async def test_a_thousand_are_listed_and_the_last_is_one_key_away(run: Run, world: World, crm: Crm) -> None:
    crm.hand(*(named_lead(number) for number in range(7, 1007)))
    leads = [world.desk.lead(f"L{number:03}") for number in range(7, 1007)]
    world.desk.commit(world.desk.prepare(op.Accept(), leads))
    async with run(keys=["S", "G"]) as screen:
        assert "1 000" in screen.text("#line")
        assert "1006" in matter(screen)
        await screen.press("g", "j")
        assert "8" in matter(screen)
        assert len(rows(screen)) < 36


async def test_going_to_the_lead_finds_it_in_the_queue_or_by_a_search(run: Run, crm: Crm) -> None:
    crm.conflict(2)
    async with run(keys=["S", "enter"]) as screen:
        assert screen.app.screen is screen.triage
        assert screen.under_cursor() == "Bo Sample"
        assert "1 found" in screen.text("#find-count")
        await screen.press("escape", "a")
        assert screen.status.startswith("Accepted Ana Example")


async def test_the_mouse_does_what_the_keys_do(run: Run, world: World, crm: Crm) -> None:
    crm.conflict(1)
    crm.conflict(2)
    async with run() as screen:
        await screen.pilot.click("#header", offset=(115, 0))
        await screen.settle()
        assert isinstance(screen.app.screen, SyncScreen)
        before = sync_screen(screen).matter_list.key
        await screen.pilot.click("#matters", offset=(10, 2))
        await screen.settle()
        assert sync_screen(screen).matter_list.key != before
        await screen.pilot.click("#keys", offset=(2, 0))
        await screen.settle()
        assert len(world.desk.unsettled()) == 1


async def test_the_footer_names_the_ways_of_what_is_under_the_cursor(run: Run, crm: Crm) -> None:
    crm.refused(3)
    async with run((80, 24), keys=["S"]) as screen:
        assert screen.text("#keys").startswith("t retry  e edit  d discard")
        assert "Esc back" in screen.text("#keys")


async def test_help_and_palette_know_where_one_is(run: Run, crm: Crm) -> None:
    crm.conflict(1)
    async with run(keys=["S", "question_mark"]) as screen:
        assert isinstance(screen.app.screen, HelpScreen)
        assert "Let theirs stand" in screen.text("#help-text")
        assert "Refuse the lead" not in screen.text("#help-text")
        await screen.press("escape", "ctrl+p", *"yield", "enter")
        await screen.settle()
        assert screen.status.startswith("Theirs stands")


async def test_a_name_that_steers_terminals_and_one_as_wide_as_two_stay_in_their_line(run: Run, crm: Crm) -> None:
    hostile = Contact(name="[bold]日本語の長い名前の会社[/] [/foo] evil")
    crm.hand(replace(named_lead(1), contact=hostile))
    crm.conflict(1, theirs=op.Accept(reason="[red]x[/] " + "語" * 60))
    for size in SIZES:
        async with run(size, keys=["S"]) as screen:
            assert "[bold]日本語" in screen.text("#matters")
            assert "[red]x[/]" in matter(screen)


async def test_a_row_that_comes_above_is_in_sight_while_everything_fits(run: Run, crm: Crm) -> None:
    crm.mine(op.Accept(), 6)
    async with run((80, 24), keys=["S"]) as screen:
        key = sync_screen(screen).matter_list.key
        crm.other(op.Accept(), 1)
        crm.mine(NO, 1)
        crm.answer()
        crm.mine(op.Accept(), 2)
        await screen.settle()
        said = screen.text("#matters")
        assert "above" not in said
        assert "Needs you" in said
        assert "Pending" in said
        assert sync_screen(screen).matter_list.key == key


async def test_more_room_brings_back_what_was_out_of_sight(run: Run, world: World, crm: Crm) -> None:
    crm.refused(1)
    for number in range(2, 5):
        crm.mine(op.Accept(), number)
    world.desk.set_link(Link(connected=False, since=NOW, message="No answer from the CRM. " * 12, failures=2))
    async with run((80, 24), keys=["S", "G"]) as screen:
        assert "Ana Example" not in screen.text("#matters")
        assert "Refused" in screen.text("#matters").splitlines()[0]
        world.desk.set_link(Link(connected=True, since=NOW, live=True))
        await screen.settle()
        assert "Ana Example" in screen.text("#matters")


async def test_what_somebody_else_settled_is_no_longer_open(run: Run, world: World, crm: Crm) -> None:
    crm.wish(5)
    async with run(keys=["S"]) as screen:
        crm.other(op.Keep(text=""), 5, by=REP)
        crm.tell("L005")
        await screen.settle()
        assert "done: no longer open" in " ".join(rows(screen))


async def test_signed_out_nothing_is_called_begun(run: Run, world: World, crm: Crm) -> None:
    crm.mine(NO, 1)
    async with run(keys=["S"]) as screen:
        assert "sent Not sent yet; the CRM knows nothing of it." in matter(screen)
        world.desk.ledger.offer(world.written())
        sync_screen(screen).read()
        assert "sent Offered, no answer yet." in matter(screen)
        world.desk.set_link(Link(connected=False, since=NOW, signed_out=True))
        await screen.settle()
        assert "sent Not sent yet, as far as is known here." in matter(screen)


async def test_the_footer_offers_nothing_where_nothing_is(run: Run) -> None:
    async with run(keys=["S"]) as screen:
        assert "undo" not in screen.text("#keys")
        assert "to lead" not in screen.text("#keys")


async def test_the_palette_lists_first_what_can_be_done(run: Run, crm: Crm) -> None:
    crm.refused(3)
    async with run(keys=["S", "ctrl+p"]) as screen:
        options = screen.app.screen.query_one(CommandList)
        for _ in range(500):
            if options.option_count:
                break
            await screen.pilot.pause(0.01)
        prompts = [str(options.get_option_at_index(at).prompt) for at in range(options.option_count)]
        possible = ["Not now" not in words for words in prompts]
        assert possible == sorted(possible, reverse=True)
        assert not all(possible)
