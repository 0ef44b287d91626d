"""Letters that stand beside rows while one jumps: those under the resting fingers first."""

from collections.abc import Sequence

LETTERS = "asdfghjklqwertyuiopzxcvbnm"


def labels(ids: Sequence[str]) -> dict[str, str]:
    """Return letters for each of these rows: one each, or two each when there are more rows than letters.

    What comes after the last pair of letters gets none.
    """
    if len(ids) <= len(LETTERS):
        return dict(zip(ids, LETTERS, strict=False))
    pairs = (first + second for first in LETTERS for second in LETTERS)
    return dict(zip(ids, pairs, strict=False))
