"""The part of a screen that hears of what changed on the desk: says what is new, and reads its queue again."""

from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING

from textual.timer import Timer

from tui.messages import DeskChanged
from tui.screens.deciding import Deciding
from tui.words import arrivals, matter_words, not_applied
from widgets.frame.status_line import StatusLine

if TYPE_CHECKING:
    from api.desk import Changed, Desk
    from tui.screens.triage.rows import RowSource

_SHORT = 0.01
"""Seconds of catching up that no key notices."""

_REST = 9.0
"""Times as long as catching up took, until it is done again."""

_NEWS_STAYS = 30.0
"""Seconds after which what is new is no news any more."""


class Hearing(Deciding, inherit_bindings=False):
    """Catches up with the desk in pieces that leave most of the time to the keys."""

    desk: "Desk"
    source: "RowSource"
    waiting: list[str]
    """The leads that wait, without any filter, as they were last read."""
    fresh: set[str]
    """Leads that something happened to since the person last looked at them."""
    news: dict[str, str]
    """By lead, what others did to it, in a sentence."""
    _arrived = 0
    _news_timer: Timer | None = None
    _rests_until = 0.0

    def begin_hearing(self) -> None:
        """Take it that what the desk says now is known."""
        self._behind: list[Changed] = []
        self._back: dict[str, None] = {}
        self._agreement = self.desk.agreement.version
        self._matters = matter_words(self.desk)

    def weed_chosen(self, by_others: Mapping[str, str]) -> None:
        """Choose no more what somebody else has taken."""
        raise NotImplementedError

    def show_all(self) -> None:
        """Show everything besides the queue's rows again."""
        raise NotImplementedError

    def on_desk_changed(self, message: DeskChanged) -> None:
        """Catch up with the view; changes that come close together are taken in one go."""
        self._behind.append(message.changed)
        if len(self._behind) == 1:
            wait = self._rests_until - monotonic()
            if wait > 0:
                self.set_timer(wait, self.catch_up)
            else:
                self.call_next(self.catch_up)

    @property
    def behind(self) -> bool:
        """Whether something that changed on the desk is not shown yet."""
        return bool(self._behind)

    def catch_up(self) -> None:
        """Take in what changed on the desk since the last time."""
        if self.holding or not self._behind:
            return
        behind, self._behind = self._behind, []
        begun = monotonic()
        self._take_in(behind)
        # However much changes, nine tenths of the time are left to the keys.
        took = monotonic() - begun
        self._rests_until = monotonic() + (_REST * took if took > _SHORT else 0)

    def _take_in(self, behind: "list[Changed]") -> None:
        queue_changed = False
        for changed in behind:
            self.source.forget()
            queue_changed |= bool(changed.ids or changed.everything or changed.agreement)
            self._arrived += len(changed.arrived)
            self._back |= dict.fromkeys(changed.back)
            others = {*changed.arrived, *(lead_id for lead_id, _ in changed.by_others)}
            self.source.note_changed(changed.ids)
            self.fresh |= others - {self.queue.lead_id}
            for lead_id, sentence in changed.by_others:
                self.news[lead_id] = sentence
                # Of leads that others take from the queue, the one under the cursor is told; what is one's own, always.
                mine = lead_id not in self.waiting and sentence not in self._matters.values()
                if mine or lead_id == self.queue.lead_id:
                    self.say(sentence, alarm=True)
        self.weed_chosen({lead_id: sentence for changed in behind for lead_id, sentence in changed.by_others})
        before, self._agreement = self._agreement, self.desk.agreement.version
        # Version 0 is the one that Handoff ships with, shown until the CRM has said which one holds.
        # A first pull brings every version there ever was, which is no change to anybody.
        first = any(changed.everything for changed in behind)
        if before and self._agreement and before != self._agreement and not first:
            self.say(f"The agreement changed: version {self._agreement} is in force.")
        told = [one for changed in behind for one in changed.receipts if not one.result.took_effect]
        if met := not_applied(self.desk, told):
            hint = self.handoff.key_hint("app.show_sync", "shows it" if len(told) == 1 else "shows them")
            needing = self.desk.status().needing
            self.say(met, hint, alarm=True, until=self._all_answered if needing else None)
        self._tell_matters()
        if any(changed.arrived or changed.back for changed in behind):
            returned = [row for row in map(self.desk.row, self._back) if row is not None]
            now = self.desk.now().timestamp()
            self.query_one("#status", StatusLine).tell(arrivals(self._arrived, returned, now))
            if self._news_timer is not None:
                self._news_timer.stop()
            self._news_timer = self.set_timer(_NEWS_STAYS, self._forget_arrivals)
        if queue_changed:
            self.read_queue()
        else:
            self.show_all()

    def _tell_matters(self) -> None:
        """Say once what somebody has put out of effect, and what somebody wishes."""
        before, self._matters = self._matters, matter_words(self.desk)
        if new := {key: words for key, words in self._matters.items() if key not in before}:
            words = next(iter(new.values())) if len(new) == 1 else f"{len(new)} matters need you."
            answers = self.handoff.key_hint("app.show_sync", "answers")
            self.say(words, answers, alarm=True, until=lambda: None if new.keys() & self._matters.keys() else "")

    def _all_answered(self) -> str | None:
        return None if self.desk.status().needing else ""

    def _forget_arrivals(self) -> None:
        self._arrived, self._back = 0, {}
        self.query_one("#status", StatusLine).tell("")
