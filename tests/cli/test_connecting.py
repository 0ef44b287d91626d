"""Joining a hub, and the accounts one joins with."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.terminal import Terminal
from tests.cli.conftest import Seat
from tests.running_hub import PROGRAM, RunningHub, program

MakeSeat = Callable[..., Seat]


def test_it_says_who_you_are_and_where_the_token_is(hub: RunningHub, team: str, seat: MakeSeat) -> None:
    hub.lead(team)
    token = hub.user("Rita Rep", "rep", team)
    rita = seat("rita")
    done = rita("connect", "hub", hub.url, token=token)
    assert done.code == 0, done.err
    assert f"Rita Rep, rep, team {team}" in done.out
    assert str(rita.home) in done.out
    assert token not in done.out + done.err
    kept = [path for path in rita.home.rglob("*") if path.is_file() and token in path.read_text(errors="replace")]
    assert len(kept) == 1
    assert kept[0].stat().st_mode & 0o077 == 0


def test_the_leads_are_there_at_once(hub: RunningHub, team: str, seat: MakeSeat) -> None:
    lead = hub.lead(team)
    rita = seat("rita")
    done = rita("connect", "hub", hub.url, "--json", token=hub.user("Rita Rep", "rep", team))
    assert done.json["url"] == hub.url
    assert done.json["person"]["role"] == "rep"
    assert done.json["leads"] >= 1
    assert lead in [one["id"] for one in rita("list", "--json").json["leads"]]


def test_without_a_terminal_the_token_comes_from_the_environment_or_not_at_all(hub: RunningHub, seat: MakeSeat) -> None:
    done = program("connect", "hub", hub.url, home=seat().home, input_text="")
    assert done.code == 2
    assert "HANDOFF_TOKEN" in done.err


def test_the_token_is_asked_for_on_the_terminal_and_not_shown(hub: RunningHub, team: str, seat: MakeSeat) -> None:
    token = hub.user("Rita Rep", "rep", team)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANDOFF_")}
    environ = kept | {"HANDOFF_HOME": str(seat().home), "HANDOFF_KEYRING": "off"}
    with Terminal([*PROGRAM, "connect", "hub", hub.url], env=environ) as terminal:
        terminal.wait_for("Token for")
        terminal.send(f"{token}\r")
        assert terminal.wait_exit() == 0, terminal.text
        assert "Rita Rep" in terminal.text
        assert token.encode() not in terminal.raw


def test_the_token_is_never_an_argument() -> None:
    from tui.cli.main import main

    assert main(["connect", "hub", "https://hub.example.com", "--token", "x"]) == 2


@pytest.mark.parametrize("token", ["two words", "tök\u00e9n", "a\x1bb"])
def test_what_can_be_no_token_is_not_sent(seat: MakeSeat, token: str) -> None:
    done = seat()("connect", "hub", "http://127.0.0.1:9", token=token)
    assert done.code == 2
    assert token not in done.err


def test_the_first_managers_token_is_printed_once(own_hub: RunningHub, seat: MakeSeat) -> None:
    tokens = [line for line in own_hub.said.read_text().splitlines() if line.startswith("handoff_")]
    assert len(tokens) == 1
    own_hub.stop()
    own_hub.start()
    assert own_hub.said.read_text().count("handoff_") == 1
    first = seat("first", own_hub, tokens[0])
    assert first("status", "--json").json["person"]["role"] == "manager"


def test_user_add_prints_the_token_alone_on_stdout(hub: RunningHub, tmp_path: Path) -> None:
    done = program("user", "add", "Ana Example", "--role", "rep", "--db", hub.db, home=tmp_path)
    assert done.code == 0
    assert len(done.out.split()) == 1
    assert done.out.strip() not in done.err


def test_user_add_with_nothing_for_a_name(hub: RunningHub, seat: MakeSeat) -> None:
    done = seat()("user", "add", "  \x1b ", "--role", "rep", "--db", hub.db)
    assert done.code in (1, 2)
    assert "name" in done.err


def test_an_agreement_that_is_broken_is_named(seat: MakeSeat, tmp_path: Path) -> None:
    broken = tmp_path / "ours.toml"
    broken.write_text('name = "Ours"\ntime_zone = \n')
    done = seat()("serve", "--db", str(tmp_path / "x.db"), "--listen", ":0", "--agreement", str(broken))
    assert done.code in (1, 2)
    assert "ours.toml" in done.err
    assert "line 2" in done.err


def test_serve_needs_both_tls_files(seat: MakeSeat, tmp_path: Path) -> None:
    cert = tmp_path / "cert.pem"
    cert.write_text("")
    done = seat()("serve", "--tls-cert", str(cert))
    assert done.code == 2
    assert "--tls-key" in done.err


def test_a_port_that_is_taken_is_a_sentence(hub: RunningHub, seat: MakeSeat, tmp_path: Path) -> None:
    db = str(tmp_path / "other.db")
    done = program("serve", "--db", db, "--listen", f"127.0.0.1:{hub.port}", home=seat().home)
    assert done.code == 1
    assert str(hub.port) in done.err
    assert "Traceback" not in done.err


def test_ctrl_c_ends_a_hub_politely(tmp_path: Path) -> None:
    environ = {**os.environ, "HANDOFF_HOME": str(tmp_path)}
    with Terminal([*PROGRAM, "serve", "--listen", ":0"], env=environ) as terminal:
        terminal.wait_for("listening on")
        terminal.send("\x03")
        assert terminal.wait_exit() == 0
        assert "Traceback" not in terminal.text
    assert (tmp_path / "hub.db").exists()


def test_user_add_does_not_make_a_hub_by_mistake(seat: MakeSeat, tmp_path: Path) -> None:
    done = seat()("user", "add", "Ana Example", "--role", "rep", "--db", str(tmp_path / "typo.db"))
    assert done.code == 1
    assert "typo.db" in done.err
    assert not (tmp_path / "typo.db").exists()


def test_another_hub_brings_its_own_leads_only(hub: RunningHub, own_hub: RunningHub, team: str, seat: MakeSeat) -> None:
    here, there = hub.lead(team), own_hub.lead()
    rita = seat("rita", hub, hub.user("Rita Rep", "rep", team))
    assert rita("accept", here).code == 0
    assert rita("connect", "hub", own_hub.url, token=own_hub.user("Rita Rep", "rep")).code == 0
    listed = [one["id"] for one in rita("list", "--all", "--json").json["leads"]]
    assert there in listed
    assert here not in listed
    assert rita("undo").code != 0


def test_user_add_says_the_id_and_warns_of_a_namesake(hub: RunningHub, team: str, seat: MakeSeat) -> None:
    name = f"Nora {team}"
    first = seat()("user", "add", name, "--role", "rep", "--db", hub.db)
    assert f"id nora-{team}" in first.err
    assert "already" not in first.err
    second = seat()("user", "add", name.upper(), "--role", "rep", "--db", hub.db, "--json")
    assert second.code == 0
    assert second.json["person"]["id"] == f"nora-{team}-2"
    assert f"already (nora-{team})" in second.err
    assert f"id nora-{team}-2" in second.err


def test_connecting_again_mends_a_damaged_token_file(hub: RunningHub, team: str, seat: MakeSeat) -> None:
    token = hub.user("Rita Rep", "rep", team)
    rita = seat("rita", hub, token)
    (rita.home / "token").write_text("nonsense\n")
    status = rita("status", "--json").json
    assert status["line"]["signed_out"]
    assert "damaged" in status["message"]
    assert rita("connect", "hub", hub.url, token=token).code == 0
    assert not rita("status", "--json").json["line"]["signed_out"]
    assert rita("sync").code == 0


def test_a_person_gets_another_token_and_all_of_them_can_be_revoked(hub: RunningHub, team: str, seat: MakeSeat) -> None:
    name = f"Nora {team}"
    first = hub.user(name, "rep", team)
    given = program("user", "token", f"nora-{team}", "--db", hub.db, home=seat().home)
    assert given.code == 0, given.err
    second = given.out.strip()
    assert second not in (first, given.err)
    nora = seat("nora", hub, second)
    assert nora("status", "--json").json["person"]["id"] == f"nora-{team}"
    revoked = seat()("user", "revoke", f"nora-{team}", "--db", hub.db, "--json")
    assert revoked.json["revoked"] == 2
    assert seat()("connect", "hub", hub.url, token=first).code == 1


@pytest.mark.parametrize("what", ["token", "revoke"])
def test_tokens_of_nobody(hub: RunningHub, team: str, seat: MakeSeat, what: str) -> None:
    hub.user(f"Nora {team}", "rep", team)
    done = seat()("user", what, f"Nora {team}", "--db", hub.db)
    assert done.code == 1
    assert done.out == ""
    assert f"nora-{team}" in done.err
