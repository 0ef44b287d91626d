"""Versions of the agreement: each new content gets the next number, and none is ever forgotten."""

from pathlib import Path

from msgspec.structs import replace
from sqlalchemy import update

from api.agreement import AgreementError, load
from api.hub.data import tables
from api.hub.data.store import Write
from api.model.agreement import Agreement

SIZE_LIMIT = 1_000_000
"""Largest agreement file read, in bytes."""


def sign(write: Write, agreement: Agreement) -> Agreement:
    """Make `agreement` the newest version, unless it says what the newest says already; return what now holds."""
    version = write.agreement
    newest: Agreement | None = write.get("agreement", str(version)) if version else None
    if newest is not None and replace(newest, version=0) == replace(agreement, version=0):
        return newest
    signed = replace(agreement, version=version + 1)
    write.put("agreement", str(signed.version), signed)
    table = tables.counter
    write.connection.execute(update(table).where(table.c.name == "agreement").values(n=signed.version))
    write.agreement = signed.version
    return signed


def read_file(path: Path) -> Agreement:
    """Read the agreement in a TOML file.

    Raises:
        AgreementError: the file can't be read, or what it says can't be used.
    """
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        raise AgreementError(f"{path}: the agreement can't be read: {error.strerror}.") from error
    if len(content) > SIZE_LIMIT:
        raise AgreementError(f"{path}: an agreement has at most {SIZE_LIMIT:,} bytes.")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AgreementError(f"{path}: the agreement is not UTF-8 text (byte {error.start}).") from error
    return load(text, where=str(path))
