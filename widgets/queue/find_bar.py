"""The line in which one types what to find."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from widgets.basis.lines import OneLine


class FindInput(Input, inherit_bindings=True):
    """A text field that leaves moving through the list to the list."""

    DEFAULT_CSS = """
    FindInput { width: 1fr; height: 1; border: none; padding: 0; background: transparent; }
    FindInput:focus { border: none; background: transparent; background-tint: $foreground 0%; }
    """

    class Step(Message):
        """An arrow or page key: move in the list while typing."""

        def __init__(self, rows: int, pages: int = 0) -> None:
            super().__init__()
            self.rows = rows
            self.pages = pages

    class Done(Message):
        """Enter keeps the filter, Escape (`keep` False) drops it."""

        def __init__(self, keep: bool) -> None:
            super().__init__()
            self.keep = keep

    def on_key(self, event: events.Key) -> None:
        """Pass on what is not text."""
        answers: dict[str, Message] = {
            "up": self.Step(-1),
            "down": self.Step(1),
            "pageup": self.Step(0, -1),
            "pagedown": self.Step(0, 1),
            "enter": self.Done(True),
            "tab": self.Done(True),
            "escape": self.Done(False),
        }
        if (message := answers.get(event.key)) is not None:
            event.stop()
            event.prevent_default()
            self.post_message(message)


class FindBar(Horizontal):
    """A slash, the words to find, and how many leads were found."""

    DEFAULT_CSS = """
    FindBar { height: 1; padding: 0 1; }
    FindBar > #find-sign { width: 6; }
    FindBar > #find-count { width: 30; }
    """

    def __init__(self, hint: str = "", *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        """`hint` stands in the empty line."""
        super().__init__(id=id)
        self._hint = hint

    def compose(self) -> ComposeResult:
        """Lay the line out."""
        yield OneLine(id="find-sign")
        yield FindInput(placeholder=self._hint, id="find-text", select_on_focus=False)
        yield OneLine(id="find-count")

    def on_mount(self) -> None:
        """Name the field."""
        self.query_one("#find-sign", OneLine).show((("find ", "accent"),))

    @property
    def field(self) -> FindInput:
        """What one types into."""
        return self.query_one(FindInput)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.field.value

    def write(self, text: str) -> None:
        """Put this into the field; the text cursor comes to stand behind it."""
        self.field.value = text
        self.field.cursor_position = len(text)

    def clear(self) -> None:
        """Empty the field."""
        self.field.value = ""

    def edit(self) -> None:
        """Put the text cursor into the field."""
        self.field.focus()

    def count(self, words: str) -> None:
        """Say how many leads were found."""
        self.query_one("#find-count", OneLine).show(((words.rjust(30), "dim"),))
