"""The form by itself: choices, searches, texts that are read while one types; no program around it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from widgets.forms.answer_form import AnswerForm
from widgets.forms.fields import Field, Found, Reading, among, at_least
from widgets.forms.pick_list import PickList
from widgets.forms.search_field import SearchField

PEOPLE = [Found(f"p{at}", f"Person {at}", "rep north" if at % 2 else "rep south") for at in range(30)]
SIZE = Field(key="size", label="Size", options=(("s", "small"), ("l", "large")), required=True)


def number(text: str) -> Reading:
    """Read a number."""
    if not text.isdigit():
        return Reading(text, problem=f"“{text}” is no number.")
    return Reading(str(int(text)), f"{int(text)} pieces")


class Alone(App[None]):
    """A form and nothing else."""

    def __init__(self, *fields: Field, **values: str) -> None:
        super().__init__()
        self._fields = fields
        self._values = values
        self.proposed: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Show the form."""
        yield AnswerForm(self._fields, {**self.proposed, **self._values}, proposed=self.proposed)

    @property
    def form(self) -> AnswerForm:
        """The form."""
        return self.query_one(AnswerForm)

    def label(self, key: str) -> str:
        """Return what stands beside a field."""
        widget: Any = self.query_one(f"#label-{key}")
        return str(widget.said)


Show = Callable[..., AbstractAsyncContextManager[tuple[Alone, Pilot[None]]]]


@pytest.fixture
def show() -> Show:
    """Show a form of these fields."""

    @asynccontextmanager
    async def showing(
        *fields: Field, proposed: dict[str, str] | None = None, **values: str
    ) -> AsyncIterator[tuple[Alone, Pilot[None]]]:
        app = Alone(*fields, **values)
        app.proposed = proposed or {}
        async with app.run_test(size=(60, 24)) as pilot:
            await pilot.pause()
            yield app, pilot

    return showing


async def test_a_text_is_read_while_one_types_and_given_back_as_it_was_understood(show: Show) -> None:
    async with show(Field(key="n", label="Number", reads=number, required=True, hint="7")) as (app, pilot):
        assert app.label("n") == "▌Number  7"
        await pilot.press("x")
        assert "is no number" in app.label("n")
        assert app.form.misread() == ("n", "“x” is no number.")
        await pilot.press("backspace", "0", "7")
        assert app.label("n") == "▌Number  → 7 pieces"
        assert app.form.misread() is None
        assert app.form.answers() == {"n": "7"}


async def test_what_was_proposed_is_typed_over_and_what_was_typed_is_gone_on_with(show: Show) -> None:
    fields = (Field(key="a", label="A"), Field(key="b", label="B"))
    async with show(*fields, proposed={"a": "old", "b": "known"}, a="mine") as (app, pilot):
        await pilot.press("!")
        app.form.step("tab")
        await pilot.pause()
        await pilot.press("n", "e", "w")
        app.form.step("tab")
        await pilot.pause()
        await pilot.press("?")
        assert app.form.answers() == {"a": "mine!?", "b": "new"}


async def test_a_search_narrows_and_the_arrows_move_within_it(show: Show) -> None:
    async with show(Field(key="who", label="Who", find=among(PEOPLE), required=True), SIZE) as (app, pilot):
        assert app.form.answer("who") == "", "nobody is meant before somebody is picked"
        await pilot.press(*"person 1")
        assert app.form.answer("who") == "p1", "what begins so comes first"
        app.form.step("down")
        assert app.form.answer("who") == "p10"
        app.form.step("tab")
        await pilot.pause()
        assert app.form.answer("who") == "p10"
        assert app.label("size").startswith("▌")
        app.form.step("up")
        await pilot.pause()
        assert app.label("who").startswith("▌")


async def test_words_taken_back_give_the_first_value_back(show: Show) -> None:
    field = Field(key="who", label="Who", find=among(PEOPLE))
    async with show(field, proposed={"who": "p7"}) as (app, pilot):
        assert app.form.answer("who") == "p7"
        await pilot.press(*"29")
        assert app.form.answer("who") == "p29"
        await pilot.press("backspace", "backspace")
        assert app.form.answer("who") == "p7"


async def test_wheel_and_click_move_the_cursor_of_a_search(show: Show) -> None:
    async with show(Field(key="who", label="Who", find=among(PEOPLE))) as (app, pilot):
        await pilot.click(PickList, offset=(4, 3))
        assert app.form.answer("who") == "p3"
        app.query_one(PickList).post_message(
            events.MouseScrollDown(app.query_one(PickList), 1, 1, 0, 0, 0, False, False, False)
        )
        await pilot.pause()
        assert app.form.answer("who") == "p4"
        assert "▌ Person 4" in app.query_one(SearchField).said


async def test_a_key_answers_everything_only_where_nothing_else_is_lacking(show: Show) -> None:
    text = Field(key="text", label="Text", required=True)
    async with show(SIZE, text) as (app, pilot):
        assert not app.form.picks("2")
        app.form.go_to("text")
        await pilot.press("x")
        assert not app.form.picks("2"), "letters belong to the field that has the keys"
        app.form.go_to("size")
        await pilot.pause()
        assert not app.form.picks("3")
        assert app.form.picks("2")
        assert app.form.answers() == {"size": "l", "text": "x"}


async def test_a_choice_that_was_answered_before_is_never_sent_by_a_key(show: Show) -> None:
    async with show(SIZE, size="l") as (app, _):
        assert not app.form.picks("1")
        app.form.start_over({})
        assert app.form.picks("1")


async def test_counting_stops_where_it_is_enough_and_wide_letters_are_letters(show: Show) -> None:
    async with show(Field(key="t", label="Why", reads=at_least(3))) as (app, pilot):
        await pilot.press("遠")
        assert app.label("t") == "▌Why  → 2 more characters"
        await pilot.press("す", "ぎ")
        assert "more" not in app.label("t")
        assert app.form.answers() == {"t": "遠すぎ"}
