"""Completions in the shells themselves: commands, options, what the profile knows, and nothing that is obeyed."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from api.local.views import Views
from api.model.people import Person, Role
from api.rules.queue import NamedView, Order, View
from bench.terminal import Terminal
from tests.cli.conftest import Seat
from tests.cli.test_loading import NETWORK, SCREEN, SERVER, Ran
from tests.running_hub import PROGRAM
from tests.tui.conftest import World, named_lead
from tui.cli.usage.entries import ENTRIES

MakeSeat = Callable[..., Seat]
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
needs_zsh = pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
needs_fish = pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A rep's profile with leads, one of whose ids and names would be obeyed by a shell that is careless."""
    world = World(tmp_path / "profile")
    leads = [named_lead(number) for number in range(1, 4)]
    world.leads(*leads, named_lead(4, id="$(touch owned)"))
    world.send(("person", "pia", Person(id="pia", name="Pia; touch owned", role=Role.REP, team="north")))
    world.desk.close()
    views = Views(world.desk.profile.views_path)
    views.keep(NamedView("Big deals", "score:>60", View.MINE, Order.DUE))
    views.keep(NamedView("$(touch owned)", "x", View.MINE, Order.DUE))
    return world.desk.profile.root


@pytest.fixture
def environ(home: Path, tmp_path: Path) -> Mapping[str, str]:
    """An environment in which ``handoff`` is a command."""
    folder = tmp_path / "bin"
    folder.mkdir()
    command = folder / "handoff"
    command.write_text(f'#!/bin/sh\nexec {shlex.join(PROGRAM)} "$@"\n')
    command.chmod(0o755)
    root = Path(__file__).parents[2]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDOFF_")}
    return kept | {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(root),
        "HANDOFF_HOME": str(home),
        "HANDOFF_KEYRING": "off",
        "HOME": str(tmp_path),
        "TERM": "xterm-256color",
    }


Complete = Callable[[str], list[str]]


@pytest.fixture
def bash(environ: Mapping[str, str], tmp_path: Path) -> Complete:
    """Complete a line as bash does."""
    script = tmp_path / "handoff.bash"
    script.write_bytes(
        subprocess.run(["handoff", "completion", "bash"], env=environ, capture_output=True, check=True).stdout
    )

    def complete(line: str) -> list[str]:
        asked = (
            f"source {shlex.quote(str(script))}; COMP_WORDS=(handoff); COMP_LINE={shlex.quote(line)}; "
            'COMP_POINT=${#COMP_LINE}; COMP_WORDBREAKS="\\"\'><=;|&(:"; _handoff 2>/dev/null; '
            'for one in "${COMPREPLY[@]}"; do printf "%s\\n" "$one"; done'
        )
        done = subprocess.run(
            ["bash", "--norc", "-c", asked],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.stderr == ""
        return done.stdout.splitlines()

    return complete


@needs_bash
def test_bash_knows_every_command_and_its_options(bash: Complete) -> None:
    heads = {entry.name.partition(" ")[0] for entry in ENTRIES}
    assert set(bash("handoff ")) == heads
    assert bash("handoff rej") == ["reject"]
    assert set(bash("handoff user ")) == {"add", "token", "revoke"}
    assert bash("handoff user add x --ro") == ["--role"]
    assert bash("handoff user add x --role m") == ["marketer", "manager"]
    assert "--reason" in bash("handoff reject --")
    assert bash("handoff completion ") == ["bash", "zsh", "fish"]
    assert bash("handoff list --limit ") == []
    assert bash("handoff --v") == ["--version"]


@needs_bash
def test_bash_asks_the_profile_and_obeys_nothing_in_it(bash: Complete, tmp_path: Path) -> None:
    assert bash("handoff accept ") == ["L001", "L002", "L003"]
    assert bash("handoff accept L001 L00") == ["L001", "L002", "L003"]
    assert "spam_test" in bash("handoff reject L001 --reason ")
    assert bash("handoff reject L001 --reason spam") == ["spam_test"]
    assert bash("handoff list --view ")[-2:] == [r"\$\(touch\ owned\)", r"Big\ deals"]
    assert bash("handoff list --view sn") == ["snoozed"]
    # Bash has put the part before the colon in already.
    assert "pia" in bash("handoff reroute L001 --to person:p")
    assert bash("handoff resolve L001 yi") == ["yield"]
    assert not list(tmp_path.rglob("owned"))


@needs_bash
def test_bash_completes_files(bash: Complete, tmp_path: Path) -> None:
    (tmp_path / "leads of today.csv").write_text("")
    assert bash("handoff import leads") == ["leads of today.csv"]


@needs_bash
def test_tab_in_a_real_bash(environ: Mapping[str, str], tmp_path: Path) -> None:
    with Terminal(["bash", "--norc", "-i"], env=dict(environ) | {"PS1": "$ "}, cwd=str(tmp_path)) as terminal:
        terminal.wait_for("$")
        terminal.send('source <(handoff completion bash); echo rea""dy\r')
        terminal.wait_for("ready")
        terminal.send("handoff reje\tL003 --rea\tspam\t")
        terminal.wait_for("handoff reject L003 --reason spam_test")


@needs_fish
def test_fish_knows_commands_options_and_the_profile(environ: Mapping[str, str], tmp_path: Path) -> None:
    script = tmp_path / "handoff.fish"
    script.write_bytes(
        subprocess.run(["handoff", "completion", "fish"], env=environ, capture_output=True, check=True).stdout
    )

    def complete(line: str) -> list[str]:
        asked = f"source {script}; complete -C {shlex.quote(line)}"
        done = subprocess.run(
            ["fish", "--no-config", "-c", asked],
            env=environ,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.stderr == ""
        return [found.partition("\t")[0] for found in done.stdout.splitlines()]

    assert set(complete("handoff ")) == {entry.name.partition(" ")[0] for entry in ENTRIES}
    assert complete("handoff user t") == ["token"]
    assert complete("handoff reject --rea") == ["--reason"]
    assert complete("handoff reject L001 --reason spam") == ["spam_test"]
    assert complete("handoff accept L00") == ["L001", "L002", "L003"]
    assert complete("handoff list --view B") == ["Big deals"]
    assert complete("handoff user add x --role r") == ["rep"]
    assert not list(tmp_path.rglob("owned"))


@needs_zsh
def test_zsh_knows_commands_options_and_the_profile(environ: Mapping[str, str], tmp_path: Path) -> None:
    with Terminal(["zsh", "-f", "-i"], env=dict(environ) | {"PS1": "$ "}, cwd=str(tmp_path)) as terminal:
        terminal.wait_for("$")
        terminal.send('autoload -U compinit; compinit -u -D; source <(handoff completion zsh); echo rea""dy\r')
        terminal.wait_for("ready")
        terminal.send("handoff reje\tL003 --rea\tspam\t")
        terminal.wait_for("handoff reject L003 --reason spam_test")
        terminal.send("\x15handoff user \t")
        terminal.wait_for("Add a person")
        terminal.send("\x15handoff list --view Big\t")
        terminal.wait_for("Big\\ deals")
        terminal.send("\x15handoff accept L00\t")
        terminal.wait_for("Bo Sample")
    assert not list(tmp_path.rglob("owned"))


@pytest.mark.parametrize("kind", ["lead", "reason", "view", "whom"])
def test_what_a_shell_asks_loads_neither_network_nor_screen(home: Path, kind: str) -> None:
    ran = Ran(home, "__complete", kind)
    assert ran.code == 0
    assert not ran.loaded & (SCREEN | SERVER | NETWORK | {"argparse"})


@pytest.mark.parametrize("arguments", [[], ["lead"], ["nonsense", "x"], ["lead", "a", "b"]])
def test_without_a_profile_nothing_is_offered_and_nothing_said(tmp_path: Path, arguments: list[str]) -> None:
    done = subprocess.run(
        [*PROGRAM, "__complete", *arguments],
        env={**os.environ, "HANDOFF_HOME": str(tmp_path / "none")},
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("damage", ["profile.json", "mirror.journal", "views.toml"])
def test_a_damaged_profile_is_no_reason_to_complain(home: Path, damage: str, capfd: pytest.CaptureFixture[str]) -> None:
    (home / damage).write_bytes(b"\x00\xff{")
    for kind in ("lead", "view"):
        done = subprocess.run(
            [*PROGRAM, "__complete", kind],
            env={**os.environ, "HANDOFF_HOME": str(home)},
            capture_output=True,
            timeout=30,
            check=True,
        )
        assert done.stderr == b""


def test_the_three_scripts_name_every_command(seat: MakeSeat) -> None:
    for shell in ("bash", "zsh", "fish"):
        done = seat("nobody")("completion", shell)
        assert done.code == 0
        assert all(entry.name.rpartition(" ")[2] in done.out for entry in ENTRIES)


def test_another_shell_is_refused_by_name(seat: MakeSeat) -> None:
    done = seat("nobody")("completion", "csh")
    assert done.code == 2
    assert "bash" in done.err
