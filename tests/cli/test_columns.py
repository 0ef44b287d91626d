"""Columns line up by what a terminal shows, not by how many characters a text has."""

import pytest

from tui.cli.columns import clip, pad, table, width


@pytest.mark.parametrize(
    ("text", "cells"),
    [("", 0), ("plain", 5), ("müller", 6), ("mu\u0308ller", 6), ("日本", 4), ("ｆｕｌｌ", 8), ("a\u200db", 2)],
)
def test_width_is_what_a_terminal_gives(text: str, cells: int) -> None:
    assert width(text) == cells


def test_clip_never_cuts_a_wide_character_in_half() -> None:
    assert clip("日本語", 6) == "日本語"
    assert clip("日本語", 5) == "日本…"
    assert clip("日本語", 4) == "日…"
    assert width(clip("日本語日本語", 7)) <= 7
    assert clip("abc", 0) == ""


def test_pad_counts_cells() -> None:
    assert pad("日本", 6) == "日本  "
    assert pad("7", 3, right=True) == "  7"


def test_columns_start_at_the_same_cell_whatever_stands_before_them() -> None:
    lines = table([("LEAD", "AT"), ("日本商事", "x"), ("Jose\u0301", "x"), ("ASCII", "x")])
    starts = {width(line[: line.index("x")]) for line in lines[1:]}
    assert starts == {10}


def test_numbers_stand_on_the_right() -> None:
    assert table([("N",), ("5",), ("120",)], right=frozenset({0})) == ["  N", "  5", "120"]


def test_a_limit_shortens_the_widest_column_only() -> None:
    lines = table([("short", "x" * 60, "tail"), ("s", "y", "t")], limit=40)
    assert all(width(line) <= 40 for line in lines)
    assert lines[0].startswith("short  ")
    assert lines[0].endswith("…  tail")


def test_without_a_limit_nothing_is_left_out() -> None:
    assert "x" * 500 in table([("x" * 500, "y")])[0]


def test_no_column_is_wider_than_it_may_be() -> None:
    lines = table([("LEAD", "AT"), ("日" * 100, "x"), ("Ana", "y")], widest=9)
    assert lines == ["LEAD       AT", "日日日日…  x", "Ana        y"]


def test_no_rows_make_no_lines() -> None:
    assert table([]) == []
