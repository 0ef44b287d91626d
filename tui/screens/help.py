"""Help for where one is: the agreed words under the cursor, then the keys."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from api.model.agreement import Agreement, Reason, Term
from api.model.lead import Lead
from tui.commands import groups, key_words
from tui.screens.dialog import Dialog
from widgets.basis.lines import OneLine
from widgets.basis.pane import Pane, Section
from widgets.basis.runs import Line, fit, heading, join, labelled, wrap, wrapped
from widgets.forms.reason_picker import fate
from widgets.frame.key_bar import Key, KeyBar

if TYPE_CHECKING:
    from api.desk import Desk

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
        self.query_one(Pane).show([*agreed(self._subject, self._desk.agreement), signs, *keys(self._area)])

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
            yield partial(_term, term, agreement)
        decided = subject.decided
        reason = agreement.reason(decided.reason) if decided and decided.reason else None
        if reason is not None:
            yield partial(_reason, reason, agreement)


def _term(term: Term, agreement: Agreement, width: int) -> list[Line]:
    note = f"agreement, version {agreement.version}"
    return [heading(term.label, width, note), *wrapped(term.sentence, width)]


def _reason(reason: Reason, agreement: Agreement, width: int) -> list[Line]:
    counts = "counts" if reason.quality else "does not count"
    return [
        heading(reason.label, width, f"agreement, version {agreement.version}"),
        *wrapped(reason.sentence, width),
        *wrapped(fate(reason), width, "dim"),
        *wrapped(f"It {counts} against the lead’s quality.", width, "dim"),
    ]


def signs(width: int) -> list[Line]:
    """Return what the signs mean."""
    lines = [heading("Signs", width)]
    for sign, words in (
        ("!", "a promise is broken or something is wrong: overdue leads, refused decisions"),
        ("✓ ✗ ?", "criterion met, not met, unknown because the lead does not say"),
        ("● ○", "connected to the CRM, or not; decisions are kept here until it has them"),
        ("↑ 3", "so many leads are above what is in sight"),
        ("fit eng", "who they are, and what they did: 0 to 100 points each, – where nobody scored"),
    ):
        lines += labelled(sign, words, width, column=KEYS)
    return lines


def keys(area: str) -> Iterator[Section]:
    """Yield the keys of an area by group."""
    for name, commands in groups(area).items():

        def section(width: int, name: str = name, commands: Any = commands) -> list[Line]:
            lines = [heading(name, width)]
            for one in commands:
                pressed = join([key_words(key) for key in one.keys], " ")
                first, *rest = wrap(one.help, width - KEYS)
                lines.append(((fit(pressed, KEYS), "strong"), (first, "")))
                lines += [((" " * KEYS + part, ""),) for part in rest]
                if one.cli:
                    lines.append(((" " * KEYS + f"handoff {one.cli}", "dim"),))
            return lines

        yield section
