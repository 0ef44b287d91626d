"""Other terminal programs on as many rows, where they are installed."""

import csv
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.program import environment
from bench.scene import Scene
from bench.table import Figure, Missing, median, spread, waited
from bench.terminal import Terminal
from bench.window import COLUMNS, ROWS, press

RUNS = 3


def peers(scene: Scene) -> Iterator[Figure | Missing]:
    """Start to the first painted list, and a key down; each with what makes it fast switched on."""
    folder = scene.folder / "peers"
    folder.mkdir(exist_ok=True)
    if shutil.which("neomutt"):
        command = _neomutt(folder, scene.most)
        # Its cache is filled by the first opening, as a mirror is by the first pull.
        yield from _measured("neomutt", f"{scene.most:,} messages", command, folder, ("asks for a call", "q"))
    else:
        yield Missing("neomutt", "it is not installed")
    if shutil.which("vd"):
        yield from _measured(
            "VisiData", f"{scene.most:,} rows", _visidata(folder, scene.most), folder, ("Bench 0", "gq")
        )
    else:
        yield Missing("VisiData", "it is not installed")


def _neomutt(folder: Path, count: int) -> Sequence[str]:
    box = folder / "mail"
    for name in ("cur", "new", "tmp"):
        (box / name).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        day, minute = divmod(number, 1_440)
        (box / "cur" / f"{number}.bench:2,S").write_text(
            f"From: Bench {number} <bench-{number}@example.com>\nTo: team@example.com\n"
            f"Subject: Bench {number} asks for a call\nMessage-ID: <{number}@example.com>\n"
            f"Date: {1 + day % 28:02d} Jan {2000 + day // 28} {minute // 60:02d}:{minute % 60:02d}:00 +0000\n\n"
            f"{'Please call me about the pilot. ' * 30}\n"
        )
    rc = folder / "neomuttrc"
    rc.write_text(
        f'set header_cache="{folder / "headers"}"\nset sort=reverse-date\nset quit=yes\nset confirmappend=no\n'
        f'set folder="{folder}"\nset spoolfile="{box}"\nset record=""\nset check_new=no\nbind index j next-entry\n'
        'set index_format="%4C %-20.20L %s"\n'
    )
    return ["neomutt", "-n", "-F", str(rc), "-f", str(box)]


def _visidata(folder: Path, count: int) -> Sequence[str]:
    table = folder / "leads.csv"
    with table.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["name", "company", "campaign", "fit", "engagement", "message"])
        for number in range(count):
            rows.writerow(
                [f"Bench {number}", f"Company {number % 977}", "Pilot", number % 101, 50, "Please call. " * 20]
            )
    return ["vd", "--config", str(folder / "none"), str(table)]


def _measured(
    name: str, size: str, command: Sequence[str], folder: Path, shown_leave: tuple[str, str]
) -> Iterator[Figure]:
    shown, leave = shown_leave
    times: list[float] = []
    for turn in range(RUNS + 1):
        with _opened(command, folder) as terminal:
            seen = terminal.when(shown, 120)
            if turn:
                times.append((seen - terminal.started) * 1_000)
            terminal.drain(0.3, 2)
            if turn == RUNS:
                answers = press(terminal, ["j"] * 100)
            terminal.send(leave)
            # What it keeps for the next time is written on leaving.
            terminal.wait_exit(60)
    yield Figure(what=f"{name}: start to first painted list, {size}", value=median(times), spread=spread(times))
    yield waited(f"{name}: j, first byte, {size}", [one.first for one in answers], None)
    yield Figure(
        what=f"{name}: bytes per j, {size} (mean)",
        value=sum(one.size for one in answers) / len(answers) / 1_000,
        unit="kB",
        spread=f"n={len(answers)}",
    )


def _opened(command: Sequence[str], folder: Path) -> Terminal:
    env = environment(folder, HOME=str(folder))
    return Terminal(command, columns=COLUMNS, rows=ROWS, env=env, watch=False)
