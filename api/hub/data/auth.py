"""People and their tokens. A token is random, shown once, and stored only as its SHA-256."""

import hashlib
import re
import secrets
import unicodedata
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from api.hub.data import tables
from api.hub.data.store import Write
from api.hub.problems import invalid
from api.model.people import HUB_ACTOR, Person
from api.model.text import clean_line

PREFIX = "handoff_"
"""Begins every token, so that one that leaked is recognised."""

LIFETIME = timedelta(days=365)
"""How long a token is good for, unless told otherwise."""


def digest(token: str) -> str:
    """Return what is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def add_person(write: Write, person: Person) -> Person:
    """Store a new person, giving them an id made of their name when they have none.

    Raises:
        HubProblem: the name is empty or the id is taken.
    """
    name = clean_line(person.name, 100)
    if not name:
        raise invalid("name", "A person needs a name.")
    if person.id:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}", person.id) or person.id == HUB_ACTOR.id:
            raise invalid("id", "A person's id is up to 100 letters, digits, dots and dashes, and not “hub”.")
        if write.get("person", person.id) is not None:
            raise invalid("id", f"There is somebody with the id “{person.id}” already.")
        identifier = person.id
    else:
        identifier = _free_id(write, name)
    made = Person(
        id=identifier,
        name=name,
        role=person.role,
        team=clean_line(person.team, 100),
        functions=tuple(clean_line(function, 100) for function in person.functions),
        active=person.active,
    )
    write.put("person", made.id, made)
    return made


def _free_id(write: Write, name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "person"
    number, identifier = 1, stem
    while identifier == HUB_ACTOR.id or write.get("person", identifier) is not None:
        number += 1
        identifier = f"{stem}-{number}"
    return identifier


def issue(write: Write, person_id: str, lifetime: timedelta | None = LIFETIME) -> str:
    """Return a new token for this person; `lifetime` None means that it never expires."""
    token = PREFIX + secrets.token_urlsafe(32)
    expires = None if lifetime is None else int((write.at + lifetime).timestamp())
    write.connection.execute(
        insert(tables.tokens).values(
            sha256=digest(token), person_id=person_id, created_at=int(write.at.timestamp()), expires_at=expires
        )
    )
    return token


def revoke(write: Write, person_id: str) -> int:
    """Make all tokens of this person worthless from now on; return how many there were."""
    table = tables.tokens
    done = write.connection.execute(
        update(table)
        .where(table.c.person_id == person_id, table.c.revoked_at.is_(None))
        .values(revoked_at=int(write.at.timestamp()))
    )
    return int(done.rowcount)


def holder(connection: Connection, token: str, now: datetime) -> str | None:
    """Return the id of the person whose good token this is, or None."""
    table = tables.tokens
    row = connection.execute(select(table).where(table.c.sha256 == digest(token))).one_or_none()
    if row is None or row.revoked_at is not None:
        return None
    if row.expires_at is not None and row.expires_at <= now.timestamp():
        return None
    return str(row.person_id)


def expiry(connection: Connection, token: str) -> datetime | None:
    """Return when this token expires; None when it never does, or is none."""
    table = tables.tokens
    row = connection.execute(select(table.c.expires_at).where(table.c.sha256 == digest(token))).one_or_none()
    return None if row is None or row.expires_at is None else datetime.fromtimestamp(row.expires_at, UTC)
