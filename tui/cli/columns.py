"""Tables and sentences laid out by the width that a terminal gives to each character."""

import unicodedata
from collections.abc import Sequence

_NO_WIDTH = frozenset({"Mn", "Me", "Cf", "Cc", "Cs"})


def width(text: str) -> int:
    """Return how many cells `text` takes: two for wide characters, none for marks that sit on others."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def clip(text: str, cells: int) -> str:
    """Return `text` in at most `cells` cells, with an ellipsis where something was left out."""
    if width(text) <= cells:
        return text
    kept, taken = [], 0
    for character in text:
        taken += _cells(character)
        if taken > cells - 1:
            break
        kept.append(character)
    return "".join(kept) + "…" if cells > 0 else ""


def pad(text: str, cells: int, *, right: bool = False) -> str:
    """Return `text` filled with spaces up to `cells` cells, standing on the right where asked."""
    gap = " " * max(0, cells - width(text))
    return gap + text if right else text + gap


def table(
    rows: Sequence[Sequence[str]],
    *,
    right: frozenset[int] = frozenset(),
    limit: int | None = None,
    widest: int | None = None,
) -> list[str]:
    """Return `rows` (the first may be headings) as aligned lines, two spaces between columns.

    `right` names columns that stand on the right. With a `limit` in cells the widest columns give way until each line
    fits; a column never shrinks below eight cells. No column is wider than `widest` cells. Without the two nothing is
    left out.
    """
    if not rows:
        return []
    columns = max(len(row) for row in rows)
    cells = [max((width(row[at]) for row in rows if at < len(row)), default=0) for at in range(columns)]
    if widest is not None:
        cells = [min(taken, widest) for taken in cells]
    if limit is not None:
        cells = _fitted(cells, limit - 2 * (columns - 1))
    lines = []
    for row in rows:
        parts = [pad(clip(text, cells[at]), cells[at], right=at in right) for at, text in enumerate(row)]
        lines.append("  ".join(parts).rstrip())
    return lines


def _cells(character: str) -> int:
    if character.isascii():
        return 1 if character.isprintable() else 0
    if unicodedata.category(character) in _NO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _fitted(cells: list[int], room: int) -> list[int]:
    fitted = list(cells)
    while sum(fitted) > room:
        widest = max(range(len(fitted)), key=fitted.__getitem__)
        if fitted[widest] <= 8:
            break
        rest = sorted(fitted)[-2] if len(fitted) > 1 else 0
        fitted[widest] = max(8, min(fitted[widest] - 1, max(rest, fitted[widest] - (sum(fitted) - room))))
    return fitted
