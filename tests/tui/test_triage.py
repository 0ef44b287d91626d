"""Reading and finding on the triage screen."""

from msgspec.structs import replace
from textual import events
from textual.command import CommandList

from api.model.lead import Company, Contact, State
from tests.tui.conftest import NAMES, Run, Screen, World, decided, named_lead
from tui.screens.small import TooSmallScreen
from widgets.frame.key_bar import KeyBar


async def test_what_is_due_first_stands_first_with_everything_to_decide_on(run: Run) -> None:
    async with run() as screen:
        assert screen.names() == list(NAMES)
        assert "6 wait" in screen.text("#header")
        card = screen.text("#card")
        for words in (
            "Ana Example",
            "lead1@bakery.example",
            "✓ met",
            "Business e-mail",
            "“Set up in one day, no installation.”",
            "Plan your year",
            "6 200 EUR of 12 400 EUR",
            "Bakeries plan their year in November.",
            "“Can it print the roster?”",
        ):
            assert words in card


async def test_keys_move_as_in_vi_and_with_arrows(run: Run, world: World) -> None:
    world.leads(*[named_lead(number) for number in range(7, 101)])
    async with run() as screen:
        await screen.press("j", "down", "k")
        assert screen.triage.queue.place == 1
        await screen.press("G")
        assert screen.triage.queue.place == 99
        await screen.press("g", "pagedown")
        assert screen.triage.queue.place == (screen.triage.queue.size.height - 1) // 2
        await screen.press("ctrl+u")
        assert screen.triage.queue.place == 0
        await screen.press("end", "home")
        assert screen.triage.queue.place == 0


async def test_a_moved_cursor_shows_its_lead_at_every_size(run: Run) -> None:
    for size in ((60, 15), (80, 24), (120, 36), (200, 60)):
        async with run(size) as screen:
            await screen.press("j")
            assert "Bo Sample" in screen.text("#card")


async def test_narrow_screens_show_one_part_at_a_time(run: Run) -> None:
    async with run((80, 24)) as screen:
        assert "Bakeries plan" not in screen.text("#card")
        await screen.press("right_square_bracket", "tab")
        assert "[campaign]" in screen.text("#tabs")
        assert "Bakeries plan" in screen.text("#card")
        await screen.press("left_square_bracket", "shift+tab", "shift+tab")
        assert "[earlier]" in screen.text("#tabs")
        assert "Nobody has done anything" in screen.text("#card")


async def test_wide_screens_show_all_parts_side_by_side(run: Run) -> None:
    async with run((200, 60)) as screen:
        assert "Why it was sent" in screen.text("#card")
        assert "Bakeries plan" in screen.text("#more")


async def test_resizing_keeps_the_lead(run: Run) -> None:
    async with run(keys=["j", "j"]) as screen:
        for size in ((80, 24), (200, 60), (60, 15)):
            await screen.pilot.resize_terminal(*size)
            await screen.settle()
            assert screen.under_cursor() == "Cy Specimen"
            assert "Cy Specimen" in screen.text("#queue")


async def test_a_terminal_that_is_too_small_says_what_it_takes_and_keeps_everything(run: Run) -> None:
    async with run(keys=["j", "r", "n", "right", "right"]) as screen:
        await screen.pilot.resize_terminal(59, 20)
        await screen.settle()
        assert isinstance(screen.app.screen, TooSmallScreen)
        assert "60×15" in screen.text("#too-small")
        await screen.pilot.resize_terminal(100, 30)
        await screen.settle()
        assert screen.text("#field-dimension").count("›industry") == 1
        await screen.press("escape", "escape")
        assert screen.under_cursor() == "Bo Sample"


async def test_finding_shows_what_waits_first_and_then_what_was_decided(run: Run, world: World) -> None:
    world.leads(decided(named_lead(1), State.REJECTED, reason="competitor"))
    async with run() as screen:
        await screen.press("j", "slash", *"example")
        assert screen.names()[-1] == "Ana Example"
        assert "rejected" in screen.text("#queue")
        assert "by Otto" in screen.text("#queue")
        await screen.press("backspace", "escape")
        assert screen.names() == list(NAMES[1:])
        assert screen.under_cursor() == "Bo Sample"


async def test_letters_typed_into_the_filter_are_no_commands(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("slash", *"arquj")
        assert world.written() == []
        assert "Nothing matches “arquj”." in screen.text("#notice")
        await screen.press("escape")
        assert len(screen.names()) == 6


async def test_a_kept_filter_lets_one_decide_on_what_was_found(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("slash", *"cy spec", "enter", "a")
        assert world.verbs("L003") == ["accept"]
        assert screen.names() == ["Cy Specimen"], "it stays in sight, as accepted"
        assert "accepted" in screen.text("#queue")


async def test_a_found_lead_that_waits_stays_under_the_cursor_when_the_filter_goes(run: Run) -> None:
    async with run() as screen:
        await screen.press("slash", *"eli", "enter", "escape")
        assert screen.under_cursor() == "Eli Mockup"


async def test_pasted_text_decides_nothing(run: Run, world: World) -> None:
    async with run() as screen:
        screen.app.post_message(events.Paste("aaaa"))
        await screen.settle()
        assert world.written() == []
        assert "Pasted text was ignored" in screen.status


async def test_opening_hands_only_harmless_addresses_to_the_browser(run: Run, world: World) -> None:
    opened: list[str] = []
    world.leads(replace(named_lead(2), url="file:///etc/passwd"))
    async with run() as screen:
        screen.app.open_url = lambda url, **_options: opened.append(url)  # type: ignore[method-assign]
        await screen.press("o", "j", "o")
        assert opened == ["https://crm.example.com/leads/1"]
        assert "only http" in screen.status
        await screen.press("j", "o")
        assert screen.status == "There is no page for Cy Specimen."


async def test_help_gives_the_agreed_sentence_of_what_is_under_the_cursor(run: Run) -> None:
    async with run() as screen:
        await screen.press("question_mark")
        assert "A person at a company of our target" in screen.text("#help-text")
        assert "handoff accept" in screen.text("#help-text")
        await screen.press("escape", "r", "down", "question_mark")
        assert "Unreachable after the agreed attempts" in screen.text("#help-text")


async def found(screen: Screen, words: str) -> None:
    """Wait until the palette offers what was typed."""
    for _ in range(500):
        for offered in screen.app.screen.query(CommandList):
            if offered.highlighted is not None and words in str(offered.get_option_at_index(0).prompt).casefold():
                return
        await screen.pilot.pause(0.01)
    raise AssertionError(f"the palette never offered “{words}”")


async def test_the_palette_offers_commands_and_refuses_with_the_sentence(run: Run, world: World) -> None:
    world.leads(*[decided(named_lead(number), State.ACCEPTED) for number in range(1, 7)])
    async with run() as screen:
        assert "Nothing waits." in screen.text("#notice")
        await screen.press("ctrl+p", *"accept")
        await found(screen, "accept")
        await screen.press("enter")
        await screen.settle()
        assert screen.status == "No lead is under the cursor."


async def test_the_palette_carries_a_command_out(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.press("ctrl+p", *"accept")
        await found(screen, "accept")
        await screen.press("enter")
        await screen.settle()
        assert world.verbs("L001") == ["accept"]


async def test_a_click_selects_a_row_and_footer_keys_are_buttons(run: Run, world: World) -> None:
    async with run() as screen:
        await screen.pilot.click("#queue", offset=(20, 4))
        await screen.settle()
        assert screen.under_cursor() == "Dee Placeholder"
        x = screen.triage.query_one(KeyBar).said.index("accept") + 1
        await screen.pilot.click("#keys", offset=(x, 0))
        await screen.settle()
        assert world.verbs("L004") == ["accept"]


async def test_text_from_outside_is_shown_as_it_is(run: Run, world: World) -> None:
    hostile = "[/b][red]Acme[/] [@click=app.leave]x"
    world.leads(
        replace(
            named_lead(1),
            contact=Contact(name=hostile, title="[bold]", email="a@b.example"),
            company=Company(name="株式会社サンプル" * 8),
            message="[link=file:///]" * 200,
        )
    )
    async with run((120, 36)) as screen:
        assert hostile in screen.text("#card")
        await screen.press("a")
        assert hostile in screen.status
        await screen.press("u", "r", "escape")
        assert hostile[:8] in screen.text("#queue")


async def test_ctrl_c_leaves_at_the_second_time(run: Run) -> None:
    async with run() as screen:
        await screen.press("ctrl+c")
        assert screen.app.is_running
        assert "ctrl+c" in screen.status
        await screen.pilot.press("ctrl+c")
        await screen.pilot.pause()
        await screen.pilot.pause()
        assert not screen.app.is_running


async def test_looks_change_and_the_colourless_one_says_everything(run: Run) -> None:
    async with run(look="handoff-light") as screen:
        assert screen.app.theme == "handoff-light"
        await screen.pilot.press("ctrl+p")
        await screen.press("escape")
        for look in ("dark-contrast", "light-contrast", "terminal"):
            screen.app.action_change_look()
            await screen.settle()
            assert screen.app.theme == f"handoff-{look}"
            assert look in screen.status
        assert "▌" in screen.text("#queue")
