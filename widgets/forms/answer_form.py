"""What a reason or a verb asks for, as a form: one field an answer, filled in as far as anybody knows."""

from collections.abc import Mapping, Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from widgets.basis.lines import OneLine
from widgets.basis.notice import Words
from widgets.basis.runs import Line
from widgets.forms.answer_input import AnswerInput
from widgets.forms.choice_field import ChoiceField
from widgets.forms.fields import Field, Reading
from widgets.forms.search_field import SearchField

_Answering = Input | ChoiceField | SearchField


class AnswerForm(VerticalScroll, can_focus=False):
    """Fields below each other; what is wrong with one stands right below it."""

    DEFAULT_CSS = """
    AnswerForm { height: auto; scrollbar-size: 0 0; }
    AnswerForm > .complaint { display: none; }
    AnswerForm > .gap { height: 1; }
    AnswerForm > AnswerInput, AnswerForm > ChoiceField, AnswerForm > SearchField { margin-left: 1; }
    AnswerForm > .complaint { margin-left: 1; }
    """

    class Changed(Message):
        """An answer changed."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    class Came(Message):
        """The keys went to another field."""

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
        self._fields = {field.key: field for field in fields}
        self._first = dict(values)
        self._filled = dict(proposed)
        self._answered = {key for key, value in values.items() if value and value != proposed.get(key)}
        """Fields that were answered before; there a key is a second thought, and never sends."""
        self._present = ""

    def compose(self) -> ComposeResult:
        """Lay the fields out."""
        for field in self._fields.values():
            yield OneLine(id=f"label-{field.key}")
            yield self._widget(field, self._first.get(field.key, ""))
            complaint = Words("", "alarm", id=f"complaint-{field.key}")
            complaint.add_class("complaint")
            yield complaint
            yield OneLine(classes="gap")

    def _widget(self, field: Field, value: str) -> Widget:
        name = f"field-{field.key}"
        if field.options:
            return ChoiceField(field.options, many=field.many, value=value, id=name)
        if field.find is not None:
            return SearchField(field.find, depth=field.depth, unasked=field.unasked, value=value, id=name)
        line = AnswerInput(value, id=name, max_length=2_000)
        # The next key replaces what was only proposed, and goes on with what somebody typed.
        line.select_on_focus = field.key not in self._answered
        return line

    def on_mount(self) -> None:
        """Name the fields and go to the first that needs an answer."""
        self._label_fields()
        fields = list(self._fields.values())
        wanted = next((field for field in fields if field.required and not self.answer(field.key)), None)
        if wanted is None:
            wanted = next((field for field in fields if field.required), fields[0])
        # At once, since what was typed ahead is an answer already.
        self.go_to(wanted.key)

    def go_to(self, key: str) -> None:
        """Give a field the keys."""
        field = self._field(key)
        self.screen.set_focus(field.line if isinstance(field, SearchField) else field)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Mark the field that has the keys; a sign, since colour alone says nothing to some."""
        self._present = self._key_of(event.widget)
        if isinstance(event.widget, AnswerInput):
            event.widget.show_beginning()
        self._label_fields()
        self.post_message(self.Came(self._present))

    def _key_of(self, widget: Widget) -> str:
        names = (one.id or "" for one in widget.ancestors_with_self if isinstance(one, Widget))
        return next((name.removeprefix("field-") for name in names if name.startswith("field-")), "")

    def _label_fields(self) -> None:
        for field in self._fields.values():
            self._label(field)

    def _label(self, field: Field) -> None:
        here = field.key == self._present
        mark: Line = (("▌" if here else " ", "accent"), (field.label, "strong" if here else ""))
        self.query_one(f"#label-{field.key}", OneLine).show((*mark, *self._about(field)))

    def _about(self, field: Field) -> Line:
        """Return what was understood, else how the field wants to be answered."""
        widget = self._field(field.key)
        if isinstance(widget, SearchField) and widget.found > 1:
            return ((f"  {widget.found} found", "dim"),)
        reading = self._reading(field)
        if reading is not None and reading.problem:
            # Complained about, it stands below in full.
            told = self.query_one(f"#complaint-{field.key}", Words).display
            return () if told else ((f"  {reading.problem}", "dim"),)
        if reading is not None and reading.words:
            return (("  → ", "dim"), (reading.words, "alarm" if reading.alarm else "accent"))
        hint = "  ".join(part for part in (field.hint, "" if field.required else "may stay empty") if part)
        return ((f"  {hint}", "dim"),) if hint else ()

    @property
    def present(self) -> _Answering | None:
        """The field that has the keys."""
        return self._field(self._present) if self._present else None

    @property
    def present_key(self) -> str:
        """Key of that field; empty when none has the keys."""
        return self._present

    # answers

    def _field(self, key: str) -> _Answering:
        field = self.query_one(f"#field-{key}")
        assert isinstance(field, _Answering)  # noqa: S101  (made by _widget)
        return field

    def _reading(self, field: Field) -> Reading | None:
        typed = self._field(field.key).value.strip()
        return field.reads(typed) if field.reads is not None and typed else None

    def answer(self, key: str) -> str:
        """Return what a field holds, as it was understood."""
        field = self._fields.get(key)
        if field is None:
            return ""
        reading = self._reading(field)
        return self._field(key).value.strip() if reading is None or reading.problem else reading.value.strip()

    def answers(self) -> dict[str, str]:
        """Return what all fields hold, empty ones left out."""
        held = {key: self.answer(key) for key in self._fields}
        return {key: value for key, value in held.items() if value}

    def misread(self) -> tuple[str, str] | None:
        """Return the key of the first field whose words can't be understood, and why; None when all are."""
        for field in self._fields.values():
            reading = self._reading(field)
            if reading is not None and reading.problem:
                return field.key, reading.problem
        return None

    def refill(self, values: Mapping[str, str]) -> None:
        """Put new first values into the fields that still hold the old ones."""
        for key in self._fields.keys() & values.keys():
            new, old = values[key], self._filled.get(key, "")
            field = self._field(key)
            if new != old and field.value == old:
                field.value = new
                self._filled[key] = new

    def start_over(self, values: Mapping[str, str]) -> None:
        """Put first values into all fields, whatever they hold."""
        self._filled = dict(values)
        self._answered.clear()
        for key in self._fields:
            self._field(key).value = values.get(key, "")
            self.query_one(f"#complaint-{key}", Words).show("", "alarm")
        self._label_fields()

    def complain(self, key: str, sentence: str) -> None:
        """Say below a field what is wrong with it and go there; an empty sentence takes complaints back."""
        for name in self._fields:
            wrong = bool(sentence) and name == key
            self.query_one(f"#complaint-{name}", Words).show(f"↑ {sentence}" if wrong else "", "alarm")
            if wrong:
                self.go_to(name)
        self._label_fields()

    # keys

    def sole_choice(self) -> Field | None:
        """Return the choice that alone may still need an answer; None when there is another or no such field.

        Picking one of its options is all there is to do, so that its own key may send the form as well.
        """
        required = [field for field in self._fields.values() if field.required]
        choices = [field for field in required if field.options and not field.many]
        if len(choices) != 1 or choices[0].key in self._answered or self.misread() is not None:
            return None
        lacking = [field for field in required if field is not choices[0] and not self.answer(field.key)]
        return None if lacking else choices[0]

    def picks(self, character: str | None) -> bool:
        """Say whether this key, pressed now, answers all that is asked; the option is chosen when it does."""
        sole = self.sole_choice()
        if sole is None or sole.key != self._present or not character:
            return False
        field = self._field(sole.key)
        return isinstance(field, ChoiceField) and field.choose_by(character)

    def step(self, key: str) -> bool:
        """Go to another field by Tab or the arrows, or through what a field found; False for any other key."""
        if isinstance(self.present, SearchField) and self.present.step(key):
            return True
        if key in ("tab", "down"):
            self.screen.focus_next()
        elif key in ("shift+tab", "up"):
            self.screen.focus_previous()
        else:
            return False
        return True

    # what happens

    @on(ChoiceField.Unknown)
    def _unknown(self, event: ChoiceField.Unknown) -> None:
        event.stop()
        self.complain(self._key_of(event.field), event.sentence)

    @on(Input.Changed)
    @on(ChoiceField.Changed)
    @on(SearchField.Changed)
    def _edited(self, event: Input.Changed | ChoiceField.Changed | SearchField.Changed) -> None:
        event.stop()
        key = self._key_of(event.input if isinstance(event, Input.Changed) else event.field)
        if key in self._fields:
            if isinstance(event, Input.Changed):
                event.input.select_on_focus = event.value == self._filled.get(key, "")
            self._label(self._fields[key])
            self.post_message(self.Changed(key))
