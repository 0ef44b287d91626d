"""The tour while it is on: it watches what is done on the queue and says what to try next."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from textual.actions import ActionParseResult
from textual.timer import Timer

from api.errors import HandoffError
from api.local.told import TOUR, note_told, was_told
from tui.commands import command
from tui.screens.triage.reading import NARROW
from tui.tour.coach import Coach
from tui.tour.steps import END, REAL, STEPS, Scene, Step
from widgets.basis.runs import Line

if TYPE_CHECKING:
    from tui.app import HandoffApp
    from tui.screens.triage import TriageScreen

_LOOK_EVERY = 0.2
"""Seconds between two looks at what was done."""

_STAYS = 15.0
"""Seconds for which the last words stay."""

_KEY = re.compile(r"\{([a-z_.]+)\}")


def begin(app: "HandoffApp", *, invented: bool = False) -> None:
    """Begin the tour on the leads that are here, once there are some; `invented` ones need no warning."""
    triage = app.triage
    if triage is not None and app.tour is None:
        app.tour = Tour(app, triage, invented=invented)


def offer(app: "HandoffApp", told_in: Path) -> None:
    """Begin the tour for who was not shown it yet, and note in the folder `told_in` that it was shown."""

    async def unless_told() -> None:
        # A disk that can't say, or can't keep it, costs no more than a second tour.
        try:
            if await app.writer.run(lambda: was_told(told_in, TOUR)):
                return
            begin(app, invented=True)
            await app.writer.run(lambda: note_told(told_in, TOUR))
        except HandoffError:
            return

    app.run_worker(unless_told(), group="tour")


class Tour:
    """Says one thing to do in a line above the status, and goes on once it was done."""

    def __init__(self, app: "HandoffApp", triage: "TriageScreen", *, invented: bool) -> None:
        self._app = app
        self._triage = triage
        self._scene = Scene()
        self._steps = _steps(triage)
        self._invented = invented
        self._at = 0
        self._over = False
        self._coach: Coach | None = None
        self._began_at = ""
        self._act = _act_of(triage)
        self._timers: list[Timer] = [triage.set_interval(_LOOK_EVERY, self.look)]
        self.look()

    def saw(self, action: "str | ActionParseResult") -> None:
        """Hear of a command that was carried out."""
        name = action if isinstance(action, str) else action[1]
        # What brought the tour up is no part of it; what is typed while its last words stand ends it.
        if self._over and self._coach is not None and name not in ("end_tour", "tour"):
            self.end()
            return
        self._scene.actions.add(name.rpartition(".")[2].partition("(")[0])
        self.look()

    def look(self) -> None:
        """See what was done since the last look."""
        triage = self._triage
        if self._over or not triage.is_attached:
            return
        here = self._app.screen is triage
        if self._coach is None:
            # Leads that are still on their way are waited for.
            if here and triage.queue.ids:
                self._appear()
            return
        self._coach.visible = here
        self._see(here=here)
        while self._at < len(self._steps) and self._steps[self._at].done(self._scene):
            self._at += 1
        self._say()

    def _see(self, *, here: bool) -> None:
        scene, triage = self._scene, self._triage
        scene.here = here
        lead_id = triage.queue.lead_id
        acted = _act_of(triage)
        if acted != self._act:
            known, self._act = self._act, acted
            if "undo" in scene.actions and known[0]:
                scene.undone = True
                scene.actions.discard("undo")
            else:
                scene.acts |= acted[1]
            # The queue moved on by itself, under a cursor that stayed.
            self._began_at = lead_id
        elif here and lead_id != self._began_at:
            scene.moved = True
        scene.found |= bool(triage.filter_text)

    def _appear(self) -> None:
        coach = self._coach = Coach(self.end, id="coach")
        self._began_at = self._triage.queue.lead_id
        self._scene.actions.clear()
        self._triage.mount(coach, before="#status")
        self._say()

    def _say(self) -> None:
        if self._coach is None:
            return
        if self._at < len(self._steps):
            step = self._steps[self._at]
            number = f"{self._at + 1} of {len(self._steps)}"
            warning = "" if self._invented or self._at else " " + REAL
            key = self._key("app.end_tour")
            ends = f"{key} ends the tour", f"{key} ends"
            self._coach.show(number, self._worded(step.words + warning), ends)
            return
        self._over = True
        self._coach.visible = True
        self._coach.show("", self._worded(END), ("", ""))
        self._timers.append(self._triage.set_timer(_STAYS, self.end))

    def _worded(self, words: str) -> Line:
        parts = _KEY.split(words)
        # Every second part is the name of a command.
        runs = [(self._key(part), "strong") if at % 2 else (part, "") for at, part in enumerate(parts)]
        return tuple(run for run in runs if run[0])

    def _key(self, command_id: str) -> str:
        return self._app.key_words(command_id) or command(command_id).title

    def end(self) -> None:
        """End the tour and take its line away."""
        self._over = True
        for timer in self._timers:
            timer.stop()
        self._app.tour = None
        coach, self._coach = self._coach, None
        if coach is not None:
            coach.remove()


def _steps(triage: "TriageScreen") -> list[Step]:
    narrow = triage.app.size.width < NARROW
    fitting = [step for step in STEPS if step.narrow is None or step.narrow is narrow]
    # What a screen can't do is not taught on it.
    owners = {"app": triage.app, "triage": triage}
    return [
        step
        for step in fitting
        if hasattr(owners[command(step.command).target], f"action_{command(step.command).action}")
    ]


def _act_of(triage: "TriageScreen") -> tuple[str, set[str]]:
    """Return the first operation of the last own act, and the kinds of all of them."""
    act = triage.desk.last_act()
    if act is None or not act.operations:
        return "", set()
    return act.operations[0].id, {operation.verb.kind for operation in act.operations}
