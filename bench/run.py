"""Measure Handoff as a person sees it, and print one table.

    python -P bench/run.py [--quick] [--json FILE]

The installed program, in a pseudo-terminal, on profiles pulled from a hub; every ratio is of one run on one machine.
"""

import argparse
import os
import platform
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec

from bench import at_the_hub, at_the_screen
from bench.scene import connect, pull, served
from bench.table import Figure, render


def _talk(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def measure(folder: Path, sizes: list[int], runs: int) -> list[Figure]:
    """Take all figures; `sizes` are the numbers of leads, ascending."""
    figures: list[Figure] = []
    with ExitStack() as stack:
        hubs, homes = {}, {}
        for leads in sizes:
            _talk(f"filling a hub with {leads:,} leads …")
            hubs[leads] = stack.enter_context(served(folder / f"hub-{leads}", leads))
            homes[leads] = folder / f"home-{leads}"
            connect(homes[leads], hubs[leads])
            pull(homes[leads])
        middle, largest = sizes[min(1, len(sizes) - 1)], sizes[-1]
        steps = {
            "start": lambda: at_the_screen.start(homes, runs),
            "type-ahead": lambda: at_the_screen.type_ahead(homes[middle], runs),
            "keys": lambda: at_the_screen.keys({sizes[0]: homes[sizes[0]], largest: homes[largest]}),
            "filter": lambda: at_the_screen.finding(homes[largest], largest),
            "accept": lambda: at_the_screen.accepting(homes[largest], largest),
            "memory": lambda: at_the_screen.memory({leads: homes[leads] for leads in sizes[1:] or sizes}),
            "first pull": lambda: at_the_hub.first_pull(folder, hubs[middle], middle),
            "hub": lambda: at_the_hub.decisions(hubs[middle]),
            "seen elsewhere": lambda: at_the_hub.seen_elsewhere(hubs[middle]),
        }
        for name, step in steps.items():
            _talk(f"measuring: {name} …")
            figures += step()
    return figures


def main() -> int:
    """Measure, print the table on stdout, keep it as JSON when asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="10,000 leads at most and fewer runs")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    options = parser.parse_args()
    sizes, runs = ([100, 10_000], 5) if options.quick else ([100, 10_000, 100_000], 11)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory(prefix="handoff-bench-") as folder:
        figures = measure(Path(folder), sizes, runs)
    cores = os.cpu_count()
    print(
        f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}; ms unless said"
    )
    print(render(figures))
    missed = [figure.what for figure in figures if figure.held is False]
    print(f"{len(figures)} figures; " + (f"bars missed: {'; '.join(missed)}" if missed else "every bar held"))
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(figures), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
