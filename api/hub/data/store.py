"""The hub's database: many readers, one writer, and change numbers that become visible in order.

Every write transaction locks the counter row first and takes its numbers from it, so transactions commit in the order
of their numbers and a reader of "changes since n" never skips one. Jobs that wait together share one commit.
"""

import logging
import queue
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Connection, Table, bindparam, insert, select, update
from sqlalchemy.exc import DBAPIError

from api.hub.data import commits, tables
from api.hub.data.engine import WRITES, open_engine
from api.hub.problems import HubError
from api.model.agreement import Agreement
from api.model.campaign import Campaign
from api.model.lead import Lead
from api.model.people import Person

log = logging.getLogger("handoff.hub")

T = TypeVar("T")
Record = Lead | Campaign | Person | Agreement

BATCH = 200
"""Most jobs that share one commit."""

CHUNK = 500
"""Most values in one IN list; old databases stop at about a thousand."""

_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {
    "lead": msgspec.json.Decoder(Lead),
    "campaign": msgspec.json.Decoder(Campaign),
    "person": msgspec.json.Decoder(Person),
    "agreement": msgspec.json.Decoder(Agreement),
}


@lru_cache(maxsize=32)
def _agreement(body: bytes) -> Agreement:
    return msgspec.json.decode(body, type=Agreement)


def _read(kind: str, body: bytes) -> Any:
    # Every decision asks for its version of the agreement, which is long and never changes.
    return _agreement(bytes(body)) if kind == "agreement" else _DECODERS[kind].decode(body)


def utc_now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield `values` in lists short enough for one statement."""
    known = list(values)
    for start in range(0, len(known), CHUNK):
        yield known[start : start + CHUNK]


class _Held(msgspec.Struct):
    """One record as this transaction sees it."""

    record: Record | None
    n: int
    stored: bool
    dirty: bool = False


class Write:
    """One write transaction: records are buffered and written once, however often they are put."""

    def __init__(self, connection: Connection, at: datetime) -> None:
        self.connection = connection
        self.at = at
        counters = {row.name: int(row.n) for row in connection.execute(_LOCKED)}
        self._first = self.n = counters["changes"]
        self.agreement = counters["agreement"]
        """Number of the newest version of the agreement; 0 while there is none."""
        self._held: dict[tuple[str, str], _Held] = {}
        self._expected: dict[str, dict[str, None]] = {}
        self._shared: dict[Callable[[Write], Any], Any] = {}
        self._rows: dict[Table, list[dict[str, Any]]] = {}

    def share(self, kind: Callable[["Write"], T]) -> T:
        """Return the one `kind` of this transaction, made when first asked for; all jobs have it in common."""
        if kind not in self._shared:
            self._shared[kind] = kind(self)
        shared: T = self._shared[kind]
        return shared

    def expect(self, kind: str, ids: Iterable[str]) -> None:
        """Note that these records will be asked for, so that the next `load` reads them too."""
        self._expected.setdefault(kind, {}).update(dict.fromkeys(ids))

    def load(self, kind: str, ids: Iterable[str]) -> None:
        """Read these records, and all that are expected, in one go, for the `get` that follow."""
        self.expect(kind, ids)
        expected, self._expected = self._expected, {}
        missing = [
            (kind, identifier)
            for kind, ids in expected.items()
            for identifier in ids
            if (kind, identifier) not in self._held
        ]
        table = tables.records
        for part in chunks(missing):
            kinds, wanted = ({key[place] for key in part} for place in (0, 1))
            # What has the id of one and the kind of another is read as well: seldom, and as good as what was asked for.
            found = self.connection.execute(
                select(table.c.kind, table.c.id, table.c.n, table.c.body).where(
                    table.c.kind.in_(sorted(kinds)), table.c.id.in_(sorted(wanted))
                )
            )
            for row in found:
                if (row.kind, row.id) not in self._held:
                    record = None if row.body is None else _read(row.kind, row.body)
                    self._held[row.kind, row.id] = _Held(record, row.n, stored=True)
                    if isinstance(record, Lead) and record.campaign_id:
                        # What is decided about a lead counts in its campaign.
                        self.expect("campaign", [record.campaign_id])
            for key in part:
                self._held.setdefault(key, _Held(None, 0, stored=False))

    def get(self, kind: str, identifier: str) -> Any:
        """Return the record as this transaction left it, or None."""
        return self._record(kind, identifier).record

    def number(self, kind: str, identifier: str) -> int:
        """Return the number of the record's last change; 0 when there is no such record."""
        return self._record(kind, identifier).n

    def put(self, kind: str, identifier: str, record: Record) -> int:
        """Make `record` the newest change; return its number."""
        self.n += 1
        held = self._record(kind, identifier)
        held.record, held.n, held.dirty = record, self.n, True
        return self.n

    def insert(self, table: Table, row: dict[str, Any]) -> None:
        """Have a new row written at the end of the transaction, together with the others of its table."""
        self._rows.setdefault(table, []).append(row)

    def _record(self, kind: str, identifier: str) -> _Held:
        held = self._held.get((kind, identifier))
        if held is None:
            self.load(kind, [identifier])
            held = self._held[kind, identifier]
        return held

    def flush(self) -> None:
        """Write what was put and inserted, and the counter."""
        for table, inserted in self._rows.items():
            self.connection.execute(insert(table), inserted)
        if self.n == self._first:
            return
        dirty = [(key, held) for key, held in self._held.items() if held.dirty]
        rows = [
            {"b_kind": kind, "b_id": identifier, "b_n": held.n, "b_body": msgspec.json.encode(held.record)}
            for (kind, identifier), held in dirty
        ]
        old = [row for row, (_, held) in zip(rows, dirty, strict=True) if held.stored]
        new = [row for row, (_, held) in zip(rows, dirty, strict=True) if not held.stored]
        if old:
            self.connection.execute(_UPDATE, old)
        if new:
            self.connection.execute(_INSERT, new)
        self.connection.execute(_COUNT, {"b_n": self.n})
        commits.leave_tag(self.connection, self.n)


_UPDATE = (
    update(tables.records)
    .where(tables.records.c.kind == bindparam("b_kind"), tables.records.c.id == bindparam("b_id"))
    .values(n=bindparam("b_n"), body=bindparam("b_body"))
)
_COUNT = update(tables.counter).where(tables.counter.c.name == "changes").values(n=bindparam("b_n"))
_INSERT = insert(tables.records).values(
    kind=bindparam("b_kind"), id=bindparam("b_id"), n=bindparam("b_n"), body=bindparam("b_body")
)


_LOCKED = (
    # In the same order everywhere, so that two processes never wait for each other.
    select(tables.counter.c.name, tables.counter.c.n).order_by(tables.counter.c.name).with_for_update()
)


class Stretch(NamedTuple):
    """Some changes in their order, as one reader saw them."""

    head: int
    """Number of the newest change of all."""
    rows: Sequence[tuple[int, Any, str, bytes | None]]
    """Number, kind, id and body of each."""
    end: int
    """Number up to which nothing is missing."""
    tag_before: str
    """Tag of the commit that made the change these come after; empty when it is not known any more."""
    tag: str
    """Tag of the commit that made the change numbered `end`; empty when it is not known."""


def _fitting(rows: Sequence[tuple[int, Any, str, bytes | None]], size: int) -> int:
    total = 0
    for count, (_, _, _, body) in enumerate(rows, 1):
        total += len(body or b"")
        if total > size:
            return count
    return len(rows)


class _Job(NamedTuple):
    work: Callable[[Write], Any]
    ahead: Callable[[Write], None]
    future: "Future[Any]"


def _nothing_ahead(_write: Write) -> None:
    return


class Store:
    """The database behind a hub. Its methods may be called from any thread."""

    def __init__(self, url: str, *, clock: Callable[[], datetime] = utc_now) -> None:
        """Open the database at `url` and create what it lacks.

        Raises:
            HubError: the URL is none, its driver is missing, or the database can't be opened.
        """
        self._clock = clock
        self._engine = open_engine(url)
        self._listeners: list[Callable[[int], None]] = []
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        try:
            self.epoch = self._create()
        except DBAPIError as error:
            self._engine.dispose()
            raise HubError(f"The hub can't open its database: {error.orig}.") from error
        self._writer = threading.Thread(target=self._work, name="hub-writer", daemon=True)
        self._writer.start()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state."""
        with self._engine.connect() as connection:
            yield connection

    def enqueue(self, job: Callable[[Write], T], *, ahead: Callable[[Write], None] = _nothing_ahead) -> "Future[T]":
        """Have the writer run `job`; the future holds its result once that is durably committed.

        `ahead` says what the job will read; it is run before all jobs of the transaction, so that they read in one go.
        A job may run more than once, each time in a fresh transaction, so it must touch nothing but its `Write`.
        """
        future: Future[T] = Future()
        if self._closed:
            raise HubError("The hub is closed.")
        self._jobs.put(_Job(job, ahead, future))
        return future

    def write(self, job: Callable[[Write], T]) -> T:
        """Run `job` in a write transaction and return its result once that is durably committed."""
        return self.enqueue(job).result()

    def head(self) -> int:
        """Return the number of the newest change."""
        with self.read() as connection:
            return int(
                connection.execute(select(tables.counter.c.n).where(tables.counter.c.name == "changes")).scalar_one()
            )

    def changes(self, after: int, limit: int, size: int) -> "Stretch":
        """Return up to `limit` changes that come after `after`, ending with the one that goes past `size` bytes."""
        table = tables.records
        page = select(table.c.n, table.c.kind, table.c.id, table.c.body).where(table.c.n > after)
        with self.read() as connection:
            head = int(
                connection.execute(select(tables.counter.c.n).where(tables.counter.c.name == "changes")).scalar_one()
            )
            found = connection.execute(page.order_by(table.c.n).limit(limit)).all()
            rows = found[: _fitting(found, size)]
            last = rows[-1].n if rows else after
            end = max(head, last) if len(rows) == len(found) < limit else last
            before = commits.tag_of(connection, after)
            return Stretch(head, rows, end, before, before if end == after else commits.tag_of(connection, end))

    def forget_commits(self) -> int:
        """Drop what tells histories apart where it is older than any cursor in use; return how much that was."""
        return self.write(lambda write: commits.forget(write.connection, write.n))

    def records(self, kind: str) -> list[Any]:
        """Return all records of a kind of which there are few."""
        table = tables.records
        with self.read() as connection:
            bodies = connection.execute(
                select(table.c.body).where(table.c.kind == kind, table.c.body.is_not(None)).order_by(table.c.id)
            ).scalars()
            return [_DECODERS[kind].decode(body) for body in bodies]

    def record(self, kind: str, identifier: str) -> Any:
        """Return one record, or None."""
        table = tables.records
        with self.read() as connection:
            body = connection.execute(
                select(table.c.body).where(table.c.kind == kind, table.c.id == identifier)
            ).scalar_one_or_none()
        return None if body is None else _DECODERS[kind].decode(body)

    def listen(self, callback: Callable[[int], None]) -> Callable[[], None]:
        """Have `callback` called, in the writer's thread, with the newest number after each commit; return its end."""
        self._listeners.append(callback)
        return lambda: self._listeners.remove(callback)

    def close(self) -> None:
        """Finish what is queued and let go of the database."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            self._writer.join()
            self._engine.dispose()

    def _create(self) -> str:
        with self._engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
            tables.metadata.create_all(connection)
            known: dict[str, str] = {row.key: row.value for row in connection.execute(select(tables.meta))}
            if not known:
                known = {"schema": str(tables.SCHEMA), "epoch": secrets.token_hex(8)}
                connection.execute(insert(tables.meta), [{"key": key, "value": known[key]} for key in known])
                connection.execute(insert(tables.counter), [{"name": "changes", "n": 0}, {"name": "agreement", "n": 0}])
        if int(known["schema"]) > tables.SCHEMA:
            raise HubError("This database belongs to a newer version of Handoff: update Handoff, then start again.")
        return known["epoch"]

    def _work(self) -> None:
        while True:
            waiting = [self._jobs.get()]
            while len(waiting) < BATCH and waiting[-1] is not None:
                try:
                    waiting.append(self._jobs.get_nowait())
                except queue.Empty:
                    break
            # A job that nobody waits for any more is not begun; one that is begun can't be cancelled.
            batch = [job for job in waiting if job is not None and job.future.set_running_or_notify_cancel()]
            if batch:
                self._run(batch)
            if waiting[-1] is None:
                return

    def _run(self, batch: Sequence[_Job]) -> None:
        try:
            with self._engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
                transaction = Write(connection, self._clock())
                for job in batch:
                    job.ahead(transaction)
                results = [job.work(transaction) for job in batch]
                transaction.flush()
        except Exception as error:  # noqa: BLE001  (whatever a job raises belongs to the one who waits for it)
            if len(batch) == 1:
                batch[0].future.set_exception(error)
                return
            # One job's failure is its own: each of the others gets a transaction for itself.
            for job in batch:
                self._run([job])
            return
        for callback in tuple(self._listeners):
            try:
                callback(transaction.n)
            except Exception:  # a listener's fault must not end the one writer
                log.exception("A listener of the hub failed.")
        for job, result in zip(batch, results, strict=True):
            job.future.set_result(result)
