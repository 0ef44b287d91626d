"""Lines of words as plain data: what a widget says, before it is painted.

A run is ``(words, ink)`` and a line is a tuple of runs. Words are never markup, so text from outside can't style
itself; lines compare by value, so a widget repaints only those that changed.
"""

from collections.abc import Iterable

from rich.cells import cell_len, chop_cells, set_cell_size

Run = tuple[str, str]
"""Words, and the name of the ink they are written in (see `widgets.basis.ink`)."""

Line = tuple[Run, ...]

EMPTY: Line = ()


def cells(text: str) -> int:
    """Return the width of `text` in cells."""
    # Most words are plain letters, and a card asks for the width of some hundred.
    return len(text) if text.isascii() and text.isprintable() else cell_len(text)


def fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return ""
    length = cells(text)
    if length <= width:
        return text + " " * (width - length)
    return set_cell_size(text, width - 1) + "…"


def short(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, cut with an ellipsis."""
    return text if cells(text) <= width else fit(text, width)


def fit_right(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells, at their right end."""
    length = cells(text)
    return " " * (width - length) + text if length <= width else fit(text, width)


def wrap(text: str, width: int, limit: int = 0) -> list[str]:
    """Return `text` broken at spaces into lines of at most `width` cells; `limit` > 0 cuts after that many lines."""
    width = max(width, 1)
    wrapped: list[str] = []
    for paragraph in text.splitlines() or [""]:
        wrapped += _wrap_paragraph(paragraph.expandtabs(4), width)
        if limit and len(wrapped) > limit:
            break
    if limit and len(wrapped) > limit:
        wrapped = wrapped[:limit]
        wrapped[-1] = set_cell_size(wrapped[-1], min(cells(wrapped[-1]), width - 1)) + "…"
    return wrapped


def flow(parts: Iterable[str], width: int, limit: int = 0) -> list[str]:
    """Return the parts that say something with ``·`` between them, broken between parts where that is possible."""
    lines: list[str] = []
    for part in parts:
        if part and lines and cells(lines[-1]) + 3 + cells(part) <= width:
            lines[-1] = f"{lines[-1]} · {part}"
        elif part:
            lines += wrap(part, width)
    return lines[:limit] if limit else lines


def _pieces(word: str, width: int) -> list[str]:
    """Break a word that is wider than `width`, in front of an @ or behind a mark of addresses where there is one."""
    pieces: list[str] = []
    while cells(word) > width:
        piece = chop_cells(word, width)[0]
        cut = piece.find("@")
        if cut <= 0:
            cut = max(piece.rfind(mark) + 1 for mark in "/.-_")
        piece = piece[:cut] if cut > len(piece) // 3 else piece
        pieces.append(piece)
        word = word[len(piece) :]
    return [*pieces, word]


def _wrap_paragraph(paragraph: str, width: int) -> list[str]:
    if cells(paragraph) <= width:
        return [paragraph]
    lines: list[str] = []
    current, length = "", 0
    for word in paragraph.split(" "):
        size = cells(word)
        if current and length + 1 + size <= width:
            current, length = f"{current} {word}", length + 1 + size
            continue
        if current:
            lines.append(current)
        if size > width:
            *full, rest = _pieces(word, width)
            lines += full
            current, length = rest, cells(rest)
        else:
            current, length = word, size
    return [*lines, current] if current else lines


def wrapped(text: str, width: int, ink: str = "", *, indent: int = 0, limit: int = 0) -> list[Line]:
    """Return `text` as wrapped lines in one ink, `indent` cells from the left."""
    space = " " * indent
    return [((space + part, ink),) for part in wrap(text, width - indent, limit)]


def quoted(text: str, width: int, ink: str = "", *, limit: int = 0) -> list[Line]:
    """Return somebody's own words, in quotation marks, wrapped."""
    return wrapped(f"“{text}”", width, ink, limit=limit)


def heading(title: str, width: int, note: str = "") -> Line:
    """Return the heading of a section, with a dim note at the right end."""
    if not note:
        return ((title, "heading"),)
    room = width - cells(title) - 2
    if room < 4:
        return ((title, "heading"),)
    return ((title, "heading"), ("  " + fit_right(short(note, room), room), "dim"))


def labelled(label: str, value: str, width: int, *, column: int = 12, ink: str = "", limit: int = 0) -> list[Line]:
    """Return ``label  value`` with the value wrapped beside its dim label."""
    parts = wrap(value, width - column, limit)
    first: Line = ((fit(label, column), "dim"), (parts[0], ink))
    return [first, *(((" " * column, "dim"), (part, ink)) for part in parts[1:])]


def flowed(parts: Iterable[str], width: int, ink: str = "", *, limit: int = 0) -> list[Line]:
    """Return what `flow` returns, in one ink."""
    return [((part, ink),) for part in flow(parts, width, limit)]


def joined(line: Line) -> Line:
    """Return the line with neighbours in the same ink as one run, since each costs bytes; empty ones are dropped."""
    runs: list[Run] = []
    for words, ink in line:
        if words and runs and runs[-1][1] == ink:
            runs[-1] = (runs[-1][0] + words, ink)
        elif words:
            runs.append((words, ink))
    return tuple(runs)


def join(parts: Iterable[str], between: str = " · ") -> str:
    """Return the parts that say something, joined."""
    return between.join(part for part in parts if part)


def length(line: Line) -> int:
    """Return the width of a line in cells."""
    return sum(cells(words) for words, _ in line)


def cut(line: Line, width: int) -> Line:
    """Return a line that is wider than `width` in so many cells, with an ellipsis at its end."""
    runs: list[Run] = []
    room = max(width - 1, 0)
    for words, ink in line:
        size = cells(words)
        if size > room:
            return (*runs, (set_cell_size(words, room) + "…", ink))
        runs.append((words, ink))
        room -= size
    return tuple(runs)


def plain(lines: Iterable[Line]) -> str:
    """Return what lines say, without their inks; trailing space is dropped."""
    return "\n".join("".join(words for words, _ in line).rstrip() for line in lines)
