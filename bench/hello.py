"""An empty Textual app: the floor that start, keys and memory are measured against."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Hello(App[None]):
    """One line of text, and nothing else."""

    BINDINGS = [("q", "quit", "Quit")]

    def compose(self) -> ComposeResult:
        """Show the line."""
        yield Static("hello hello hello")


if __name__ == "__main__":
    Hello().run()
