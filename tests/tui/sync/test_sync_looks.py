"""How the Sync screen looks; run with --snapshot-update after a change that is meant."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from api.crm.port import Capabilities
from api.desk.news import Link, Try
from api.model import operation as op
from api.model.lead import Contact
from tests.factories import NOW
from tests.tui.conftest import StandIn, World, named_lead
from tests.tui.looks.camera import SnapCompare, keys
from tests.tui.sync.crm import NO, THEIRS, Crm
from tui.app import HandoffApp


def connected(*pressed: str) -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Press keys once it is known what the CRM can do."""

    async def before(pilot: Pilot[Any]) -> None:
        assert isinstance(pilot.app, HandoffApp)
        while pilot.app.capabilities is None:
            await pilot.pause(0.005)
        await keys(*pressed)(pilot)

    return before


def everything(crm: Crm) -> None:
    """One of each kind."""
    crm.conflict(1)
    crm.taken(2)
    crm.refused(3)
    crm.overturned(4)
    crm.wish(5)
    crm.mine(op.Accept(), 6)
    crm.world.now = NOW + timedelta(minutes=12)


def offline(crm: Crm) -> None:
    """Three that wait, two of which were tried."""
    world = crm.world
    for verb, number in ((NO, 1), (op.Accept(), 2), (THEIRS, 3)):
        crm.mine(verb, number)
    first, second, _ = world.written()
    world.desk.ledger.offer([first, second])
    world.now = NOW + timedelta(minutes=42)
    soon = world.now + timedelta(seconds=12)
    world.desk.set_link(
        Link(
            connected=False,
            since=NOW,
            message="hub.example.com can’t be reached.",
            failures=14,
            next_try=soon,
            tries={
                first.id: Try(3, "hub.example.com can’t be reached.", soon),
                second.id: Try(1, "hub.example.com has a fault (status 500).", soon),
            },
        )
    )


def signed_out(crm: Crm) -> None:
    """One that waits for a new token."""
    crm.mine(op.Accept(), 1)
    message = "The token is missing, wrong, expired or revoked: ask a manager for a new one."
    crm.world.desk.set_link(Link(connected=False, since=NOW, message=message, signed_out=True))


def hostile(crm: Crm) -> None:
    """A wide name that looks like markup, and words like it."""
    crm.hand(replace(named_lead(1), contact=Contact(name="[bold]日本語の長い名前の会社[/] [/foo]")))
    crm.conflict(1, theirs=op.Accept(reason="[red]x[/] " + "語" * 60))
    crm.mine(op.Reject(reason="not_target", answers={"dimension": "size", "value": "é" * 120}), 2)


def nothing(_crm: Crm) -> None:
    """Nothing at all."""


@pytest.mark.parametrize("size", [(80, 24), (120, 36)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("scene", [everything, offline, signed_out, hostile, nothing], ids=lambda scene: scene.__name__)
def test_sync(snap_compare: SnapCompare, world: World, scene: Callable[[Crm], None], size: tuple[int, int]) -> None:
    scene(Crm(world))
    sync = StandIn(capabilities=Capabilities(live=scene is not offline))
    app = HandoffApp(world.desk, lambda _desk: sync, lambda: world.now)
    assert snap_compare(app, terminal_size=size, run_before=connected("S"))


@pytest.mark.parametrize("look", ["handoff-light", "handoff-terminal"])
def test_other_looks(snap_compare: SnapCompare, world: World, look: str) -> None:
    everything(Crm(world))
    app = HandoffApp(world.desk, lambda _desk: StandIn(), lambda: world.now, look=look)
    assert snap_compare(app, terminal_size=(120, 36), run_before=connected("S", "j", "j"))


@pytest.mark.parametrize("pressed", ["r", "a", "d"])
def test_dialogs(snap_compare: SnapCompare, world: World, pressed: str) -> None:
    crm = Crm(world)
    situation = {"r": crm.conflict, "a": crm.taken, "d": crm.refused}[pressed]
    situation()
    app = HandoffApp(world.desk, lambda _desk: StandIn(), lambda: world.now)
    assert snap_compare(app, terminal_size=(80, 24), run_before=connected("S", pressed))


def test_a_new_token_is_asked_for(snap_compare: SnapCompare, world: World) -> None:
    signed_out(Crm(world))
    app = HandoffApp(world.desk, lambda _desk: StandIn(), lambda: world.now)
    assert snap_compare(app, terminal_size=(80, 24), run_before=connected("T", *"secret"))
