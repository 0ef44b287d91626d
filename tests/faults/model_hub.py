"""The hub of the model: the real one on a database of its own, and a record of what truly happened there.

Everything that changes the hub goes through `House`, which notes each version that a lead ever had and which operations
had taken effect by then. That is the truth that the clients' views are held against.
"""

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec

from api.crm.port import CursorLost
from api.hub.problems import HubProblem
from api.hub.service import Hub
from api.model.changes import Page
from api.model.ingest import LeadIn, TouchIn
from api.model.lead import Lead
from api.model.operation import Operation, Receipt, Result
from api.model.people import Person
from api.rules.identity import suppression_keys
from tests.factories import NOW, PEOPLE
from tests.faults.model_rules import marks

LEADS = {
    "a": LeadIn(source="form", source_id="a", name="Ana Example", email="ana@example.com", owner="team:north"),
    "b": LeadIn(source="form", source_id="b", name="Bo Example", email="bo@example.com", owner="team:north"),
    "c": LeadIn(source="form", source_id="c", name="Bo Example", email="bo@example.com", owner="team:north"),
    "d": LeadIn(source="fair", source_id="d", name="B. Example", email="bo@example.com", owner="team:north"),
    "e": LeadIn(source="fair", source_id="e", name="Cy Example", email="cy@example.com", owner="team:north"),
}
"""What forms and fairs bring; b, c and d are one person."""

AT_FIRST = ("a", "b", "c")


class World:
    """Time and names, common to everybody; time passes only when somebody waits or sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.complaints: list[str] = []
        """What must not happen and did; kept here, since sync lives through every fault."""
        self._ids = 0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def new_id(self) -> str:
        self._ids += 1
        return f"op{self._ids}"


class Known(msgspec.Struct):
    """What a hub with this history knows, as far as the model has seen it."""

    receipts: dict[str, Receipt]
    """The answer that each operation of a person got."""
    effects: dict[str, frozenset[str]]
    """For each lead, the operations that have taken effect on it."""
    wishes: frozenset[str]
    """Keys of people who asked not to be contacted."""

    def copy(self) -> "Known":
        return Known(dict(self.receipts), dict(self.effects), self.wishes)


class Version(msgspec.Struct, frozen=True):
    """A lead as the hub once had it, and which operations had taken effect on it by then."""

    lead: Lead
    effects: frozenset[str]


class House:
    """One hub whose process may die, whose database may be put back, and whose past is never forgotten here."""

    def __init__(self, folder: Path, world: World) -> None:
        self._world = world
        self._path = folder / "hub.db"
        self._backups: list[tuple[Path, Known]] = []
        self._listeners: list[Callable[[], None]] = []
        shutil.copy(_template(), self._path)
        self.known = Known({}, {}, frozenset())
        self.past: list[Known] = []
        """What was known before backups were put back."""
        self.versions: dict[str, list[Version]] = {}
        self.leads: dict[str, Lead] = {}
        self.epochs = 0
        self.processes = 0
        """How many processes have served this database, one after another."""
        self._open()
        self._observe()

    # --- what clients ask -----------------------------------------------------------------------------------------

    @property
    def epoch(self) -> str:
        return self._hub.epoch

    def head(self) -> int:
        return self._hub.head()

    def page(self, cursor: str, limit: int) -> Page:
        try:
            return self._hub.changes(cursor, limit)
        except HubProblem as problem:
            if problem.kind == "cursor-lost":
                raise CursorLost(problem.sentence) from problem
            raise

    def goes_on_from(self, cursor: str) -> bool:
        """Say whether the cursor is one of the present history."""
        try:
            self.page(cursor, 1)
        except CursorLost:
            return False
        return True

    def submit(self, actor: Person, operations: Sequence[Operation]) -> list[Receipt]:
        sent = msgspec.json.decode(msgspec.json.encode(list(operations)), type=list[Operation])
        before = self.leads
        answers = self._hub.submit(actor, sent)
        receipts = msgspec.json.decode(msgspec.json.encode(answers), type=list[Receipt])
        for operation, receipt in zip(sent, receipts, strict=True):
            lead_id = operation.target.id
            if receipt.result is Result.APPLIED and operation.id in self.known.receipts:
                self._world.complaints.append(f"{operation.id} took effect twice")
            self.known.receipts[operation.id] = receipt
            if receipt.result.took_effect:
                self.known.effects[lead_id] = self.known.effects.get(lead_id, frozenset()) | {operation.id}
        self._observe()
        self._tell_if(before)
        return receipts

    def receipt(self, operation_id: str) -> Receipt | None:
        return self._hub.receipt(operation_id)

    # --- what else happens there ----------------------------------------------------------------------------------

    def hand_over(self, name: str, message: str = "") -> None:
        """A lead comes in, or comes in again with news."""
        before = self.leads
        self._hub.ingest_leads([msgspec.structs.replace(LEADS[name], message=message)])
        self._observe()
        self._tell_if(before)

    def touch(self, name: str, title: str) -> None:
        """A lead does something."""
        before = self.leads
        item = LEADS[name]
        touch = TouchIn(at=self._world.now(), kind="visit", title=title, source=item.source, source_id=item.source_id)
        self._hub.ingest_touches([touch])
        self._observe()
        self._tell_if(before)

    def bring_back(self) -> None:
        """Recycled leads come back on their date."""
        before = self.leads
        self._hub.return_due()
        self._observe()
        self._tell_if(before)

    def restart(self) -> None:
        """The process dies and another is started on the same database."""
        self._hub.close()
        self._open()
        self._tell()

    def back_up(self) -> None:
        path = self._path.with_name(f"backup{len(self._backups)}.db")
        with closing(sqlite3.connect(self._path)) as source, closing(sqlite3.connect(path)) as target:
            source.backup(target)
        self._backups.append((path, self.known.copy()))

    @property
    def backups(self) -> int:
        return len(self._backups)

    def restore(self, which: int) -> None:
        """Put a backup back: the same epoch, and numbers that were given out before are given out again."""
        path, known = self._backups[which]
        self._hub.close()
        for name in (self._path.name, f"{self._path.name}-wal", f"{self._path.name}-shm"):
            self._path.with_name(name).unlink(missing_ok=True)
        shutil.copy(path, self._path)
        self.past.append(self.known)
        self.known = known.copy()
        self._open()
        self._observe()
        self._tell()

    def begin_new_epoch(self) -> None:
        """What is known goes on under another epoch, as when a database is moved into a new one."""
        self._hub.close()
        self.epochs += 1
        with closing(sqlite3.connect(self._path)) as database, database:
            database.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (f"epoch{self.epochs}",))
        self._open()
        self._observe()
        self._tell()

    def listen(self, callback: Callable[[], None]) -> None:
        """Call back after each change; what is told to nobody is forgotten with the windows."""
        self._listeners.append(callback)

    def unlisten(self, callback: Callable[[], None]) -> None:
        self._listeners.remove(callback)

    def close(self) -> None:
        self._hub.close()

    # --- the truth ------------------------------------------------------------------------------------------------

    def effects_in(self, lead: Lead) -> list[frozenset[str]]:
        """Return which operations had taken effect in this version of a lead: once, unless two pasts made it alike."""
        return [version.effects for version in self.versions.get(lead.id, []) if version.lead == lead]

    def _open(self) -> None:
        self.processes += 1
        self._hub = Hub(f"sqlite:///{self._path}", clock=self._world.now)

    def _observe(self) -> None:
        """Note every version that can be read now, and check what must hold of each."""
        page = self._hub.changes("", 1_000)
        self.leads = {
            change.id: msgspec.json.decode(change.record, type=Lead) for change in page.changes if change.kind == "lead"
        }
        for lead in self.leads.values():
            version = Version(lead, self.known.effects.get(lead.id, frozenset()))
            versions = self.versions.setdefault(lead.id, [])
            if version in versions:
                continue
            versions.append(version)
            ids = marks(lead)
            if len(ids) != len(set(ids)):
                self._world.complaints.append(f"an operation took effect twice on {lead.title}: {sorted(ids)}")
            if lead.state.value == "suppressed":
                self.known.wishes |= set(suppression_keys(lead))
        for lead in self.leads.values():
            if self.known.wishes & set(suppression_keys(lead)) and lead.state.value != "suppressed":
                self._world.complaints.append(f"{lead.title} asked not to be contacted and is {lead.state}")

    def _tell_if(self, before: dict[str, Lead]) -> None:
        if before != self.leads:
            self._tell()

    def _tell(self) -> None:
        for callback in tuple(self._listeners):
            callback()


@cache
def _template() -> Path:
    """Return a database with people and leads, made once."""
    folder = tempfile.TemporaryDirectory(prefix="handoff-model-")
    atexit.register(folder.cleanup)
    path = Path(folder.name) / "hub.db"
    hub = Hub(f"sqlite:///{path}", clock=lambda: NOW)
    for person in PEOPLE.values():
        hub.add_person(person.name, person.role, person_id=person.id, team=person.team)
    hub.ingest_leads([LEADS[name] for name in AT_FIRST])
    hub.close()
    return path
