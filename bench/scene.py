"""What is measured on: hubs with so many leads, and profiles pulled from them by the installed program."""

import hashlib
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

import msgspec

from bench.program import environment, handoff

SEED = 7
BUSY = 10_000
CACHED_FOR = 6 * 3_600
"""Seconds for which a filled database serves again; later, all its leads would be overdue."""

_ROOT = Path(__file__).resolve().parents[1]


class Served(msgspec.Struct, frozen=True):
    """A running hub."""

    url: str
    token: str
    pid: int
    leads: int = 0


class Listed(msgspec.Struct, frozen=True):
    """A lead as the command line lists it."""

    id: str
    title: str


class _List(msgspec.Struct, frozen=True):
    leads: list[Listed]


def fill(folder: Path, leads: int, seed: int = SEED, cache: Path | None = None) -> str:
    """Make ``hub.db`` with so many leads in `folder`, from the cache when it has one that is new; return a token."""
    folder.mkdir(parents=True, exist_ok=True)
    database, kept = folder / "hub.db", cache / f"{leads}-{seed}-{_version()}" if cache else None
    if kept is not None and _fresh(kept / "token"):
        shutil.copy(kept / "hub.db", database)
        return (kept / "token").read_text()
    command = [sys.executable, "-P", str(_ROOT / "bench" / "filling.py"), f"sqlite:///{database}"]
    filled = subprocess.run([*command, str(leads), str(seed)], stdout=subprocess.PIPE, text=True, check=True)
    token = filled.stdout.strip()
    if kept is not None:
        kept.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(database, kept / "hub.db")
        (kept / "token").write_text(token)
    return token


def _fresh(token: Path) -> bool:
    return token.exists() and time.time() - token.stat().st_mtime < CACHED_FOR


def _version() -> str:
    """Return a digest of all that makes a hub's database what it is."""
    digest = hashlib.sha256((_ROOT / "bench" / "filling.py").read_bytes())
    for room in ("hub", "model", "rules", "sample"):
        for file in sorted((_ROOT / "api" / room).rglob("*.py")):
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@contextmanager
def served(folder: Path, leads: int, seed: int = SEED, *, token: str = "") -> Iterator[Served]:
    """Serve the hub in `folder` for the length of the block; without a token, it is filled first."""
    token = token or fill(folder, leads, seed)
    command = handoff("serve", "--db", f"sqlite:///{folder / 'hub.db'}", "--listen", "127.0.0.1:0")
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield Served(_address(child), token, child.pid, leads)
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _address(child: "subprocess.Popen[bytes]") -> str:
    assert child.stderr is not None
    end = time.monotonic() + 60
    while time.monotonic() < end and child.poll() is None:
        ready, _, _ = select.select([child.stderr], [], [], 0.5)
        line = child.stderr.readline().decode() if ready else ""
        for word in line.split():
            if word.startswith("http") and urlsplit(word).port:
                return word
    raise RuntimeError("the hub did not start")


def connect(home: Path, hub: Served) -> None:
    """Join the hub from a new profile, which pulls everything."""
    # The token is kept in the profile's file from here on.
    _run(home, "connect", "hub", hub.url, HANDOFF_TOKEN=hub.token)


def pull(home: Path) -> float:
    """Pull everything new into the profile; returns the seconds that the command took."""
    begin = time.perf_counter()
    _run(home, "sync")
    return time.perf_counter() - begin


def queue(home: Path, count: int = 3) -> list[Listed]:
    """Return the first leads in the queue, as the command line lists them."""
    return msgspec.json.decode(_run(home, "list", "--json", "--limit", str(count)), type=_List).leads


def _run(home: Path, *arguments: str, **more: str) -> bytes:
    done = subprocess.run(handoff(*arguments), env=environment(home, **more), capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace")[-2_000:]
        raise RuntimeError(f"“handoff {arguments[0]}” failed with {done.returncode}: {said}")
    return done.stdout


class Scene:
    """The hubs and profiles of one run, each made when it is first asked for.

    Args:
        folder: where they lie, and are left behind.
        sizes: numbers of leads, ascending.
        runs: how often a start is measured.
        cache: folder that filled databases are kept in from one run to the next.
    """

    def __init__(self, folder: Path, sizes: Sequence[int], runs: int, cache: Path | None = None) -> None:
        self.folder = folder
        self.sizes = tuple(sizes)
        self.runs = runs
        self.first_pulls: dict[int, float] = {}
        """Seconds that joining the hub with so many leads took, with everything pulled."""
        self._cache = cache
        self._tokens: dict[int, str] = {}
        self._hubs: dict[int, Served] = {}
        self._homes: dict[int, Path] = {}
        self._spares = 0
        self._stack = ExitStack()

    def __enter__(self) -> "Scene":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def least(self) -> int:
        """The smallest number of leads."""
        return self.sizes[0]

    @property
    def middle(self) -> int:
        """The number of leads of a busy profile: 10,000, or the next that there is."""
        return max((leads for leads in self.sizes if leads <= BUSY), default=self.least)

    @property
    def most(self) -> int:
        """The greatest number of leads."""
        return self.sizes[-1]

    def fill(self) -> None:
        """Fill all hubs, the largest beside the others."""
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(self._fill, reversed(self.sizes)))

    def hub(self, leads: int) -> Served:
        """Return the running hub with so many leads."""
        if leads not in self._hubs:
            self._fill(leads)
            one = served(self._place("hub", leads), leads, token=self._tokens[leads])
            self._hubs[leads] = self._stack.enter_context(one)
        return self._hubs[leads]

    def home(self, leads: int) -> Path:
        """Return the profile with so many leads, in step with its hub."""
        if leads not in self._homes:
            home, hub = self._place("home", leads), self.hub(leads)
            begin = time.perf_counter()
            connect(home, hub)
            self.first_pulls[leads] = time.perf_counter() - begin
            self._homes[leads] = home
        pull(self._homes[leads])
        return self._homes[leads]

    def spare(self, leads: int, names: Sequence[str] = ()) -> Path:
        """Return a copy of that profile, of its files `names` alone where they are given."""
        home = self.home(leads)
        self._spares += 1
        spare = self.folder / f"spare-{self._spares}"
        spare.mkdir(mode=0o700)
        for file in home.iterdir():
            if not names or file.name in names:
                shutil.copy(file, spare / file.name)
        return spare

    def _fill(self, leads: int) -> None:
        if leads not in self._tokens:
            self._tokens[leads] = fill(self._place("hub", leads), leads, cache=self._cache)

    def _place(self, what: str, leads: int) -> Path:
        return self.folder / f"{what}-{leads}"
