"""What the tour teaches, in which order, and how it is known that somebody has done it."""

from collections.abc import Callable

import msgspec

REFUSALS = frozenset({"reject", "disqualify", "reroute", "duplicate", "suppress", "recycle"})
"""Kinds of what a reason may lead to."""


class Scene(msgspec.Struct):
    """What the person has done since the tour began, as far as it is of interest."""

    moved: bool = False
    """The cursor came to another lead."""
    found: bool = False
    """Something was typed that filters the queue."""
    undone: bool = False
    """The last act was taken back."""
    acts: set[str] = msgspec.field(default_factory=set)
    """Kinds of what was decided and is on the disk."""
    actions: set[str] = msgspec.field(default_factory=set)
    """Commands that were carried out, by the name of their action."""
    here: bool = True
    """Whether the queue is in front, and no dialog before it."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do."""

    command: str
    """Id of the command that it teaches; without it on this screen, the step is left out."""
    words: str
    """What is said, ``{id}`` standing for the key of a command."""
    done: Callable[[Scene], bool]
    narrow: bool | None = None
    """Whether it is for terminals in which one part of the lead is shown at a time, for others, or for both."""


STEPS: tuple[Step, ...] = (
    Step(
        command="triage.down",
        words="{triage.down} and {triage.up} move: go to another lead.",
        done=lambda scene: scene.moved,
    ),
    Step(
        command="triage.next_pane",
        words="At the right: why it was sent. {triage.next_pane} turns its pages.",
        done=lambda scene: bool(scene.actions & {"next_pane", "previous_pane"}),
        narrow=True,
    ),
    Step(
        command="triage.scroll_lead_down",
        words="At the right stands why it was sent: {triage.scroll_lead_down} reads on.",
        done=lambda scene: bool(scene.actions & {"scroll_lead_down", "next_pane", "previous_pane"}),
        narrow=False,
    ),
    Step(
        command="triage.accept",
        words="{triage.accept} accepts: the lead is yours to call. Do it.",
        done=lambda scene: "accept" in scene.acts,
    ),
    Step(
        command="triage.undo",
        words="{triage.undo} takes the last thing back. Do it.",
        done=lambda scene: scene.undone,
    ),
    Step(
        command="triage.reject",
        words="{triage.reject} refuses; a letter picks why. Refuse a lead.",
        done=lambda scene: bool(scene.acts & REFUSALS),
    ),
    Step(
        command="triage.find",
        words="{triage.find} finds as you type. Find a name or a company.",
        done=lambda scene: scene.found,
    ),
    Step(
        command="triage.snooze",
        words="{triage.clear} clears. {triage.snooze} puts a lead off until a day you type.",
        done=lambda scene: "snooze" in scene.acts,
    ),
    Step(
        command="triage.views",
        words="{triage.views} shows other queues: look at one of them.",
        done=lambda scene: "views" in scene.actions and scene.here,
    ),
    Step(
        command="app.help",
        words="{app.help} explains the lead and every key. Open it.",
        done=lambda scene: "help" in scene.actions and scene.here,
    ),
)
END = "That was it. {app.palette} finds any command, {app.help} explains."
REAL = "These leads are real."
