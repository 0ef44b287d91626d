"""The list of all steps, in the order of a run: what only reads comes before what changes a hub."""

from collections.abc import Callable, Iterable

import msgspec

from bench.scene import Scene
from bench.steps import hub, keys, lasting, load, peers, scripts, starts
from bench.table import Figure, Missing


class Step(msgspec.Struct, frozen=True):
    """One part of a run."""

    name: str
    measure: Callable[[Scene], Iterable[Figure | Missing]]


STEPS = (
    Step("start", starts.starting),
    Step("start without index", starts.without_index),
    Step("type-ahead", starts.typing_ahead),
    Step("keys", keys.moving),
    Step("held key", keys.holding),
    Step("slow line", keys.slow_line),
    Step("filter", keys.finding),
    Step("memory", lasting.memory),
    Step("idle", lasting.idle),
    Step("first pull", hub.first_pull),
    Step("keys while pulling", load.pulling),
    Step("accept", keys.accepting),
    Step("command line", scripts.commands),
    Step("bulk", scripts.in_bulk),
    Step("keys while leads change", load.changing),
    Step("start after news", starts.after_news),
    Step("a day", lasting.a_day),
    Step("hub", hub.decisions),
    Step("seen elsewhere", hub.seen_elsewhere),
    Step("hub with a million", hub.pages),
    Step("peers", peers.peers),
)
