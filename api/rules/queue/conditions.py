"""The fields that a filter can ask for, what may stand behind each, and what that means of a lead."""

import re
from collections.abc import Callable, Mapping, Sequence
from math import inf, nan, nextafter
from sys import float_info

import msgspec

from api.model.lead import State
from api.rules.queue.rows import COMPANY_LINE, NAME_LINE, Row, line_of
from api.rules.queue.setting import Setting

FIELDS: Mapping[str, str] = {
    "campaign": "part of the campaign’s name",
    "company": "part of the company’s name",
    "name": "part of the person’s name",
    "owner": "me, team, nobody, or part of a name",
    "state": "new, accepted, rejected and so on",
    "reason": "part of the reason’s name",
    "by": "me, or part of the name of who decided",
    "from": "part of the channel it came through",
    "mark": "returned, handed, back",
    "due": "<1h, >2d, overdue, today or none",
    "waiting": "<1h or >3d, since the handoff",
    "fit": "a figure: >60, <40 or 50-80",
    "eng": "a figure: >60, <40 or 50-80",
    "score": "a figure: >120, <40 or 50-80",
    "pass": "a number: 2 or >1",
    "snoozed": "yes or no",
}
"""Every field, and what may stand behind its colon."""

_INSIDE = frozenset({"company", "name"})
_AMONG = frozenset({"campaign", "owner", "reason", "by", "from", "mark"})
_FIGURES = frozenset({"fit", "eng", "score", "pass"})
_STATES = tuple(state.value for state in State)
_NEW = State.NEW.value
_OPEN = frozenset({_NEW, State.ACCEPTED.value})
_BACK = "back"
_MINUTES = {"m": 1, "h": 60, "d": 60 * 24, "w": 60 * 24 * 7}
_DUE_WORDS = ("overdue", "today", "none")
_FIGURE = re.compile(r"(<=|>=|<|>|=)?(\d{1,6})(?:(?:-|\.\.)(\d{1,6}))?")
_SPAN = re.compile(r"(<=|>=|<|>)(\d{1,5})\s*(m|h|d|w)\w*")
_BEGUN = re.compile(r"[<>]?=?|\d{1,6}(?:-|\.{1,2})")
"""A figure that somebody is still typing, and a span likewise."""
_BEGUN_SPAN = re.compile(r"(?:<|>)=?\d{0,5}")


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """What one piece of a filter asks for."""

    field: str
    word: str = ""
    """What is looked for, case-folded; of fields with figures empty."""
    low: float = -inf
    """Bounds, both included: of figures themselves, of `due` and `waiting` in minutes from now and until now."""
    high: float = inf
    days: bool = False
    """Whether the bounds of `due` were said in days: those of the calendar, while hours are hours of business."""
    negated: bool = False


class Among(msgspec.Struct, frozen=True):
    """A test of a field that many leads have the same words in."""

    field: str
    """As rows call it."""
    accepts: Callable[[str], bool]


class Between(msgspec.Struct, frozen=True):
    """A test of a number; what has none never passes."""

    field: str
    """As rows call it."""
    low: float
    high: float


class Inside(msgspec.Struct, frozen=True):
    """A test of one line of what can be searched of a lead (`hay_of`)."""

    line: int
    word: str


class Either(msgspec.Struct, frozen=True):
    """Passed by what passes one of its tests."""

    tests: "tuple[Among | Between, ...]"


Test = Among | Between | Inside | Either


def condition(field: str, value: str, *, negated: bool = False) -> Condition | str | None:
    """Return what one piece asks for, a sentence when it can't be understood, None when it is not finished.

    `field` and `value` are case-folded.
    """
    if field not in FIELDS:
        return f"There is no field “{field[:30]}:”; there are {', '.join(FIELDS)}."
    value = value.strip()
    if not value:
        return None
    if field in _AMONG or field in _INSIDE:
        return Condition(field=field, word=value, negated=negated)
    if field in _FIGURES:
        return _figure(field, value, negated)
    if field == "state":
        known = any(_is_state(value, state) for state in _STATES)
        return Condition(field=field, word=value, negated=negated) if known else _unclear(field, value)
    if field == "snoozed":
        word = next((word for word in ("yes", "no") if word.startswith(value)), "")
        return Condition(field=field, negated=negated != (word == "no")) if word else _unclear(field, value)
    if field == "due" and (word := next((word for word in _DUE_WORDS if word.startswith(value)), "")):
        return Condition(field=field, word=word, negated=negated)
    return _span(field, value, negated)


def _figure(field: str, value: str, negated: bool) -> Condition | str | None:
    found = _FIGURE.fullmatch(value)
    if found is None or (found[1] and found[3]):
        return None if _BEGUN.fullmatch(value) else _unclear(field, value)
    figure = float(found[2])
    match found[1]:
        case "<":
            low, high = -inf, figure - 1
        case "<=":
            low, high = -inf, figure
        case ">":
            low, high = figure + 1, inf
        case ">=":
            low, high = figure, inf
        case _:
            low, high = figure, float(found[3] or figure)
    return Condition(field=field, low=min(low, high), high=max(low, high), negated=negated)


def _span(field: str, value: str, negated: bool) -> Condition | str | None:
    found = _SPAN.fullmatch(value)
    if found is None:
        return None if _BEGUN_SPAN.fullmatch(value) else _unclear(field, value)
    minutes = int(found[2]) * _MINUTES[found[3]]
    below = found[1].startswith("<")
    low, high = (-inf, minutes) if below else (minutes, inf)
    return Condition(field=field, low=low, high=high, days=found[3] in "dw", negated=negated)


def _unclear(field: str, value: str) -> str:
    return f"“{field}:{value[:30]}” is not understood; behind {field}: stands {FIELDS[field]}."


def _is_state(word: str, state: str) -> bool:
    return state.startswith(word) or (state == State.NEW.value and "undecided".startswith(word))


# --- what it means of a lead ---------------------------------------------------------------------------------------


def tests(asked: Condition, setting: Setting) -> tuple[Test, ...]:
    """Return the tests that a lead passes, all of them, when it is what `asked` asks for, its negation left aside."""
    field, word = asked.field, asked.word
    match field:
        case "company":
            return (Inside(COMPANY_LINE, word),)
        case "name":
            return (Inside(NAME_LINE, word),)
        case "state":
            return (Among("state", lambda state: _is_state(word, state)),)
        case "snoozed":
            return (Among("state", _OPEN.__contains__), Between("wake", nextafter(setting.now, inf), inf))
        case "waiting":
            now = setting.now
            return (Among("state", _NEW.__eq__), Between("handed", now - asked.high * 60, now - asked.low * 60))
        case "due":
            return (_due(asked, setting),)
        case "mark":
            marked = Among("mark", lambda mark: word in mark)
            # What wakes by itself has slept: its snooze is over, or it did something.
            over = Between("wake", -float_info.max, setting.now)
            return (Either((marked, Between("stirred", -inf, inf), over)),) if _BACK.startswith(word) else (marked,)
        case "fit" | "score":
            return (Between(field, asked.low, asked.high),)
        case "eng":
            return (Between("engagement", asked.low, asked.high),)
        case "pass":
            return (Between("number", asked.low, asked.high),)
        case _:
            return (_among(field, word, setting),)


def _among(field: str, word: str, setting: Setting) -> Among:
    me = setting.me
    match field:
        case "campaign":
            names = setting.campaigns
            return Among("campaign_id", lambda one: word in names.get(one, "").casefold() or word == one.casefold())
        case "owner":
            exact = {"me": f"person:{me.id}", "team": f"team:{me.team}" if me.team else None, "nobody": ""}.get(word)
            if exact is not None:
                return Among("owner", exact.__eq__)
            if word == "team":
                return Among("owner", lambda owner: owner.startswith("team:"))
            return Among("owner", lambda owner: bool(owner) and word in setting.owner_name(owner).casefold())
        case "by":
            name = me.name if word == "me" else None
            return Among("decided_by", lambda by: by == name if name is not None else word in by.casefold())
        case "reason":
            return Among("reason", lambda code: bool(code) and word in f"{code} {setting.reason_name(code)}".casefold())
        case _:
            return Among("origin", lambda origin: word in origin.casefold())


def _due(asked: Condition, setting: Setting) -> Between:
    now = setting.now
    match asked.word:
        case "overdue":
            return Between("due", -inf, nextafter(now, -inf))
        case "today":
            return Between("due", setting.begins(setting.today), nextafter(setting.begins(setting.today + 1), -inf))
        case "none":
            return Between("due", inf, inf)
        case _:

            def moment(minutes: float) -> float:
                return now + minutes * 60 if asked.days else setting.later(minutes)

            low = -inf if asked.low == -inf else moment(asked.low)
            # What has no date is due neither soon nor late.
            return Between("due", low, float_info.max if asked.high == inf else moment(asked.high))


def in_lines(
    conditions: Sequence[Condition],
) -> tuple[tuple[Condition, ...], tuple[tuple[int, str, bool], ...]]:
    """Part what is looked for in a line of what can be searched from all other conditions.

    Of the first, returns the line (see `hay_of`), the word, and whether it must stand there, or must not.
    """
    lines = {"company": COMPANY_LINE, "name": NAME_LINE}
    inside = tuple((lines[one.field], one.word, not one.negated) for one in conditions if one.field in lines)
    return tuple(one for one in conditions if one.field not in lines), inside


def holds(asked: Condition, row: Row, hay: str, setting: Setting) -> bool:
    """Say whether a lead is what `asked` asks for; `hay` is what can be searched of it."""
    return asked.negated != all(passes(test, row, hay) for test in tests(asked, setting))


def passes(test: Test, row: Row, hay: str) -> bool:
    """Say whether a lead passes a test; `hay` is what can be searched of it."""
    if isinstance(test, Among):
        return test.accepts(str(getattr(row, test.field)))
    if isinstance(test, Between):
        return test.low <= number_of(row, test.field) <= test.high
    if isinstance(test, Inside):
        return test.word in line_of(hay, test.line)
    return any(passes(one, row, hay) for one in test.tests)


def number_of(row: Row, field: str) -> float:
    """Return a number of a row, as the columns of the index have it; NaN, which lies between nothing, for none."""
    match field:
        case "due":
            return inf if row.due is None else row.due
        case "wake":
            return -inf if row.snoozed is None else row.snoozed
        case _:
            value: float | None = getattr(row, field)
            return nan if value is None else value
