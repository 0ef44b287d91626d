"""Two people, their windows, one hub: how they are set up, what must hold at every moment, and how it all ends."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from api.desk import CannotDo, UnknownLead
from api.local.mirror import Mirror
from api.local.outbox import Entry, Outbox
from api.model.agreement import Agreement
from api.model.lead import Lead, State
from api.model.operation import LeadVerb, Operation, Seen, Target
from api.model.people import Person
from tests.factories import OTHER_REP, REP
from tests.faults.model_hub import LEADS, House, World
from tests.faults.model_line import Account
from tests.faults.model_rules import decisions, folded, open_matters, unwanted
from tests.faults.model_window import Disk, Profiled, Window, forget_the_dead

PATIENCE = 900.0
"""Seconds within which everything must have been exchanged once the faults have stopped."""

STRIDE = 5.0
"""Seconds that pass at each rest while nothing is to happen but that things find their way."""


class Table(RuleBasedStateMachine):
    """Who sits at the table; what they do is said by `Whole`."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="handoff-whole-", dir=_quick_disk()))
        self.loop = asyncio.new_event_loop()
        self.disk = Disk()
        self.loop.set_default_executor(self.disk)
        self.world = World()
        self.house = House(self.folder, self.world)
        self.ids = {name: lead.id for lead in self.house.leads.values() for name in LEADS if _is(lead, name)}
        self.homes = [self._new_home(Account(person)) for person in (REP, OTHER_REP)]
        self.windows: list[list[Window]] = [[], []]
        self.live, self.page, self.batch, self.chance = True, 500, 100, 0.5

    @initialize(
        live=st.booleans(),
        page=st.sampled_from([500, 3, 1]),
        batch=st.sampled_from([100, 2, 1]),
        chance=st.sampled_from([0.0, 0.5, 1.0]),
        windows=st.integers(1, 2),
    )
    def begin(self, live: bool, page: int, batch: int, chance: float, windows: int) -> None:
        self.live, self.page, self.batch, self.chance = live, page, batch, chance
        for who in (0, 1):
            for _ in range(windows):
                self.open(who)
            self.windows[who][0].step(3)
            self.wrote(who, self.windows[who][0])

    # --- what must hold at every moment ---------------------------------------------------------------------------

    @invariant()
    def all_is_well(self) -> None:
        assert not self.world.complaints, self.world.complaints
        for who, home in enumerate(self.homes):
            entries = entries_of(home)
            self._nothing_is_lost(home, entries)
            fresh = [window for window in self.windows[who] if not window.stale]
            expected = self._expected(home, entries) if fresh else {}
            for window in fresh:
                self._check_view(window, entries, expected)

    def _nothing_is_lost(self, home: Profiled, entries: Sequence[Entry]) -> None:
        account = home.account
        kept = {entry.operation.id: entry for entry in entries}
        assert kept.keys() >= account.committed.keys(), "a decision is gone from the outbox"
        pasts = [self.house.known, *self.house.past]
        for operation_id, operation in account.committed.items():
            entry = kept[operation_id]
            assert entry.operation == operation
            assert entry.withdrawn == (operation_id in account.withdrawn), f"{operation_id} was taken back by nobody"
            if entry.receipt is not None and operation_id not in account.refused_alone:
                assert any(operation_id in past.receipts for past in pasts), f"the hub never answered {operation_id}"
        assert not account.withdrawn & self.house.known.receipts.keys(), "what was taken back unsent is at the hub"

    def _check_view(
        self, window: Window, entries: Sequence[Entry], expected: dict[str, list[Lead] | bool | None]
    ) -> None:
        desk = window.desk
        status = desk.status()
        assert "fault of its own" not in status.message
        assert set(desk.rows()) == set(expected)
        for lead_id, leads in expected.items():
            shown, row = desk.lead(lead_id), desk.row(lead_id)
            if isinstance(leads, list):
                assert shown in leads, f"{shown} is not {leads}"
            elif leads:
                assert shown.state is State.SUPPRESSED, f"{shown.title} asked not to be contacted and is {shown.state}"
            assert row is not None
            assert row.state == shown.state.value
        owed = [entry.operation.id for entry in entries if entry.pending]
        assert [one.id for one in desk.ledger.pending()] == owed, "what is unsent is not in the order of recording"
        assert [one.operation.id for one in desk.waiting()] == owed
        assert status.pending == len(owed), f"the header says {status.pending} for {len(owed)}"
        unsettled = {one.operation.id for one in desk.unsettled()}
        mine = {row.id for row in desk.rows().values() if row.owner == f"person:{desk.me.id}"}
        matters = open_matters(entries, mine)
        assert unsettled == matters, f"unsettled are {sorted(matters)}, and listed {sorted(unsettled)}"
        assert status.conflicts + status.refused == len(unsettled)

    def _expected(self, home: Profiled, entries: Sequence[Entry]) -> dict[str, list[Lead] | bool | None]:
        """Return how each lead may look: more than one way only where two pasts of the hub can't be told apart.

        True stands for any way that is suppressed, None for any at all: nobody has told this profile yet that the hub
        has another history.
        """
        mirror = Mirror.open(home.profile.mirror_path)
        newest = mirror.agreement()
        # What is answered now bears numbers that say nothing about a mirror of the history before.
        here = self.house.goes_on_from(mirror.cursor)

        def agreement(version: int) -> Agreement:
            known = mirror.agreement(version) or newest
            assert known is not None
            return known

        found: dict[str, list[Lead] | bool | None] = {}
        for lead_id in mirror.rows():
            base = mirror.lead(lead_id)
            assert base is not None
            pasts = self.house.effects_in(base)
            assert pasts, "the mirror holds what the hub never said"
            if not here:
                found[lead_id] = None
                continue
            unwelcome = unwanted(base, entries, self.house.known.wishes)
            found[lead_id] = (
                [folded(base, entries, effects, home.account.person, agreement) for effects in pasts]
                if unwelcome is False
                else unwelcome
            )
        mirror.close()
        return found

    # --- the end --------------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        try:
            if any(self.windows):
                self.come_to_rest()
        finally:
            for who in (0, 1):
                while self.windows[who]:
                    self.windows[who].pop().kill()
            self.house.close()
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
            self.loop.close()
            shutil.rmtree(self.folder)
            forget_the_dead()

    def come_to_rest(self) -> None:
        """The faults stop and nobody types: everything must find its way by itself, and the header must say so."""
        self.disk.calm()
        everybody = [window for windows in self.windows for window in windows]
        for window in everybody:
            window.line.troubles.clear()
            window.line.meanwhile.clear()
            window.pace.stride = STRIDE
        for who in (0, 1):
            self.renew(who)
        end = self.world.seconds + PATIENCE
        missing = "nobody has looked yet"
        while missing:
            assert self.world.seconds < end, f"{missing}; {[one.desk.status() for one in everybody]}"
            for window in everybody:
                assert window.step(1)
            missing = self._missing()
        for window in everybody:
            window.pace.stride, window.stale = 0.0, False
        self.all_is_well()

    def _missing(self) -> str:
        """Say what is not as it must be in the end; empty when all is well."""
        leads = self.house.leads
        for who, home in enumerate(self.homes):
            for window in self.windows[who]:
                desk, status = window.desk, window.desk.status()
                if status.pending or not (status.elsewhere or (status.connected and not status.message)):
                    return f"{desk.me.name}'s header does not say synced"
                if desk.rows().keys() != leads.keys() or any(desk.lead(key) != lead for key, lead in leads.items()):
                    return f"{desk.me.name} does not see what the hub has"
            for entry in entries_of(home):
                operation_id, receipt = entry.operation.id, entry.receipt
                there = self.house.known.receipts.get(operation_id)
                if entry.withdrawn or operation_id in home.account.refused_alone:
                    continue
                if receipt is None:
                    return f"{operation_id} has no answer"
                if receipt.result.took_effect and there is None:
                    return f"{operation_id} took effect, and the hub does not know it"
            if self.windows[who] and not self._told(home, self.windows[who][0]):
                return f"{home.account.person.name}'s log does not tell everything"
        return ""

    def _told(self, home: Profiled, window: Window) -> bool:
        return home.account.committed.keys() <= {one.operation.id for one in window.desk.log()}

    # --- what people and hub have at hand -------------------------------------------------------------------------

    def open(self, who: int) -> Window:
        """Open a window on somebody's profile."""
        window = Window(
            self.homes[who], self.loop, live=self.live, page=self.page, batch=self.batch, chance=self.chance
        )
        self.windows[who].append(window)
        return window

    def window(self, who: int, which: int) -> Window:
        """Return one of somebody's windows; the only one there is, if need be."""
        windows = self.windows[who]
        return windows[which % len(windows)]

    def replace(self, who: int, window: Window) -> None:
        """The process dies where it stands, and the person starts the program again."""
        window.kill()
        self.windows[who].remove(window)
        self.wrote(who, self.open(who))

    def step(self, who: int, window: Window, times: int) -> None:
        """Let a window's sync go on; one that dies of it is opened again."""
        alive = window.step(times)
        window.stale = False
        self.wrote(who, window)
        if not alive:
            self.replace(who, window)

    def wrote(self, who: int, wrote: Window | None) -> None:
        """The other windows of the profile have not seen what this one has just written."""
        for window in self.windows[who]:
            window.stale = window.stale or window is not wrote

    def renew(self, who: int) -> None:
        """The person signs in again, which is the one thing that nobody can do for them."""
        self.homes[who].account.signed_in = True
        for window in self.windows[who]:
            if window.desk.status().signed_out:
                window.sync.poke()

    def act(self, who: int, which: int, names: Sequence[str], verb: LeadVerb) -> None:
        """Somebody does something to leads, if the rules allow it."""
        window = self.window(who, which)
        try:
            leads = [window.desk.lead(self.ids[name]) for name in names]
            operations = window.desk.prepare(verb, leads)
        except (CannotDo, UnknownLead):
            return
        window.desk.commit(operations)
        self.committed(who, window, operations, {lead.id: decided_in(lead) for lead in leads})

    def committed(
        self, who: int, window: Window, operations: Sequence[Operation], shown: dict[str, frozenset[str]]
    ) -> None:
        """Note what somebody was told to be saved, and which decisions they had before their eyes."""
        account = self.homes[who].account
        for operation in operations:
            account.committed[operation.id] = operation
            account.seen[operation.id] = shown[operation.target.id]
        self.wrote(who, window)

    def at_the_hub(self, verb: LeadVerb, lead: Lead, actor: Person, **more: str) -> None:
        """Somebody else does something, straight at the hub."""
        operation = Operation(
            id=self.world.new_id(),
            target=Target("lead", lead.id),
            verb=verb,
            seen=Seen(lead.decision_revision),
            actor=actor.id,
            at=self.world.now(),
            agreement=1,
            **more,
        )
        self.house.submit(actor, [operation])

    def _new_home(self, account: Account) -> Profiled:
        self.machines = getattr(self, "machines", 0) + 1
        return Profiled(self.folder / f"machine{self.machines}", self.world, self.house, account)


def decided_in(lead: Lead) -> frozenset[str]:
    """Return the decisions that can be seen in a lead."""
    return frozenset(entry.operation_id for entry in decisions(lead))


def entries_of(home: Profiled) -> list[Entry]:
    """Return what a profile's outbox holds, by its file alone."""
    outbox = Outbox.open(home.profile.outbox_path)
    assert not outbox.warnings
    entries = outbox.entries()
    outbox.close()
    return entries


def _is(lead: Lead, name: str) -> bool:
    return (lead.source, lead.source_id) == (LEADS[name].source, LEADS[name].source_id)


def _quick_disk() -> str | None:
    """Return a folder in memory where there is one: nothing here depends on what a power cut leaves."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() else None
