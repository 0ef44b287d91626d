"""A question with a few answers, each picked by its own key."""

from collections.abc import Sequence

from textual import events
from textual.message import Message

from widgets.basis.lines import Lines
from widgets.basis.runs import Line, Run, cells

KEYS = "123456789abcdefghijklmnopqrstuvwxyz"
"""Keys of the options, in order."""


class ChoiceField(Lines, can_focus=True):
    """Options side by side; one of them is chosen, or several when `many`."""

    DEFAULT_CSS = """
    ChoiceField { height: auto; }
    """

    class Changed(Message):
        """Another option was chosen."""

        def __init__(self, field: "ChoiceField") -> None:
            super().__init__()
            self.field = field

    class Unknown(Message):
        """A key was pressed that stands for no option."""

        def __init__(self, field: "ChoiceField", sentence: str) -> None:
            super().__init__()
            self.field = field
            self.sentence = sentence

    def __init__(
        self,
        options: Sequence[tuple[str, str]],
        *,
        many: bool = False,
        value: str = "",
        id: str | None = None,  # noqa: A002  (Textual’s own name)
    ) -> None:
        """Take options as (value, words)."""
        super().__init__(id=id)
        self._options = tuple(options)[: len(KEYS)]
        self._many = many
        self._chosen: set[str] = set()
        self._spans: list[tuple[int, int, int, str]] = []
        self.value = value

    @property
    def value(self) -> str:
        """What is chosen; several are joined by commas, in the order of the options."""
        return ", ".join(value for value, _ in self._options if value in self._chosen)

    @value.setter
    def value(self, text: str) -> None:
        wanted = {part.strip() for part in text.split(",")} if self._many else {text}
        self._chosen = {value for value, _ in self._options if value in wanted}
        self._anew()

    def _anew(self) -> None:
        if self.is_attached:
            self.renew()

    def choose(self, value: str) -> None:
        """Choose an option; among several, choosing it again takes it away."""
        if self._many and value in self._chosen:
            self._chosen.discard(value)
        elif self._many:
            # "all" stands for every other option, so it never stands beside one.
            self._chosen = {value} if value == "all" else (self._chosen - {"all"}) | {value}
        else:
            self._chosen = {value}
        self._anew()
        self.post_message(self.Changed(self))

    def choose_by(self, character: str) -> bool:
        """Choose the option of this key; False when there is none."""
        keys = KEYS[: len(self._options)]
        if character not in keys or len(character) != 1:
            return False
        self.choose(self._options[keys.index(character)][0])
        return True

    @property
    def keys(self) -> str:
        """The keys of the first and the last option, as a range."""
        last = KEYS[len(self._options) - 1] if self._options else ""
        return last if len(self._options) <= 1 else f"1–{last}"

    def get_content_height(self, container: object, viewport: object, width: int) -> int:  # noqa: ARG002
        """Return how many lines the options take."""
        return len(self._layout(max(width, 1)))

    def lines_for(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002  (the height follows the options)
        """Return the options, the chosen ones marked."""
        return self._layout(width)

    def _layout(self, width: int) -> list[Line]:
        lines: list[list[Run]] = [[]]
        self._spans = []
        x = 0
        for key, (value, words) in zip(KEYS, self._options, strict=False):
            size = cells(words) + 4
            if lines[-1] and x + size > width:
                lines.append([])
                x = 0
            chosen = value in self._chosen
            lines[-1] += [(key, "accent"), ("›" if chosen else " ", "accent"), (words, "strong" if chosen else "")]
            lines[-1].append(("  ", ""))
            self._spans.append((len(lines) - 1, x, x + size - 2, value))
            x += size
        return [tuple(line) for line in lines]

    def on_key(self, event: events.Key) -> None:
        """Choose by key, or go through the options with the arrows."""
        values = [value for value, _ in self._options]
        if event.character and self.choose_by(event.character):
            event.stop()
        elif event.key in ("left", "right") and not self._many and values:
            event.stop()
            at = values.index(self.value) if self.value in values else -1
            step = 1 if event.key == "right" else -1
            self.choose(values[max(0, min(at + step, len(values) - 1))])
        elif event.is_printable and values:
            event.stop()
            self.post_message(self.Unknown(self, f"“{event.character}” picks nothing here; {_range(len(values))}."))

    def on_click(self, event: events.Click) -> None:
        """Choose the option that was clicked."""
        offset = event.get_content_offset(self)
        for y, start, end, value in self._spans if offset is not None else []:
            if offset is not None and offset.y == y and start <= offset.x < end:
                self.choose(value)


def _range(count: int) -> str:
    if count == 1:
        return "1 does"
    if count <= 9:
        return f"1 to {count} do"
    return "1 to 9 and a do" if count == 10 else f"1 to 9 and a to {KEYS[count - 1]} do"
