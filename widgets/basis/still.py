"""Parts of a screen that never scroll, so that the layout which gives them a size paints it, and nothing else does."""

from textual.containers import Horizontal, Vertical
from textual.geometry import Size
from textual.reactive import Reactive


def still() -> Reactive[Size]:
    """Return a widget's `virtual_size` that asks neither for another layout nor for another paint when it is set."""
    return Reactive(Size(0, 0), layout=False, repaint=False)


class Row(Horizontal):
    """Children beside each other, which cover all of it."""

    BLANK = True
    virtual_size = still()


class Column(Vertical):
    """Children below each other."""

    virtual_size = still()
