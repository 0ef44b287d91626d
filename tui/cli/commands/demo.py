"""Trying it out: a hub of one's own with sample leads, in a folder that is gone afterwards."""

import argparse
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import msgspec

from api.model.text import clean_line
from tui.cli.commands.opening import has_terminal, run_program
from tui.cli.errors import Failed, Usage
from tui.cli.output import DONE, Output

START_LIMIT = 120.0
"""Seconds that the hub may take until it says where it is."""
END_LIMIT = 5.0
"""Seconds that the hub has to end by itself."""
MODULE = "api.sample.demo_hub"
GOING_ON = (
    "That was the demo; nothing of it stays. To go on:",
    "  handoff         join your team’s hub, or run one",
    "  handoff demo    see the demo again",
    "  handoff doctor  see whether all is well here",
)
"""What is said once the demo was left."""
_CLOSING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
_ENDING = (signal.SIGINT, *_CLOSING)


class Started(msgspec.Struct, frozen=True):
    """The one line in which the child says where the hub is and with what token to come."""

    url: str
    token: str


def run(options: argparse.Namespace, output: Output) -> int:
    """Start a hub with sample leads, open the program on it, end both."""
    if not has_terminal():
        raise Usage("There is no terminal to open in: run “handoff demo” in a terminal window.")
    from tui.cli.workplace import profile
    from tui.settings import load

    own = profile().root
    loaded = load(own)
    arguments = ["--leads", str(options.leads), "--seed", str(options.seed)]
    arguments += ["--arrivals", f"{options.arrivals:g}", "--port", str(options.port)]
    with _ending_on_signals(), _folder() as folder, _environment(folder):
        progress = _Progress("Starting a hub with sample leads …")
        # Killed, we remove nothing ourselves; the hub outlives us for a moment.
        with progress, hub(folder, [*arguments, "--remove-at-end", str(folder)], progress.tell) as started:
            place = _joined(started)
            progress.end()
            code = run_program(place, loaded, tour_in=own)
    if code == DONE:
        for line in GOING_ON:
            output.line(line)
    return code


class _Progress:
    """Says that something is being done, and from the second second on for how long; gone once it is done."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._said = ""

    def __enter__(self) -> "_Progress":
        self.tell(0.0)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def tell(self, seconds: float) -> None:
        """Say how long it takes already."""
        said = self._words if seconds < 1 else f"{self._words} {int(seconds)} s   Ctrl+C stops"
        if said != self._said:
            self._said = said
            self._write(f"\r{said}\x1b[K")

    def end(self) -> None:
        """Take the words away."""
        if self._said:
            self._said = ""
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        # A terminal that is gone is noticed elsewhere.
        with suppress(OSError):
            sys.stderr.write(text)
            sys.stderr.flush()


def _untold(_seconds: float) -> None:
    """Tell nobody."""


@contextmanager
def hub(folder: Path, arguments: Sequence[str], tell: Callable[[float], None] = _untold) -> Iterator[Started]:
    """Run the sample hub as a child process with its files in `folder`; it ends with the block.

    `tell` is called with the seconds that it takes to start, again and again until it is there.

    Raises:
        Failed: it ended, or said nothing that can be understood, before it was there.
    """
    log = folder / "hub.log"
    command = [sys.executable, "-P", "-m", MODULE, "--folder", str(folder / "hub"), *arguments]
    child: subprocess.Popen[bytes] | None = None
    try:
        with log.open("wb") as errors, _signals_put_off():
            # Its own session, so that Ctrl+C reaches it through us alone; its stdin ends with us, even when we are
            # killed.
            child = subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, start_new_session=True
            )
        yield _first_line(child, log, tell)
    finally:
        if child is not None:
            _end(child)


@contextmanager
def _signals_put_off() -> Iterator[None]:
    """Let what would end us wait for the end of the block: a child that is being started could not be ended yet."""
    came: list[int] = []
    before = {name: signal.signal(name, lambda number, _: came.append(number)) for name in _ENDING}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
        for number in came:
            signal.raise_signal(number)


def _first_line(child: "subprocess.Popen[bytes]", log: Path, tell: Callable[[float], None]) -> Started:
    lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def listen(stream: IO[bytes]) -> None:
        lines.put(stream.readline(65_536))
        # Whatever it says later is read and dropped, so that it never waits for us.
        while stream.read(65_536):
            pass

    assert child.stdout is not None  # noqa: S101  it was asked for above
    threading.Thread(target=listen, args=(child.stdout,), daemon=True).start()
    line = b""
    begun = time.monotonic()
    while (gone := time.monotonic() - begun) < START_LIMIT:
        tell(gone)
        try:
            line = lines.get(timeout=0.1)
            break
        except queue.Empty:
            continue
    else:
        raise Failed(f"The sample hub was not there after {START_LIMIT:.0f} s. Try fewer leads with --leads.")
    try:
        return msgspec.json.decode(line, type=Started)
    except msgspec.DecodeError:
        raise Failed(f"The sample hub did not start. {_last_words(child, log)}") from None


def _last_words(child: "subprocess.Popen[bytes]", log: Path) -> str:
    try:
        child.wait(END_LIMIT)
    except subprocess.TimeoutExpired:
        return "It answers something else than a hub does."
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"It said: {clean_line(said[-1])}" if said else f"It ended with code {child.returncode} and said nothing."


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.stdin is not None:
        # A pipe whose other end is gone has nothing left to close.
        with suppress(OSError):
            child.stdin.close()
    child.terminate()
    try:
        child.wait(END_LIMIT)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _joined(started: Started) -> Any:
    """Connect the profile of the demo's folder to the hub and return it."""
    from tui.cli.commands.connecting import ask_who, keep
    from tui.cli.workplace import profile

    place = profile()
    keep(place, started.url, started.token, ask_who(started.url, started.token))
    return place


@contextmanager
def _folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="handoff-demo-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _environment(folder: Path) -> Iterator[None]:
    """Let everything in this process use the demo's own folder, and neither the person's keyring nor their token."""
    before = {name: os.environ.get(name) for name in ("HANDOFF_HOME", "HANDOFF_KEYRING", "HANDOFF_TOKEN")}
    os.environ["HANDOFF_HOME"] = str(folder / "profile")
    os.environ["HANDOFF_KEYRING"] = "off"
    os.environ.pop("HANDOFF_TOKEN", None)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    """Make a closed window or a polite kill end the block like Ctrl+C does, so that nothing stays behind."""

    def end(number: int, _frame: object) -> None:
        for name in _CLOSING:
            signal.signal(name, signal.SIG_IGN)
        raise SystemExit(128 + number)

    before = {name: signal.signal(name, end) for name in _CLOSING}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
