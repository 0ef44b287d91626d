"""Fixtures of this room."""

from tests.desk.opening import desk, open_desk, pull, server

__all__ = ["desk", "open_desk", "pull", "server"]
