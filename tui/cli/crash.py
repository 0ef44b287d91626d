"""What is left of an error that nobody foresaw: a sentence for the person, a log without secrets for the finder."""

import os
import re
from pathlib import Path

LOG_NAME = "errors.log"
LOG_LIMIT = 256_000
"""Bytes after which the log starts anew."""

_SECRETS = re.compile(r"(?i)(bearer\s+|token[\"']?\s*[:=]\s*[\"']?|://[^/\s:@]*:)[^\s\"'@,)]+|[A-Za-z0-9_-]{40,}")


def traceback_text(error: BaseException) -> str:
    """Return the traceback of `error` with everything that looks like a secret taken out."""
    import traceback

    text = "".join(traceback.format_exception(error))
    own = os.environ.get("HANDOFF_TOKEN", "").strip()
    if own:
        text = text.replace(own, "[hidden]")
    return _SECRETS.sub(lambda found: (found[1] or "") + "[hidden]", text)


def sentence_for(error: BaseException) -> str:
    """Write `error` to the log in the profile's folder; return what to tell the person."""
    from api.model.text import clean_line

    kind = type(error).__name__
    if isinstance(error, OSError) and error.strerror:
        where = f" ({error.filename})" if error.filename else ""
        said = f"The system says: {clean_line(str(error.strerror))}{clean_line(where)}."
    else:
        said = f"Something went wrong that Handoff did not foresee ({kind})."
    kept = _write(traceback_text(error))
    return f"{said} {f'Details are in {kept}.' if kept else 'Details: run it again with --debug.'}"


def _write(text: str) -> Path | None:
    from datetime import UTC, datetime

    try:
        from api.local.profile import Profile

        path = Profile.locate(os.environ).log_path.with_name(LOG_NAME)
        mode = "a" if path.exists() and path.stat().st_size < LOG_LIMIT else "w"
        with open(path, mode, encoding="utf-8", opener=_private) as log:
            log.write(f"{datetime.now(UTC).isoformat(timespec='seconds')}\n{text}\n")
    # Whatever keeps the log from being written must not hide the error that is being told.
    except Exception:  # noqa: BLE001
        return None
    return path


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
