"""More ways in for hostile words: JSON, complaints, what was typed, names of folders, files of the profile."""

import json
from pathlib import Path

from tests.security.conftest import Seat
from tests.security.corpus import attacks
from tests.security.test_terminal import clean


def test_every_command_that_prints_json_prints_json_that_a_terminal_does_not_obey(seat: Seat) -> None:
    seat.say("accept", "lead-0")
    for words in (["list"], ["show", "lead-0"], ["reasons"], ["status"], ["sync"], ["conflicts"], ["log"]):
        sent = seat.say(*words, "--json")
        assert attacks(sent) == [], words
        # What is said besides goes to the same terminal; the document comes first.
        document, _ = json.JSONDecoder().raw_decode(sent[sent.index(b"{") :].decode())
        assert document


def test_the_hub_s_complaints_at_the_command_line(seat: Seat) -> None:
    for status in (400, 401, 403, 429, 500):
        seat.hub.problem = status
        clean(seat, seat.say("sync"), [f"problem {status}"])


def test_what_was_typed_comes_back_harmless_in_complaints(seat: Seat) -> None:
    text = "word\x1b]0;owned\x07\x9b31m\u202e\x08\x08[red]x[/red]\r\n\x1b[2J"
    for words in ([text], ["show", text], ["accept", text], ["reject", "lead-0", "--reason", text]):
        sent = seat.say(*words)
        assert attacks(sent) == []
        assert b"word" in sent


def test_a_folder_with_a_hostile_name_is_named_harmlessly(seat: Seat, tmp_path: Path) -> None:
    for home in (tmp_path / "h \x1b]0;owned\x07\u202e", tmp_path / "file\x9b31m"):
        if "file" in home.name:
            home.write_text("")
        sent = seat.say("status", HANDOFF_HOME=str(home))
        sent += seat.say("accept", "lead-0", HANDOFF_HOME=str(home))
        assert attacks(sent) == []


def test_hostile_files_of_the_profile_are_told_harmlessly(seat: Seat) -> None:
    for name in ("settings.toml", "profile.json"):
        path = seat.home / name
        before = path.read_bytes() if path.exists() else b""
        path.write_bytes(b'theme = "\x1b]0;owned\x07" \xe2\x80\xae {"version": 1, "connection": {"url": "\x1b[31m"}}')
        for words in (["status"], []):
            with seat.open(*words) as terminal:
                terminal.wait_for(lambda text, before=terminal: not before.running() or "? help" in text)
                if terminal.running():
                    terminal.send("q")
                terminal.wait_exit()
                assert attacks(bytes(terminal.raw)) == []
                assert b"Traceback" not in terminal.raw
        path.write_bytes(before)
