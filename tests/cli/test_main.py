"""How the program starts, refuses and ends: codes, streams, nothing loaded that is not needed."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui.cli.main import main

PROGRAM = [sys.executable, "-P", "-m", "tui.cli.main"]
HEAVY = ("argparse", "asyncio", "httpx", "keyring", "litestar", "msgspec", "sqlalchemy", "textual", "tinydb", "uvicorn")


def run(*arguments: str, home: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run the real program and return what it said."""
    environ = {**os.environ, "HANDOFF_HOME": str(home), "HANDOFF_KEYRING": "off", **changes}
    environ.pop("HANDOFF_TOKEN", None)
    return subprocess.run([*PROGRAM, *arguments], env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_version_is_said_on_stdout(tmp_path: Path) -> None:
    from api import __version__

    done = run("--version", home=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"handoff {__version__}\n", "")


def test_version_loads_nothing_that_takes_time() -> None:
    code = (
        "import sys; sys.argv = ['handoff', '--version']; from tui.cli.main import main; main();"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lsit"], "Did you mean “list”?"),
        (["accept"], "ID is missing"),
        (["reject", "L1"], "--reason is missing"),
        (["reject", "L1", "--reason", "other", "--answer", "text"], "not of the form NAME=VALUE"),
        (["accept", "L1", "--wait", "soon"], "number of seconds"),
        (["accept", "L1", "--wait", "nan"], "number of seconds"),
        (["list", "--limit", "0"], "whole number"),
        (["list", "--lim", "3"], "“--lim”"),
        (["demo", "--port", "70000"], "whole number"),
        (["user", "add", "Ana Example", "--role", "king"], "--role"),
        (["connect"], "CRM is missing"),
    ],
)
def test_wrong_use_is_one_sentence_and_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err
    assert len(err.splitlines()) == 1


def test_wrong_use_with_json_is_a_document_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["accept", "--json"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["error"]["exit"] == 2
    assert err


def test_hostile_arguments_do_not_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["\x1b[31mlist\x07", "\udcff"]) == 2
    assert all(character.isprintable() for character in capsys.readouterr().err.replace("\n", ""))


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["accept"],
        ["reject"],
        ["list"],
        ["import"],
        ["connect", "hub"],
        ["status"],
        ["conflicts"],
        ["resolve"],
        ["ask"],
        ["redo"],
        ["log"],
        ["outbox"],
        ["outbox", "export"],
        ["outbox", "import"],
    ],
)
def test_every_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("usage: handoff")
    assert err == ""


def test_help_names_the_environment(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    for name in ("HANDOFF_HOME", "HANDOFF_TOKEN", "HANDOFF_KEYRING", "HANDOFF_DB", "NO_COLOR"):
        assert name in said


def test_commands_with_a_key_say_what_the_registry_says(capsys: pytest.CaptureFixture[str]) -> None:
    from tui.commands import command

    main(["undo", "--help"])
    assert command("triage.undo").help in " ".join(capsys.readouterr().out.split())


def test_what_the_registry_says_can_be_typed() -> None:
    from tui.cli.usage.parser import parse
    from tui.commands import COMMANDS

    for one in COMMANDS:
        if one.cli:
            # Help is printed and leaves nothing to carry out.
            assert (parse(one.cli.split()) is None) == (one.cli == "--help"), one.id


def test_an_unforeseen_error_is_a_sentence_and_a_log_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "handoff_" + "s3cret" * 8
    monkeypatch.setenv("HANDOFF_HOME", str(tmp_path))
    monkeypatch.setenv("HANDOFF_TOKEN", secret)

    def broken(*_: object) -> int:
        raise ZeroDivisionError(f"Authorization: Bearer {secret}")

    monkeypatch.setattr("tui.cli.commands.listing.list_leads", broken)
    assert main(["list"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "Traceback" not in err
    assert len(err.splitlines()) == 1
    (log,) = tmp_path.rglob("errors.log")
    text = log.read_text()
    assert "ZeroDivisionError" in text
    assert "s3cret" not in text + err
    assert log.stat().st_mode & 0o077 == 0


def test_debug_shows_the_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("HANDOFF_HOME", str(tmp_path))
    monkeypatch.setattr("tui.cli.commands.listing.list_leads", lambda *_: 1 / 0)
    assert main(["list", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("tui.cli.commands.listing.list_leads", interrupted)
    assert main(["list"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_reader_who_leaves_ends_it_quietly(tmp_path: Path) -> None:
    code = (
        "import sys; import tui.cli.commands.listing as listing;"
        "listing.list_leads = lambda options, output: [output.line('x' * 90) for _ in range(9999)] and 0;"
        "from tui.cli.main import main; sys.exit(main(['list']))"
    )
    child = subprocess.Popen([sys.executable, "-P", "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.readline()
    child.stdout.close()
    assert child.stderr.read() == b""
    assert child.wait(30) == 141
    child.stderr.close()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_stdout_is_a_sentence(tmp_path: Path) -> None:
    environ = {**os.environ, "HANDOFF_HOME": str(tmp_path)}
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "--version"],
            env=environ,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_terminal_that_knows_no_unicode_is_no_reason_to_fail(tmp_path: Path) -> None:
    done = run("lsit", home=tmp_path, PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_without_profile_and_terminal_it_says_the_three_ways_on(tmp_path: Path) -> None:
    done = run(home=tmp_path)
    assert done.returncode == 2
    for way in ("handoff demo", "handoff connect hub URL", "handoff serve"):
        assert way in done.stderr
    assert done.stdout == ""


def test_a_folder_named_like_ours_is_not_taken_for_it(tmp_path: Path) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "__init__.py").write_text("raise SystemExit('wrong one')")
    done = subprocess.run(
        [*PROGRAM, "--version"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&- <&-"])
def test_closed_streams_are_no_reason_to_fail(tmp_path: Path, closed: str) -> None:
    environ = {**os.environ, "HANDOFF_HOME": str(tmp_path)}
    for arguments, code in (("--version", 0), ("status", 0), ("lsit", 2), ("", 2)):
        command = f"'{sys.executable}' -P -m tui.cli.main {arguments} {closed}"
        done = subprocess.run(["/bin/sh", "-c", command], env=environ, capture_output=True, timeout=60, check=False)
        assert done.returncode == code, (arguments, done.stderr)
        assert b"Traceback" not in done.stderr
