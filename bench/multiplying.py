"""Make a hub's database a large one: copies of the leads it holds, each with an id and a change of its own.

The copies share no keys, so that nobody is known by a thousand leads.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

MIX = 2_654_435_761
"""Odd, so that multiples of it modulo 2**32 are all different, and look dealt at random, as ids do."""

_QUICKLY = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000;"

_COPY = """
BEGIN;
CREATE TEMP TABLE sample AS
    SELECT place, id, substr(body, at_id + 16, at_source - at_id - 16) AS middle, substr(body, at_source) AS rest
    FROM (
        SELECT row_number() OVER (ORDER BY n) AS place, id, body,
            instr(body, CAST(id AS BLOB)) AS at_id, instr(body, CAST('"source_id":"' AS BLOB)) + 13 AS at_source
        FROM records WHERE kind = 'lead'
    );
CREATE TEMP TABLE copy AS
    SELECT turn, printf('%08x', turn * :mix % 4294967296) AS mark,
        (SELECT n FROM counter WHERE name = 'changes') + (turn - 1) * (SELECT count(*) FROM sample) AS after
    FROM (
        WITH RECURSIVE turns(turn) AS (
            SELECT 1 UNION ALL SELECT turn + 1 FROM turns WHERE turn < :leads / (SELECT count(*) FROM sample) - 1
        )
        SELECT turn FROM turns
    );
INSERT INTO leads (id, recycle_on) SELECT substr(leads.id, 1, 8) || mark, recycle_on FROM copy CROSS JOIN leads;
INSERT INTO records (kind, id, n, body)
    SELECT 'lead', substr(id, 1, 8) || mark, after + place,
        CAST('{"id":"' || substr(id, 1, 8) || mark || middle || turn || '-' || rest AS BLOB)
    FROM copy CROSS JOIN sample;
INSERT INTO commits (n, tag)
    SELECT n, lower(hex(randomblob(4))) FROM records WHERE n > (SELECT max(n) FROM commits)
    ORDER BY n DESC LIMIT 250000;
UPDATE counter SET n = (SELECT max(n) FROM records) WHERE name = 'changes';
COMMIT;
"""


def multiply(database: Path, leads: int) -> None:
    """Copy the leads in a hub's database, which nobody has open, until there are `leads`."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.executescript(_QUICKLY)
        for statement in _COPY.strip().rstrip(";").split(";\n"):
            connection.execute(statement, {"leads": leads, "mix": MIX})
