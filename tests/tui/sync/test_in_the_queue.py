"""What the queue and its card say of conflicts, wishes and overruled decisions."""

import pytest

from api.desk.news import Link
from api.model import operation as op
from tests.factories import NOW, OTHER_REP, make_operation
from tests.tui.conftest import Run, Screen, World
from tests.tui.sync.crm import NO, THEIRS, Crm


@pytest.fixture
def crm(world: World) -> Crm:
    return Crm(world)


def card(screen: Screen) -> str:
    """Return what the card says, in one line."""
    return " ".join(screen.text("#card").split())


async def test_a_lead_that_somebody_else_took_says_at_once_who_has_it(run: Run, crm: Crm) -> None:
    async with run(keys=["a"]) as screen:
        crm.other(op.Accept(), 1)
        crm.answer()
        await screen.settle()
        assert "Otto Other accepted it first" in screen.status
        assert screen.status.endswith("S shows it")
        assert screen.text("#header").endswith("1 needs you")


async def test_the_card_says_what_another_wanted_and_why(run: Run, crm: Crm) -> None:
    async with run(keys=["a"]) as screen:
        lead = crm.leads["L001"]
        crm.answer()
        crm.apply(make_operation(THEIRS, lead, actor=OTHER_REP), OTHER_REP)
        crm.tell("L001")
        await screen.press("slash", *"ana", "enter")
        words = "Otto Other wanted to reject it, too late: Competitor; name Example Rival; “They sell the same.”"
        assert words in card(screen)


async def test_a_wish_is_told_and_stands_on_the_card(run: Run, crm: Crm) -> None:
    async with run() as screen:
        crm.wish(5)
        await screen.settle()
        assert "Otto Other asks you for Eli Mockup" in screen.status
        assert screen.status.endswith("S answers")
        await screen.press("slash", *"eli", "enter")
        assert "! Otto Other asks you to hand it over: “We met in May.” S answers." in card(screen)


async def test_who_is_overruled_is_told_at_once(run: Run, crm: Crm) -> None:
    async with run() as screen:
        crm.overturned(4)
        await screen.settle()
        assert "Otto Other insists" in screen.status
        await screen.press("slash", *"dee", "enter")
        assert "no longer holds. S answers." in card(screen)
        assert "Otto Other insisted, rejected: Competitor" in card(screen)


async def test_the_mark_never_says_less_than_there_is(run: Run, crm: Crm) -> None:
    crm.conflict(1)
    crm.refused(3)
    crm.wish(5)
    crm.mine(NO, 6)
    for size in ((60, 15), (80, 24), (120, 36)):
        async with run(size) as screen:
            assert screen.text("#header").endswith("● live · 1 pending · 3 need you")


async def test_a_line_that_is_back_is_not_called_down_any_more(run: Run, world: World) -> None:
    async with run() as screen:
        world.desk.set_link(Link(connected=False, since=NOW, message="The CRM can’t be reached."))
        await screen.settle()
        assert screen.status == "The CRM can’t be reached."
        world.desk.set_link(Link(connected=True, since=NOW))
        await screen.settle()
        assert screen.status == "Connected again."


async def test_what_was_said_of_matters_goes_when_none_is_left(run: Run, world: World, crm: Crm) -> None:
    async with run() as screen:
        crm.conflict(1)
        await screen.settle()
        assert "S shows it" in screen.status
        await screen.press("S", "y", "S")
        assert screen.status == ""


async def test_a_wish_that_was_granted_is_not_asked_any_more(run: Run, world: World, crm: Crm) -> None:
    crm.refused(1)
    async with run() as screen:
        crm.wish(5)
        await screen.settle()
        assert "S answers" in screen.status
        await screen.press("S", "h", "S")
        assert "S answers" not in screen.status
