"""One life of the real program: what is typed, when it is killed, and what it has shown before it died."""

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bench.terminal import Terminal, TerminalTimeout
from tests.faults.rounds.plan import Kill, Kind, Plan, When
from tests.faults.rounds.proxy import Passage
from tests.faults.rounds.weather import CHANGES, DECISIONS
from tests.faults.rounds.world import Seat
from tests.running_hub import PROGRAM

LONGEST = 40.0
"""Seconds after which a command that has not ended counts as hanging."""

WAITING, AFTER_KEYS = 0.8, 1.5
"""Seconds that are waited for what a key shows, and after the last key for the moment of the kill."""

STEADY = 0.02
"""Seconds that a sentence stands before it counts as shown."""


@dataclass(frozen=True)
class Shown:
    """One decision that the program has shown to the person as saved, or as taken back unsent."""

    round: int
    seat: str
    verb: str
    lead_id: str
    sentence: str
    note: str = ""
    operation: str = ""
    withdrawn: bool = False


@dataclass
class Life:
    """What came of one process."""

    what: str
    started: float = 0.0
    killed: float = 0.0
    """When it was killed; 0 when it ended by itself."""
    code: int | None = None
    shown: list[Shown] = field(default_factory=list)
    decisions: int = 0
    """How many keys or commands that decide were given to it."""
    out: str = ""
    err: str = ""

    @property
    def failed(self) -> str:
        """Say what a person would call a fault of the program; empty when it was none."""
        if "did not foresee" in self.err or "Traceback" in self.err + self.out:
            return "it ended with an error that nobody foresaw"
        if "Not saved" in self.err + self.out:
            return "it refused a decision"
        if self.killed or self.code in (0, 1, 3, 4):
            return ""
        return f"it ended with exit code {self.code}"


class Executioner:
    """Kills one process at the moment that the plan names."""

    def __init__(self, seat: Seat, life: Life, kill: Kill, strike: Callable[[], None]) -> None:
        self._seat = seat
        self._life = life
        self._kill = kill
        self._strike = strike
        self._armed = False
        self._over = False
        self._lock = threading.Lock()

    def arm(self) -> None:
        """Begin to wait for the moment."""
        if self._armed:
            return
        self._armed = True
        when, line = self._kill.when, self._seat.line
        if when is When.TIME:
            line.later(self._kill.delay, self.strike)
        elif when is When.GROWN:
            size = self._size()
            line.later(0.0, lambda: self._watch(size))
        elif when not in (When.NEVER, When.ASKED):
            line.sight = self._see

    def asked(self) -> None:
        """Hear that a decision is asked for at this moment."""
        if self._kill.when is When.ASKED:
            self._seat.line.later(self._kill.delay, self.strike)

    def strike(self) -> None:
        """Kill it now, unless it is over."""
        with self._lock:
            if not self._over:
                self._over = True
                self._life.killed = time.monotonic()
                self._strike()

    def over(self) -> bool:
        """Note that it has ended, or say that it was killed before."""
        with self._lock:
            killed, self._over = self._over, True
        self._seat.line.sight = lambda _passage, _what: None
        return killed

    def _see(self, passage: Passage, what: str) -> None:
        wanted = {
            When.OFFERING: (DECISIONS, "seen"),
            When.ANSWERED: (DECISIONS, "delivered"),
            When.PULLING: (CHANGES, "seen"),
            When.PULLED: (CHANGES, "delivered"),
        }[self._kill.when]
        # What is offered again after a restored backup would take all the kills for itself.
        first = not passage.ids or not self._seat.settled.issuperset(passage.ids)
        if first and f"{passage.method} {passage.path}".startswith(wanted[0]) and what == wanted[1]:
            self._seat.line.sight = lambda _passage, _what: None
            if self._kill.delay < 0.0004:
                self.strike()
            else:
                self._seat.line.later(self._kill.delay, self.strike)

    def _watch(self, size: int) -> None:
        if self._over:
            return
        grown = self._size() != size
        self._seat.line.later(self._kill.delay if grown else 0.001, self.strike if grown else lambda: self._watch(size))

    def _size(self) -> int:
        try:
            return self._seat.outbox.stat().st_size
        except FileNotFoundError:
            return 0


def environment(seat: Seat) -> dict[str, str]:
    """Return the environment of the person at `seat`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDOFF_")}
    return kept | {"HANDOFF_HOME": str(seat.home), "HANDOFF_KEYRING": "off", "TERM": "xterm-256color"} | seat.changes


# --- the command line ----------------------------------------------------------------------------------------------


def arguments(plan: Plan, kind: Kind, ids: Sequence[str], note: str) -> list[str]:
    """Return the command of this round; `ids` are what it is about."""
    if kind is Kind.SYNC:
        return ["sync"]
    wait = ["--wait", f"{plan.wait:g}"]
    more = ["--json"] if plan.as_json else []
    if kind is Kind.REDO:
        return ["redo", *wait, *more]
    if kind is Kind.RESOLVE:
        return ["resolve", *ids, plan.way, *wait, *more]
    if kind is Kind.UNDO:
        return ["undo", "--earlier", *wait, *more]
    refusal = plan.refusal if kind is Kind.REJECT else ()
    return [kind.value, *ids, *refusal, "--note", note, *wait, *more]


def command(seat: Seat, plan: Plan, kind: Kind, kill: Kill, ids: Sequence[str], names: Mapping[str, str]) -> Life:
    """Run one command, about the leads or operations `ids`, to its end or to the moment at which it is killed."""
    note = f"{seat.name.split()[0]} {plan.number}"
    argv = arguments(plan, kind, ids, note)
    life = Life(" ".join(argv), decisions=int(kind in (Kind.ACCEPT, Kind.REJECT, Kind.UNDO)))
    life.started = time.monotonic()
    process = subprocess.Popen(
        [*PROGRAM, *argv], env=environment(seat), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    executioner = Executioner(seat, life, kill, process.kill)
    executioner.arm()
    executioner.asked()
    try:
        life.out, life.err = process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        process.kill()
        life.out, life.err = process.communicate()
        life.err += "\nTraceback: it hung and was ended"
    life.code = process.returncode
    executioner.over()
    if life.code != -signal.SIGKILL:
        life.killed = 0.0
    life.shown += _told(life.out, seat, plan, kind, note, names)
    return life


_LINE = re.compile(r"(?:Saved, not yet sent: )?(accepted|rejected) .+ \((\w+)\)$", re.IGNORECASE)
_NEITHER = re.compile(r".+ \((\w+)\): ")
_UNDONE = re.compile(r"(?:Saved, not yet sent: )?undone(?:: \w+| for) (Ana Example \d+)", re.IGNORECASE)


def _told(out: str, seat: Seat, plan: Plan, kind: Kind, note: str, names: Mapping[str, str]) -> Iterator[Shown]:
    """Yield what whole lines of stdout say was saved."""
    if kind is Kind.SYNC:
        return
    base = Shown(plan.number, seat.name, kind.value, "", "", note if kind in (Kind.ACCEPT, Kind.REJECT) else "")
    for line in (line for line in out.splitlines(keepends=True) if line.endswith("\n")):
        if plan.as_json:
            yield from _told_in_json(line, base, names)
        elif found := _UNDONE.match(line):
            # Taken back unsent, or by its opposite: the words are the same.
            yield _with(base, names[found[1]], line)
        elif (found := _LINE.match(line.strip())) or (found := _NEITHER.match(line)):
            yield _with(base, found[found.lastindex or 1], line)


def _told_in_json(line: str, base: Shown, names: Mapping[str, str]) -> Iterator[Shown]:
    for one in json.loads(line).get("outcomes", ()):
        if one["result"] == "taken back" and (found := _UNDONE.match(one["sentence"])):
            # The lead that the sentence names is meant, where others look different with it.
            yield _with(base, names[found[1]], one["sentence"], withdrawn=True)
        elif one["operation"] or one["result"] == "settled":
            yield _with(base, one["id"], one["sentence"], one["operation"])


def _with(base: Shown, lead_id: str, sentence: str, operation: str = "", *, withdrawn: bool = False) -> Shown:
    return Shown(base.round, base.seat, base.verb, lead_id, sentence.strip(), base.note, operation, withdrawn=withdrawn)


# --- the window ----------------------------------------------------------------------------------------------------

_STATUS = re.compile(r"^ (Accepted|Rejected|Undone: \w+) (Ana Example \d{4})")


class Window:
    """The program in a pseudo-terminal; every sentence that its status line ever showed is kept."""

    def __init__(self, seat: Seat, number: int, names: Mapping[str, str]) -> None:
        self.life = Life("window", started=time.monotonic())
        self._seat = seat
        self._number = number
        self._names = names
        self._last = ""
        self._begun = ("", 0.0)
        self.terminal = Terminal(PROGRAM, columns=100, rows=16, env=environment(seat))

    def strike(self) -> None:
        """Kill it."""
        with suppress(ProcessLookupError):
            os.kill(self.terminal.pid, signal.SIGKILL)

    def opened(self, seconds: float = 20.0) -> bool:
        """Wait until it takes keys; False when it was killed before."""
        return self.sees(lambda: "? help" in self.terminal.lines[-1], seconds)

    def sees(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Read until `condition` holds; False when it never did."""

        def seen(_text: str) -> bool:
            self._note()
            return condition()

        try:
            self.terminal.wait_for(seen, seconds)
        except TerminalTimeout:
            return False
        return True

    def press(self, key: str, asked: Callable[[], None] = lambda: None) -> None:
        """Type what one letter of a plan stands for, and wait for what it shows; `asked` hears of each decision."""
        if key == "w":
            self.sees(lambda: False, 0.25)
            return
        before = self.terminal.lines[-2]
        if key in "aru":
            self.life.decisions += 1
        self._type(key)
        if key in "au":
            asked()
        if key == "r" and self.sees(lambda: "why?" in self.terminal.text, WAITING):
            self._type("s")
            asked()
            self.sees(lambda: self.terminal.lines[-2].startswith(" Rejected"), WAITING)
        elif key == "r":
            self._type("\x1b")
        elif key != "s":
            self.sees(lambda: self.terminal.lines[-2] != before, WAITING)
        self.sees(lambda: False, 1.5 * STEADY)

    def leave(self) -> None:
        """Quit as a person does; one that does not go is a hanging program."""
        for _ in range(5):
            # A dialog that came late takes the key for itself.
            self._type("\x1b")
            self.sees(lambda: False, 0.2)
            self._type("q")
            try:
                self.terminal.wait_exit(4)
            except TerminalTimeout:
                continue
            return
        self.life.err += f"\nTraceback: it hung and was ended:\n{self.terminal.text}"

    def end(self) -> Life:
        """Read what was still painted, and return what came of it."""
        if self.life.killed:
            with suppress(TerminalTimeout):
                self.terminal.wait_exit(10)
            self._note()
        self.terminal.close()
        self.life.code = self.terminal.status
        self.life.out = self.terminal.text
        return self.life

    def _type(self, keys: str) -> None:
        with suppress(OSError):
            self.terminal.send(keys)

    def _note(self) -> None:
        """Keep what the status line says, once it has said so for a moment: half a repaint is no sentence."""
        line = self.terminal.lines[-2]
        found = _STATUS.match(line)
        if found is None or found[0] == self._last:
            self._begun = ("", 0.0)
            return
        now = time.monotonic()
        if found[0] != self._begun[0]:
            self._begun = (found[0], now)
        elif min(now, self.life.killed or now) - self._begun[1] >= STEADY:
            self._last = found[0]
            verb = {"Accepted": "accept", "Rejected": "reject"}.get(found[1], "undo")
            lead_id = self._names[found[2]]
            self.life.shown.append(Shown(self._number, self._seat.name, verb, lead_id, line.strip()))


def window(seat: Seat, plan: Plan, names: Mapping[str, str], beside: Callable[[], None] | None = None) -> Life:
    """Open the program, type what is planned, and kill it at the moment that is planned."""
    one = Window(seat, plan.number, names)
    executioner = Executioner(seat, one.life, plan.kill, one.strike)
    early = plan.kill.when in (When.PULLING, When.PULLED) and plan.number % 2 == 0
    if early:
        executioner.arm()
    try:
        if one.opened():
            if not early:
                executioner.arm()
            if beside is not None:
                beside()
            for key in plan.keys:
                if one.life.killed:
                    break
                one.press(key, executioner.asked)
            if plan.kill.when is When.NEVER:
                one.leave()
            else:
                one.sees(lambda: bool(one.life.killed), AFTER_KEYS)
                executioner.strike()
        elif not one.life.killed:
            one.life.err += f"\nTraceback: it never opened:\n{one.terminal.text}"
    finally:
        executioner.over()
    return one.end()
