"""The program on a real desk, on a profile in a temporary folder, with leads as a CRM would send them."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from textual import _wait
from textual.pilot import Pilot

from api.crm.port import Capabilities
from api.desk import Desk
from api.desk.news import Link
from api.local.outbox import Outbox
from api.local.profile import Connection, Profile
from api.model.campaign import Asset, Campaign
from api.model.changes import Change, Page
from api.model.lead import Company, Contact, Decided, Lead, Part, Score, State, Touch
from api.model.operation import Operation
from api.model.people import Person
from api.sync import Report
from tests.factories import MARKETER, NOW, OTHER_REP, PEOPLE, REP, make_agreement, make_lead
from tui.app import HandoffApp
from tui.screens.triage import TriageScreen

# Seconds for which a pilot watches, twice for every key, whether the program rests: most of what such tests take.
_wait.SLEEP_GRANULARITY, _wait.SLEEP_IDLE = 0.008, 0.0005


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


NAMES = ("Ana Example", "Bo Sample", "Cy Specimen", "Dee Placeholder", "Eli Mockup", "Fay Instance")

CAMPAIGN = Campaign(
    id="c1",
    name="Spring bakery webinar",
    channel="webinar",
    starts_on=date(2026, 10, 1),
    ends_on=date(2026, 12, 1),
    budget=12_400,
    spend=6_200,
    why="Bakeries plan their year in November.",
    owner=MARKETER.id,
    assets=(Asset(id="a1", kind="page", title="Rosters", words="Set up in one day, no installation."),),
    accepted=31,
    rejected=9,
    handed=58,
)


def named_lead(number: int, **changes: Any) -> Lead:
    """Return lead number `number` (from 1) of the test's queue; each is due half an hour after the one before."""
    name = NAMES[(number - 1) % len(NAMES)] + ("" if number <= len(NAMES) else f" {number}")
    lead = make_lead(
        f"L{number:03}",
        contact=Contact(name=name, title="Owner", email=f"lead{number}@bakery.example", phone="+1 555 0100"),
        company=Company(name="Example Bakery", employees=40, industry="Bakeries", country="DE"),
        message="Can it print the roster?" if number == 1 else "",
        url="https://crm.example.com/leads/1" if number == 1 else "",
        fit=Score(70, (Part("Bakeries", 40), Part("20 to 59 people", 30))),
        engagement=Score(55, (Part("Form: Rosters", 55),)),
        touches=(
            Touch(id="t1", at=NOW - timedelta(hours=3), kind="form", channel="web", campaign_id="c1", asset_id="a1"),
            Touch(id="t2", at=NOW - timedelta(days=2), kind="webinar", channel="webinar", title="Plan your year"),
        ),
    )
    due = NOW + timedelta(minutes=30 * (number - 3))
    return replace(lead, **{"standing": replace(lead.standing, due_at=due), **changes})


def decided(lead: Lead, state: State, by: Person = OTHER_REP, *, reason: str = "") -> Lead:
    """Return the lead as it stands after somebody else's decision."""
    verb = "accept" if state is State.ACCEPTED else "reject"
    entry = Decided(
        operation_id=f"by-{by.id}-{lead.id}",
        verb=verb,
        by=by.id,
        by_name=by.name,
        at=NOW - timedelta(minutes=5),
        agreement=1,
        decision_revision=lead.decision_revision + 1,
        before=lead.standing,
        reason=reason,
    )
    return replace(
        lead,
        standing=replace(lead.standing, state=state),
        trail=(*lead.trail, entry),
        revision=lead.revision + 1,
        decision_revision=lead.decision_revision + 1,
    )


class World:
    """A desk, and the CRM's voice."""

    def __init__(self, root: Path, person: Person = REP) -> None:
        root.mkdir(exist_ok=True)
        profile = Profile(root)
        profile.save_connection(Connection("http://127.0.0.1:1", person, "e1"))
        self.now = NOW
        self._ids = iter(range(1, 1_000_000))
        self._n = 0
        self.desk = Desk.open(profile, clock=lambda: self.now, new_id=lambda: f"id-{next(self._ids)}")
        agreement = make_agreement()
        self.send(
            *[("person", one.id, one) for one in PEOPLE.values()],
            ("agreement", "1", agreement),
            ("campaign", CAMPAIGN.id, CAMPAIGN),
        )
        self.desk.set_link(Link(connected=True, since=NOW, live=True))

    def send(self, *records: tuple[Any, str, Any]) -> None:
        """Let the CRM send these records as one page."""
        changes = []
        for kind, record_id, record in records:
            self._n += 1
            changes.append(Change(self._n, kind, record_id, msgspec.Raw(msgspec.json.encode(record))))
        self.desk.take_page(Page("e1", tuple(changes), f"e1:{self._n}", self._n, False))

    def leads(self, *leads: Lead) -> None:
        """Let the CRM send these leads."""
        self.send(*[("lead", lead.id, lead) for lead in leads])

    def written(self, lead_id: str = "") -> list[Operation]:
        """Return what lies on the disk for the CRM, in order: all of it, or what is about one lead."""
        pending = Outbox.open(self.desk.profile.outbox_path).pending()
        return [entry.operation for entry in pending if lead_id in ("", entry.operation.target.id)]

    def verbs(self, lead_id: str) -> list[str]:
        """Return the kinds of the operations on a lead that lie on the disk for the CRM."""
        return [operation.verb.kind for operation in self.written(lead_id)]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A rep's desk with six leads, the first two overdue."""
    made = World(tmp_path / "profile")
    made.leads(*[named_lead(number) for number in range(1, 7)])
    return made


class StandIn:
    """A sync that talks to nobody; asked to exchange, it answers with one report."""

    def __init__(self, report: Report | None = None, capabilities: Capabilities | None = None) -> None:
        self.report = report or Report()
        self.capabilities = capabilities or Capabilities()
        self.asked = self.poked = 0

    async def run(self) -> None:
        """Stay in step with nobody."""
        await asyncio.Event().wait()

    def poke(self) -> None:
        """Be asked, and do nothing."""
        self.poked += 1

    async def now(self) -> Report:
        """Be asked, and answer."""
        self.asked += 1
        return self.report


class Screen:
    """The running program, as a person sees it."""

    def __init__(self, app: HandoffApp, pilot: Pilot[Any]) -> None:
        self.app = app
        self.pilot = pilot

    @property
    def triage(self) -> TriageScreen:
        """The triage screen."""
        found = self.app.triage
        assert found is not None
        return found

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until what they asked for is done."""
        await self.pilot.press(*keys)
        await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is being written and everything is painted."""
        acts = [worker for worker in self.app.workers if worker.group in ("acts", "elsewhere", "notify")]
        if acts:
            await self.app.workers.wait_for_complete(acts)
        await self.pilot.pause()
        await self.pilot.pause()
        while self.app.triage is not None and self.app.triage.behind:
            await self.pilot.pause(0.005)

    def text(self, selector: str) -> str:
        """Return what a widget of the screen on top says; nothing when it is not there."""
        widget: Any = next(iter(self.app.screen.query(selector)), None)
        return "" if widget is None else str(widget.words if hasattr(widget, "words") else widget.said)

    def under_cursor(self) -> str:
        """Return the name of the lead under the cursor."""
        lead = self.triage.lead_under_cursor()
        return lead.title if lead else ""

    def names(self) -> list[str]:
        """Return the names in the queue, in order."""
        rows = [self.triage.desk.row(lead_id) for lead_id in self.triage.queue.ids]
        return [row.title for row in rows if row is not None]

    @property
    def status(self) -> str:
        """What the status line of the area on top says."""
        assert self.app.area is not None
        said: str = self.app.area.query_one("#status").said  # type: ignore[attr-defined]
        return said


Run = Callable[..., AbstractAsyncContextManager[Screen]]


@pytest.fixture
def run(world: World) -> Run:
    """Run the program on the world's desk."""

    @asynccontextmanager
    async def running(
        size: tuple[int, int] = (120, 36), *, keys: Sequence[str] = (), **options: Any
    ) -> AsyncIterator[Screen]:
        # Tests press keys faster than any hand; by this clock each comes a second after the one before.
        options.setdefault("seconds", count().__next__)
        app = HandoffApp(world.desk, None, lambda: world.now, **options)
        async with app.run_test(size=size) as pilot:
            screen = Screen(app, pilot)
            await screen.settle()
            if keys:
                await screen.press(*keys)
            yield screen

    return running


def at(moment: datetime, **gap: float) -> datetime:
    """Return a moment so much later."""
    return moment + timedelta(**gap)
