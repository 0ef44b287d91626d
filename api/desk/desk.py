"""The one object that screens and command line talk to: read the view, record an act, hear of changes.

Threads: every method may be called from any thread. One lock guards what is shown, and is never held while the disk
works; another keeps writers in turn. Whatever writes blocks until the disk has the record, so screens use its twin that
runs it off the event loop: `record` for `prepare` and `commit`, `take_back` for `undo`, and for every other method
`x` the one called `x_soon` (`resolve_soon`, `answer_soon`, `reconsider_soon`, `redo_soon`, `take_in_soon`, `log_soon`).
Listeners are called on whichever thread made the change, without a lock held; a screen hands over to its own loop.

Each part has a room of its own: `keeping` (mirror, outbox and view in step), `doing` (acting, undoing), `needing` (what
needs the person, and their answers), `history` (log, export). Reading the view is here.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

from api.desk.doing.undoing import Undoing
from api.desk.history import History
from api.desk.keeping import fresh_id, utc_now
from api.desk.needing.resolving import Resolving
from api.desk.news import NotConnected, UnknownLead
from api.local.mirror import Mirror
from api.local.outbox import Outbox
from api.local.profile import Profile
from api.model.agreement import Moment, Reason
from api.model.campaign import Campaign
from api.model.lead import Lead, State
from api.model.people import Owner, Person, parse_owner
from api.rules import answers as answering
from api.rules import permission
from api.rules.identity import duplicate_needles, likely_duplicates
from api.rules.queue import Row


class Desk(Undoing, Resolving, History):
    """The view of one profile: what the CRM last said, with everything on top that this profile has done since."""

    @classmethod
    def open(
        cls,
        profile: Profile,
        *,
        clock: Callable[[], datetime] = utc_now,
        new_id: Callable[[], str] = fresh_id,
    ) -> "Desk":
        """Open the profile's mirror and outbox.

        Raises:
            NotConnected: the profile belongs to no CRM yet.
            LocalError: the profile can't be read (too new, no access).
        """
        connection = profile.connection()
        if connection is None:
            raise NotConnected(
                "Handoff is not connected to a CRM yet: “handoff demo” tries it out, "
                "“handoff connect hub URL” joins your team's."
            )
        outbox = Outbox.open(profile.outbox_path, now=clock)
        mirror = Mirror.open(profile.mirror_path)
        return cls(profile, connection.person, outbox, mirror, clock=clock, new_id=new_id)

    # --- reading -----------------------------------------------------------------------------------------------

    def rows(self) -> Mapping[str, Row]:
        """Return every lead's row, decided or not. The mapping is live: look up freely, copy before iterating."""
        return self._view.rows

    def row(self, lead_id: str) -> Row | None:
        """Return one lead's row."""
        return self._view.rows.get(lead_id)

    def queue(self, filter_text: str = "") -> list[str]:
        """Return the ids of the leads that wait for me, what is due first at the top; the list is not to be changed.

        With a filter: those of them that match, then every other match (decided, snoozed, other people's), newest
        handoff first.
        """
        with self._lock:
            return self._view.queue(filter_text, self._now().timestamp())

    def warm(self) -> None:
        """Tidy the mirror and prepare what the first search needs; nobody else has to wait while it works."""
        self._mirror.tidy()
        self._view.warm(self._lock, lambda: self._now().timestamp())

    def owners(self) -> set[str]:
        """Return whom leads belong to, or once belonged to: ``person:ID``, ``team:NAME``, empty for nobody."""
        with self._lock:
            return self._view.rows.owners()

    def find(self, text: str) -> Lead:
        """Return the lead whose id is `text`, or the only one whose id begins with it.

        Raises:
            UnknownLead: there is none, or more than one.
        """
        wanted = text.strip()
        with self._lock:
            rows = self._view.rows
            if wanted in rows:
                return self.lead(wanted)
            found = [lead_id for lead_id in rows if lead_id.startswith(wanted)] if wanted else []
        if len(found) == 1:
            return self.lead(found[0])
        if not found:
            raise UnknownLead(f"There is no lead “{wanted[:60]}” here; “handoff list” shows the ids.")
        some = ", ".join(sorted(found)[:5])
        raise UnknownLead(f"{len(found)} leads begin with “{wanted[:60]}”: {some}{', …' if len(found) > 5 else ''}.")

    def campaign(self, campaign_id: str) -> Campaign | None:
        """Return the campaign, or None when the CRM never named it."""
        with self._lock:
            return self._mirror.campaign(campaign_id)

    def person(self, person_id: str) -> Person | None:
        """Return the person with this id."""
        with self._lock:
            return self._mirror.person(person_id)

    def people(self) -> list[Person]:
        """Return everybody with an account, by name."""
        with self._lock:
            people = list(self._mirror.people())
        return sorted(people, key=lambda person: (person.name.casefold(), person.id))

    def owner_words(self, owner: Owner | str | None) -> str:
        """Say whose a lead is: ``you``, a person's name, ``team North``, ``nobody``."""
        if isinstance(owner, str):
            owner = parse_owner(owner) if owner else None
        if owner is None:
            return "nobody"
        if owner.kind == "team":
            return f"team {owner.id}"
        if owner.id == self._me.id:
            return "you"
        person = self.person(owner.id)
        return person.name if person is not None else owner.id

    # --- what can be done --------------------------------------------------------------------------------------

    def hinder(self, lead: Lead, kind: str) -> str:
        """Say why the verb `kind` is not possible now for me; empty when it is."""
        return permission.hinder(lead, kind, self._me)

    def reasons(self, lead: Lead) -> list[Reason]:
        """Return the reasons that may refuse this lead now, in the agreement's order."""
        before_contact = lead.state is State.NEW
        if self.hinder(lead, "reject" if before_contact else "disqualify"):
            return []
        wrong = Moment.DISQUALIFY if before_contact else Moment.REJECT
        return [reason for reason in self._agreement.reasons if reason.active and reason.moment is not wrong]

    def prefill(self, reason: Reason, lead: Lead, answers: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return a first value for each thing the reason asks for, by the ask's key.

        `answers` are those given already: some first values depend on them.
        """
        duplicate = ""
        if any(ask.prefill.value == "likeliest_duplicate" for ask in reason.asks):
            with self._lock:
                rows = self._view.rows
                alike = [(rows[one], rows.hay(one)) for one in rows.having(duplicate_needles(lead))]
            duplicate = next(iter(likely_duplicates(lead, alike, limit=1)), "")
        today = self._clock.today(self._now())
        return {
            ask.key: answering.prefill(ask, reason, lead, today, answers=answers, duplicate=duplicate)
            for ask in reason.asks
        }
