"""The desk of the pictures."""

from pathlib import Path

import pytest

from tests.tui.conftest import World
from tests.tui.looks.leads import own_lead


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A rep's desk with six leads of six companies, the first two overdue."""
    made = World(tmp_path / "profile")
    made.leads(*[own_lead(number) for number in range(1, 7)])
    return made
