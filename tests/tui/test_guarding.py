"""Text that was meant for another window decides nothing: pasted without its marks, or typed."""

from pathlib import Path

from textual import events

from tests.tui.conftest import Run, Screen, World
from tests.tui.sync.crm import Crm
from tests.tui.test_typing_ahead import burst
from tui.screens.triage import TriageScreen
from tui.settings import Loaded, Settings


class Hand:
    """Types at a speed, by a clock of its own."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at

    async def types(self, screen: Screen, text: str, *, a_second: float = 8.0) -> None:
        """Type a text, key by key."""
        for character in text:
            self.at += 1 / a_second
            await screen.press("space" if character == " " else character)

    async def presses(self, screen: Screen, *keys: str, every: float = 0.4) -> None:
        """Press keys as somebody does who decides."""
        for key in keys:
            self.at += every
            await screen.press(key)


async def test_pasted_text_without_its_marks_does_nothing_and_says_so(run: Run, world: World) -> None:
    hand = Hand()
    async with run(seconds=hand) as screen:
        await burst(screen, "a quick question\rcan you call Acme")
        assert world.written() == []
        assert screen.app.screen is screen.triage
        assert "looked like text" in screen.status
        await hand.presses(screen, "a")
        assert world.written() == [], "keys rest until there is a second without any"
        await hand.presses(screen, "a", every=1.1)
        assert world.verbs("L001") == ["accept"]


async def test_what_typed_text_decided_is_taken_back_and_named(run: Run, world: World) -> None:
    hand = Hand()
    async with run(seconds=hand) as screen:
        await hand.types(screen, "call me back when you can")
        await screen.settle()
        assert world.written() == []
        assert isinstance(screen.app.screen, TriageScreen), "the form that a letter opened is gone"
        assert screen.status == "That looked like typing: 2 decisions were taken back: Ana Example"


async def test_what_was_decided_before_the_text_stays(run: Run, world: World) -> None:
    hand = Hand()
    async with run(seconds=hand) as screen:
        await hand.presses(screen, "a", "a")
        hand.at += 5
        world.now = world.now.replace(minute=world.now.minute + 1)
        await hand.types(screen, "call me back when you can")
        await screen.settle()
        assert [operation.target.id for operation in world.written()] == ["L001", "L002"]


async def test_deciding_fast_is_deciding(run: Run, world: World) -> None:
    hand = Hand()
    async with run(seconds=hand) as screen:
        await hand.presses(screen, "a", "j", "a", "k", "r", "s", "u", "a", every=0.25)
        assert "looked like" not in screen.status
        assert len(world.written()) == 3


async def test_escape_works_while_keys_rest(run: Run) -> None:
    hand = Hand()
    async with run(seconds=hand) as screen:
        await screen.press("slash", *"ana", "enter")
        await burst(screen, "please find enclosed")
        await screen.press("escape")
        assert screen.triage.filter_text == ""


async def test_the_guard_can_be_turned_off(run: Run, world: World, tmp_path: Path) -> None:
    loaded = Loaded(tmp_path, Settings(guard=False))
    async with run(loaded=loaded) as screen:
        await burst(screen, "jahnBFEa")
        assert world.verbs("L002") == ["accept"]


async def test_text_in_a_field_is_text(run: Run, world: World) -> None:
    hand = Hand()
    async with run(seconds=hand) as screen:
        await hand.types(screen, "/the quick brown fox jumps", a_second=12)
        assert screen.triage.filter_text == "the quick brown fox jumps"


async def test_pasted_text_with_its_marks_does_nothing_on_the_sync_screen_either(run: Run, world: World) -> None:
    async with run(keys=["a", "S"]) as screen:
        screen.app.post_message(events.Paste("discard yield"))
        await screen.settle()
        assert "Pasted text was ignored (13 characters)" in screen.status
        assert world.verbs("L001") == ["accept"]


async def test_answers_that_text_gave_on_the_sync_screen_are_taken_back_too(run: Run, world: World) -> None:
    crm = Crm(world)
    crm.conflict(1)
    crm.conflict(2)
    hand = Hand()
    async with run(seconds=hand) as screen:
        await hand.presses(screen, "S", every=2)
        await hand.types(screen, "yes, that works for me")
        assert len(world.desk.unsettled()) == 2
        assert screen.status.startswith("That looked like typing: 1 decision was taken back: ")
        await hand.presses(screen, "y", every=2)
        assert len(world.desk.unsettled()) == 1
