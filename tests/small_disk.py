"""A small disk of its own for a test, and other ways to run the program where the disk does not do as it should."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import TracebackType

from tests.running_hub import PROGRAM, Done

_SHIM = """
#include <errno.h>
#include <stdlib.h>
static int calls;
int fdatasync(int fd) {
    (void)fd;
    if (++calls == atoi(getenv("FAIL_FLUSH"))) { errno = EIO; return -1; }
    return 0;
}
"""


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return a person's environment with the profile in `home`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDOFF_")}
    return kept | {"HANDOFF_HOME": str(home), "HANDOFF_KEYRING": "off", "TERM": "xterm-256color"} | more


def run(*arguments: str, home: Path, before: tuple[str, ...] = (), env: Mapping[str, str] | None = None) -> Done:
    """Run one command of the program in a process of its own, started by the words `before`."""
    done = subprocess.run(
        [*before, *PROGRAM, *arguments],
        env=environment(home) | dict(env or {}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


class SmallDisk:
    """A file system of `size` bytes that only processes started with `enter` see; gone at the end of the block.

    `home` is where those processes find the profile, `seen` where the test finds the same folder.
    """

    def __init__(self, at: Path, home: Path, size: int) -> None:
        self.at = at
        self.home = at / "home"
        at.mkdir()
        script = f'mount -t tmpfs -o size={size} none "$1" && cp -a "$2" "$1/home" && echo ready && cat'
        self._holder = subprocess.Popen(
            ["unshare", "-Urm", "sh", "-c", script, "sh", str(at), str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._holder.stdout is not None
        assert self._holder.stdout.readline() == b"ready\n"
        self.enter = ("nsenter", "-t", str(self._holder.pid), "-U", "-m", "--preserve-credentials", "--")
        self.seen = Path(f"/proc/{self._holder.pid}/root{self.home}")

    def __enter__(self) -> "SmallDisk":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._holder.communicate()

    def run(self, *arguments: str) -> Done:
        """Run one command of the program on this disk."""
        return run(*arguments, home=self.home, before=self.enter)

    def do(self, *command: str) -> None:
        """Run a command of the system on this disk."""
        subprocess.run([*self.enter, *command], check=True, capture_output=True, timeout=20)

    def fill(self) -> None:
        """Leave not one byte free."""
        with (self.seen.parent / "filler").open("ab", buffering=0) as filler:
            for size in (4096, 1):
                try:
                    while True:
                        filler.write(b"x" * size)
                except OSError:
                    continue

    def make_room(self) -> None:
        """Give back what `fill` took."""
        (self.seen.parent / "filler").unlink()

    def read_only(self, *, now: bool = True) -> None:
        """Let nothing be written any more; or again."""
        self.do("mount", "-o", f"remount,{'ro' if now else 'rw'}", str(self.at))


@cache
def can_mount() -> bool:
    """Say whether this system lets a test have a disk of its own."""
    tools = all(shutil.which(tool) for tool in ("unshare", "nsenter", "mount"))
    with tempfile.TemporaryDirectory() as folder:
        return tools and _works("unshare", "-Urm", "mount", "-t", "tmpfs", "none", folder)


@cache
def can_trace() -> bool:
    """Say whether strace is there and may be used."""
    return bool(shutil.which("strace")) and _works("strace", "true")


def failing_flush(number: int, folder: Path, *, threads: bool = False) -> tuple[tuple[str, ...], dict[str, str]] | None:
    """Return words to start a program with, and its environment, so that its flush `number` (from 1) reports an error.

    None where there is neither a C compiler nor, for a program without `threads`, strace, which counts in each thread.
    """
    compiler = shutil.which("cc")
    if compiler is not None and sys.platform == "linux":
        source, library = folder / "flush.c", folder / "flush.so"
        source.write_text(_SHIM)
        subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source)], check=True, timeout=60)
        return (), {"LD_PRELOAD": str(library), "FAIL_FLUSH": str(number)}
    if can_trace() and not threads:
        inject = f"inject=fdatasync:error=EIO:when={number}"
        return ("strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=fdatasync", "-e", inject), {}
    return None


def unprivileged() -> tuple[str, ...] | None:
    """Return words to start a program with, so that the rights of files hold for it, for root too; None if none do."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv"):
        return ("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--")
    return None


def _works(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode == 0
