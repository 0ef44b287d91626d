"""One run: so many rounds by two people at a time, then the faults stop, and everything must come to rest by itself."""

import json
import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from api.model.operation import Result
from tests.faults.rounds import weather
from tests.faults.rounds.lives import Life, Window, command, window
from tests.faults.rounds.phases import Phase, Snapshot, look, phase
from tests.faults.rounds.plan import IN_PLAY, Kill, Kind, Plan, When, plan
from tests.faults.rounds.proof import Loss, Verdict, judge, tell, unsaved
from tests.faults.rounds.world import Seat, World

DRAIN = 90.0
"""Seconds within which everything must be sent once the line holds; pauses between attempts are up to 30 s."""

AHEAD = 8
"""How many rounds one person may be ahead of the other, so that they go on meeting on the same leads."""


@dataclass
class Tally:
    """What is counted in a run."""

    rounds: int = 0
    kills: Counter[Phase] = field(default_factory=Counter)
    beside: int = 0
    """Kills of one of two processes on a profile."""
    ended: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    shown: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    strikes: int = 0
    restores: int = 0
    drained: float = 0.0
    """Seconds from the end of the faults to the last receipt, at most."""
    losses: list[Loss] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """All that is known of the losses."""

    def add(self, other: "Tally") -> None:
        """Count the other run, too."""
        self.rounds += other.rounds
        self.beside += other.beside
        self.ended += other.ended
        self.shown += other.shown
        self.strikes += other.strikes
        self.restores += other.restores
        self.drained = max(self.drained, other.drained)
        self.losses += other.losses
        self.told += other.told
        for mine, theirs in ((self.faults, other.faults), (self.outcomes, other.outcomes)):
            mine.update(theirs)
        self.kills.update(other.kills)


class Run:
    """One seed's rounds in a world of their own."""

    def __init__(
        self,
        seed: int,
        rounds: int,
        folder: Path,
        changes: Mapping[str, str],
        *,
        drain: float = DRAIN,
        restores: bool = True,
    ) -> None:
        self.seed = seed
        self._drain = drain
        self._restores = restores
        self.rounds = rounds
        self.tally = Tally()
        self._world = World(folder, rounds + 2 * IN_PLAY, dict(changes))
        self._log = (folder / "rounds.jsonl").open("a")
        self._lock = threading.Condition()
        self._reached = [0, 1]

    def play(self) -> Tally:
        """Play all rounds, let everything come to rest, and judge; a loss ends it early."""
        try:
            self._play_lanes()
            if not self.tally.losses:
                self._rest()
        finally:
            self._world.close()
            self._log.close()
        if not self.tally.losses:
            verdict: Verdict = judge(self._world)
            self.tally.losses += verdict.losses
            self.tally.outcomes = verdict.outcomes
        self.tally.told = [line for loss in self.tally.losses[:5] for line in tell(loss, self._world)]
        self.tally.strikes, self.tally.restores = self._world.strikes, self._world.restores
        self.tally.faults.update(one.fault.value for seat in self._world.seats for one in seat.line.passages)
        return self.tally

    def _play_lanes(self) -> None:
        lanes = [threading.Thread(target=self._lane, args=(place,)) for place in range(2)]
        for lane in lanes:
            lane.start()
        try:
            for lane in lanes:
                lane.join()
        except KeyboardInterrupt:
            self._lose(Loss("the run was stopped"))
            for lane in lanes:
                lane.join()
            raise

    def _lane(self, place: int) -> None:
        seat = self._world.seats[place]
        try:
            for number in range(place, self.rounds, 2):
                with self._lock:
                    self._reached[place] = number
                    self._lock.notify_all()
                    self._lock.wait_for(
                        lambda: self.tally.losses or min(self._reached) >= number - AHEAD  # noqa: B023
                    )
                    if self.tally.losses:
                        return
                self._world.happen(number, self.rounds, self.seed, restores=self._restores)
                self._round(seat, plan(self.seed, number))
        except Exception:  # noqa: BLE001  (whatever breaks the harness must fail the run)
            self._lose(Loss(f"the test itself broke: {traceback.format_exc()}", seat.name))
        finally:
            with self._lock:
                self._reached[place] = self.rounds + AHEAD
                self._lock.notify_all()

    def _lose(self, *losses: Loss) -> None:
        with self._lock:
            self.tally.losses += losses
            self._lock.notify_all()

    # --- one round -----------------------------------------------------------------------------------------------

    def _round(self, seat: Seat, planned: Plan) -> None:
        before = look(seat.home)
        first = len(seat.line.passages)
        seat.line.weather = planned.weather
        settled = frozenset(id_ for id_, entry in before.entries.items() if entry.settled)
        seat.settled = settled if planned.number % 8 else frozenset()
        about = self._unsettled(before) if planned.kind is Kind.RESOLVE else self._undecided(planned, before)
        lives = self._lives(seat, planned, about)
        after = look(seat.home)
        losses = [*unsaved([one for life in lives for one in life.shown], before, after)]
        losses += [Loss(f"{life.what}: {life.failed}: {life.err}", seat.name) for life in lives if life.failed]
        passages = seat.line.passages[first:]
        with self._lock:
            self.tally.rounds += 1
            self.tally.shown += sum(len(life.shown) for life in lives)
            where = self._count(lives, before, after, first, seat)
            record = {
                "round": planned.number,
                "seat": seat.name,
                "kind": planned.kind,
                "kill": [planned.kill.when, round(planned.kill.delay, 4)],
                "fell": where,
                "lives": [
                    [life.what, life.code, round(life.killed - life.started, 4) if life.killed else None, life.err]
                    for life in lives
                ],
                "shown": [one.sentence for life in lives for one in life.shown],
                "line": [
                    [
                        one.method,
                        one.path,
                        one.fault,
                        one.status,
                        *(_ms(at, one.seen) for at in (one.answered, one.delivered)),
                    ]
                    for one in passages
                ],
            }
            self._log.write(json.dumps(record) + "\n")
            self._log.flush()
        if losses:
            self._lose(*(Loss(x.sentence, x.seat or seat.name, x.operation, x.lead_id, planned.number) for x in losses))

    def _count(self, lives: list[Life], before: Snapshot, after: Snapshot, first: int, seat: Seat) -> str:
        killed = [life for life in lives if life.killed]
        if not killed:
            self.tally.ended += 1
            return "ended by itself"
        if len(lives) > 1:
            self.tally.beside += 1
            return "in two windows"
        where = phase(killed[0], before, after, seat.line.passages[first:])
        self.tally.kills[where] += 1
        return where

    def _undecided(self, planned: Plan, before: Snapshot) -> list[str]:
        """Return the leads of this round, others in the place of those on which this person has decided already."""
        mine = {entry.operation.target.id for entry in before.entries.values() if not entry.withdrawn}
        left = [lead_id for lead_id in self._world.ids[planned.leads[0] :] if lead_id not in mine]
        return left[: len(planned.leads)] or self._world.ids[-1:]

    def _unsettled(self, before: Snapshot) -> list[str]:
        """Return a decision that did not take effect, if there is one that met another's; that leaves more ways."""
        found = [entry for entry in before.entries.values() if entry.open]
        met = [one for one in found if one.receipt is not None and one.receipt.result is Result.CONFLICT]
        return [entry.operation.id for entry in met or found][-1:] or ["none"]

    def _lives(self, seat: Seat, planned: Plan, ids: list[str]) -> list[Life]:
        names = self._world.names
        if planned.kind is Kind.WINDOW:
            return [window(seat, planned, names)]
        if planned.kind is not Kind.BESIDE:
            return [command(seat, planned, planned.kind, planned.kill, ids, names)]
        others: list[Life] = []
        kind = (Kind.ACCEPT, Kind.REJECT, Kind.UNDO, Kind.SYNC)[planned.number // 2 % 4]
        kill = Kill(When.NEVER) if planned.strikes_window else Kill(When.TIME, planned.kill.delay)

        def beside() -> None:
            others.append(command(seat, planned, kind, kill, ids, names))

        if planned.strikes_window:
            aside = threading.Thread(target=beside)
            aside.start()
            shown = window(seat, planned, names)
            aside.join()
        else:
            calm = Plan(planned.number, planned.kind, Kill(When.NEVER), planned.weather, keys=planned.keys)
            shown = window(seat, calm, names, beside)
        return [shown, *others]

    # --- coming to rest ------------------------------------------------------------------------------------------

    def _rest(self) -> None:
        """Leave a window open while nothing passes, stop the faults, and wait: nobody types anything."""
        windows = []
        for seat in self._world.seats:
            seat.line.weather = weather.dark(random.Random(self.seed))
            windows.append(Window(seat, self.rounds, self._world.names))
        for one in windows:
            one.opened()
            one.press("w")
        time.sleep(1.5)
        calm_since = time.monotonic()
        for seat in self._world.seats:
            seat.line.weather = weather.calm(random.Random(self.seed))
        try:
            for seat, one in zip(self._world.seats, windows, strict=True):
                self._wait_for_rest(seat, one, calm_since + self._drain)
            self.tally.drained = time.monotonic() - calm_since
        finally:
            for one in windows:
                one.leave()
                one.end()
        for seat in self._world.seats * 2:
            if (code := seat.sync()) not in (0, 4):
                self._lose(Loss(f"“handoff sync” ends with {code} when the line holds", seat.name))

    def _wait_for_rest(self, seat: Seat, one: Window, until: float) -> None:
        while time.monotonic() < until:
            if not any(entry.pending for entry in look(seat.home).entries.values()):
                return
            one.sees(lambda: False, 0.2)
        self._lose(Loss(f"decisions are still unsent {self._drain:g} s after the faults stopped", seat.name))


def _ms(moment: float, start: float) -> float | None:
    return round((moment - start) * 1000, 1) if moment else None
