"""A text field of one line."""

from rich.cells import cell_len
from textual import events
from textual.widgets import Input
from textual.widgets.input import Selection


class AnswerInput(Input):
    """A text field of one line."""

    DEFAULT_CSS = """
    AnswerInput { height: 1; border: none; padding: 0 1; width: 1fr; background: $panel; }
    AnswerInput:focus { border: none; background: $panel; background-tint: $foreground 0%; }
    AnswerInput:ansi { border: none; text-style: underline; }
    """

    def show_beginning(self) -> None:
        """Show the beginning of what is selected as a whole, where all of it has no room."""
        if self.selection == Selection(0, len(self.value)) and cell_len(self.value) >= self.content_size.width > 0:
            self.selection = Selection(len(self.value), 0)

    def on_paste(self, event: events.Paste) -> None:
        """Take in all lines as one: an answer has a single line."""
        event.stop()
        # The library's own field would keep the first line and drop the rest without a word.
        event.prevent_default()
        self.replace(" ".join(event.text.split()), *self.selection)
