"""The one object that screens and command line talk to: read the view, record an act, hear of changes.

Threads: every method may be called from any thread. One lock guards what is shown, and is never held while the disk
works; another keeps writers in turn. Whatever writes blocks until the disk has the record, so screens use its twin that
runs it off the event loop: `record` for `prepare` and `commit`, `take_back` for `undo`, and for every other method
`x` the one called `x_soon` (`resolve_soon`, `answer_soon`, `reconsider_soon`, `redo_soon`, `take_in_soon`, `log_soon`,
`keep_view_soon`, `drop_view_soon`); for many leads at once `record_all` for `prepare_all` and `commit`.
Listeners are called on whichever thread made the change, without a lock held; a screen hands over to its own loop.

Each part has a room of its own: `keeping` (mirror, outbox and view in step), `doing` (acting, undoing), `needing` (what
needs the person, and their answers), `history` (log, export), `listing` (lists of leads, and named views). Reading
single leads and people is here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from api.desk.doing.undoing import Undoing
from api.desk.history import History
from api.desk.keeping import fresh_id, utc_now
from api.desk.listing import Listing
from api.desk.needing.resolving import Resolving
from api.desk.news import NotConnected, UnknownLead
from api.local.mirror import Mirror
from api.local.outbox import Outbox
from api.local.profile import Profile
from api.model.agreement import Moment, Prefill, Reason
from api.model.campaign import Campaign
from api.model.lead import Lead, State
from api.model.people import Owner, Person, Role, parse_owner
from api.rules import permission
from api.rules.identity import LOOKED_AT, Likeness, company_needles, duplicate_needles, likely_duplicates
from api.rules.queue import Row

if TYPE_CHECKING:
    from api.rules.showing.beside import Beside


class Desk(Undoing, Resolving, History, Listing):
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

    def warm(self) -> None:
        """Tidy the mirror and prepare what the first search needs; nobody else has to wait while it works."""
        self.drafts.load()
        self._mirror.tidy()
        self._view.warm(self._lock, lambda: self._now().timestamp(), counted=True)

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

    def campaigns(self) -> list[Campaign]:
        """Return every campaign that the CRM has named."""
        with self._lock:
            return list(self._mirror.campaigns())

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

    def beside(self, lead: Lead) -> "Beside":
        """Return the other records of the same person or company.

        Looks through the words of all leads: call it off the event loop.
        """
        from api.rules.showing.beside import beside_of

        rows = self._view.rows
        person = rows.having(duplicate_needles(lead))
        company = rows.having(company_needles(lead)) - person
        found = [*_some(person), *_some(company)]
        alike = ((row, rows.hay(one)) for one in found if (row := rows.get(one)) is not None)
        return beside_of(lead, alike, self.owner_words, at_least=len(found) < len(person) + len(company))

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
        # The words of titles that it knows are of no use before somebody refuses a lead.
        from api.rules.prefill import Elsewhere, prefill

        wanted = {ask.prefill for ask in reason.asks}
        likely = self.likely_duplicates(lead) if Prefill.DUPLICATE in wanted else []
        colleagues = self._colleagues(lead) if wanted & {Prefill.ACCOUNT, Prefill.COMPANY_OWNER} else []
        elsewhere = Elsewhere(
            duplicate=likely[0].id if likely and likely[0].strong else "",
            account=self._account(colleagues) if Prefill.ACCOUNT in wanted else "",
            owner=self._owner_among(colleagues, lead),
        )
        term = self._agreement.term(self._agreement.handoff_term)
        today = self._clock.today(self._now())
        return prefill(reason, lead, today, term=term, answers=answers, elsewhere=elsewhere)

    def likely_duplicates(self, lead: Lead) -> list[Likeness]:
        """Return other leads that look like the same person, likeliest first, each with why."""
        with self._lock:
            rows = self._view.rows
            found = _some(rows.having(duplicate_needles(lead)))
            alike = [(row, rows.hay(one)) for one in found if (row := rows.get(one)) is not None]
        return likely_duplicates(lead, alike)

    def _colleagues(self, lead: Lead) -> list[Row]:
        """Return the other leads of the same company, the latest handed first."""
        company = lead.company.name.strip().casefold()
        if not company:
            return []
        with self._lock:
            rows = self._view.rows
            alike = _some(rows.having(company_needles(lead)))
            found = [row for one in alike if one != lead.id and (row := rows.get(one)) is not None]
        same = [row for row in found if row.company.strip().casefold() == company]
        return sorted(same, key=lambda row: (-row.handed, row.id))

    def _account(self, colleagues: Sequence[Row]) -> str:
        """Return the customer or opportunity that these leads of one company speak of; empty when they do not."""
        for state, words in ((State.WON, "customer"), (State.QUALIFIED, "opportunity")):
            for row in colleagues:
                if row.state == state.value:
                    return f"{row.company}, {words}: {row.title}"
        for row in colleagues:
            if row.state in (State.REJECTED.value, State.DISQUALIFIED.value):
                linked = self._look_up(row.id)
                if linked is not None and linked.standing.linked_to:
                    return linked.standing.linked_to
        return ""

    def _owner_among(self, colleagues: Sequence[Row], lead: Lead) -> str:
        """Return who else has leads of this company and still works here; empty when nobody has."""
        mine = {str(Owner("person", self._me.id)), str(lead.standing.owner or ""), ""}
        active = {f"person:{one.id}" for one in self.people() if one.active and one.role in (Role.REP, Role.MANAGER)}
        active |= {f"team:{one.team}" for one in self.people() if one.active and one.team}
        return next((row.owner for row in colleagues if row.owner not in mine and row.owner in active), "")


def _some(lead_ids: set[str]) -> list[str]:
    """Return so many of these leads as are looked at beside one, the same ones each time."""
    from heapq import nsmallest

    return nsmallest(LOOKED_AT, lead_ids) if len(lead_ids) > LOOKED_AT else list(lead_ids)
