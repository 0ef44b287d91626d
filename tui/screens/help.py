"""Help for where one is: the agreed words under the cursor, then the keys."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from api.model.agreement import Agreement, Consequence, Moment, Reason, Term
from api.model.lead import Lead
from api.rules.criteria import judge
from tui.commands import Command, command, groups, key_words
from tui.screens.dialog import Dialog
from tui.settings.keymap import Keymap
from widgets.basis.lines import OneLine
from widgets.basis.pane import Pane, Section
from widgets.basis.runs import Line, fit, heading, join, labelled, wrap, wrapped
from widgets.card.why_sent import SIGNS, WORDS
from widgets.forms.reason_picker import BECOMES
from widgets.frame.key_bar import Key, KeyBar

if TYPE_CHECKING:
    from api.desk import Desk
    from tui.app import HandoffApp

KEYS = 14
"""Cells of the column of keys."""


class HelpScreen(Dialog[None], inherit_bindings=False):
    """Explains the subject under the cursor and every key; any of Esc, q and ? leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,question_mark,enter", "leave", "back"),
        ("space,pagedown", "read_on", "read on"),
    ]

    def __init__(self, desk: "Desk", subject: Any, area: str = "triage") -> None:
        super().__init__()
        self._desk = desk
        self._area = area
        self._subject = subject

    def compose(self) -> ComposeResult:
        """Lay the page out."""
        with Vertical(classes="dialog", id="help"):
            yield OneLine(id="dialog-title")
            yield OneLine(classes="gap")
            yield Pane(id="help-text", margin=False)
        yield KeyBar(id="dialog-keys")

    def on_mount(self) -> None:
        """Fill the page."""
        self.query_one("#dialog-title", OneLine).show((("Help", "strong"),))
        self.query_one("#dialog-keys", KeyBar).show(
            [Key(id="leave", key="Esc", title="back"), Key(id="read_on", key="Space", title="read on")]
        )
        self.query_one(Pane).show(
            [*agreed(self._subject, self._desk.agreement), signs, *keys(self._area, self._keymap, self._why_not)]
        )

    def _why_not(self, one: Command) -> str:
        """Say why a command is of no use on the screen below now."""
        app = cast("HandoffApp", self.app)
        return app.hindrance(one, app.area) if app.area is not None else ""

    @property
    def _keymap(self) -> Keymap:
        return cast("HandoffApp", self.app).keymap

    async def take_key(self, event: events.Key) -> bool:
        """Leave by the key that opened it, whichever that is."""
        if event.key not in self._keymap.keys(command("app.help")):
            return False
        self.action_leave()
        return True

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_read_on(self) -> None:
        """Scroll down."""
        self.query_one(Pane).read_on()

    async def on_key_bar_pressed(self, pressed: KeyBar.Pressed) -> None:
        """Do what was clicked."""
        await self.run_action(pressed.command_id)


def agreed(subject: Any, agreement: Agreement) -> Iterator[Section]:
    """Yield what both sides agreed on the subject: a reason, or the terms and the reason a lead touches."""
    if isinstance(subject, Reason):
        yield partial(_reason, subject, agreement)
    if isinstance(subject, Lead):
        codes = dict.fromkeys((agreement.handoff_term, "sal"))
        for term in filter(None, (agreement.term(code) for code in codes)):
            yield partial(_term, term, agreement, subject)
        decided = subject.decided
        reason = agreement.reason(decided.reason) if decided and decided.reason else None
        if reason is not None:
            yield partial(_reason, reason, agreement)


def _term(term: Term, agreement: Agreement, lead: Lead, width: int) -> list[Line]:
    """Return a definition's sentence, and how the lead stands to each of its criteria."""
    note = f"agreement, version {agreement.version}"
    lines = [heading(term.label, width, note), *wrapped(term.sentence, width)]
    for verdict in judge(lead, term):
        sign, ink = SIGNS[verdict.met]
        words = f"{verdict.criterion.label}: {WORDS[verdict.met]}" + (
            f" ({verdict.evidence})" if verdict.evidence else ""
        )
        first, *rest = wrap(words, width - 2)
        lines.append(((f"{sign} ", ink), (first, ink if verdict.met is False else "")))
        lines += [((f"  {part}", ""),) for part in rest]
    return lines


def _reason(reason: Reason, agreement: Agreement, width: int) -> list[Line]:
    counts = "counts" if reason.quality else "does not count"
    answers, becomes = reason.owner.replace("_", " "), BECOMES[reason.outcome]
    if reason.outcome is Consequence.RECYCLE and reason.recycle_days:
        becomes += f", after {reason.recycle_days} days if no other date is given"
    asked = [ask.label + ("" if ask.required else ", if you know") for ask in reason.asks]
    return [
        heading(reason.label, width, f"agreement, version {agreement.version}"),
        *wrapped(reason.sentence, width),
        *labelled("When", _MOMENTS[reason.moment], width, column=KEYS),
        *labelled("Asks for", "; ".join(asked) or "nothing", width, column=KEYS),
        *labelled("The lead", becomes, width, column=KEYS),
        *labelled("Who answers", answers, width, column=KEYS),
        *labelled("Class", reason.class_.replace("_", " "), width, column=KEYS),
        *wrapped(f"It {counts} against the lead’s quality.", width, "dim"),
    ]


_MOMENTS = {
    Moment.REJECT: "before contact",
    Moment.DISQUALIFY: "after contact, once the lead was accepted",
    Moment.EITHER: "before contact or after it",
}


def signs(width: int) -> list[Line]:
    """Return what the signs mean."""
    lines = [heading("Signs", width)]
    for sign, words in (
        ("!", "a promise is broken or something is wrong: overdue leads, refused decisions"),
        ("✓ ✗ ?", "criterion met, not met, unknown because the lead does not say"),
        ("● ○", "connected to the CRM, or not; decisions are kept here until it has them"),
        ("↑ 3", "so many leads are above what is in sight"),
        ("* • «", "before a name: chosen · something happened since you last looked · back by itself"),
        ("fit eng", "who they are, and what they did: 0 to 100 points each, – where nobody scored"),
    ):
        lines += labelled(sign, words, width, column=KEYS)
    return lines


def keys(area: str, keymap: Keymap, why_not: Callable[[Command], str]) -> Iterator[Section]:
    """Yield the keys of an area by group, as the person has them; what is of no use now says why."""
    for name, commands in groups(area).items():

        def section(width: int, name: str = name, commands: Any = commands) -> list[Line]:
            lines, before = [heading(name, width)], ""
            for one in commands:
                pressed = join([key_words(key) for key in keymap.keys(one)], " ")
                first, *rest = wrap(one.help, width - KEYS)
                why = why_not(one)
                lines.append(((fit(pressed, KEYS), "dim" if why else "strong"), (first, "dim" if why else "")))
                lines += [((" " * KEYS + part, "dim" if why else ""),) for part in rest]
                if why and why != before:
                    lines += [((" " * KEYS + part, ""),) for part in wrap(f"Not now: {why}", width - KEYS)]
                before = why
                if one.cli:
                    lines.append(((" " * KEYS + f"handoff {one.cli}", "dim"),))
            return lines

        yield section
