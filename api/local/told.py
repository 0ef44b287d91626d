"""What this person was shown once and need not be shown again: a small file in the profile's folder."""

from contextlib import suppress
from pathlib import Path

import msgspec

from api.local.errors import not_saved
from api.local.files import Files, write_whole

FILE_NAME = "told.json"
TOUR = "tour"
"""The tour through the keys."""


class _Told(msgspec.Struct):
    version: int = 1
    told: list[str] = []


def was_told(folder: Path, what: str) -> bool:
    """Say whether `note_told` noted it; a file that can't be read says no."""
    return what in _read(folder).told


def note_told(folder: Path, what: str) -> None:
    """Note it for good; blocks until the disk has it.

    Raises:
        NotSaved: it is not noted.
    """
    known = _read(folder)
    if what in known.told:
        return
    known.told.append(what)
    files = Files()
    try:
        files.make_folder(folder)
        write_whole(files, folder / FILE_NAME, [msgspec.json.encode(known), b"\n"])
    except OSError as error:
        raise not_saved(folder / FILE_NAME, error) from error


def _read(folder: Path) -> _Told:
    # What is lost with it is only that something is shown a second time.
    with suppress(OSError, msgspec.DecodeError, UnicodeDecodeError):
        return msgspec.json.decode((folder / FILE_NAME).read_bytes(), type=_Told)
    return _Told()
