"""Text from outside in a real terminal: none of it is obeyed, and its harmless part is there to be read."""

import re
from pathlib import Path

from api.model.operation import Result
from bench.terminal import Terminal
from tests.security.conftest import Seat
from tests.security.corpus import HOSTILE, attacks

# What a person at the window reads of one lead, its campaign and its colleagues, wherever it came from.
ON_THE_CARD = """
    lead0.contact.name lead0.contact.title lead0.contact.email lead0.contact.phone
    lead0.company.name lead0.company.industry lead0.company.website lead0.message lead0.mark
    lead0.fit.parts.label lead0.engagement.parts.label
    lead0.touches.kind lead0.touches.title lead0.touches.words
    lead0.passes.trail.by_name lead0.passes.trail.note
    lead0.trail.by_name lead0.trail.reason lead0.trail.note
    lead0.voices.by_name lead0.dissents.by_name lead0.dissents.note
    lead0.attempts.by_name lead0.attempts.result lead0.attempts.note
    lead0.remarks.by_name lead0.remarks.text lead0.corrections.by_name lead0.corrections.before lead0.corrections.after
    campaign.name campaign.why campaign.channel person.name me.name term mql.label criterion mql email.label
"""


def places(words: str) -> list[str]:
    """Split a list of places, whose own names may hold blanks."""
    return [place for place in re.split(r"\s+(?=lead0|campaign|person|me\.|term|criterion|$)", words.strip()) if place]


def clean(seat: Seat, sent: bytes, expected: list[str]) -> None:
    """Check that nothing in `sent` attacks the terminal and that the words of all these places are in it."""
    assert attacks(sent) == []
    text = sent.decode()
    missing = [place for place in expected if seat.texts.places[place] not in text]
    assert missing == [], f"never shown, so nothing is proved of them: {missing}"


def press(terminal: Terminal, keys: str, what: str = "") -> None:
    """Press keys one after another, then wait for `what`."""
    for key in keys:
        terminal.send(key)
        terminal.drain(0.03)
    if what:
        terminal.wait_for(what)


def leave(terminal: Terminal) -> bytes:
    """Quit, and return everything that ever reached the terminal."""
    terminal.send("q")
    assert terminal.wait_exit() == 0, terminal.text
    return bytes(terminal.raw)


def back(terminal: Terminal, *, without: str) -> None:
    """Press Esc and wait until these words are gone."""
    terminal.send("\x1b")
    terminal.wait_for(lambda text: without not in text)


def test_everything_that_the_window_shows(seat: Seat) -> None:
    word, last = seat.texts.places, len(HOSTILE) // 3 - 1
    expected = places(ON_THE_CARD)
    with seat.open() as terminal:
        terminal.wait_for(word["lead0.contact.name"])
        terminal.wait_for(word["me.name"])
        press(terminal, "j" * last, word[f"lead{last}.message"])
        press(terminal, "g?", word["term mql.sentence"])
        back(terminal, without=word["term mql.sentence"])
        press(terminal, "r", word["reason spam_test.label"])
        press(terminal, "v", word["ask not_a_buyer kind.label"])
        terminal.wait_for(word["option not_a_buyer kind vendor"])
        back(terminal, without=word["ask not_a_buyer kind.label"])
        terminal.wait_for(word["reason spam_test.label"])
        back(terminal, without=word["reason spam_test.label"])
        press(terminal, "/" + word["lead1.contact.name"], f"find  {word['lead1.contact.name']}")
        back(terminal, without=f"find  {word['lead1.contact.name']}")
        press(terminal, "\x10", "Put one field of the lead right")
        back(terminal, without="Put one field of the lead right")
        expected += ["term mql.sentence", "reason spam_test.label", "reason not_a_buyer.label"]
        expected += ["ask not_a_buyer kind.label", "option not_a_buyer kind vendor"]
        # What was decided, and what the hub made of it.
        terminal.wait_for("connected")
        terminal.send("a")
        terminal.wait_for(lambda text: "receipt conflict.sentence" in word and "needs you" in text)
        seat.hub.result = Result.REFUSED
        terminal.send("a")
        terminal.wait_for(lambda text: word.get("receipt refused.sentence", "never") in text)
        terminal.send("S")
        terminal.wait_for(lambda text: "Needs you" in text and word["receipt refused.sentence"] in text)
        press(terminal, "jj")
        back(terminal, without="Needs you")
        expected += ["receipt conflict.stands.by_name", "receipt refused.sentence"]
        # What the hub complains of.
        for status in (400, 403, 429, 500):
            seat.hub.problem = status
            terminal.send("s")
            terminal.wait_for(lambda text, status=status: word.get(f"problem {status}", "never") in text)
            expected.append(f"problem {status}")
        raw = leave(terminal)
    clean(seat, raw, expected)
    assert not re.search(rb"\x1b\](?!22;)", raw), "neither title nor clipboard are touched"


def hostile_csv(folder: Path) -> Path:
    """Write a file whose name, column names and cells are hostile."""
    path = folder / "leads \x1b]0;owned\x07\u202e[red] é.csv"
    cells = [text.replace('"', '""').replace("\x00", "") for text in HOSTILE.values() if len(text) < 2000]
    columns = ["id", "name", "e-mail", *(f"c{number}{text}" for number, text in enumerate(cells))]
    rows = [[f"i{number}", f"row{number}{text}", text, *cells] for number, text in enumerate(cells)]
    lines = [",".join(f'"{cell}"' for cell in row) for row in [columns, *rows]]
    path.write_bytes("\n".join(lines).encode(errors="replace"))
    return path


def test_names_columns_and_cells_of_an_imported_file(seat: Seat, tmp_path: Path) -> None:
    path = hostile_csv(tmp_path)
    dry = seat.say("import", str(path))
    assert attacks(dry) == []
    assert b"row0" in dry
    assert b"c5" in dry
    applied = seat.say("import", str(path), "--apply")
    clean(seat, applied, ["import result"])
    assert attacks(seat.say("import", str(path), "--json")) == []
    assert attacks(seat.say("import", str(path) + "\x1b[31mmissing")) == []
    assert attacks(seat.say("import", str(path), "--map", "lead.email=\x1b]0;x\x07", "--source", "\x9b31m")) == []
