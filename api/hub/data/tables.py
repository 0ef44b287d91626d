"""The hub's tables. Times are whole seconds since 1970, records are JSON bytes; nothing is peculiar to one database.

Every record has one row in `records`, with the number of the change that wrote it last: a reader of "changes since n"
gets each record once, as it is now.
"""

from sqlalchemy import BigInteger, Column, Date, Index, LargeBinary, MetaData, String, Table

SCHEMA = 1
"""Version of this layout; a database of a newer one is not opened."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

counter = Table(
    "counter",
    metadata,
    Column("name", String, primary_key=True),
    Column("n", BigInteger, nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("body", LargeBinary),
    Index("records_by_n", "n", unique=True),
)

leads = Table(
    "leads",
    metadata,
    Column("id", String, primary_key=True),
    Column("recycle_on", Date),
    Index("leads_by_recycle_on", "recycle_on"),
)

lead_keys = Table(
    "lead_keys",
    metadata,
    Column("key", String, primary_key=True),
    Column("lead_id", String, primary_key=True),
)

suppressed = Table(
    "suppressed",
    metadata,
    Column("key", String, primary_key=True),
    Column("entry", LargeBinary, nullable=False),
)

campaign_keys = Table(
    "campaign_keys",
    metadata,
    Column("key", String, primary_key=True),
    Column("campaign_id", String, nullable=False),
    Index("campaign_keys_by_campaign", "campaign_id"),
)

commits = Table(
    "commits",
    metadata,
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("tag", String, nullable=False),
)
"""A random tag for each commit, under the number of its last change: the same number in another history has another."""

operations = Table(
    "operations",
    metadata,
    Column("id", String, primary_key=True),
    Column("target_kind", String, nullable=False),
    Column("target_id", String, nullable=False),
    Column("actor", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("receipt", LargeBinary, nullable=False),
    Index("operations_by_target", "target_kind", "target_id"),
)

tokens = Table(
    "tokens",
    metadata,
    Column("sha256", String, primary_key=True),
    Column("person_id", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Index("tokens_by_person", "person_id"),
)
