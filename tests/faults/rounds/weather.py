"""What can happen to a request on its way, and how often it does."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Fault(StrEnum):
    """What becomes of one request."""

    NONE = "passed"
    LOST_REQUEST = "request lost"
    LOST_ANSWER = "answer lost"
    CUT_REQUEST = "cut in the request"
    CUT_ANSWER = "cut in the answer"
    DRIP = "answer dripped"
    HOLE_BEFORE = "no answer, the hub knows nothing"
    HOLE_AFTER = "no answer, the hub did it"
    BUSY = "answered 429 or 503"
    BROKEN = "answered 500 or 502"


EVERY, DECISIONS, CHANGES = "", "POST /operations", "GET /changes"
"""Beginnings of requests: all, those that offer decisions, those that ask for changes."""

ALL = tuple(fault for fault in Fault if fault is not Fault.NONE)


@dataclass
class Weather:
    """How likely each fault is for each kind of request; one that is not named goes through.

    `chances` maps the beginning of a request line to the faults that may meet it; `share` is the part that they meet.
    """

    rng: random.Random
    share: float = 0.0
    chances: Mapping[str, tuple[Fault, ...]] = field(default_factory=dict)

    def meet(self, request: str) -> Fault:
        """Return what happens to the next request, e.g. ``GET /changes?cursor=``."""
        faults = next((kinds for start, kinds in self.chances.items() if request.startswith(start)), ())
        if not faults or self.rng.random() >= self.share:
            return Fault.NONE
        return self.rng.choice(faults)


def calm(rng: random.Random) -> Weather:
    """Return weather in which everything passes."""
    return Weather(rng)


def rough(rng: random.Random) -> Weather:
    """Return weather in which anything may happen to any request."""
    return Weather(rng, share=rng.choice((0.2, 0.4, 0.6)), chances={EVERY: ALL})


def one_kind(rng: random.Random) -> Weather:
    """Return weather in which one and the same happens to every decision, or to every request."""
    return Weather(rng, share=1.0, chances={rng.choice((DECISIONS, EVERY)): (rng.choice(ALL),)})


def dark(rng: random.Random) -> Weather:
    """Return weather in which nothing gets an answer."""
    lost = (Fault.LOST_REQUEST, Fault.LOST_ANSWER, Fault.CUT_REQUEST, Fault.CUT_ANSWER)
    return Weather(rng, share=1.0, chances={EVERY: lost})


def on(rng: random.Random, start: str, *faults: Fault, share: float = 1.0) -> Weather:
    """Return weather that is bad only for requests that begin so."""
    return Weather(rng, share=share, chances={start: faults})
