"""A question whose answer is one of many things: a line to type into, and below it what the words find."""

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from widgets.forms.answer_input import AnswerInput
from widgets.forms.fields import Finder
from widgets.forms.pick_list import PickList

STEPS = {"up": -1, "down": 1, "pageup": -5, "pagedown": 5}
"""Keys that move the cursor in the list, and how far."""

_LOW, _HIGH = 2, 10
"""Lines of the list: without the keys, and at most with them."""


class SearchField(Vertical, can_focus=False):
    """Its value is that of the thing under the cursor; what was typed only finds it."""

    DEFAULT_CSS = """
    SearchField { height: auto; }
    SearchField > PickList { height: 2; }
    """

    class Changed(Message):
        """Something else is meant."""

        def __init__(self, field: "SearchField") -> None:
            super().__init__()
            self.field = field

    def __init__(
        self,
        find: Finder,
        *,
        depth: int = 1,
        value: str = "",
        unasked: str = "",
        id: str | None = None,  # noqa: A002  (Textual’s own name)
    ) -> None:
        """Begin on `value`, else on nothing until something is typed or the cursor moved.

        `unasked` is said where nothing is likely before a word is typed.
        """
        super().__init__(id=id)
        self.line = AnswerInput(max_length=200)
        self._list = PickList(find, depth=depth, unasked=unasked)
        self._begin(value)

    def _begin(self, value: str) -> None:
        self._first = value
        self._list.meant = bool(value)
        if value:
            self._list.go_to(value)

    def compose(self) -> ComposeResult:
        """Lay the line and the list out."""
        yield self.line
        yield self._list

    def on_mount(self) -> None:
        """Take the room that is wanted."""
        self._give_room()

    @property
    def value(self) -> str:
        """The value of what is meant; empty when nothing is."""
        self._narrow()
        return self._list.picked.value if self._list.picked is not None else ""

    @value.setter
    def value(self, value: str) -> None:
        self.line.value = ""
        self._list.narrow("")
        self._begin(value)

    @property
    def found(self) -> int:
        """How many things are found by what was typed, or are likely."""
        self._narrow()
        return self._list.count

    @property
    def said(self) -> str:
        """What stands in the list, as plain text."""
        return self._list.said

    def step(self, key: str) -> bool:
        """Move the cursor by a key; False when this key does not."""
        if key not in STEPS:
            return False
        # What was typed last may not have been told to the list yet.
        self._narrow()
        self._list.move(STEPS[key])
        self.post_message(self.Changed(self))
        return True

    def _narrow(self) -> None:
        text = self.line.value
        if self._list.narrow(text):
            self._list.meant = bool(text.strip()) or bool(self._first)
            if not text.strip() and self._first:
                self._list.go_to(self._first)
            self._give_room()

    def _give_room(self) -> None:
        high = _HIGH if self.has_focus_within else _LOW
        self._list.styles.height = min(self._list.size_wanted, high)

    def on_descendant_focus(self) -> None:
        """Show more of the list."""
        self._give_room()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Show what is meant, and little else."""
        if event.widget is self.line:
            self._list.styles.height = min(self._list.size_wanted, _LOW)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._narrow()
        self.post_message(self.Changed(self))

    @on(PickList.Picked)
    def _clicked(self, event: PickList.Picked) -> None:
        event.stop()
        self.line.focus()
        self.post_message(self.Changed(self))
