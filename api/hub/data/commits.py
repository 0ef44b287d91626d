"""Which history a number belongs to: each commit leaves a random tag under the number of its last change.

A backup that is restored and has moved on reaches the same numbers again, with other changes and other tags.
"""

import secrets

from sqlalchemy import Connection, delete, insert, select

from api.hub.data import tables

KEPT = 250_000
"""Changes back to which tags are kept; a cursor that is older is believed."""

_INSERT = insert(tables.commits)


def leave_tag(connection: Connection, n: int) -> None:
    """Tag the commit whose last change is numbered `n`; in its own transaction."""
    connection.execute(_INSERT, {"n": n, "tag": secrets.token_hex(4)})


def tag_of(connection: Connection, n: int) -> str:
    """Return the tag of the commit that made the change numbered `n`; empty when it is not known."""
    if n <= 0:
        return ""
    table = tables.commits
    later = select(table.c.n, table.c.tag).where(table.c.n >= n).order_by(table.c.n).limit(1)
    found = connection.execute(later).first()
    if found is None:
        return ""
    if found.n > n and connection.execute(select(table.c.n).where(table.c.n < n).limit(1)).first() is None:
        # The commit of this change is forgotten; the one found came later.
        return ""
    return str(found.tag)


def forget(connection: Connection, head: int) -> int:
    """Drop the tags that are so old that nobody's cursor needs them; return how many there were."""
    return int(connection.execute(delete(tables.commits).where(tables.commits.c.n < head - KEPT)).rowcount)
