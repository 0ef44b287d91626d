"""How things stand: the same truth in text and in JSON, whoever holds the line."""

import os
from collections.abc import Callable

import pytest

from api.crm.port import Capabilities
from bench.terminal import Terminal
from tests.cli.conftest import Seat
from tests.running_hub import PROGRAM, RunningHub, eventually

MakeSeat = Callable[..., Seat]
GOOD = "handoff_" + "t" * 40


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """A rep of the team, connected."""
    return seat("rita", hub, hub.user("Rita Rep", "rep", team))


def test_all_is_well(hub: RunningHub, team: str, rita: Seat) -> None:
    hub.lead(team)
    rita("sync")
    status = rita("status", "--json").json
    assert (status["pending"], status["unsent"], status["matters"], status["cannot"]) == (0, [], [], [])
    assert (status["overturned"], status["wishes"], status["message"]) == (0, 0, "")
    assert status["line"]["signed_out"] is False
    assert status["last_exchange"] is not None
    said = rita("status").out
    assert len(said.splitlines()) == 2
    assert "waiting for you" in said
    assert "last exchange just now" in said


def test_without_a_profile_it_has_the_same_shape(seat: MakeSeat, rita: Seat) -> None:
    nowhere, somewhere = seat("empty")("status", "--json"), rita("status", "--json")
    assert nowhere.code == somewhere.code == 0
    assert set(nowhere.json) | {"agreement"} == set(somewhere.json)
    assert nowhere.json["connected_to"] is None


def test_what_the_crm_can_not_do_is_told(rita: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    able = Capabilities(live=True, undo=False, budgets=False)
    monkeypatch.setattr("api.crm.able.HUB", able)
    told = rita("status", "--json").json["cannot"]
    assert len(told) == 2
    assert "take back" in told[0]
    assert all(sentence in rita("status").out for sentence in told)


def test_many_unsent_are_cut_in_text_and_whole_in_json(hub: RunningHub, team: str, rita: Seat) -> None:
    leads = [hub.lead(team) for _ in range(12)]
    rita("sync")
    rita("accept", *leads, "--wait", "0")
    said = rita("status").out
    assert "12 decisions not sent yet" in said
    assert "2 more" in said
    assert [one["lead"] for one in rita("status", "--json").json["unsent"]] == leads


def test_signed_out_is_told_until_there_is_a_new_token(own_hub: RunningHub, seat: MakeSeat) -> None:
    lead = own_hub.lead()
    token = own_hub.user("Rita Rep", "rep")
    rita = seat("rita", own_hub, token)
    done = rita("accept", lead, token=GOOD)
    assert done.code == 3
    assert "token" in done.err
    assert rita("sync", token=GOOD).code == 3
    status = rita("status", "--json")
    assert status.code == 0
    assert status.json["line"]["signed_out"] is True
    assert len(status.json["unsent"]) == 1
    assert "token" in rita("status").out
    assert rita("connect", "hub", own_hub.url, token=token).code == 0
    assert rita("sync").code == 0
    assert rita("status", "--json").json["line"]["signed_out"] is False


def test_without_any_token_it_is_signed_out(own_hub: RunningHub, seat: MakeSeat) -> None:
    lead = own_hub.lead()
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    (rita.home / "token").unlink()
    for done in (rita("accept", lead), rita("sync")):
        assert done.code == 3
        assert f"handoff connect hub {own_hub.url}" in done.err
    status = rita("status", "--json").json
    assert status["line"]["signed_out"] is True
    assert "handoff connect" in status["message"]
    assert status["message"] in rita("status").out
    assert [one["lead"] for one in status["unsent"]] == [lead]


def test_a_window_that_holds_the_line_is_seen_from_here(own_hub: RunningHub, seat: MakeSeat) -> None:
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    lead = own_hub.lead(name="Ana Example")
    rita("sync")
    environ = {**os.environ, "HANDOFF_HOME": str(rita.home), "HANDOFF_KEYRING": "off", "TERM": "xterm-256color"}
    with Terminal(PROGRAM, env=environ) as window:
        window.wait_for("Ana Example")
        window.wait_for("live")
        line = eventually(
            lambda: (found := rita("status", "--json").json["line"])["live"] and found,
            "the window tells that it is live",
        )
        assert (line["elsewhere"], line["connected"]) == (True, True)
        assert "window" in rita("status").out
        own_hub.stop()
        assert rita("accept", lead, "--wait", "0").code == 3
        line = eventually(
            lambda: (found := rita("status", "--json").json["line"])["next_try"] and found,
            "it tells when it tries again",
        )
        assert line["connected"] is False
        assert line["failures"] >= 1
        assert "can't be reached" in rita("status").out
        own_hub.start()
        eventually(lambda: not rita("status", "--json").json["pending"], "the window sends it by itself")
        window.send("q")
        assert window.wait_exit() == 0
