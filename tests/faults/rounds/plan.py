"""What one round does: everything that chance decides, drawn from the seed and the round's number alone."""

import random
from dataclasses import dataclass
from enum import StrEnum

from tests.faults.rounds import weather
from tests.faults.rounds.weather import Fault, Weather

REFUSALS: tuple[tuple[str, ...], ...] = (
    ("--reason", "spam_test"),
    ("--reason", "spam_test"),
    ("--reason", "competitor", "--answer", "name=Example Rival"),
    ("--reason", "already_ours", "--answer", "account=Example Account"),
    ("--reason", "other", "--answer", "text=It is a test of what gets lost."),
    ("--reason", "do_not_contact", "--answer", "how=by phone", "--answer", "confirm=suppress"),
)
"""Reasons with what they ask for, as the command line takes them."""

WAYS = ("insist", "insist", "insist", "yield", "retry", "discard")
"""Ways in which a decision that did not take effect is settled; not each is possible each time."""

IN_PLAY = 6
"""How many leads are decided on at a time by both people, so that they meet."""


class Kind(StrEnum):
    """What runs in a round."""

    ACCEPT = "accept"
    REJECT = "reject"
    UNDO = "undo"
    REDO = "redo"
    RESOLVE = "resolve"
    """One that met another's decision is settled."""
    SYNC = "sync"
    WINDOW = "window"
    BESIDE = "beside"
    """A window, and a command beside it on the same profile."""


class When(StrEnum):
    """What sets a kill off."""

    NEVER = "never"
    TIME = "time"
    """So long after the start, or in a window after the first key."""
    ASKED = "a decision is asked for"
    """A deciding command has begun, or a deciding key was typed."""
    GROWN = "the outbox has grown"
    OFFERING = "decisions are passing"
    ANSWERED = "their answer was delivered"
    PULLING = "changes are asked for"
    PULLED = "changes were delivered"


@dataclass(frozen=True)
class Kill:
    """When the program is killed: so many seconds after something has happened."""

    when: When
    delay: float = 0.0


@dataclass(frozen=True)
class Plan:
    """One round."""

    number: int
    kind: Kind
    kill: Kill
    weather: Weather
    leads: tuple[int, ...] = ()
    """Places of the leads in the order in which they were handed over."""
    refusal: tuple[str, ...] = ()
    way: str = ""
    wait: float = 0.0
    """Seconds that a command waits for the hub."""
    as_json: bool = True
    keys: str = ""
    """What is typed into a window: a accepts, r refuses, u undoes, s syncs, w waits a moment."""
    strikes_window: bool = True
    """Which of the two is killed when a command runs beside a window."""


def plan(seed: int, number: int) -> Plan:
    """Return the round `number` of the run with `seed`."""
    rng = random.Random(f"{seed}.{number}")
    kind = rng.choices(tuple(Kind), (22, 16, 8, 3, 5, 12, 26, 8))[0]
    kill = _kill(rng, kind)
    first = number + rng.randrange(IN_PLAY)
    count = rng.choices((1, 2, 3), (75, 15, 10))[0]
    return Plan(
        number=number,
        kind=kind,
        kill=kill,
        weather=_weather(random.Random(rng.random()), kill.when),
        leads=tuple(range(first, first + count)),
        refusal=rng.choice(REFUSALS),
        wait=_wait(rng, kill.when),
        as_json=rng.random() < 0.5 or kind in (Kind.REDO, Kind.RESOLVE),
        keys="".join(rng.choices("arusw", (45, 25, 12, 6, 12), k=rng.randint(2, 5))),
        strikes_window=rng.random() < 0.6,
        way=rng.choice(WAYS),
    )


def _kill(rng: random.Random, kind: Kind) -> Kill:
    if kind is Kind.SYNC:
        when = rng.choices((When.NEVER, When.TIME, When.PULLING, When.PULLED), (10, 10, 45, 35))[0]
    elif kind is Kind.WINDOW:
        when = rng.choices(tuple(When), (8, 7, 8, 11, 18, 23, 15, 10))[0]
    elif kind is Kind.BESIDE:
        when = rng.choices(tuple(When), (10, 30, 10, 15, 15, 20, 0, 0))[0]
    else:
        when = rng.choices(tuple(When), (12, 8, 18, 16, 19, 27, 0, 0))[0]
    longest = {
        When.TIME: 0.4 if kind in (Kind.WINDOW, Kind.BESIDE, Kind.SYNC) else 0.25,
        When.ASKED: 0.008 if kind in (Kind.WINDOW, Kind.BESIDE) else 0.14,
        When.GROWN: 0.06,
        When.OFFERING: 0.004,
        When.ANSWERED: 0.001,
        When.PULLING: 0.006,
        When.PULLED: 0.002,
    }.get(when, 0.0)
    return Kill(when, rng.uniform(0.0, longest))


def _weather(rng: random.Random, when: When) -> Weather:
    """Return weather in which the moment of the kill can come at all."""
    if when is When.ANSWERED:
        first = (Fault.DRIP, Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.CUT_ANSWER, Fault.BUSY)
        return weather.on(rng, weather.DECISIONS, *first, share=0.25)
    if when is When.OFFERING:
        return weather.on(rng, weather.DECISIONS, *weather.ALL, share=0.6)
    if when in (When.PULLING, When.PULLED):
        return weather.on(rng, weather.CHANGES, *weather.ALL, share=0.3)
    kind = rng.choices((weather.calm, weather.rough, weather.one_kind, weather.dark), (20, 50, 24, 6))[0]
    return kind(rng)


def _wait(rng: random.Random, when: When) -> float:
    if when in (When.OFFERING, When.ANSWERED):
        return 2.0
    return rng.choice((0.0, 0.3, 0.5, 1.0))
