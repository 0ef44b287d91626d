"""The hub away, silent or talking rubbish: nothing is lost, and every answer is one clear sentence."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Seat
from tests.running_hub import RunningHub, free_port, program

MakeSeat = Callable[..., Seat]
GOOD = "handoff_" + "t" * 40


def test_decisions_wait_for_the_hub_to_come_back(own_hub: RunningHub, seat: MakeSeat) -> None:
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    leads = [own_hub.lead() for _ in range(2)]
    rita("sync")
    own_hub.stop()

    done = rita("accept", leads[0])
    assert done.code == 3
    assert "Saved, not yet sent" in done.out
    assert "can't be reached" in done.err
    assert "handoff sync" in done.err
    assert rita("reject", leads[1], "--reason", "spam_test").code == 3
    failed = rita("sync", "--json")
    assert failed.code == 3
    assert failed.json["pending"] == 2
    assert "can't be reached" in failed.json["problem"]
    assert rita("status", "--json").json["pending"] == 2
    assert rita("show", leads[0], "--json").json["lead"]["standing"]["state"] == "accepted"

    own_hub.start()
    sent = rita("sync", "--json")
    assert sent.code == 0, sent.err
    assert sent.json["sent"] == 2
    assert sent.json["pending"] == 0
    assert {one["result"] for one in sent.json["outcomes"]} == {"applied"}


def test_a_conflict_weighs_more_than_what_is_not_sent(own_hub: RunningHub, seat: MakeSeat) -> None:
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    otto = seat("otto", own_hub, own_hub.user("Otto Other", "rep"))
    lead = own_hub.lead(name="Ana Example")
    for person in (rita, otto):
        person("sync")
        person(
            "accept" if person is rita else "reject",
            lead,
            *(() if person is rita else ("--reason", "spam_test")),
            "--wait",
            "0",
        )
    assert rita("sync").code == 0
    done = otto("sync")
    assert done.code == 4
    assert "Rita Rep accepted it first" in done.err
    assert "Ana Example" in done.err
    assert otto("sync").code == 0


def test_sync_with_nothing_to_send_and_no_hub_fails(own_hub: RunningHub, seat: MakeSeat) -> None:
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    own_hub.stop()
    done = rita("sync")
    assert done.code == 1
    assert "can't be reached" in done.err


def test_what_was_fetched_is_there_without_the_hub(own_hub: RunningHub, seat: MakeSeat) -> None:
    lead = own_hub.lead(name="Ana Example")
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    own_hub.stop()
    assert lead in rita("list").out
    assert "Ana Example" in rita("show", lead).out


def test_a_token_that_is_no_longer_good_loses_nothing(own_hub: RunningHub, seat: MakeSeat) -> None:
    lead = own_hub.lead()
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    done = rita("accept", lead, token=GOOD)
    assert done.code == 3
    assert "token" in done.err
    assert GOOD not in done.err + done.out
    assert rita("sync").code == 0


def test_decisions_are_not_sent_in_somebody_elses_name(own_hub: RunningHub, seat: MakeSeat) -> None:
    lead = own_hub.lead()
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    other = own_hub.user("Otto Other", "rep")
    done = rita("accept", lead, token=other)
    assert done.code == 3
    assert "Otto Other" in done.err
    assert rita("connect", "hub", own_hub.url, token=other).code == 4


def test_another_hub_is_refused_while_decisions_are_unsent(own_hub: RunningHub, seat: MakeSeat) -> None:
    lead = own_hub.lead()
    rita = seat("rita", own_hub, own_hub.user("Rita Rep", "rep"))
    rita("accept", lead, "--wait", "0")
    done = rita("connect", "hub", f"http://127.0.0.1:{free_port()}", token=GOOD)
    assert done.code == 4
    for way in ("handoff sync", "handoff undo", "HANDOFF_HOME"):
        assert way in done.err
    assert rita("status", "--json").json["connected_to"] == own_hub.url


# --- what answers is no hub


def test_nobody_there(seat: MakeSeat) -> None:
    done = seat()("connect", "hub", f"http://127.0.0.1:{free_port()}", token=GOOD)
    assert done.code == 1
    assert "can't be reached" in done.err
    assert seat()("status", "--json").json["connected_to"] is None


@contextmanager
def answering(status: int, body: bytes, headers: dict[str, str]) -> Iterator[str]:
    """Serve the same answer to everything."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (200, b"<html>Log in to this network</html>", {"Content-Type": "text/html"}),
        (200, b"{", JSON),
        (200, b'{"person": 7}', JSON),
        (200, b"[" * 100_000, JSON),
        (200, b"\xff\xfe\x00", JSON),
        (200, b"", JSON),
        (302, b"", {"Location": "https://elsewhere.example.com/"}),
        (404, b"not here", {"Content-Type": "text/plain"}),
        (500, b"\x1b[2Jboom", {"Content-Type": "text/plain"}),
    ],
)
def test_rubbish_is_a_sentence(seat: MakeSeat, status: int, body: bytes, headers: dict[str, str]) -> None:
    with answering(status, body, headers) as url:
        done = seat()("connect", "hub", url, token=GOOD)
    assert done.code == 1
    assert done.out == ""
    assert len(done.err.splitlines()) == 1
    assert done.err.strip().isprintable()
    assert "Traceback" not in done.err
    assert GOOD not in done.err


def test_what_could_not_be_read_goes_to_the_log_and_not_to_the_terminal(tmp_path: Path) -> None:
    with answering(200, b'{"no": "person"}', {"Content-Type": "application/json"}) as url:
        done = program("connect", "hub", url, home=tmp_path, HANDOFF_TOKEN=GOOD)
    assert done.code == 1
    assert len(done.err.splitlines()) == 1
    log = (tmp_path / "handoff.log").read_text()
    assert "/me" in log
    assert GOOD not in log
    assert (tmp_path / "handoff.log").stat().st_mode & 0o777 == 0o600


def test_a_wrong_token_is_a_sentence(hub: RunningHub, seat: MakeSeat) -> None:
    done = seat()("connect", "hub", hub.url, token=GOOD)
    assert done.code == 1
    assert "token" in done.err
    assert GOOD not in done.err


def test_a_hubs_clock_that_is_far_off_is_told(seat: MakeSeat) -> None:
    person = {"id": "rita", "name": "Rita Rep", "role": "rep"}
    body = json.dumps({"person": person, "epoch": "e", "at": "2001-01-01T00:00:00Z"}).encode()
    with answering(200, body, JSON) as url:
        done = seat()("connect", "hub", url, token=GOOD)
    assert "clock" in done.err
