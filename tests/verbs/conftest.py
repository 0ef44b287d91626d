"""The desk and the program of the screens' tests."""

from tests.tui.conftest import run, world

__all__ = ["run", "world"]
