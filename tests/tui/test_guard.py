"""The rule that tells text from decisions, on both sides: what people do in triage, and what they write."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import NOW
from tui.commands import commands_in
from tui.guard import NEEDED_AT_ONCE, QUIET, Guard, Mark, Stroke, Verdict
from tui.keys import PLAIN

USED = PLAIN.used("triage")
DECIDING = frozenset(
    key for one in commands_in("triage") if one.group in ("Decide", "Work", "Say") for key in PLAIN.keys(one)
)
REASONS = "nstboicmxd"
"""Letters that pick a reason; some of them mean something in the queue, too."""

Timed = tuple[str, float]
"""A key, and the seconds since the one before it."""


def judged(keys: Iterable[Timed], *, in_dialog: Sequence[int] = (), guard: Guard | None = None) -> list[Verdict]:
    """Press keys at their times; those whose place is in `in_dialog` answer a dialog."""
    guard, at, found = guard or Guard(), 100.0, []
    for place, (key, pause) in enumerate(keys):
        at += pause
        answers = place in in_dialog
        mark = Mark(NOW + timedelta(seconds=at), depth=2 if answers else 1)
        found.append(guard.press(Stroke(at, key, answers or key in USED, mark, not answers and key in DECIDING)))
    return found


def typed(text: str, a_second: float, *, field_from: int | None = None) -> list[Verdict]:
    """Type text at a speed, into the queue; from `field_from` on it goes into a field that a letter opened."""
    guard, found = Guard(), []
    for place, character in enumerate(text):
        at = 100 + place / a_second
        in_field = field_from is not None and place >= field_from
        key = "space" if character == " " else character
        mark = Mark(NOW + timedelta(seconds=at))
        means = in_field or key in USED
        found.append(guard.press(Stroke(at, key, means, mark, key in DECIDING and not in_field, in_field)))
    return found


moves = st.sampled_from("jkgG") | st.just("space")
decisions = st.sampled_from(["a", "c", "u", "plus", "x"]) | st.tuples(st.just("r"), st.sampled_from(REASONS))
slips = st.sampled_from("hnB")


@st.composite
def triage(draw: st.DrawFn) -> tuple[list[Timed], list[int]]:
    """Return what a quick person does: looks, decides, holds a key, slips now and then; and what answers a dialog.

    Nobody takes less than a quarter of a second to choose the next of several things; a reason follows its r as fast as
    fingers go, and so does a key that is pressed again.
    """
    keys: list[Timed] = []
    in_dialog: list[int] = []
    thinking = st.floats(0.25, 1.2)
    since_slip = 10.0
    for _ in range(draw(st.integers(5, 40))):
        before = len(keys)
        kind = draw(st.sampled_from(["move", "decide", "decide", "hold", "slip"]))
        pause = draw(thinking)
        if kind == "slip" and since_slip < 4:
            kind = "move"
        if kind == "slip":
            since_slip = 0.0
            keys.append((draw(slips), pause))
        elif kind == "hold":
            key = draw(st.sampled_from("jk"))
            keys.append((key, pause))
            keys += [(key, 0.03)] * draw(st.integers(2, 30))
        elif kind == "move":
            keys.append((draw(moves), pause))
        else:
            done = draw(decisions)
            keys.append((done[0], pause))
            if len(done) > 1:
                in_dialog.append(len(keys))
                keys.append((done[1], draw(st.floats(0.06, 0.3))))
        since_slip += sum(gap for _, gap in keys[before:])
    return keys, in_dialog


@given(triage())
@settings(max_examples=300, deadline=None)
def test_deciding_never_looks_like_text(done: tuple[list[Timed], list[int]]) -> None:
    keys, in_dialog = done
    assert set(judged(keys, in_dialog=in_dialog)) == {Verdict.PASS}


@pytest.mark.parametrize("key", ["j", "a", "h"])
def test_a_key_that_is_held_down_never_looks_like_text(key: str) -> None:
    assert set(judged([(key, 0.02)] * 200)) == {Verdict.PASS}


def test_accepting_in_a_row_and_a_whole_refusal_never_look_like_text() -> None:
    quick = [("a", 0.15), ("a", 0.15), ("a", 0.15), ("r", 0.2), ("n", 0.1), ("r", 0.2), ("s", 0.1), ("u", 0.2)]
    assert set(judged(quick * 3, in_dialog=[4, 6, 12, 14, 20, 22])) == {Verdict.PASS}


@pytest.mark.parametrize("a_second", [5.0, 6.5, 8.0, 12.0])
@pytest.mark.parametrize(
    "text",
    [
        "hello, can you send me the notes of the call on friday",
        "thanks, that works for me, see you next monday then",
        "Please find the numbers for November in the sheet below",
        "no, I have not heard back from them either, have you",
    ],
)
def test_text_is_noticed_within_its_first_words(text: str, a_second: float) -> None:
    found = typed(text, a_second)
    assert Verdict.STOP in found[:25], "it took too long"
    stopped = found.index(Verdict.STOP)
    assert set(found[stopped + 1 :]) == {Verdict.DROP}


@pytest.mark.parametrize("text", ["call me back when you can", "almost done with the other one"])
@pytest.mark.parametrize("a_second", [3.5, 6.0, 10.0])
def test_text_that_ran_into_a_form_right_behind_a_decision_is_noticed(text: str, a_second: float) -> None:
    opened = text.index("l")
    found = typed(text, a_second, field_from=opened + 1)
    assert set(found[: opened + 1]) == {Verdict.PASS}
    assert Verdict.STOP in found[:20]


def test_a_note_written_after_a_look_at_the_next_lead_is_a_note() -> None:
    guard = Guard()
    assert judged([("a", 1.0), ("i", 0.5)], guard=guard) == [Verdict.PASS, Verdict.PASS]
    at = 101.6
    for place, character in enumerate("they use another product since march"):
        stroke = Stroke(at + place / 8, character, means=True, in_field=True)
        assert guard.press(stroke) is Verdict.PASS


def test_a_form_that_was_opened_in_passing_takes_what_is_typed() -> None:
    guard = Guard()
    judged([("j", 1.0), ("i", 0.1)], guard=guard)
    for place, character in enumerate("they use another product since march"):
        assert guard.press(Stroke(101.2 + place / 8, character, means=True, in_field=True)) is Verdict.PASS


@pytest.mark.parametrize("text", ["Hello world", "Please call me", "ana@bakery.example", "Set up in one day."])
def test_text_that_came_in_one_go_does_nothing_at_all(text: str) -> None:
    guard = Guard()
    first, *rest = text
    assert guard.press(Stroke(1.0, first, means=True), rest) is Verdict.STOP


@pytest.mark.parametrize("keys", ["jjjjjjjjjjjja", "ajajajrnj", "jjkrsaau", "rn1"])
def test_a_few_keys_typed_ahead_are_keys(keys: str) -> None:
    guard = Guard()
    assert len(set(keys)) < NEEDED_AT_ONCE
    for place in range(len(keys)):
        assert guard.press(Stroke(1.0, keys[place], means=True), keys[place + 1 :]) is Verdict.PASS


def test_keys_rest_until_a_second_without_any() -> None:
    guard = Guard()
    guard.press(Stroke(1.0, "H", means=True), "ello world")
    assert guard.press(Stroke(1.0 + QUIET * 0.9, "a", means=True)) is Verdict.DROP
    assert guard.press(Stroke(1.0 + QUIET * 1.8, "a", means=True)) is Verdict.DROP
    assert guard.press(Stroke(1.0 + QUIET * 2.8, "a", means=True)) is Verdict.PASS
