"""The program inside a real tmux, as over SSH: started, used, resized, left alone, come back to, ended."""

import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bench.terminal import Terminal
from tests.running_hub import PROGRAM, RunningHub, eventually
from tests.terminal.test_pseudo_terminal import environment

TMUX = shutil.which("tmux")

pytestmark = pytest.mark.skipif(TMUX is None, reason="tmux is not installed")


class Tmux:
    """A tmux server of its own with the program in its only window."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self._name = f"handoff-{secrets.token_hex(4)}"
        self._env = {**env, "TMUX_TMPDIR": str(folder)}
        # Programs believe the last two before the terminal's own size.
        for name in ("TMUX", "COLUMNS", "LINES"):
            self._env.pop(name, None)
        # What is left of a window whose program ended shows its exit code.
        (folder / "tmux.conf").write_text("set -g remain-on-exit on\nset -g status off\n")
        self._base = [TMUX or "tmux", "-L", self._name, "-f", str(folder / "tmux.conf")]
        self("new-session", "-d", "-x", "120", "-y", "36", *PROGRAM)

    def __call__(self, *words: str) -> str:
        """Give tmux a command; return what it says."""
        done = subprocess.run(
            [*self._base, *words], env=self._env, capture_output=True, text=True, timeout=20, check=True
        )
        return done.stdout

    @property
    def text(self) -> str:
        """What the window shows."""
        return self("capture-pane", "-p")

    def shows(self, wanted: str | Callable[[str], bool]) -> None:
        """Wait until the window shows it."""
        seen = (lambda: wanted in self.text) if isinstance(wanted, str) else (lambda: wanted(self.text))
        try:
            eventually(seen, f"tmux shows {wanted}", 20)
        except AssertionError as error:
            raise AssertionError(f"{error}; it shows\n{self.text}") from None

    def press(self, *keys: str) -> None:
        """Press keys, by tmux’s names."""
        self("send-keys", *keys)

    def attached(self, columns: int, rows: int) -> Terminal:
        """Come back to it from a terminal of this size."""
        return Terminal([*self._base, "attach"], columns=columns, rows=rows, env=self._env)

    def stop(self) -> None:
        """End it."""
        subprocess.run([*self._base, "kill-server"], env=self._env, capture_output=True, timeout=20, check=False)


@pytest.fixture
def tmux(running_hub: RunningHub, tmp_path: Path) -> Iterator[Tmux]:
    """The program of a rep with three leads, in a tmux that was reached over SSH."""
    team = f"team-{secrets.token_hex(4)}"
    token = running_hub.user("Rita Remote", "rep", team)
    for name in ("Ana Example", "Bo Sample", "Cy Specimen"):
        running_hub.lead(team=team, name=name, company="Example Bakery")
    home = tmp_path / "home"
    remote = {"SSH_TTY": "/dev/pts/9", "SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22", "LANG": "C.UTF-8"}
    env = environment(home, **remote)
    # Over SSH the terminal’s own word about its colours does not come along.
    env.pop("COLORTERM", None)
    env.pop("LC_ALL", None)
    with Terminal([*PROGRAM, "connect", "hub", running_hub.url], env={**env, "HANDOFF_TOKEN": token}) as terminal:
        assert terminal.wait_exit() == 0, terminal.text
    # The path of a socket may not be long, and a test's folder is.
    folder = Path("/tmp") / f"handoff-tmux-{secrets.token_hex(4)}"
    folder.mkdir(mode=0o700)
    running = Tmux(folder, env)
    try:
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder)


def under(name: str) -> Callable[[str], bool]:
    """Say of a screen whether the cursor is on the lead of that name."""
    return lambda text: any("▌" in line and name in line for line in text.splitlines())


def test_a_day_in_tmux(tmux: Tmux) -> None:
    tmux.shows(lambda text: "Ana Example" in text and "live" in text)

    # Keys: letters, Escape right behind another key, arrows, and with ctrl.
    tmux.press("j")
    tmux.shows(under("Bo Sample"))
    tmux.press("Up", "a")
    tmux.shows("Accepted Ana Example")
    tmux.press("u")
    tmux.shows("Undone")
    tmux.press("/", "c", "y")
    tmux.shows("find  cy")
    tmux.press("Escape")
    tmux.shows(lambda text: "find  cy" not in text)
    tmux.press("C-p")
    tmux.shows("Search for commands")
    tmux.press("Escape")
    tmux.shows(lambda text: "Search for commands" not in text)

    # A size after another, one of them too small.
    tmux("resize-window", "-x", "80", "-y", "24")
    tmux.shows(lambda text: len(text.splitlines()) <= 24 and "[lead]" in text)
    tmux("resize-window", "-x", "50", "-y", "12")
    tmux.shows("too small")
    tmux("resize-window", "-x", "200", "-y", "60")
    tmux.shows(lambda text: "too small" not in text and under("Cy Specimen")(text))

    # Come back to from two terminals, one after another; the program goes on in between.
    tmux("set", "-w", "window-size", "latest")
    for columns, rows in ((120, 36), (100, 30)):
        with tmux.attached(columns, rows) as terminal:
            terminal.wait_for(under("Cy Specimen"), 20)
            terminal.send("k")
            terminal.wait_for(under("Bo Sample"), 20)
            terminal.send("j")
            terminal.wait_for(under("Cy Specimen"), 20)
            tmux("detach-client")
            assert terminal.wait_exit() == 0
        eventually(lambda: not tmux("list-clients").strip(), "nobody is attached any more", 10)

    # Ended as anywhere, with nothing of it left in the window.
    tmux.press("g")
    tmux.shows(under("Ana Example"))
    tmux.press("q")
    # That it has ended, and with which code, tmux does not always hear itself; what it left in the window can be seen.
    tmux.shows(lambda text: "? help" not in text and "Bo Sample" not in text)


def test_text_pasted_by_tmux_itself_decides_nothing(tmux: Tmux) -> None:
    tmux.shows(lambda text: "Ana Example" in text and "live" in text)
    tmux("set-buffer", "a quick question about your last invoice")
    # With -p tmux marks it as pasted, without it comes as keys.
    tmux("paste-buffer", "-p")
    tmux.shows("Pasted text was ignored")
    tmux("paste-buffer")
    tmux.shows("That looked like text")
    assert all(name in tmux.text for name in ("Ana Example", "Bo Sample", "Cy Specimen"))
    tmux.press("Escape")
    tmux.press("q")
