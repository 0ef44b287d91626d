from datetime import UTC, datetime

import msgspec
import pytest

from bench.table import NEAR, Figure, Run, render


@pytest.mark.parametrize(
    ("bar_on", "at_the_bar", "beyond"),
    [
        ("value", 50.0, 50.1),
        ("ratio", 5_000.0, 5_001.0),
        ("over", 150.0, 150.1),
        ("least", 50.0, 49.9),
    ],
)
def test_a_figure_is_held_up_to_its_bar_and_not_beyond(bar_on: str, at_the_bar: float, beyond: float) -> None:
    reached = Figure(what="it", value=at_the_bar, base=100.0, bar=50.0, bar_on=bar_on)
    missed = Figure(what="it", value=beyond, base=100.0, bar=50.0, bar_on=bar_on)
    assert (reached.held, missed.held) == (True, False)


def test_two_short_waits_are_the_same_to_a_person() -> None:
    assert Figure(what="it", value=2.0 + NEAR, base=2.0, bar=1.25, bar_on="flat").held is True
    assert Figure(what="it", value=2.1 + NEAR, base=2.0, bar=1.25, bar_on="flat").held is False
    assert Figure(what="it", value=125.0, base=100.0, bar=1.25, bar_on="flat").held is True


def test_what_has_no_bar_is_neither_held_nor_missed() -> None:
    assert Figure(what="it", value=1.0).held is None


def test_the_table_says_what_was_missed() -> None:
    lines = render([Figure(what="slow", value=9.0, bar=8, bar_on="value"), Figure(what="fast", value=7.0)]).splitlines()
    assert lines[2].split() == ["slow", "9.0", "ms", "≤", "8", "NO"]
    assert lines[3].split() == ["fast", "7.0", "ms"]


def test_a_kept_run_is_read_again_as_it_was() -> None:
    run = Run(datetime(2026, 11, 2, tzinfo=UTC), "a machine", 1.0, (100,), [Figure(what="it", value=1.0)], [])
    assert msgspec.json.decode(msgspec.json.encode(run), type=Run) == run
