"""Several leads chosen, and one act on all of them: looked through first, then done, with an outcome for each."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from api.local.errors import NotSaved
from api.model.lead import State
from api.model.operation import Accept, Operation
from tests.tui.conftest import NAMES, Run, Screen, World, decided, named_lead
from tui.screens.bulk import BulkScreen
from tui.screens.help import HelpScreen


def signed(screen: Screen) -> list[str]:
    """Return the rows in sight that have the sign of chosen ones."""
    return [line for line in screen.text("#queue").splitlines() if "*" in line]


async def test_x_chooses_and_goes_on_and_star_chooses_all_or_none(run: Run) -> None:
    async with run(keys=["x", "x"]) as screen:
        assert screen.under_cursor() == "Cy Specimen"
        assert [("Ana" in line, "Bo" in line) for line in signed(screen)] == [(True, False), (False, True)]
        assert "2 chosen" in screen.text("#header")
        await screen.press("k", "x")
        assert screen.triage.chosen == ("L001",)
        await screen.press("asterisk")
        assert len(screen.triage.chosen) == 6
        await screen.press("asterisk")
        assert screen.triage.chosen == ()
        assert signed(screen) == []


async def test_choosing_paints_the_rows_that_changed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from widgets.queue.lead_queue import LeadQueue

    painted: list[int] = []
    line = LeadQueue.render_line
    monkeypatch.setattr(LeadQueue, "render_line", lambda self, y: (painted.append(y), line(self, y))[1])
    async with run() as screen:
        painted.clear()
        await screen.press("x")
        assert sorted(set(painted)) == [1, 2]


async def test_what_is_chosen_stays_so_through_arrivals_orders_and_filters(run: Run, world: World) -> None:
    async with run(keys=["j", "x"]) as screen:
        world.leads(named_lead(7))
        await screen.settle()
        await screen.press("b", "w", "slash", *"eli", "enter", "x", "escape")
        assert set(screen.triage.chosen) == set()
        assert len(screen.names()) == 1, "Escape clears what is chosen before the filter"
        await screen.press("x", "slash", "ctrl+u", *"fay", "enter")
        assert screen.triage.chosen == ("L005",)
        await screen.press("escape", "escape")
        assert len(screen.names()) == 7


async def test_a_chosen_lead_that_somebody_else_takes_is_let_go_with_a_word(run: Run, world: World) -> None:
    async with run(keys=["x", "x", "x"]) as screen:
        world.leads(decided(named_lead(2), State.ACCEPTED))
        await screen.settle()
        assert screen.triage.chosen == ("L001", "L003")
        assert "Otto Other" in screen.status
        assert "no longer chosen" in screen.status


async def test_a_click_before_a_row_chooses_it(run: Run) -> None:
    async with run() as screen:
        await screen.pilot.click("#queue", offset=(0, 3))
        await screen.settle()
        assert screen.triage.chosen == ("L003",)
        await screen.pilot.click("#queue", offset=(20, 2))
        await screen.settle()
        assert screen.under_cursor() == "Bo Sample"
        assert screen.triage.chosen == ("L003",)


async def test_all_that_are_chosen_are_looked_through_before_anything_is_done(run: Run, world: World) -> None:
    async with run(keys=["x", "x", "a"]) as screen:
        assert isinstance(screen.app.screen, BulkScreen)
        acts = screen.text("#acts")
        assert "Will be done to 2 leads" in acts
        assert "✓ Ana Example" in acts
        for key in ("a", "enter", "n"):
            await screen.press(key)
            assert "Only y does it" in screen.text("#acts")
        assert world.written() == []
        await screen.press("escape")
        assert screen.app.screen is screen.triage
        assert screen.triage.chosen == ("L001", "L002")


async def test_y_does_it_as_one_act_and_one_u_takes_all_of_it_back(run: Run, world: World) -> None:
    async with run(keys=["j", "x", "x", "a", "y"]) as screen:
        assert [world.verbs(one) for one in ("L001", "L002", "L003")] == [[], ["accept"], ["accept"]]
        assert len({operation.group for operation in world.written()}) == 1
        assert "Accepted 2 leads" in screen.status
        assert "takes all of it back" in screen.status
        assert screen.triage.chosen == ()
        assert screen.names() == [NAMES[0], *NAMES[3:]]
        assert screen.under_cursor() == "Dee Placeholder", "the next that stayed, on the line of the cursor"
        await screen.press("u")
        assert world.written() == []
        assert "2 leads" in screen.status
        assert screen.names() == list(NAMES)


async def test_a_second_key_typed_ahead_reaches_the_queue_that_follows(run: Run, world: World) -> None:
    from tests.tui.test_typing_ahead import burst

    async with run(keys=["x", "x", "a"]) as screen:
        await burst(screen, "ya")
        assert world.verbs("L003") == ["accept"]
        assert len(world.written()) == 3


async def test_those_it_can_not_be_done_to_stand_first_and_say_why(run: Run, world: World) -> None:
    world.leads(decided(named_lead(6), State.ACCEPTED))
    async with run(keys=["v", "a", "asterisk", "a"]) as screen:
        acts = screen.text("#acts")
        assert "Can’t be done to 1 lead" in acts
        assert acts.index("✗ Fay Instance") < acts.index("✓ Ana Example")
        await screen.press("y")
        assert len(world.written()) == 5
        assert world.verbs("L006") == []
        assert screen.triage.chosen == ("L006",)


async def test_a_lead_taken_while_one_looks_is_left_out(run: Run, world: World) -> None:
    async with run(keys=["x", "x", "a"]) as screen:
        world.leads(decided(named_lead(2), State.ACCEPTED))
        await screen.settle()
        await screen.settle()
        acts = screen.text("#acts")
        assert "Will be done to 1 lead" in acts
        assert "Otto Other accepted it" in acts
        await screen.press("y")
        assert [operation.target.id for operation in world.written()] == ["L001"]


async def test_what_the_disk_did_not_take_is_told_for_each(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_operations: Sequence[Operation]) -> None:
        raise NotSaved("The disk is full.")

    async with run(keys=["x", "x", "a"]) as screen:
        monkeypatch.setattr(world.desk, "commit", refuse)
        await screen.press("y")
        assert "Not saved: 2 leads" in screen.text("#acts")
        assert "The disk is full." in screen.text("#acts")
        await screen.press("escape")
        assert "Not saved" in screen.status
        assert screen.triage.chosen == ("L001", "L002")
        assert len(screen.names()) == 6


async def test_many_are_done_in_one_go(run: Run, world: World) -> None:
    world.leads(*[named_lead(number) for number in range(7, 501)])
    async with run(keys=["asterisk", "a", "y"]) as screen:
        await screen.app.workers.wait_for_complete([one for one in screen.app.workers if one.group == "acts"] or None)
        await screen.settle()
        assert len(world.written()) == 500
        assert "Accepted 500 leads" in screen.status
        assert "Nothing waits." in screen.text("#notice")


async def test_a_preview_names_what_is_put_right_in_each(run: Run, world: World) -> None:
    async with run(keys=["x"]) as screen:
        from api.model.operation import Correct

        lead = world.desk.lead("L001")
        verbs: list[Any] = [Accept(), Correct(field="company", value="Other Bakery")]
        await screen.triage.preview([(lead, verbs)], "Accept", barred={"L002": "It is somebody else’s."})
        await screen.settle()
        acts = screen.text("#acts")
        assert "company: Other Bakery" in acts
        assert "✗ Bo Sample" in acts
        assert "It is somebody else’s." in acts
        await screen.press("y")
        assert world.verbs("L001") == ["accept", "correct"]
        assert "Ana Example" in screen.status


async def test_the_key_that_asked_never_confirms_whatever_it_is(run: Run, world: World) -> None:
    async with run(keys=["x"]) as screen:
        screen.triage.last_key = "y"
        lead = world.desk.lead("L001")
        await screen.triage.preview([(replace(lead), [Accept()])], "Accept")
        await screen.settle()
        await screen.press("y")
        assert world.written() == []
        await screen.press("Y")
        assert world.verbs("L001") == ["accept"]


async def test_a_slow_disk_is_said_and_what_was_confirmed_is_done_all_the_same(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, commit = threading.Event(), world.desk.commit

    def slow(operations: Sequence[Operation]) -> None:
        opened.wait(20)
        commit(operations)

    async with run(keys=["x", "x", "a"]) as screen:
        monkeypatch.setattr(world.desk, "commit", slow)
        await screen.pilot.press("y")
        while "Saving 2 leads…" not in screen.text("#acts"):
            await screen.pilot.pause(0.02)
        await screen.pilot.press("escape")
        assert "It is being saved" in screen.text("#acts")
        assert "Accepted" not in screen.status
        opened.set()
        await screen.settle()
        assert screen.app.screen is screen.triage
        assert "Accepted 2 leads" in screen.status


async def test_help_read_while_it_is_saved_stays_until_it_is_left(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, commit = threading.Event(), world.desk.commit

    def slow(operations: Sequence[Operation]) -> None:
        opened.wait(20)
        commit(operations)

    async with run(keys=["x", "x", "a"]) as screen:
        monkeypatch.setattr(world.desk, "commit", slow)
        await screen.pilot.press("y", "f1")
        assert isinstance(screen.app.screen, HelpScreen)
        opened.set()
        await screen.settle()
        assert isinstance(screen.app.screen, HelpScreen)
        await screen.press("escape")
        assert screen.app.screen is screen.triage
        assert "Accepted 2 leads" in screen.status
