"""The screens on which there is no lead to decide: each says what is so, and what to do next."""

from pathlib import Path
from typing import Any

import msgspec

from api.desk import Desk
from api.desk.news import Link
from api.errors import HandoffError
from api.local.profile import Connection, Profile
from api.model.changes import Change, Page
from api.model.lead import State
from tests.factories import NOW, REP
from tests.tui.conftest import Run, Screen, StandIn, World, decided, named_lead
from tui.app import HandoffApp


def empty_desk(root: Path) -> Desk:
    profile = Profile(root)
    profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
    return Desk.open(profile, clock=lambda: NOW)


async def test_the_first_pull_counts_and_the_leads_take_its_place(tmp_path: Path) -> None:
    desk = empty_desk(tmp_path)
    app = HandoffApp(desk, None, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = Screen(app, pilot)
        await screen.settle()
        assert "Fetching your leads…" in screen.text("#notice")
        foreign = decided(named_lead(1), State.ACCEPTED)
        record = msgspec.Raw(msgspec.json.encode(foreign))
        desk.take_page(Page("e1", (Change(1, "lead", foreign.id, record),), "e1:1", 1, True))
        await screen.settle()
        assert "1 so far" in screen.text("#notice")
        mine = msgspec.Raw(msgspec.json.encode(named_lead(2)))
        desk.take_page(Page("e1", (Change(2, "lead", "L002", mine),), "e1:2", 2, False))
        await screen.settle()
        assert screen.under_cursor() == "Bo Sample"
        assert "Bo Sample" in screen.text("#card")


async def test_offline_from_the_start_says_that_it_goes_on_by_itself(tmp_path: Path) -> None:
    desk = empty_desk(tmp_path)
    app = HandoffApp(desk, None, lambda: NOW)
    async with app.run_test(size=(80, 24)) as pilot:
        screen = Screen(app, pilot)
        desk.set_link(Link(connected=False, since=NOW, message="The hub does not answer."))
        await screen.settle()
        assert "No leads are here yet." in screen.text("#notice")
        assert "The hub does not answer." in screen.text("#notice")


async def test_an_empty_queue_says_what_to_do_next(run: Run, world: World) -> None:
    world.leads(*[decided(named_lead(number), State.ACCEPTED) for number in range(1, 6)])
    async with run() as screen:
        assert screen.names() == ["Fay Instance"]
        await screen.press("a")
        assert "Nothing waits." in screen.text("#notice")
        assert screen.status == "Accepted Fay Instance · u undoes"
        await screen.press("u")
        assert screen.under_cursor() == "Fay Instance"
        assert "Fay Instance" in screen.text("#queue")


async def test_keys_do_no_harm_where_no_lead_is(run: Run, world: World) -> None:
    world.leads(*[decided(named_lead(number), State.ACCEPTED) for number in range(1, 7)])
    async with run() as screen:
        await screen.press(*"jkgGaro", "space", "right_square_bracket", "tab", "ctrl+d", "pageup")
        assert screen.app.screen is screen.triage
        assert world.written() == []


class SlowSync(StandIn):
    """A sync that says when it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.ran = 0

    async def run(self) -> None:
        self.ran += 1


async def test_sync_begins_after_the_first_paint_and_can_be_asked_for(world: World) -> None:
    sync = SlowSync()
    painted: list[Any] = []

    def made(_desk: Desk) -> SlowSync:
        painted.append(app.screen.query_one("#queue").said)  # type: ignore[attr-defined]
        return sync

    app = HandoffApp(world.desk, made, lambda: world.now)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = Screen(app, pilot)
        await screen.settle()
        await app.workers.wait_for_complete([worker for worker in app.workers if worker.group == "sync"])
        assert "Ana Example" in painted[0]
        assert sync.ran == 1
        await screen.press("s")
        assert sync.asked == 1


async def test_a_sync_that_cannot_begin_is_said_and_deciding_goes_on(world: World) -> None:
    def refuse(_desk: Desk) -> SlowSync:
        raise HandoffError("The token can’t be read.")

    app = HandoffApp(world.desk, refuse, lambda: world.now)
    async with app.run_test(size=(120, 36)) as pilot:
        screen = Screen(app, pilot)
        await app.workers.wait_for_complete([worker for worker in app.workers if worker.group == "sync"] or None)
        await screen.settle()
        assert screen.status == "The token can’t be read."
        await screen.press("a")
        assert world.verbs("L001") == ["accept"]
