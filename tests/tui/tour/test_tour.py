"""The tour: it says one thing to do, goes on when that was done, and ends whenever the person likes."""

from pathlib import Path

import pytest
from textual.geometry import Offset

from tests.tui.conftest import Run, Screen, World
from tui.commands import command
from tui.settings import Loaded, Settings
from tui.tour.coach import Coach

END = "That was it."


def coach(screen: Screen) -> str:
    """Return what the coach says; nothing when there is none."""
    triage = screen.app.triage
    assert triage is not None
    return "".join(line.said for line in triage.query(Coach))


async def until(screen: Screen, words: str) -> str:
    """Wait until the coach says `words`, or with no words, until it is gone; return all that it says."""
    for _ in range(200):
        said = coach(screen)
        if words in said if words else not said:
            return said
        await screen.pilot.pause(0.02)
    raise AssertionError(f"the coach never said {words!r} but {coach(screen)!r}")


async def begun(screen: Screen) -> None:
    """Begin the tour as the palette does."""
    await screen.app.run_command(command("app.tour"))
    await until(screen, "1 of 9")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=["narrow", "normal"])
async def test_it_teaches_by_doing_from_the_first_to_the_last(run: Run, world: World, size: tuple[int, int]) -> None:
    async with run(size) as screen:
        await begun(screen)
        assert "j and k move" in coach(screen)
        await screen.press("j")
        assert ("] turns" if size[0] < 100 else "Space reads on") in await until(screen, "2 of 9")
        await screen.press("right_square_bracket" if size[0] < 100 else "space")
        assert "a accepts" in await until(screen, "3 of 9")
        await screen.press("a")
        assert "u takes" in await until(screen, "4 of 9")
        await screen.press("u")
        assert "r refuses" in await until(screen, "5 of 9")
        await screen.press("r", "s")
        assert "/ finds" in await until(screen, "6 of 9")
        await screen.press("slash", "e", "x", "enter")
        assert "z puts" in await until(screen, "7 of 9")
        await screen.press("escape", "z", *"fri", "enter")
        if coach(screen).startswith("7"):
            await screen.press("enter")
        assert "v shows" in await until(screen, "8 of 9")
        await screen.press("v", "escape")
        assert "? explains" in await until(screen, "9 of 9")
        await screen.press("question_mark", "escape")
        assert "^p finds any command" in await until(screen, END)
        await screen.press("j")
        await until(screen, "")
        assert screen.app.tour is None


async def test_what_was_done_before_it_was_asked_for_counts(run: Run) -> None:
    async with run() as screen:
        await begun(screen)
        await screen.press("a")
        await screen.press("space")
        await screen.press("j")
        await until(screen, "4 of 9")


async def test_it_takes_one_line_once_and_never_from_the_lead(run: Run) -> None:
    async with run((80, 24)) as screen:
        card, queue = screen.triage.query_one("#card"), screen.triage.queue
        before = queue.region.height, card.region.width
        await begun(screen)
        during = queue.region.height, card.region.width
        assert during == (before[0] - 1, before[1])
        where = screen.triage.query_one(Coach).region
        assert where.y >= card.region.bottom
        await screen.press("j")
        await until(screen, "2 of 9")
        await screen.press("r")
        await screen.press("escape")
        assert (queue.region.height, card.region.width) == during
        await screen.press("ctrl+t")
        await until(screen, "")
        assert (queue.region.height, card.region.width) == before


@pytest.mark.parametrize("where", [(), ("slash", "a"), ("r",), ("question_mark",), ("z",)])
async def test_one_key_ends_it_from_anywhere(run: Run, where: tuple[str, ...]) -> None:
    async with run() as screen:
        await begun(screen)
        await screen.press(*where, "ctrl+t")
        await until(screen, "")
        assert screen.app.tour is None


async def test_a_click_on_its_end_ends_it_and_elsewhere_does_not(run: Run) -> None:
    async with run() as screen:
        await begun(screen)
        width = screen.triage.query_one(Coach).size.width
        await screen.pilot.click(Coach, offset=Offset(3, 0))
        assert coach(screen)
        await screen.pilot.click(Coach, offset=Offset(width - 4, 0))
        await until(screen, "")


async def test_it_stands_aside_while_a_dialog_is_open(run: Run) -> None:
    async with run() as screen:
        await begun(screen)
        line = screen.triage.query_one(Coach)
        await screen.press("r")
        assert not line.visible
        await screen.press("escape")
        for _ in range(100):
            if line.visible:
                break
            await screen.pilot.pause(0.02)
        assert line.visible


async def test_it_names_the_keys_as_they_are_here(run: Run, tmp_path: Path) -> None:
    own = Loaded(tmp_path / "config.toml", Settings(keys={"triage.down": ("J",), "app.end_tour": ("ctrl+e",)}))
    async with run(loaded=own) as screen:
        await begun(screen)
        assert "J and k move" in coach(screen)
        assert "^e ends the tour" in coach(screen)
        await screen.press("J")
        await until(screen, "2 of 9")
        await screen.press("ctrl+e")
        await until(screen, "")


async def test_real_leads_are_named_as_such(run: Run) -> None:
    async with run() as screen:
        await begun(screen)
        assert "These leads are real." in coach(screen)


async def test_it_is_offered_once_and_not_again(run: Run, tmp_path: Path) -> None:
    async with run() as screen:
        screen.app.offer_tour(tmp_path)
        assert "real" not in await until(screen, "1 of 9")
        await screen.press("ctrl+t")
        await until(screen, "")
        screen.app.offer_tour(tmp_path)
        await screen.app.workers.wait_for_complete([one for one in screen.app.workers if one.group == "tour"])
        await screen.pilot.pause()
        assert screen.app.tour is None
        await begun(screen)


async def test_a_folder_that_takes_nothing_costs_no_more_than_a_second_tour(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    async with run() as screen:
        screen.app.offer_tour(tmp_path / "file")
        await until(screen, "1 of 9")


async def test_without_leads_it_is_of_no_use(run: Run, world: World) -> None:
    async with run() as screen:
        for _ in range(6):
            await screen.press("a")
        assert screen.app.hindrance(command("app.tour"), screen.app.screen) == "The tour needs leads in the queue."
        assert screen.app.hindrance(command("app.end_tour"), screen.app.screen) == "There is no tour to end."


async def test_the_key_that_ends_it_says_so_where_there_is_none(run: Run) -> None:
    async with run() as screen:
        await screen.press("ctrl+t")
        assert screen.status == "There is no tour to end."


async def test_in_a_narrow_terminal_its_words_give_way_and_its_end_stays(run: Run) -> None:
    async with run((60, 15)) as screen:
        await begun(screen)
        await screen.press("j", "right_square_bracket")
        said = await until(screen, "3 of 9")
        assert said.startswith("3 of 9  a accepts: the lead is yours")
        assert said.endswith("^t ends")
        assert len(said) <= 60
