"""A calm page of words in the middle of nothing: what is so, and what to do next."""

from collections.abc import Sequence

from widgets.basis.lines import Lines
from widgets.basis.runs import EMPTY, Line, length, wrap, wrapped


class Notice(Lines):
    """A title with a few sentences, in the middle of the room there is."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._title = ""
        self._sentences: tuple[str, ...] = ()

    def show(self, title: str, sentences: Sequence[str] = ()) -> None:
        """Say this."""
        if (title, tuple(sentences)) != (self._title, self._sentences):
            self._title, self._sentences = title, tuple(sentences)
            self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """Return the words in the middle of `height` lines."""
        room = min(max(width - 4, 1), 64)
        words: list[Line] = [((part, "strong"),) for part in wrap(self._title, room)]
        for sentence in self._sentences:
            words.append(EMPTY)
            words += [((part, "dim"),) for part in wrap(sentence, room)]
        left = max((width - max((length(line) for line in words), default=0)) // 2, 0)
        above: list[Line] = [EMPTY] * max((height - len(words)) // 2, 0)
        return [*above, *(((" " * left, ""), *line) if line else EMPTY for line in words)]


class Words(Lines):
    """A few sentences, as high as they are long; no words take no room."""

    DEFAULT_CSS = """
    Words { height: auto; }
    """

    def __init__(self, text: str, ink: str = "", *, id: str | None = None) -> None:  # noqa: A002  (Textual’s own name)
        super().__init__(id=id)
        self._text = text
        self._ink = ink
        self.display = bool(text)

    def show(self, text: str, ink: str) -> None:
        """Say this instead."""
        if (text, ink) != (self._text, self._ink):
            self._text, self._ink = text, ink
            self.display = bool(text)
            self.refresh(layout=True)
            self.renew()

    def get_content_height(self, container: object, viewport: object, width: int) -> int:  # noqa: ARG002
        """Return how many lines the words take."""
        return len(wrap(self._text, max(width, 1)))

    def lines_for(self, width: int, height: int) -> Sequence[Line]:  # noqa: ARG002  (the height follows the words)
        """Return the words, wrapped."""
        return wrapped(self._text, width, self._ink)
