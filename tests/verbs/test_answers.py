"""What people type into a verb's questions."""

import pytest

from tui.verbs import Unanswered
from tui.verbs.answers import amount, choice
from tui.verbs.saying import TAGS
from tui.verbs.working import RESULTS


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12400", 12_400),
        ("12,400", 12_400),
        ("12.400", 12_400),
        ("12 400 EUR", 12_400),
        ("€12’400", 12_400),
        ("12,400.50", 12_400.5),
        ("12.400,50", 12_400.5),
        ("1,234,567", 1_234_567),
        ("12.5k", 12_500),
        ("1,2 m", 1_200_000),
        ("0.5", 0.5),
        ("", None),
    ],
)
def test_a_sum_is_read_as_people_write_it(text: str, value: float | None) -> None:
    assert amount({"amount": text}, "amount") == value


@pytest.mark.parametrize("text", ["a lot", "-5", "12 to 15", "1e400", "9" * 40, "k"])
def test_what_is_no_sum_is_named(text: str) -> None:
    with pytest.raises(Unanswered) as refused:
        amount({"amount": text}, "amount")
    assert refused.value.field == "amount"


def test_a_choice_is_meant_by_value_words_or_how_it_begins() -> None:
    assert choice({"tag": "use_case"}, "tag", TAGS, "About") == "use_case"
    assert choice({"tag": "Use case"}, "tag", TAGS, "About") == "use_case"
    assert choice({"tag": "comp"}, "tag", TAGS, "About") == "competitor"
    with pytest.raises(Unanswered, match="competitor, objection, pricing, use case"):
        choice({"tag": "weather"}, "tag", TAGS, "About")


def test_the_keys_of_choices_that_hands_have_learned_stay() -> None:
    assert [value for value, _ in TAGS] == ["competitor", "objection", "pricing", "use_case"]
    assert [value for value, _ in RESULTS] == [
        "reached",
        "no answer",
        "voicemail",
        "wrote",
        "meeting booked",
        "call again",
        "wrong number",
        "bounced",
    ]
