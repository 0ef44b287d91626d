"""The command line against the real hub in another process."""

import io
import secrets
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from tests.running_hub import Done, RunningHub


class Seat:
    """One person at one profile. Commands run in this process, except where a test says otherwise."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home = home
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: str, token: str = "") -> Done:
        """Run a command and return what it came to."""
        from tui.cli.main import main

        with self._monkeypatch.context() as patch:
            patch.setenv("HANDOFF_HOME", str(self.home))
            patch.setenv("HANDOFF_KEYRING", "off")
            if token:
                patch.setenv("HANDOFF_TOKEN", token)
            else:
                patch.delenv("HANDOFF_TOKEN", raising=False)
            out, err = io.StringIO(), io.StringIO()
            with redirect_stdout(out), redirect_stderr(err):
                code = main(arguments)
        return Done(code, out.getvalue(), err.getvalue())


@pytest.fixture(scope="session")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """A hub that all tests share; each works in a team of its own."""
    running = RunningHub(tmp_path_factory.mktemp("hub"))
    yield running
    running.stop()


@pytest.fixture
def own_hub(tmp_path: Path) -> Iterator[RunningHub]:
    """A hub that this test may stop and start."""
    folder = tmp_path / "hub"
    folder.mkdir()
    running = RunningHub(folder)
    yield running
    if running.process is not None and running.process.poll() is None:
        running.stop()


@pytest.fixture
def team() -> str:
    """A team that nobody else is in."""
    return f"team-{secrets.token_hex(4)}"


@pytest.fixture
def seat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Seat]:
    """Give somebody a seat: an empty profile, or one that is connected when a hub and a token are given."""

    def make(name: str = "home", hub: RunningHub | None = None, token: str = "") -> Seat:
        made = Seat(tmp_path / name, monkeypatch)
        if hub is not None:
            joined = made("connect", "hub", hub.url, token=token)
            assert joined.code == 0, joined.err
        return made

    return make
