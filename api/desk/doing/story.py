"""In which order this profile did things and took them back: what a redo is about."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import msgspec

from api.local.entries import Entry
from api.model.operation import Operation


class Event(msgspec.Struct, frozen=True):
    """One operation was recorded, or withdrawn before it was sent."""

    operation: Operation
    withdrawn: bool = False


class TakenBack(msgspec.Struct):
    """One undo: what of an act was withdrawn unsent, and what gets its opposite after it."""

    group: str
    """Group of the act that was taken back."""
    withdrawn: list[Operation] = []
    reopens: list[Operation] = []


class _Made(msgspec.Struct):
    group: str


class Story:
    """What was recorded and withdrawn, as far as this process saw it happen; what came before, by the clock."""

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self._events = list(events)
        self._recorded: set[str] = set()
        self._withdrawn: set[str] = set()

    def copy(self) -> "Story":
        """Return the story as it is now; only to be read."""
        return Story(self._events)

    def catch_up(self, entries: Iterable[Entry]) -> None:
        """Take in what is new in these entries, which come in the order of recording."""
        new: list[tuple[datetime, int, int, Event]] = []
        latest: datetime | None = None
        for entry in entries:
            operation = entry.operation
            at = latest = operation.at if latest is None else max(latest, operation.at)
            if operation.id not in self._recorded:
                self._recorded.add(operation.id)
                new.append((at, 0, entry.sequence, Event(operation)))
            if entry.withdrawn and operation.id not in self._withdrawn:
                self._withdrawn.add(operation.id)
                # Of several at one moment, the newest was taken back first.
                new.append((max(at, entry.withdrawn_at or at), 1, -entry.sequence, Event(operation, withdrawn=True)))
        self._events.extend(event for *_, event in sorted(new, key=lambda one: one[:3]))

    def taken_back(self, counts: Callable[[str], bool]) -> Iterator[TakenBack]:
        """Yield the undos that a redo can be about, the newest first: those since the last act that was no redo.

        `counts` says whether an operation has an effect, or still may have one.
        """
        steps = self._steps(counts)
        undone = Counter(step.group for step in steps if isinstance(step, TakenBack))
        redone: Counter[str] = Counter()
        for step in reversed(steps):
            if isinstance(step, TakenBack):
                undone[step.group] -= 1
                if redone[step.group]:
                    redone[step.group] -= 1
                else:
                    yield step
            elif undone[step.group]:
                redone[step.group] += 1
            else:
                return

    def _steps(self, counts: Callable[[str], bool]) -> list[TakenBack | _Made]:
        """Return acts and undos in order, each whole; a reopen that was withdrawn or failed never happened."""
        groups: dict[str, str] = {}
        steps: list[TakenBack | _Made] = []
        for event in self._events:
            operation = event.operation
            groups[operation.id] = operation.group or operation.id
            group = groups.get(operation.undoes, operation.undoes) or groups[operation.id]
            last = steps[-1] if steps else None
            if not operation.undoes and not event.withdrawn:
                if not isinstance(last, _Made) or last.group != group:
                    steps.append(_Made(group))
                continue
            if operation.undoes and (event.withdrawn or not counts(operation.id)):
                continue
            if not isinstance(last, TakenBack) or last.group != group:
                last = TakenBack(group)
                steps.append(last)
            (last.reopens if operation.undoes else last.withdrawn).append(operation)
        return steps
