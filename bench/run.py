"""Measure Handoff as a person sees it, and print one table.

    python -P bench/run.py [--only NAME] [--quick] [--json FILE] [--cache FOLDER] [--profile NAME] [--list]

The installed program, in a pseudo-terminal, on profiles pulled from a hub; every ratio is of one run on one machine.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import msgspec
import psutil

from bench.program import PROFILE
from bench.scene import Scene
from bench.steps.every import STEPS, Step
from bench.table import Figure, Missing, Run, render

SIZES = (100, 1_000, 10_000, 100_000)
RUNS = 11
QUICK_SIZES, QUICK_RUNS = (100, 1_000, 10_000), 5

HOW_TO_READ = """\
One profile for each process that was started, in the order of their starting; only a process's main thread is in it.
  python -m pstats {folder}/FILE     then: strip, sort cumtime, stats 40"""


def _talk(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def measure(scene: Scene, steps: Sequence[Step]) -> tuple[list[Figure], list[Missing]]:
    """Take the steps' figures; one that fails is told, and the others go on."""
    figures: list[Figure] = []
    missing: list[Missing] = []
    for step in steps:
        begin = time.monotonic()
        try:
            for one in step.measure(scene):
                (figures if isinstance(one, Figure) else missing).append(one)  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001  (whatever is wrong with one part, the others can be measured)
            traceback.print_exc()
            missing.append(Missing(step.name, f"failed: {type(error).__name__}: {error}"))
        _talk(f"{step.name}: {time.monotonic() - begin:.0f} s")
    return figures, missing


def machine() -> str:
    """Say what this was measured on."""
    processor = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else ():
        if line.startswith("model name"):
            processor = line.partition(":")[2].strip()
            break
    memory = psutil.virtual_memory().total / 2**30
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{platform.system()}, {os.cpu_count()} cores ({processor}), {memory:.0f} GB, {python}"


def main() -> int:
    """Measure, print the table on stdout, keep it as JSON when asked to."""
    options = _options()
    if options.list:
        for step in STEPS:
            print(f"{step.name:26}{(step.measure.__doc__ or '').partition(chr(10))[0]}".rstrip())
        return 0
    wanted = [step for step in STEPS if not options.only or step.name in options.only]
    if options.profile:
        options.profiles.mkdir(parents=True, exist_ok=True)
        wanted = [step for step in STEPS if step.name == options.profile]
        os.environ[PROFILE] = str(options.profiles)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sizes = QUICK_SIZES if options.quick else SIZES
    sizes = tuple(sorted(options.sizes)) if options.sizes else sizes
    begin = time.monotonic()
    runs = options.runs or (QUICK_RUNS if options.quick else RUNS)
    with (
        tempfile.TemporaryDirectory(prefix="handoff-bench-") as folder,
        Scene(Path(folder), sizes, runs, options.cache) as scene,
    ):
        if len(wanted) == len(STEPS):
            scene.fill()
            _talk(f"hubs filled: {time.monotonic() - begin:.0f} s")
        figures, missing = measure(scene, wanted)
    run = Run(datetime.now(UTC), machine(), time.monotonic() - begin, sizes, figures, missing)
    _show(run)
    if options.profile:
        print(HOW_TO_READ.format(folder=options.profiles))
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=2) + b"\n")
    return int(any(one.why.startswith("failed") for one in missing))


def _show(run: Run) -> None:
    print(f"{run.machine}; {run.seconds:.0f} s; ms unless said")
    print(render(run.figures))
    for one in run.missing:
        print(f"not measured: {one.what}: {one.why}")
    missed = [figure.what for figure in run.figures if figure.held is False]
    print(f"{len(run.figures)} figures; " + (f"bars missed: {'; '.join(missed)}" if missed else "every bar held"))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    names = [step.name for step in STEPS]
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help="measure this part; repeatable")
    parser.add_argument("--list", action="store_true", help="list the parts and stop")
    parser.add_argument("--quick", action="store_true", help="10,000 leads at most and fewer runs")
    parser.add_argument("--sizes", type=_sizes, help="numbers of leads, e.g. 100,1000")
    parser.add_argument("--runs", type=int, help=f"how often a start is measured ({RUNS})")
    parser.add_argument("--json", type=Path, help="keep the figures in this file")
    parser.add_argument(
        "--cache",
        type=Path,
        default=os.environ.get("HANDOFF_BENCH_CACHE"),
        help="keep filled hubs in this folder from run to run (HANDOFF_BENCH_CACHE)",
    )
    parser.add_argument("--profile", choices=names, metavar="NAME", help="measure this part under a profiler")
    parser.add_argument("--profiles", type=Path, default=Path("profiles"), help="where profiles go (profiles/)")
    options = parser.parse_args()
    options.cache = Path(options.cache) if options.cache else None
    return options


def _sizes(text: str) -> list[int]:
    return [int(word) for word in text.split(",")]


if __name__ == "__main__":
    sys.exit(main())
