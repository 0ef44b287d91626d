"""The installed program, and how it is called: as a person would, or the same under a profiler."""

import os
import sys
from itertools import count
from pathlib import Path

HANDOFF = str(Path(sys.executable).with_name("handoff"))
"""The installed program."""

PROFILE = "HANDOFF_BENCH_PROFILE"
"""Environment variable: the folder that profiles go into while it is set."""

_NUMBERS = count(1)


def handoff(*arguments: str) -> list[str]:
    """Return what calls the program with these arguments."""
    folder = os.environ.get(PROFILE)
    if not folder:
        return [HANDOFF, *arguments]
    name = f"{next(_NUMBERS):03d}-{arguments[0].lstrip('-') if arguments else 'window'}.prof"
    return [sys.executable, "-P", "-m", "cProfile", "-o", str(Path(folder) / name), HANDOFF, *arguments]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a profile in `home`: as a person's, without what would slow or change the program."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HANDOFF_", "PYTHON", "COV"))}
    kept |= {"HANDOFF_HOME": str(home), "HANDOFF_KEYRING": "off", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    return kept | more
