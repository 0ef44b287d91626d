"""Mirror, outbox and view of one profile kept in step, and everybody told who listens. `api.desk` builds on it."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from api.desk.doing import acts
from api.desk.exchange import LastExchange, LineNote
from api.desk.held import Held
from api.desk.ledger import Ledger
from api.desk.needing.asking import Asking
from api.desk.needing.matters import overruling
from api.desk.needing.noticing import Noticing
from api.desk.news import Changed, Link, Status
from api.desk.view import View
from api.local.mirror import Mirror
from api.local.outbox import Outbox
from api.local.profile import Profile
from api.model.agreement import Agreement
from api.model.changes import Page
from api.model.lead import Lead
from api.model.operation import Operation, Receipt, Result
from api.model.people import Owner, Person
from api.rules.clocks import BusinessClock
from api.rules.queue import concerns

if TYPE_CHECKING:
    from api.rules.queue.setting import Setting


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def fresh_id() -> str:
    """Return an id that no other machine will ever make."""
    import uuid

    return uuid.uuid4().hex


class _Before(msgspec.Struct):
    """How leads stood before they changed."""

    known: dict[str, bool] = {}
    """Each of them, and whether there was a row of it."""
    stood: set[str] = set()
    """Those that waited for me."""
    stirred: dict[str, float | None] = {}
    """When each last did something that brings it back."""


class Agreements:
    """The agreement's versions, as far as the CRM has told them."""

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror

    def newest(self) -> Agreement:
        """Return the version in force; the one shipped with Handoff until the CRM has said which."""
        agreement = self._mirror.agreement()
        if agreement is None:
            from api.agreement import default

            agreement = default()
        return agreement

    def at(self, version: int) -> Agreement:
        """Return that version; the one in force when the CRM no longer has it."""
        return self._mirror.agreement(version) or self.newest()


class Keeping:
    """What one profile knows; see `api.desk` for how threads may use it."""

    def __init__(
        self,
        profile: Profile,
        me: Person,
        outbox: Outbox,
        mirror: Mirror,
        *,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = fresh_id,
    ) -> None:
        self._profile = profile
        self._mirror = mirror
        self._now = clock
        self._new_id = new_id
        self._lock = threading.RLock()
        self._ledger = Ledger(outbox)
        self._listeners: list[Callable[[Changed], None]] = []
        self._link = LineNote(profile).last()
        self._exchange = LastExchange(profile.root / "last-exchange")
        self._hopeless: set[str] = set()
        """Groups of acts of which the person has heard that they can't be taken back."""
        self._agreements = Agreements(mirror)
        self._load_agreement()
        self._me = mirror.person(me.id) or me
        self._view = View(mirror, self._me, self._agreements.at, self._setting)
        self._view.restart(self._me, self._ledger.history(), mirror.whole)
        self._asking = Asking(self._view.rows, self._view.lead, self._me)
        self._noticing = Noticing(self._ledger, self._view, self._asking)
        self._ledger.refresh()

    @property
    def profile(self) -> Profile:
        """The profile this desk stands on."""
        return self._profile

    @property
    def me(self) -> Person:
        """The person whose desk this is."""
        return self._me

    @property
    def agreement(self) -> Agreement:
        """The version in force; the one shipped with Handoff until the CRM has said which."""
        return self._agreement

    @property
    def clock(self) -> BusinessClock:
        """Business time under the agreement in force."""
        return self._clock

    @property
    def pulled(self) -> bool:
        """Whether the CRM has ever told this profile anything; until then, no leads means nothing."""
        return bool(self._mirror.cursor)

    @property
    def warnings(self) -> list[str]:
        """Sentences about damage found on the disk and what was recovered."""
        return [*self._ledger.warnings(), *self._mirror.warnings]

    def now(self) -> datetime:
        """Return the present moment in UTC, by the clock this desk was given."""
        return self._now()

    # --- hearing -------------------------------------------------------------------------------------------

    def status(self) -> Status:
        """Return what the sync mark says."""
        pending, oldest = self._ledger.owing()
        failed = self._unsettled()
        refused = sum(held.receipt is not None and held.receipt.result is Result.REFUSED for held in failed)
        link = self._link
        with self._lock:
            wishes = self._asking.known()
        return Status(
            connected=link.connected,
            since=link.since,
            pending=pending,
            oldest=oldest,
            conflicts=len(failed) - refused,
            refused=refused,
            last_exchange=self._exchange.at() if self.pulled else None,
            message=link.message,
            signed_out=link.signed_out,
            live=link.live,
            elsewhere=link.elsewhere,
            overturned=len(self._overruled()),
            wishes=wishes,
            failures=link.failures,
            next_try=link.next_try,
        )

    def listen(self, callback: Callable[[Changed], None]) -> Callable[[], None]:
        """Call `callback` after every change, on whichever thread made it; the returned function ends that."""
        self._listeners.append(callback)

        def stop() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return stop

    def receipt(self, operation_id: str) -> Receipt | None:
        """Return the CRM's answer to an operation, or None while there is none."""
        held = self._ledger.get(operation_id)
        return held.receipt if held is not None else None

    def refresh(self) -> bool:
        """Look at what other processes wrote (a cheap stat when they wrote nothing); True when something changed."""
        changed = self._look()
        if changed is None:
            return False
        self._tell(changed)
        return True

    def _look(self) -> Changed | None:
        """Take in what other processes wrote; returns what is to be told of it, or None."""
        news = self._ledger.refresh()
        now = self._now()
        with self._lock:
            known = self._mirror.cursor
            before = _Before()
            moved = set(self._mirror.refresh(lambda ids: self._note_before(before, ids, now)))
            pulled = bool(moved) or self._mirror.cursor != known
            changed = Changed()
            if pulled:
                whole = self._mirror.whole
                changed = self._after_mirror(dict.fromkeys(moved, whole), whole, None)
            touched = self._show([*news.held, *news.gone])
            if pulled:
                changed = self._compared(changed, before, now)
        if not (pulled or news):
            return None
        receipts = tuple(held.receipt for held in news.held if held.receipt is not None)
        told = tuple(self._noticing.overruled(news.overruled, self._agreement))
        by_others = (*told, *changed.by_others)
        return replace(changed, ids=changed.ids | touched, receipts=receipts, by_others=by_others, status=True)

    def close(self) -> None:
        """Tell nobody of anything any more, and let go of the files."""
        self._listeners.clear()
        self._ledger.close()
        self._mirror.close()

    # --- for sync ----------------------------------------------------------------------------------------------

    @property
    def ledger(self) -> Ledger:
        """This profile's own operations."""
        return self._ledger

    @property
    def cursor(self) -> str:
        """Where the next pull goes on; empty before the first."""
        return self._mirror.cursor

    @property
    def n(self) -> int:
        """Number of the last change that the mirror holds."""
        return self._mirror.n

    @property
    def whole(self) -> int:
        """Number of the change up to which the mirror lacks nothing."""
        return self._mirror.whole

    @property
    def link(self) -> Link:
        """How the line to the CRM stands."""
        return self._link

    @property
    def epoch(self) -> str:
        """The history of the CRM that the mirror holds."""
        return self._mirror.epoch

    def mirrored(self, lead_id: str) -> Lead | None:
        """Return a lead as the CRM last told it, without anything of ours on top; None when it told none."""
        with self._lock:
            return self._mirror.lead(lead_id)

    def agreement_at(self, version: int) -> Agreement:
        """Return that version of the agreement; the one in force when the CRM no longer has it."""
        return self._agreements.at(version)

    def take_page(self, page: Page) -> None:
        """Take in one page of the CRM's changes.

        Raises:
            NotSaved: the disk did not take it; it is asked for again.
        """
        now = self._now()
        # Before the page itself, so that a crash in between can't lose that somebody was overruled.
        decided = self._noticing.mine_in(page)
        overruled = self._noticing.note_overruled(decided, now)
        ready = self._mirror.ready(page)
        # Other processes are waited for before anybody else here has to wait for this.
        with self._mirror.reserved(), self._lock:
            kept = tuple(self._noticing.kept(decided, self._mirror.lead))
            first = self._view.whole == 0
            before = _Before()
            self._note_before(before, [change.id for change in page.changes if change.kind == "lead"], now)
            numbers = dict.fromkeys(self._mirror.put(ready), page.n)
            numbers.update({change.id: change.n for change in page.changes if change.kind == "lead"})
            changed = self._after_mirror(numbers, None if page.more else page.n, page)
            if first:
                changed = replace(changed, ids=frozenset(), everything=True)
            else:
                changed = self._compared(changed, before, now)
                changed = replace(changed, by_others=(*kept, *changed.by_others))
            told = tuple(self._noticing.overruled(overruled, self._agreement))
            changed = replace(changed, by_others=(*told, *changed.by_others))
        self._exchange.note(now)
        # The screens shall find the queue sorted, instead of having to sort so much themselves.
        self._view.keep_up(self._lock, done=not page.more)
        if page.changes or changed.ids or first:
            self._tell(replace(changed, status=True))
        self._mirror.tidy()

    def take_receipts(self, receipts: Sequence[Receipt]) -> None:
        """Close operations with the CRM's answers, in one flush.

        Raises:
            NotSaved: the disk did not take them; the operations stay pending and are offered again.
        """
        now = self._now()
        effective = {receipt.operation_id for receipt in receipts if receipt.result.took_effect}
        mine = [held for key in effective if (held := self._ledger.get(key)) is not None]
        leads = (self.mirrored(lead_id) for lead_id in {held.operation.target.id for held in mine})
        with self._ledger.writing():
            # An answer may come after the page that tells what became of it since.
            overruled = self._noticing.note_overruled((lead for lead in leads if lead is not None), now, effective)
            ids = self._show(self._ledger.settle(receipts))
        self._exchange.note(now)
        told = tuple(self._noticing.overruled(overruled, self._agreement))
        self._tell(Changed(ids=ids, receipts=tuple(receipts), by_others=told, status=True))

    def start_over(self) -> None:
        """Forget what the CRM said, so that everything is pulled again; our own operations stay."""
        with self._mirror.reserved(), self._lock:
            self._mirror.reset()
            self._view.restart(self._me, self._ledger.history(), 0)
            self._asking.forget()
        self._tell(Changed(everything=True, status=True))

    def set_link(self, link: Link) -> None:
        """Say how the line to the CRM stands."""
        if link != self._link:
            self._link = link
            self._tell(Changed(status=True))

    def _overruled(self) -> list[Held]:
        return [held for held in self._ledger.overruled() if self._known(held) and self._stays_overruled(held)]

    def _stays_overruled(self, held: Held) -> bool:
        lead = self._look_up(held.operation.target.id)
        return lead is None or overruling(lead, held.operation) is not None

    def _known(self, held: Held) -> bool:
        return held.operation.target.id in self._view.rows or not self.pulled

    def _unsettled(self) -> list[Held]:
        # Also on leads that are gone: their author has not heard otherwise that it did not take effect.
        return [held for held in self._ledger.unsettled() if not self._got_after_all(held)]

    def _got_after_all(self, held: Held) -> bool:
        """Say whether somebody was first to take a lead that is this person's now."""
        if held.receipt is None or held.receipt.result is not Result.TAKEN:
            return False
        lead_id, mine = held.operation.target.id, str(Owner("person", self._me.id))
        # What was done since and waits for its answer may meet somebody else's again: the CRM must say so, too.
        rows = (self._mirror.rows().get(lead_id), self._view.rows.get(lead_id))
        return all(row is not None and row.owner == mine for row in rows)

    # --- keeping the view right --------------------------------------------------------------------------------

    @contextmanager
    def _writing(self) -> Iterator[set[str]]:
        """Look at what other processes wrote, and keep other threads from writing meanwhile.

        Yields a set for the leads that are touched. Everybody is told at the end, of what was done before an error,
        too: a listener may wait for a thread that wants to write.
        """
        touched: set[str] = set()
        found: Changed | None = None
        try:
            with self._ledger.writing():
                found = self._look()
                yield touched
        finally:
            if found is not None:
                self._tell(found)
            if touched:
                self._tell(Changed(ids=frozenset(touched), status=True))

    def _show(self, held: Iterable[Held]) -> frozenset[str]:
        """Bring operations of ours into the view as the ledger has them now, or out of it when it has them no longer.

        Returns the leads that may look different. What the caller has may be older than what another thread has shown.
        """
        with self._lock:
            ids: set[str] = set()
            for one in held:
                now = self._ledger.get(one.operation.id)
                ids |= self._view.hold(now) if now is not None else self._view.drop(one)
            self._view.refold(ids)
            self._asking.touch(ids)
        return frozenset(ids)

    def _note_before(self, before: "_Before", lead_ids: Iterable[str], now: datetime) -> None:
        """Note how leads stand that are about to change; not while the first pull goes on. The lock is held."""
        if self._view.whole == 0:
            return
        # What is asked for already is no news afterwards.
        self._asking.look()
        before.known.update((lead_id, lead_id in self._view.rows) for lead_id in lead_ids)
        before.stood.update(one for one in before.known if self._view.waits_for_me(one, now.timestamp()))
        before.stirred.update((one, self._stirred(one)) for one in before.known)

    def _compared(self, changed: Changed, before: "_Before", now: datetime) -> Changed:
        """Add what others did to those leads, and which of them have come to wait for me. The lock is held."""
        arrived = (one for one, known in before.known.items() if not known)
        taken = self._noticing.taken(before.stood, now, self._me.id, self._agreement)
        others = [one for one, known in before.known.items() if known and one not in before.stood]
        handed = self._noticing.handed(others, now, self._me.id, self._agreement)
        return replace(
            changed,
            arrived=tuple(one for one in arrived if self._view.waits_for_me(one, now.timestamp())),
            back=tuple(one for one, known in before.known.items() if known and self._is_back(one, before)),
            by_others=(*taken, *handed, *self._noticing.asked(before.known)),
        )

    def _stirred(self, lead_id: str) -> float | None:
        row = self._view.rows.get(lead_id)
        return None if row is None else row.stirred

    def _is_back(self, lead_id: str, before: "_Before") -> bool:
        row = self._view.rows.get(lead_id)
        if row is None or row.stirred is None or row.stirred == before.stirred.get(lead_id):
            return False
        return concerns(row, self._me)

    def _look_up(self, lead_id: str) -> Lead | None:
        with self._lock:
            return self._view.lead(lead_id)

    def _title(self, operation: Operation) -> str:
        row = self._view.rows.get(operation.target.id)
        return row.title if row is not None else acts.title_seen(operation)

    def _after_mirror(self, numbers: Mapping[str, int], whole: int | None, page: Page | None) -> Changed:
        """Bring the view up to the mirror; the lock is held."""
        affected = self._view.arrived(numbers, whole)
        kinds = {change.kind for change in page.changes} if page is not None else {"person", "agreement"}
        version = self._agreement.version
        if "agreement" in kinds:
            self._load_agreement()
        me = self._mirror.person(self._me.id) if "person" in kinds else None
        if me is not None and me != self._me:
            self._me = me
            self._view.restart(me, self._ledger.history(), self._view.whole)
            self._asking.forget()
            return Changed(everything=True, agreement=self._agreement.version != version)
        self._view.refold(affected)
        self._asking.touch(affected)
        if "campaign" in kinds or page is None:
            self._view.names_changed()
        campaigns = (change.id for change in page.changes if change.kind == "campaign") if page is not None else ()
        return Changed(
            ids=frozenset(affected),
            campaigns=frozenset(campaigns),
            agreement=self._agreement.version != version,
        )

    def _setting(self, now: float) -> "Setting":
        """Return what filters and orders mean at `now` (epoch seconds)."""
        from api.rules.queue.setting import setting_at

        names = {one.id: one.name for one in self._mirror.campaigns()}
        people = {str(Owner("person", one.id)): one.name for one in self._mirror.people()}
        return setting_at(now, self._clock, self._agreement, self._me, campaigns=names, people=people)

    def _load_agreement(self) -> None:
        self._agreement = self._agreements.newest()
        self._clock = BusinessClock(self._agreement)

    def _tell(self, changed: Changed) -> None:
        for listener in tuple(self._listeners):
            listener(changed)
