"""What a reason asks for, as a form: one field an ask, filled in as far as anybody knows."""

from collections.abc import Mapping, Sequence

import msgspec
from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Input

from api.model.agreement import Ask, AskKind
from widgets.basis.lines import OneLine
from widgets.forms.choice_field import KEYS, ChoiceField

NOTE = "note"
"""Key of the field for words beside the answers; no ask may be named so on the form."""


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of the form."""

    key: str
    label: str
    options: tuple[tuple[str, str], ...] = ()
    """(value, words); a text field when there are none."""
    many: bool = False
    required: bool = False
    hint: str = ""


def field_of(ask: Ask, options: Sequence[tuple[str, str]] = ()) -> Field:
    """Return the field for an ask; `options` for the kinds whose options the agreement does not name."""
    choices = tuple((option, option) for option in ask.options) or tuple(options)
    hints = {
        AskKind.DATE: "a date like 2026-03-31",
        AskKind.TEXT_15: "at least 15 characters",
        AskKind.LEAD: "the id of the other lead",
        AskKind.ATTEMPTS: "how many",
        AskKind.CHOICES: "one or more",
    }
    return Field(
        key=ask.key,
        label=ask.label,
        options=choices if len(choices) <= len(KEYS) else (),
        many=ask.kind is AskKind.CHOICES,
        required=ask.required,
        hint=hints.get(ask.kind, ""),
    )


class AnswerInput(Input):
    """A text field of one line."""

    DEFAULT_CSS = """
    AnswerInput { height: 1; border: none; padding: 0 1; width: 1fr; background: $panel; }
    AnswerInput:focus { border: none; background: $panel; background-tint: $foreground 0%; }
    AnswerInput:ansi { border: none; text-style: underline; }
    """

    def on_paste(self, event: events.Paste) -> None:
        """Take in all lines as one: an answer has a single line."""
        event.stop()
        # The library's own field would keep the first line and drop the rest without a word.
        event.prevent_default()
        self.replace(" ".join(event.text.split()), *self.selection)


class AnswerForm(VerticalScroll, can_focus=False):
    """Fields below each other; what is wrong with one stands right below it."""

    DEFAULT_CSS = """
    AnswerForm { height: auto; scrollbar-size: 0 0; }
    AnswerForm > .complaint { display: none; }
    AnswerForm > .gap { height: 1; }
    AnswerForm > AnswerInput, AnswerForm > ChoiceField { margin-left: 1; }
    AnswerForm > .complaint { margin-left: 1; }
    """

    class Changed(Message):
        """An answer changed by the person's hand."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(
        self,
        fields: Sequence[Field],
        values: Mapping[str, str],
        *,
        proposed: Mapping[str, str],
        id: str | None = None,  # noqa: A002  (Textual’s own name)
    ) -> None:
        """Show `values` first; `proposed` are those among them that nobody typed, so that better ones may follow."""
        super().__init__(id=id)
        self._fields = tuple(fields)
        self._first = dict(values)
        self._filled = dict(proposed)

    def compose(self) -> ComposeResult:
        """Lay the fields out."""
        for field in self._fields:
            yield OneLine(id=f"label-{field.key}")
            value = self._first.get(field.key, "")
            if field.options:
                yield ChoiceField(field.options, many=field.many, value=value, id=f"field-{field.key}")
            else:
                yield AnswerInput(value, id=f"field-{field.key}", max_length=2_000)
            yield OneLine(id=f"complaint-{field.key}", classes="complaint")
            yield OneLine(classes="gap")

    def on_mount(self) -> None:
        """Name the fields and go to the first that needs an answer."""
        self._name_fields("")
        wanted = next((field for field in self._fields if field.required and not self.answer(field.key)), None)
        if wanted is None:
            wanted = next((field for field in self._fields if field.required), self._fields[0])
        # At once, since what was typed ahead is an answer already.
        self.screen.set_focus(self.query_one(f"#field-{wanted.key}"))

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Mark the field that has the keys; a sign, since colour alone says nothing to some."""
        self._name_fields((event.widget.id or "").removeprefix("field-"))

    def _name_fields(self, present: str) -> None:
        for field in self._fields:
            hint = "  ".join(part for part in (field.hint, "" if field.required else "may stay empty") if part)
            here = field.key == present
            self.query_one(f"#label-{field.key}", OneLine).show(
                (("▌" if here else " ", "accent"), (field.label, "strong" if here else ""), (f"  {hint}", "dim"))
            )

    def answer(self, key: str) -> str:
        """Return what a field holds."""
        field = self.query_one(f"#field-{key}")
        return field.value.strip() if isinstance(field, ChoiceField | Input) else ""

    def answers(self) -> dict[str, str]:
        """Return what all fields hold, empty ones left out."""
        held = {field.key: self.answer(field.key) for field in self._fields}
        return {key: value for key, value in held.items() if value}

    def refill(self, values: Mapping[str, str]) -> None:
        """Put new first values into the fields that still hold the old ones."""
        for field in self._fields:
            if field.key not in values:
                continue
            new, old = values[field.key], self._filled.get(field.key, "")
            widget = self.query_one(f"#field-{field.key}")
            if isinstance(widget, ChoiceField | Input) and new != old and widget.value == old:
                widget.value = new
                self._filled[field.key] = new

    def complain(self, key: str, sentence: str) -> None:
        """Say below a field what is wrong with it and go there; an empty sentence takes complaints back."""
        for field in self._fields:
            line = self.query_one(f"#complaint-{field.key}", OneLine)
            wrong = bool(sentence) and field.key == key
            line.display = wrong
            line.show(((f"↑ {sentence}", "alarm"),) if wrong else ())
            if wrong:
                self.query_one(f"#field-{field.key}").focus()

    @on(ChoiceField.Unknown)
    def _unknown(self, event: ChoiceField.Unknown) -> None:
        event.stop()
        self.complain((event.field.id or "").removeprefix("field-"), event.sentence)

    @on(Input.Changed)
    @on(ChoiceField.Changed)
    def _edited(self, event: Input.Changed | ChoiceField.Changed) -> None:
        event.stop()
        source = event.input if isinstance(event, Input.Changed) else event.field
        self.post_message(self.Changed((source.id or "").removeprefix("field-")))
