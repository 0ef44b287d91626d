"""A rep who is connected to a hub that says hostile things."""

from tests.security.conftest import seat

__all__ = ["seat"]
