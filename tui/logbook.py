"""What happened behind the screen, kept in the profile's folder without secrets, for whoever looks for a fault."""

import logging
import os
import re
from datetime import UTC, datetime
from pathlib import Path

LIMIT = 256_000
"""Bytes after which a log starts anew."""

_SECRETS = re.compile(r"(?i)(bearer\s+|token[\"']?\s*[:=]\s*[\"']?|://[^/\s:@]*:)[^\s\"'@,)]+|[A-Za-z0-9_-]{40,}")


def without_secrets(text: str) -> str:
    """Return `text` with everything that looks like a secret taken out."""
    own = os.environ.get("HANDOFF_TOKEN", "").strip()
    if own:
        text = text.replace(own, "[hidden]")
    return _SECRETS.sub(lambda found: (found[1] or "") + "[hidden]", text)


def write(path: Path, text: str) -> None:
    """Add a dated entry to the log at `path`, readable by this account alone; raises OSError."""
    mode = "a" if path.exists() and path.stat().st_size < LIMIT else "w"
    with open(path, mode, encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)) as log:
        log.write(f"{datetime.now(UTC).isoformat(timespec='seconds')}\n{without_secrets(text)}\n")


class _Keeper(logging.Handler):
    """Writes what Handoff's own rooms report; never to the terminal, where it would stand in the screen's way."""

    def __init__(self, path: Path) -> None:
        super().__init__(logging.WARNING)
        self.path = path

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record; a log that can't be written is no reason to stop anything."""
        try:
            write(self.path, f"{record.name}: {self.format(record)}")
        except OSError:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (the library's name)
        """Leave it at that: the disk says so elsewhere, in words for the person."""


def keep(path: Path) -> None:
    """Have everything that Handoff's rooms report from now on written to the log at `path`."""
    logger = logging.getLogger("handoff")
    logger.propagate = False
    for handler in list(logger.handlers):
        if isinstance(handler, _Keeper):
            logger.removeHandler(handler)
    logger.addHandler(_Keeper(path))
