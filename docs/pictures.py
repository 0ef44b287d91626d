"""The pictures of README and guide: the real program on the sample hub, with its keys pressed as a person would."""

import asyncio
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from textual.app import App

DOCS = Path(__file__).parent
IMAGES = DOCS / "images"
FOLDER = "/home/rita/.local/share/handoff"
"""Where the profile lies in what is shown, instead of in the folder that is gone afterwards."""
ADDRESS = "127.0.0.1:8700"
"""Where its hub is, instead of at the port that was free."""
WHERE = b"\x1b[6n"
"""How a program asks the terminal where the cursor is, as the doctor does behind a wide letter."""


class Picture(NamedTuple):
    """One look at the program."""

    name: str
    keys: str
    """What is pressed: keys parted by blanks, and text between quotes."""
    size: tuple[int, int] = (120, 36)
    look: str = ""


PICTURES = (
    Picture("triage", "j j"),
    Picture("triage-narrow", "j j", (80, 24)),
    Picture("triage-wide", "j j", (200, 60)),
    Picture("triage-light", "j j", look="handoff-light"),
    Picture("triage-contrast", "j j", look="handoff-dark-contrast"),
    Picture("views", "v"),
    Picture("filter", "slash 'campaign:webinar score:>120'", (120, 24)),
    Picture("jump", "f", (120, 24)),
    Picture("bulk", "x x j x z 'fri' enter", (120, 24)),
    Picture("reasons", "j r"),
    Picture("reason", "j r n", (120, 24)),
    Picture("snooze", "j z 'fri 14:30'", (120, 24)),
    Picture("attempt", "v l l", (120, 24)),
    Picture("copy", "Y", (120, 24)),
    Picture("help", "question_mark"),
    Picture("palette", "ctrl+p 'snooze'", (120, 24)),
)
"""All that need nothing but keys."""


def pressed(line: str) -> list[str]:
    """Return the single keys of a line."""
    keys: list[str] = []
    for number, part in enumerate(line.split("'")):
        keys += ["space" if one == " " else one for one in part] if number % 2 else part.split()
    return keys


def keep(name: str, svg: str) -> None:
    """Keep a picture, without what whoever looks at it would fetch from another host."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    # The library's number for what it drew would be another one each time.
    svg = re.sub(r"\bterminal-\d+-", "terminal-", svg)
    IMAGES.mkdir(exist_ok=True)
    (IMAGES / f"{name}.svg").write_text(svg, encoding="utf-8")


async def take(home: Path, picture: Picture, *, tour: bool = False) -> None:
    """Open the program on the profile, press keys, and keep what it shows."""
    from itertools import count

    from api.desk import Desk
    from api.local.profile import Profile
    from tui.app import HandoffApp
    from tui.window import sync_for

    desk = Desk.open(Profile(home))
    # By this clock each key comes a second after the one before, as from a person.
    app = HandoffApp(desk, sync_for, look=picture.look, seconds=count().__next__)
    async with app.run_test(size=picture.size) as pilot:
        for _ in range(200):
            if desk.status().live:
                break
            await pilot.pause(0.05)
        if tour:
            app.action_tour()
        for key in pressed(picture.keys):
            await pilot.press(key)
            await pilot.pause()
        # Who else is on a lead, and what the palette finds, come a moment later.
        await pilot.pause(1.0)
        keep(picture.name, app.export_screenshot(title="Handoff"))
    desk.close()


async def first_run(home: Path) -> None:
    """Keep what somebody sees who has no profile yet."""
    from api.local.profile import Profile
    from tui.welcome.app import WelcomeApp

    app: App[object] = WelcomeApp(Profile(home))  # type: ignore[assignment]
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        keep("first-run", app.export_screenshot(title="Handoff"))


def printed(name: str, words: Sequence[str], *, columns: int = 100, rows: int = 24) -> None:
    """Run a command in a terminal, and keep what it prints."""
    from rich.console import Console
    from rich.text import Text

    from bench.terminal import Terminal

    argv = [sys.executable, "-P", "-m", "tui.cli.main", *words]
    environ = {**os.environ, "TERM": "xterm-256color"}
    with Terminal(argv, columns=columns, rows=rows, cwd=str(DOCS.parent), env=environ) as terminal:
        until = monotonic() + 60.0
        asked = False
        while terminal.running() and monotonic() < until:
            terminal.pump(0.05)
            if WHERE in terminal.raw and not asked:
                asked = True
                terminal.send("\x1b[1;3R")
        lines = [line.rstrip() for line in terminal.lines]
    while lines and not lines[-1]:
        lines.pop()
    text = as_elsewhere("\n".join(lines))
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(width=columns, record=True, file=nowhere)
        console.print(Text(f"$ handoff {' '.join(words)}", "bold"), Text(text), sep="\n", soft_wrap=True)
        keep(name, console.export_svg(title="Handoff", unique_id="terminal"))


def as_elsewhere(text: str) -> str:
    """Put a person's folder and a hub's address where those of this run stand."""
    home = os.environ["HANDOFF_HOME"]
    text = text.replace(home, FOLDER)
    return re.sub(r"127\.0\.0\.1:\d+", ADDRESS, text).replace(" (named by HANDOFF_HOME)", "")


def doubled(home: Path) -> str:
    """Return the name of a lead that looks like another one."""
    from api.desk import Desk
    from api.local.profile import Profile

    desk = Desk.open(Profile(home))
    try:
        leads = [desk.lead(one) for one in desk.queue()[:80]]
        return next(lead.title for lead in leads if len(desk.likely_duplicates(lead)) > 1)
    finally:
        desk.close()


def take_all(home: Path) -> None:
    """Take every picture but the one of the Sync screen."""
    for one in PICTURES:
        asyncio.run(take(home, one))
    asyncio.run(take(home, Picture("duplicate", f"slash '{doubled(home)}' enter D", (120, 24))))
    asyncio.run(take(home, Picture("tour", "j", (80, 24)), tour=True))
    asyncio.run(first_run(home.parent / "nobody"))
    printed("doctor", ["doctor"], columns=132, rows=60)
    printed("list", ["list", "campaign:webinar", "score:>120"], columns=120)
    printed("next", ["next", "--once"], columns=132, rows=60)
