"""The doctor and the completions tell what a hostile hub said, and none of it is obeyed."""

from tests.security.conftest import Seat
from tests.security.test_terminal import clean


def test_the_doctor_says_nothing_that_a_terminal_obeys(seat: Seat) -> None:
    seat.say("connect", "hub", seat.url)
    # Without JSON it asks the terminal how wide a letter is, which only its own words may do.
    sent = seat.say("doctor", "--json")
    clean(seat, sent, ["me.name", "hub.version"])
    assert b"Traceback" not in sent


def test_what_a_shell_is_offered_holds_nothing_that_a_terminal_obeys(seat: Seat) -> None:
    seat.say("connect", "hub", seat.url)
    for kind in ("lead", "reason", "whom", "view"):
        sent = seat.say("__complete", kind)
        clean(seat, sent, ["lead0.contact.name"] if kind == "lead" else [])
