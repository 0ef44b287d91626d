"""Letters beside the leads in sight, and one of them goes there."""

from tests.tui.conftest import Run, World, named_lead
from tests.tui.test_typing_ahead import burst


async def test_one_letter_goes_to_a_lead_in_sight(run: Run) -> None:
    async with run(keys=["j", "f"]) as screen:
        lines = screen.text("#queue").splitlines()
        assert [line[0] for line in lines[1:7]] == ["a", "▌", "s", "d", "f", "g"]
        await screen.press("f")
        assert screen.under_cursor() == "Eli Mockup"
        assert screen.text("#queue").splitlines()[1].startswith(" "), "the letters are gone"


async def test_more_rows_than_letters_take_two(run: Run, world: World) -> None:
    world.leads(*[named_lead(number) for number in range(7, 101)])
    async with run(keys=["f"]) as screen:
        lines = screen.text("#queue").splitlines()
        assert lines[2].startswith("aa")
        await screen.press("a")
        assert not any(line.startswith("sa") for line in screen.text("#queue").splitlines())
        await screen.press("d")
        assert screen.under_cursor() == "Dee Placeholder"


async def test_letters_are_no_commands_while_one_jumps_and_escape_leaves(run: Run, world: World) -> None:
    async with run(keys=["f", "q"]) as screen:
        assert "No lead has the letters “q”" in screen.status
        await screen.press("escape")
        assert world.written() == []
        assert screen.app.is_running
        await screen.press("a")
        assert world.verbs("L001") == ["accept"]


async def test_a_jump_and_a_decision_typed_in_one_go(run: Run, world: World) -> None:
    async with run() as screen:
        await burst(screen, "fda")
        assert [operation.target.id for operation in world.written()] == ["L004"]


async def test_an_arrow_leaves_the_letters_and_moves(run: Run) -> None:
    async with run(keys=["f", "down"]) as screen:
        assert screen.under_cursor() == "Bo Sample"
        await screen.press("f")
        await screen.pilot.click("#queue", offset=(20, 4))
        await screen.settle()
        assert screen.under_cursor() == "Dee Placeholder"
        assert not screen.triage.jumping
