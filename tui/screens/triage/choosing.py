"""The part of the triage screen that chooses several leads, to do the same to all of them at once."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from textual import on

from api.errors import HandoffError
from api.rules.wording import grouped
from tui.screens.deciding import ACTS
from tui.screens.triage.part import Part
from widgets.queue.lead_queue import LeadQueue

if TYPE_CHECKING:
    from api.model.lead import Lead
    from api.model.operation import LeadVerb
    from tui.screens.bulk import Outcome, Pair

MOST = 1_000
"""How many leads can be chosen at once: no preview of more is read by anybody."""

_NAMES = 3


class Choosing(Part, inherit_bindings=False):
    """Keeps what was chosen by id, whatever becomes of the rows."""

    holding = 0
    last_key = ""
    """The key that was pressed last while no dialog was open."""

    def begin_choosing(self) -> None:
        """Begin with nothing chosen."""
        self._chosen: dict[str, tuple[str, str]] = {}

    @property
    def chosen(self) -> tuple[str, ...]:
        """The leads that were chosen, in the order in which they were; empty mostly."""
        return tuple(self._chosen)

    def action_select(self) -> None:
        """Choose the lead under the cursor, or not any more, and go on to the next."""
        lead_id = self.queue.lead_id
        if not lead_id:
            self.say("No lead is under the cursor.")
            return
        self.toggle(lead_id)
        self.queue.move(1)
        self.follow()

    def toggle(self, lead_id: str) -> None:
        """Choose a lead, or not any more."""
        if lead_id in self._chosen:
            self._keep(one for one in self._chosen if one != lead_id)
        elif len(self._chosen) >= MOST:
            self.say(f"No more than {grouped(MOST)} can be chosen at once.")
        else:
            self._keep([*self._chosen, lead_id])

    @on(LeadQueue.Picked)
    def _row_picked(self, picked: LeadQueue.Picked) -> None:
        self.toggle(picked.lead_id)

    def action_select_all(self) -> None:
        """Choose all leads that are shown; when all are, none."""
        shown = self.queue.ids
        if not shown:
            self.say("There is nothing to choose.")
        elif all(lead_id in self._chosen for lead_id in shown[:MOST]):
            self._keep(())
            self.say("Nothing is chosen any more.")
        else:
            fresh = [lead_id for lead_id in shown[:MOST] if lead_id not in self._chosen]
            self._keep([*self._chosen, *fresh][:MOST])
            if len(self._chosen) < len(shown):
                self.say(f"The first {grouped(MOST)} are chosen; more can’t be at once.")
            else:
                self.say(
                    f"{_leads(len(self._chosen))} {'is' if len(self._chosen) == 1 else 'are'} chosen.",
                    "what you do next is done to all of them",
                )

    def choose_none(self) -> None:
        """Forget what was chosen."""
        self._keep(())

    def _keep(self, lead_ids: Iterable[str]) -> None:
        kept = {lead_id: self._chosen.get(lead_id) or self._stands(lead_id) for lead_id in lead_ids}
        self._chosen = {lead_id: stands for lead_id, stands in kept.items() if stands is not None}
        self.queue.choose(self._chosen)
        self.show_header()
        self.show_keys()

    def _stands(self, lead_id: str) -> tuple[str, str] | None:
        row = self.desk.row(lead_id)
        return None if row is None else (row.state, row.owner)

    def weed_chosen(self, by_others: Mapping[str, str]) -> None:
        """Choose no more what somebody else has taken, and say so; `by_others` has what others did, as sentences."""
        gone = [lead_id for lead_id, stood in self._chosen.items() if self._stands(lead_id) != stood]
        if not gone:
            return
        named = [row.title for row in map(self.desk.row, gone[:_NAMES]) if row is not None]
        self._keep([lead_id for lead_id in self._chosen if lead_id not in gone])
        if len(gone) == 1:
            what = by_others.get(gone[0], "").rstrip(".") or self._became(gone[0])
            self.say(f"{what}; it is no longer chosen.", alarm=True)
        else:
            names = f": {', '.join(named)}{' …' if len(gone) > len(named) else ''}" if named else ""
            # What one's own undo changed was taken by nobody.
            count = _leads(len(gone))
            became = f"Others took {count}" if by_others.keys() >= set(gone) else f"{count} changed"
            self.say(f"{became}; they are no longer chosen{names}.", alarm=True)

    def _became(self, lead_id: str) -> str:
        row = self.desk.row(lead_id)
        if row is None:
            return "A lead that was chosen is not here any more"
        return f"{row.title} is {row.state} now, with {self.desk.owner_words(row.owner)}"

    # doing it to all of them

    async def preview(
        self,
        pairs: "Sequence[tuple[Lead, Sequence[LeadVerb]]]",
        sentence: str,
        *,
        barred: Mapping[str, str] | None = None,
    ) -> None:
        """Show what would become of each lead, and do it once that is confirmed.

        `pairs` holds each chosen lead with what to do to it. `sentence` says in the imperative what is asked for, as
        “Snooze until Mon 1 Dec”. `barred` has those that it can't be done to at all, by id, each with the reason as a
        sentence.
        """
        from tui.screens.bulk import BulkScreen

        dialog = BulkScreen(
            self.desk,
            pairs,
            sentence,
            barred or {},
            self._begin_all,
            asked_by={self.last_key, self.handoff.last_key},
            done=self._all_done,
        )
        await self.handoff.push_screen(dialog)

    def _begin_all(self, pairs: "Sequence[Pair]") -> "asyncio.Future[Outcome]":
        saved: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self.run_worker(self._do_all(pairs, saved), group=ACTS)
        return saved

    async def _do_all(self, pairs: "Sequence[Pair]", saved: "asyncio.Future[Outcome]") -> None:
        # What the desk says of it meanwhile is taken in together with the rows that leave.
        self.holding += 1
        try:
            outcome = await self.handoff.writer.run(lambda: self._record_all(pairs))
        finally:
            self.holding -= 1
        self._take_away(outcome.saved)
        self.catch_up()
        if outcome.problem or outcome.saved:
            self.unsaved = outcome.problem
            self.show_header()
        saved.set_result(outcome)

    def _record_all(self, pairs: "Sequence[Pair]") -> "Outcome":
        """Ask the rules once more and write what they allow, as one act; blocks until the disk has it."""
        from api.rules.conflicts import suppresses
        from tui.screens.bulk import Outcome

        desk = self.desk
        prepared = desk.prepare_all(pairs)
        refused = {refusal.lead.id: refusal.sentence for refusal in prepared.refusals}
        try:
            desk.commit(prepared.operations)
        except HandoffError as problem:
            not_saved = {one.target.id: problem.sentence for one in prepared.operations}
            return Outcome(refused=refused | not_saved, problem=problem.sentence)
        done = frozenset(one.target.id for one in prepared.operations)
        act = desk.last_act() if done else None
        if act is not None and act.group != prepared.operations[0].group:
            act = None
        final = any(suppresses(one.verb, desk.agreement) for one in prepared.operations)
        return Outcome(done, refused, act.sentence if act is not None else f"Saved: {_leads(len(done))}", final)

    def _take_away(self, lead_ids: Collection[str]) -> None:
        """Show the queue without those that left it; the next that stays comes to stand on the cursor's line."""
        self._chosen = {lead_id: stands for lead_id, stands in self._chosen.items() if lead_id not in lead_ids}
        self.queue.choose(self._chosen)
        before, after = list(self.queue.ids), self.read_ids()
        if before != after:
            # What stands elsewhere now takes the cursor nowhere.
            self.queue.drop_all(lead_ids)
        self.read_queue()
        self.follow()

    async def _all_done(self, outcome: "Outcome") -> None:
        many = len(outcome.saved) > 1
        undoes = self.handoff.key_hint("triage.undo", "takes all of it back" if many else "undoes")
        if outcome.saved:
            left = len(self._chosen)
            rest = f"; {grouped(left)} {'stays' if left == 1 else 'stay'} chosen" if left else ""
            self.say(outcome.sentence + rest, "this can’t be undone" if outcome.final else undoes)
        elif outcome.refused:
            self.say("Not saved; nothing was changed.", alarm=True)


def _leads(count: int) -> str:
    return f"{grouped(count)} lead{'' if count == 1 else 's'}"
