"""Every command in a real terminal: what came from outside is printed, and none of it is obeyed."""

from pathlib import Path

from tests.security.conftest import Seat
from tests.security.test_terminal import clean, hostile_csv
from tui.cli.usage.entries import ENTRIES

COMMANDS: dict[str, tuple[list[list[str]], list[str]]] = {
    "connect hub": ([["connect", "hub", "URL"]], ["me.name"]),
    "list": ([["list"], ["list", "--all"]], ["lead0.contact.name", "lead0.company.name", "campaign.name"]),
    "show": (
        [["show", "lead-0"]],
        [
            *("lead0.contact.name", "lead0.contact.title", "lead0.contact.email", "lead0.contact.phone"),
            *("lead0.company.name", "lead0.company.industry", "lead0.company.website", "lead0.message", "lead0.url"),
            *("lead0.source", "lead0.origin", "lead0.touches.title", "lead0.touches.words", "lead0.touches.kind"),
            *("lead0.trail.by_name", "lead0.trail.note", "lead0.remarks.text", "lead0.remarks.by_name"),
            *("lead0.attempts.by_name", "lead0.voices.by_name", "lead0.dissents.by_name", "campaign.why"),
            *("term mql.label", "criterion mql email.label"),
        ],
    ),
    "views list": ([["views"]], []),
    "views keep": ([["views", "keep", "Fair", "campaign:fair"]], []),
    "views drop": ([["views", "drop", "Fair"]], []),
    "watch": ([["watch", "--since", "2020-01-01"]], ["lead0.contact.name", "lead0.company.name", "campaign.name"]),
    "next": ([["next", "--once"]], ["lead0.contact.name", "lead0.message", "lead0.touches.words", "campaign.why"]),
    "reasons": ([["reasons"]], ["reason spam_test.label", "option not_target dimension size"]),
    "accept": ([["accept", "lead-0"]], ["lead0.contact.name", "receipt conflict.sentence"]),
    "reject": ([["reject", "lead-1", "--reason", "spam_test"]], ["lead1.contact.name", "receipt conflict.sentence"]),
    "conflicts": ([["conflicts"]], ["lead0.contact.name", "lead1.contact.name", "receipt conflict.stands.by_name"]),
    "log": ([["log"]], ["lead0.contact.name", "lead1.contact.name", "me.name"]),
    "ask": ([["ask", "lead-0"]], ["lead0.contact.name"]),
    "resolve": ([["resolve", "lead-0", "yield"]], ["lead0.contact.name"]),
    "undo": ([["accept", "lead-2", "--wait", "0"], ["undo", "--wait", "0"]], ["lead2.contact.name"]),
    "redo": ([["redo", "--wait", "0"]], ["lead2.contact.name"]),
    "outbox list": ([["outbox", "list"]], ["lead2.contact.name"]),
    "outbox export": ([["outbox", "export", "FILE"]], []),
    "outbox import": ([["outbox", "import", "FILE"]], []),
    "sync": ([["sync"]], ["lead2.contact.name", "receipt conflict.stands.by_name"]),
    "status": ([["status"]], ["me.name", "lead1.contact.name"]),
    "import": ([["import", "CSV"]], []),
    "reroute": ([["reroute", "lead-4", "--to", "team:nowhere"]], []),
    "duplicate": ([["duplicate", "lead-4", "--of", "lead-5", "--wait", "0"], ["undo", "--wait", "0"]], []),
    "snooze": ([["snooze", "lead-4", "--or-activity", "--wait", "0"]], ["lead4.contact.name"]),
    "wake": ([["wake", "lead-4", "--wait", "0"]], ["lead4.contact.name"]),
    "claim": ([["claim", "lead-4", "--wait", "0"]], ["lead4.contact.name"]),
    "release": ([["release", "lead-4", "--wait", "0"]], ["lead4.contact.name"]),
    "suppress": ([["suppress", "lead-4", "--how", "by phone"]], []),
    "attempt": ([["attempt", "lead-4", "--result", "reached", "--wait", "0"]], ["lead4.contact.name"]),
    "disqualify": ([["disqualify", "lead-4", "--reason", "no_need"]], ["lead4.contact.name"]),
    "qualify": ([["qualify", "lead-4", "--amount", "12k"]], ["lead4.contact.name"]),
    "outcome": ([["outcome", "lead-4", "won"]], ["lead4.contact.name"]),
    "note": ([["note", "lead-5", "--text", "noted", "--wait", "0"]], ["lead5.contact.name"]),
    "correct": ([["correct", "lead-5", "company=", "--wait", "0"]], ["lead5.contact.name"]),
    "thank": ([["thank", "lead-5", "--wait", "0"]], ["lead5.contact.name"]),
    "flag-meeting": ([["flag-meeting", "lead-5", "--wait", "0"]], ["lead5.contact.name"]),
    "flag-promise": ([["flag-promise", "lead-5", "--wait", "0"]], ["lead5.contact.name"]),
    "config show": ([["config", "show"]], []),
    "config check": ([["config", "check"]], []),
    "config path": ([["config", "path"]], []),
    "doctor": ([["doctor", "--json"]], ["me.name", "hub.version"]),
}
"""For each command what is typed, in this order on one profile, and which places' words it prints."""
ELSEWHERE = {"completion", "config edit", "demo", "serve", "user add", "user token", "user revoke"}
"""Commands that print nothing that came from outside but what was typed."""


def _said(seat: Seat, words: list[str]) -> bytes:
    """Return every byte of a command; one that goes on is ended as soon as it has told what was asked for."""
    if words[0] != "watch":
        return seat.say(*words)
    with seat.open(*words) as terminal:
        terminal.wait_for("arrived")
        terminal.send("\x03")
        assert terminal.wait_exit() == 0
        return bytes(terminal.raw)


def test_every_command_says_nothing_that_a_terminal_obeys(seat: Seat, tmp_path: Path) -> None:
    assert {entry.name for entry in ENTRIES} - ELSEWHERE == COMMANDS.keys()
    fill_in = {"URL": seat.url, "FILE": str(tmp_path / "unsent.json"), "CSV": str(hostile_csv(tmp_path))}
    for name, (lines, expected) in COMMANDS.items():
        sent = b""
        for words in lines:
            sent += _said(seat, [fill_in.get(word, word) for word in words])
        try:
            clean(seat, sent, expected)
        except (AssertionError, KeyError) as error:
            raise AssertionError(f"{name}: {error}\n{sent.decode(errors='replace')[:3000]}") from error
        assert b"Traceback" not in sent
