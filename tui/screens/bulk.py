"""One act on several leads: what will happen to each and why not, done once confirmed, then what was saved."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from api.errors import HandoffError
from api.model.operation import Correct
from api.rules.wording import grouped
from tui.messages import DeskChanged
from tui.screens.dialog import Dialog, overtaken
from widgets.basis.lines import OneLine
from widgets.frame.key_bar import Key, KeyBar
from widgets.queue.act_list import ActList, ActRow

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from api.model.operation import LeadVerb

Pair = tuple["Lead", "Sequence[LeadVerb]"]

_SOON = 0.25
"""Seconds for which the next key waits for the disk, so that it reaches what it was meant for."""

_LONG = 1.0
"""Seconds after which it is said that saving goes on."""


class Outcome(msgspec.Struct, frozen=True):
    """What came of it."""

    saved: frozenset[str] = frozenset()
    """Leads whose record is on the disk."""
    refused: Mapping[str, str] = {}
    """Others by id, each with the reason as a sentence."""
    sentence: str = ""
    """What was done, in one sentence."""
    final: bool = False
    """Whether it can't be taken back."""
    problem: str = ""
    """Why the disk took none of it; empty when it did."""


class BulkScreen(Dialog[Outcome], inherit_bindings=False):
    """Gives back what came of it once everything was saved, or nothing when it was left."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        desk: "Desk",
        pairs: Sequence[Pair],
        sentence: str,
        barred: Mapping[str, str],
        apply: Callable[[Sequence[Pair]], "asyncio.Future[Outcome]"],
        *,
        asked_by: Collection[str] = (),
        done: Callable[[Outcome], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__(done)
        self._desk = desk
        self._pairs = list(pairs)
        self._sentence = sentence.rstrip(".")
        self._barred = dict(barred)
        self._apply = apply
        # What asked for it never confirms it, nor what answered last.
        self._yes = "Y" if "y" in asked_by else "y"
        self._possible: list[Pair] = []
        self._looked = False
        self._saving: asyncio.Future[Outcome] | None = None
        self._outcome: Outcome | None = None

    def compose(self) -> ComposeResult:
        """Lay the list out."""
        with Vertical(classes="dialog"):
            yield OneLine(id="dialog-title")
            yield OneLine(classes="gap")
            yield ActList(id="acts")
        yield KeyBar(id="dialog-keys")

    def on_mount(self) -> None:
        """Ask the rules about every lead, off the loop."""
        self._show_title()
        self._show_keys()
        self._look()

    def _show_title(self) -> None:
        count = _leads(len(self._pairs) + len([one for one in self._barred if one not in self._ids]))
        self.query_one("#dialog-title", OneLine).show(((self._sentence, "strong"), (f" · {count}", "dim")))

    @property
    def _ids(self) -> set[str]:
        return {lead.id for lead, _ in self._pairs}

    def _show_keys(self) -> None:
        if self._outcome is not None:
            keys = [Key(id="back", key="Esc", title="back")]
        else:
            many = _leads(len(self._possible))
            yes = Key(id="yes", key=self._yes, title=f"does it to {many}", possible=bool(self._possible))
            keys = [yes, Key(id="back", key="Esc", title="leaves all as it is")]
        self.query_one("#dialog-keys", KeyBar).show([*keys, Key(id="move", key="↑ ↓", title="scroll")])

    # looking

    def _look(self) -> None:
        # What was possible may not be any more.
        self._looked = False
        self.run_worker(self._look_through(), group="look", exclusive=True)

    async def _look_through(self) -> None:
        rows, possible = await asyncio.to_thread(self._asked)
        if self._saving is not None:
            return
        self._possible, self._looked = possible, True
        can = f"Will be done to {_leads(len(possible))}" if possible else ""
        self.query_one(ActList).show(rows, can, f"Can’t be done to {_leads(len(rows) - len(possible))}")
        self._show_keys()

    def _asked(self) -> tuple[list[ActRow], list[Pair]]:
        """Ask desk and rules about each lead as it is now; run in a thread."""
        why = dict(self._barred)
        asked: list[Pair] = []
        for lead, verbs in self._pairs:
            try:
                met = overtaken(lead, self._desk.lead(lead.id), self._desk.me).removesuffix(" Esc leaves.")
            except HandoffError as gone:
                met = gone.sentence
            if met:
                why[lead.id] = met
            elif lead.id not in why:
                asked.append((lead, verbs))
        for refusal in self._desk.prepare_all(asked).refusals:
            why[refusal.lead.id] = refusal.sentence
        rows = [ActRow(self._title(one), words=sentence, possible=False) for one, sentence in why.items()]
        possible = [(lead, verbs) for lead, verbs in asked if lead.id not in why]
        rows += [ActRow(lead.title, _company(lead), _will(verbs)) for lead, verbs in possible]
        return rows, possible

    def _title(self, lead_id: str) -> str:
        row = self._desk.row(lead_id)
        return row.title if row is not None else lead_id

    def on_desk_changed(self, message: DeskChanged) -> None:
        """Look again when one of the leads may have become another."""
        changed = message.changed
        if self._saving is None and (changed.everything or changed.agreement or changed.ids & self._ids):
            self._look()

    # answering

    async def take_key(self, event: events.Key) -> bool:
        """Take one key that does it and one that leaves; all others only scroll, or say so."""
        acts = self.query_one(ActList)
        steps = {"up": -1, "k": -1, "down": 1, "j": 1}
        pages = {"pageup": -1, "pagedown": 1, "space": 1, "ctrl+u": -1, "ctrl+d": 1}
        if event.key == "escape" or (event.key == "enter" and self._outcome is not None):
            await self._leave()
        elif event.key in steps:
            acts.move(steps[event.key])
        elif event.key in pages:
            acts.page(pages[event.key])
        elif event.key in ("question_mark", "f1"):
            await self.run_action("app.help")
        elif event.character == self._yes:
            await self._do()
        elif event.is_printable or event.key == "enter":
            acts.note(self._what_does())
        return True

    def _what_does(self) -> str:
        if self._outcome is not None:
            return "Esc goes back."
        return f"Only {self._yes} does it; Esc leaves all as it is."

    async def _leave(self) -> None:
        if self._saving is None and self._outcome is None:
            self.dismiss(None)
        elif self._outcome is not None:
            await self.finish(self._outcome)
        else:
            self.query_one(ActList).note("It is being saved; Esc goes back once it is.")

    async def _do(self) -> None:
        acts = self.query_one(ActList)
        if self._saving is not None or self._outcome is not None:
            return
        if not self._looked:
            acts.note("Still looking through them; a moment.")
        elif not self._possible:
            acts.note("It can’t be done to any of them. Esc goes back.")
        else:
            self._saving = self._apply(self._possible)
            done, _ = await asyncio.wait({self._saving}, timeout=_SOON)
            if done:
                await self._show(self._saving.result())
            else:
                self.run_worker(self._wait_for(self._saving))

    async def _wait_for(self, saving: "asyncio.Future[Outcome]") -> None:
        done, _ = await asyncio.wait({saving}, timeout=_LONG - _SOON)
        if not done:
            self.query_one(ActList).note(f"Saving {_leads(len(self._possible))}…")
        await self._show(await saving)

    async def _show(self, outcome: Outcome) -> None:
        """Go back when all was saved that was to be; else show what was, and what was not and why."""
        self._outcome = outcome
        self._show_keys()
        if not outcome.refused:
            await self.finish(outcome)
            return
        rows = [
            ActRow(lead.title, _company(lead), outcome.refused.get(lead.id, "saved"), lead.id in outcome.saved)
            for lead, _ in self._possible
        ]
        acts = self.query_one(ActList)
        acts.show(rows, f"Saved: {_leads(len(outcome.saved))}", f"Not saved: {_leads(len(outcome.refused))}")

    def on_paste(self, event: events.Paste) -> None:
        """Refuse pasted text."""
        event.stop()
        self.query_one(ActList).note(f"Pasted text was ignored. {self._what_does()}")

    @on(KeyBar.Pressed)
    def _pressed(self, pressed: KeyBar.Pressed) -> None:
        if pressed.command_id == "back":
            self.app.call_next(self._leave)
        elif pressed.command_id == "yes":
            self.app.call_next(self._do)


def _leads(count: int) -> str:
    return f"{grouped(count)} lead{'' if count == 1 else 's'}"


def _company(lead: "Lead") -> str:
    return lead.company.name if lead.company.name != lead.title else ""


def _will(verbs: "Sequence[LeadVerb]") -> str:
    """Say in a few words what is done to a lead, where that is not the same for all."""
    return ", ".join(f"{verb.field.replace('_', ' ')}: {verb.value}" for verb in verbs if isinstance(verb, Correct))
