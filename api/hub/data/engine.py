"""Opening the hub's database: how a connection to it behaves."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from api.hub.problems import HubError

WRITES = "handoff_writes"
"""Execution option of a connection whose transactions are going to write."""


def open_engine(url: str) -> Engine:
    """Return the engine for the database at `url`; nothing is connected yet.

    Raises:
        HubError: the URL is none, its driver is missing, or the database's file can't be made.
    """
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
            raise HubError("The hub needs a database file: write sqlite:///path/to/hub.db.")
        if parsed.get_backend_name() == "sqlite" and not parsed.query:
            _make_private(Path(str(parsed.database)))
        engine = create_engine(parsed, hide_parameters=True)
    except (ArgumentError, ValueError) as error:
        raise HubError("The database URL can't be read: write sqlite:///path/to/hub.db.") from error
    except (ModuleNotFoundError, SQLAlchemyError) as error:
        raise HubError("There is no driver for this kind of database here: use sqlite:///path/to/hub.db.") from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(path: Path) -> None:
    """Create the database's file so that nobody but its owner can read it; one that exists is left as it is."""
    try:
        path.touch(mode=0o600, exist_ok=True)
    except OSError as error:
        raise HubError(f"The hub can't open its database {path}: {error.strerror}.") from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver would begin transactions by itself, too late for a consistent read.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
