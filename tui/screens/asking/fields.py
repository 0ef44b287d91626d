"""The fields of a verb's form, made from its questions."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from api.errors import HandoffError
from api.rules.wording import money
from tui.screens.finders import days
from tui.verbs.answers import amount, moment
from tui.verbs.deed import Kind, Question
from tui.verbs.wording import moment_said
from widgets.forms.fields import Field, Reader, Reading

if TYPE_CHECKING:
    from api.desk import Desk


def field_of_question(desk: "Desk", question: Question) -> Field:
    """Return the field that asks this question, with what it understands of what is typed."""
    readers: dict[Kind, Callable[[Desk], Reader]] = {Kind.DAY: days, Kind.MOMENT: moments, Kind.AMOUNT: amounts}
    reads = readers.get(question.kind)
    return Field(
        key=question.key,
        label=question.label,
        options=question.options,
        required=question.required,
        hint=question.hint,
        reads=reads(desk) if reads is not None else None,
    )


def moments(desk: "Desk") -> Reader:
    """Return a reader of moments as people say them; they are sent as they were typed, since ``4h`` goes on."""

    def read(text: str) -> Reading:
        try:
            found = moment(desk, {"": text}, "")
        except HandoffError as problem:
            return Reading(text, problem=problem.sentence)
        return Reading(text, moment_said(desk, found) if found is not None else "")

    return read


def amounts(_desk: "Desk") -> Reader:
    """Return a reader of sums of money."""

    def read(text: str) -> Reading:
        try:
            found = amount({"": text}, "")
        except HandoffError as problem:
            return Reading(text, problem=problem.sentence)
        return Reading(text, money(found, "") if found is not None else "")

    return read
