"""What is left of an error that nobody foresaw: a sentence for the person, a log without secrets for the finder."""

import os
from pathlib import Path

LOG_NAME = "errors.log"


def traceback_text(error: BaseException) -> str:
    """Return the traceback of `error` with everything that looks like a secret taken out."""
    import traceback

    from tui.logbook import without_secrets

    return without_secrets("".join(traceback.format_exception(error)))


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
    try:
        from api.local.profile import Profile
        from tui.logbook import write

        path = Profile.locate(os.environ).log_path.with_name(LOG_NAME)
        write(path, text)
    # Whatever keeps the log from being written must not hide the error that is being told.
    except Exception:  # noqa: BLE001
        return None
    return path
