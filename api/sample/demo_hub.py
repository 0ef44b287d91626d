"""A hub with sample data, as a process of its own: ``python -P -m api.sample.demo_hub``.

It prints one line of JSON on stdout, ``{"url", "token", "tokens"}`` (the demo rep's token, and everybody's by person
id), then serves until its stdin closes, which it does when the parent dies, or until SIGTERM. What was named with
``--remove-at-end`` is gone once it has ended because of its stdin.
"""

import argparse
import os
import re
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import msgspec

from api.errors import HandoffError
from api.hub.server import serve
from api.hub.service import Hub
from api.sample.bustle import Bustle
from api.sample.cast import DEMO_REP
from api.sample.generate import LEADS, generate
from api.sample.seeding import seed


def main(arguments: Sequence[str] | None = None) -> int:
    """Seed an empty database and serve it; return the exit code."""
    options = _options(arguments)
    orphaned = threading.Event()
    with ExitStack() as stack:
        stack.callback(_clear, options.remove_at_end, orphaned)
        db_url = options.db or _in_folder(options.folder, stack)
        try:
            hub = Hub(db_url)
            try:
                tokens = seed(hub, generate(options.seed, options.leads, agreement=hub.agreement()))
            finally:
                hub.close()
            _serve(db_url, tokens, options, orphaned)
        except HandoffError as problem:
            print(problem.sentence, file=sys.stderr)
            return 1
    return 0


def _serve(db_url: str, tokens: dict[str, str], options: argparse.Namespace, orphaned: threading.Event) -> None:
    running: list[Bustle] = []

    def announce(line: str) -> None:
        address = re.search(r"https?://\S+", line)
        if address is None or running:
            print(line, file=sys.stderr, flush=True)
            return
        url = address.group()
        acting = options.colleagues if options.colleagues is not None else options.arrivals / 4
        bustle = Bustle(url, tokens, seed=options.seed, arriving=options.arrivals, acting=acting)
        running.append(bustle)
        print(msgspec.json.encode({"url": url, "token": tokens[DEMO_REP.id], "tokens": tokens}).decode(), flush=True)
        bustle.start()
        threading.Thread(target=_end_with_parent, args=(bustle, orphaned), name="sample-parent", daemon=True).start()

    try:
        serve(db_url, port=options.port, announce=announce)
    finally:
        for bustle in running:
            bustle.stop()


def _end_with_parent(bustle: Bustle, orphaned: threading.Event) -> None:
    """Wait until stdin closes, as it does when the parent ends in whatever way, then end like by SIGTERM."""
    while os.read(sys.stdin.fileno(), 4096):
        pass
    orphaned.set()
    bustle.end()
    os.kill(os.getpid(), signal.SIGTERM)


def _clear(folder: Path | None, orphaned: threading.Event) -> None:
    """Remove what a parent that is gone has left; one that still waits for us may want to read in it."""
    if folder is not None and orphaned.is_set():
        shutil.rmtree(folder, ignore_errors=True)


def _in_folder(folder: Path | None, stack: ExitStack) -> str:
    if folder is None:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="handoff-sample-")))
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return f"sqlite:///{folder.resolve() / 'hub.db'}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -P -m api.sample.demo_hub", description=__doc__.partition("\n")[0])
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--db", metavar="URL", help="database, empty or not there yet; default: a temporary one")
    place.add_argument("--folder", type=Path, help="folder to keep the database in")
    parser.add_argument(
        "--remove-at-end", type=Path, metavar="FOLDER", help="folder to remove once stdin has closed and it has ended"
    )
    parser.add_argument("--port", type=int, default=0, help="0 means any free one")
    parser.add_argument("--leads", type=_count, default=LEADS)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--arrivals", type=_rate, default=6.0, metavar="PER_MINUTE", help="leads that keep arriving")
    parser.add_argument(
        "--colleagues", type=_rate, metavar="PER_MINUTE", help="decisions of others; default: one for four arrivals"
    )
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 200_000:
        raise argparse.ArgumentTypeError("from 0 to 200,000")
    return number


def _rate(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 6_000:
        raise argparse.ArgumentTypeError("from 0 to 6,000 per minute")
    return number


if __name__ == "__main__":
    sys.exit(main())
