"""A pane of sections that scrolls by itself."""

from collections.abc import Callable, Sequence

from textual import events

from widgets.basis.lines import Lines
from widgets.basis.runs import Line

Section = Callable[[int], list[Line]]
"""Makes the lines of one section for a width in cells; no lines when it has nothing to say."""


_MARGIN = "  "
"""What stands at the left of every line; at the right one cell stays empty."""


class Pane(Lines):
    """Shows sections below each other, an empty line between them; scrolled by wheel and by `read_on`."""

    reads_on = "Space reads on"
    """The key that shows the rest, and that it does; empty when there is none."""

    def __init__(self, *, id: str | None = None, classes: str | None = None, margin: bool = True) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._margin = _MARGIN if margin else ""
        self._sections: tuple[Section, ...] = ()
        self._top = 0
        self._inner = 0

    def show(self, sections: Sequence[Section], *, keep_place: bool = False) -> None:
        """Show these sections, from their top unless `keep_place`."""
        self._sections = tuple(sections)
        if not keep_place:
            self._top = 0
        self.renew()

    def lines_for(self, width: int, height: int) -> Sequence[Line]:
        """Return the part of the sections that is in sight; the last line says when there is more."""
        self._inner = max(width - len(self._margin) - 1, 1) if self._margin else width
        # From the top, what lies far below is not worked out: most leads are passed by without reading on.
        lines, _ = self._laid_out(0 if self._top else height)
        self._top = max(0, min(self._top, len(lines) - height + 1 if len(lines) > height else 0))
        seen = lines[self._top : self._top + height]
        if self._top + height < len(lines):
            seen[-1] = ((" · ".join(filter(None, ("↓ more", self.reads_on))), "dim"),)
        return [_indented(line, self._margin) for line in seen]

    def _laid_out(self, most: int = 0) -> tuple[list[Line], list[int]]:
        """Return all lines and where each section begins; with `most`, no further section than goes beyond as many."""
        lines: list[Line] = []
        starts: list[int] = []
        for section in self._sections:
            if part := section(self._inner):
                if lines:
                    lines.append(())
                starts.append(len(lines))
                lines += part
                if most and len(lines) > most:
                    break
        return lines, starts

    @property
    def words(self) -> str:
        """Everything the pane has to say, in sight or not, as plain text."""
        if not self._inner:
            return ""
        lines, _ = self._laid_out()
        return "\n".join("".join(words for words, _ in line).rstrip() for line in lines)

    def read_on(self) -> None:
        """Scroll down by what is in sight; from the end back to the top."""
        height = self.content_size.height
        lines, _ = self._laid_out()
        if self._top + height >= len(lines):
            self._top = 0
        else:
            self._top += max(height - 2, 1)
        self.renew()

    def next_section(self, step: int) -> None:
        """Bring the next section (or with -1 the one before) to the top, as far as there is anything to scroll."""
        before = self._top
        lines, starts = self._laid_out()
        if step > 0:
            self._top = next((start for start in starts if start > before), 0)
        else:
            earlier = [start for start in starts if start < before]
            self._top = earlier[-1] if earlier else len(lines)
        self.renew()
        if step > 0 and self._top == before:
            self._top = 0
            self.renew()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll three lines down."""
        event.stop()
        self._top += 3
        self.renew()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll three lines up."""
        event.stop()
        self._top = max(self._top - 3, 0)
        self.renew()


def _indented(line: Line, margin: str) -> Line:
    # In the ink of the first words the margin takes no bytes of its own, which padding would on every line.
    return ((margin + line[0][0], line[0][1]), *line[1:]) if line else line
