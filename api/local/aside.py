"""Where a file of the profile goes that can't be used: beside its name, never deleted."""

import os
import stat
from pathlib import Path
from zlib import crc32

from api.local.files import Files, write_whole


def copy_aside(files: Files, path: Path, data: bytes) -> Path:
    """Keep `data`, which was read from `path`, in a file of its own and return its path; the same data is kept once.

    Raises:
        OSError: it is not kept.
    """
    copy = path.with_name(f"{path.name}.damaged-{crc32(data):08x}")
    if files.stat(copy) is None:
        write_whole(files, copy, [data])
    return copy


def move_aside(files: Files, path: Path, word: str, *, over: bool) -> Path:
    """Rename `path` to its name with `word` behind it and return that; `over` lets a file take the place of another.

    Raises:
        OSError: it stands where it was.
    """
    target = path.with_name(f"{path.name}.{word}")
    there = files.stat(target)
    mine = files.stat(path)
    number = 2
    while there is not None and not (over and is_file(there) and mine is not None and is_file(mine)):
        target = path.with_name(f"{path.name}.{word}-{number}")
        there = files.stat(target)
        number += 1
    files.replace(path, target)
    return target


def is_file(there: os.stat_result) -> bool:
    """Say whether it is a plain file, and not a folder, a pipe or a device."""
    return stat.S_ISREG(there.st_mode)
