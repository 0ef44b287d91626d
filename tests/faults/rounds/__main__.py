"""Kill Handoff a thousand times and see whether a decision is lost.

    python -m tests.faults.rounds [--rounds N] [--seed S …] [--keep FOLDER]

Without --seed the rounds are shared out among fixed seeds and a fresh one, which is printed.
"""

import argparse
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.rounds.phases import MEANING, Phase
from tests.faults.rounds.playing import Run, Tally

FIXED = (1, 2, 3)
LEAST = 50
"""How many kills must fall into each phase in a thousand rounds."""

_ENDS = ("applied", "already", "agreed", "taken", "conflict", "refused", "taken back unsent")


def _table(tally: Tally, seeds: Sequence[int], seconds: float) -> Iterator[str]:
    yield f"{tally.rounds:,} rounds, two people at a time, seeds {', '.join(map(str, seeds))}, {seconds:,.0f} s"
    yield ""
    yield "| the program was killed | kills | |"
    yield "| --- | ---: | --- |"
    for phase in Phase:
        yield f"| {phase} | {tally.kills[phase]} | {MEANING[phase]} |"
    yield f"| in two windows | {tally.beside} | a window and a command on one profile, one of them killed |"
    yield f"| not killed | {tally.ended} | it ran to its end |"
    yield ""
    yield "| what happened to requests | |"
    yield "| --- | ---: |"
    for fault, count in sorted(tally.faults.items(), key=lambda one: -one[1]):
        yield f"| {fault} | {count:,} |"
    yield f"| the hub killed and started again | {tally.strikes} |"
    yield f"| the hub’s database restored from an older backup | {tally.restores} |"
    yield ""
    yield "| decisions, two people on the same leads | |"
    yield "| --- | ---: |"
    yield f"| shown as saved | {tally.shown:,} |"
    for end in (*_ENDS, *sorted(tally.outcomes.keys() - set(_ENDS))):
        yield f"| {end} | {tally.outcomes[end]:,} |"
    yield f"| lost, doubled, stuck, or shown wrongly | {len(tally.losses)} |"
    yield f"| seconds until everything was sent, at most | {tally.drained:.1f} |"


def _short(tally: Tally) -> list[str]:
    """Return the phases into which too few kills fell; runs that are small prove nothing about that."""
    if tally.rounds < 1_000:
        return []
    return [
        f"only {tally.kills[one]} kills fell {one}"
        for one in Phase
        if one not in (Phase.REST, Phase.AGAIN) and tally.kills[one] < LEAST
    ]


def main(argv: Sequence[str] | None = None) -> int:
    """Play, print the table, and return 1 when anything was lost or too little was tried."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.rounds", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1_000)
    parser.add_argument("--seed", type=int, action="append", default=[])
    parser.add_argument("--keep", type=Path, help="keep what the runs wrote in this folder")
    options = parser.parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    fresh = random.SystemRandom().randrange(10, 1 << 31)
    seeds = options.seed or [*FIXED, fresh]
    again = f"python -m tests.faults.rounds --rounds {options.rounds // len(seeds)} --seed {seeds[-1]}"
    print(f"seeds {', '.join(map(str, seeds))}; the last one again: {again}", flush=True)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="handoff-faults-"))
    total = Tally()
    started = time.monotonic()
    for place, seed in enumerate(seeds):
        share = options.rounds * (place + 1) // len(seeds) - options.rounds * place // len(seeds)
        tally = Run(seed, share, folder / f"seed-{seed}", {}).play()
        total.add(tally)
        print(f"seed {seed}: {tally.rounds} rounds, {len(tally.losses)} losses", flush=True)
        if tally.losses:
            print("\n".join(tally.told), flush=True)
            print(f"Again: python -m tests.faults.rounds --rounds {share} --seed {seed}", flush=True)
            break
    print("\n" + "\n".join(_table(total, seeds, time.monotonic() - started)))
    problems = _short(total)
    print("".join(f"\n{one}" for one in problems))
    if total.losses:
        print(f"Everything is kept in {folder}")
    elif options.keep is None:
        shutil.rmtree(folder)
    return 1 if total.losses or problems else 0


if __name__ == "__main__":
    sys.exit(main())
