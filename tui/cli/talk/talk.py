"""Questions and answers, one line each."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.model.text import clean_line

if TYPE_CHECKING:
    from tui.cli.output import Output

_LONGEST = 10_000
BACK, NOTHING, EXPLAIN = ".", "-", "?"
"""Answers that mean the same in every question: back to the lead, no answer, what is meant."""


class Ended(Exception):
    """The person's input has ended, or they want to leave."""


class Back(Exception):
    """The person wants back to the lead; nothing was done."""


class Talk:
    """Asks, and reads what is typed then.

    Only what is typed after a question has been put is its answer: lines that were waiting already, or that came all at
    once, were meant for something else, or pasted.
    """

    def __init__(self, output: "Output") -> None:
        self.output = output
        if hasattr(sys.stdin, "reconfigure"):
            sys.stdin.reconfigure(errors="replace")

    def say(self, text: str = "") -> None:
        """Say one line."""
        self.output.line(text)

    def ask(self, question: str) -> str:
        """Return the line that is typed as an answer.

        Raises:
            Ended: there is no more input.
        """
        while True:
            if self._drop_waiting():
                self.say("What was typed before this question was left out.")
            *above, last = question.splitlines() or [""]
            for part in above:
                self.say(part)
            self.output.prompt(last)
            line = sys.stdin.readline(_LONGEST)
            if not line:
                self.say()
                raise Ended
            if not self._drop_waiting():
                return clean_line(line, _LONGEST)
            self.say("Several lines came at once, as pasted text does; nothing was done with them.")

    def answer(self, question: str, first: str = "", explained: Sequence[str] = ()) -> str:
        """Return an answer; Enter alone takes `first`, ``-`` empties it, ``?`` says the lines of `explained`.

        Raises:
            Ended: there is no more input.
            Back: the person wants back to the lead.
        """
        while True:
            text = self.ask(f"{question} [{first}]:" if first else f"{question}:")
            if text == BACK:
                raise Back
            if text == EXPLAIN:
                for line in explained:
                    self.say(line)
                self.say("Enter takes what stands in brackets, - leaves it empty, . goes back to the lead.")
                continue
            return "" if text == NOTHING else text or first

    @staticmethod
    def _drop_waiting() -> bool:
        """Drop lines that are waiting to be read; say whether there were any."""
        try:
            import select
            import termios

            number = sys.stdin.fileno()
            if not select.select([number], [], [], 0)[0]:
                return False
            # The end of input is readable too, and is no line.
            if not _holds_something(number):
                return False
            termios.tcflush(number, termios.TCIFLUSH)
        except (ImportError, OSError, ValueError):
            return False
        return True


def _holds_something(number: int) -> bool:
    import array
    import fcntl
    import termios

    count = array.array("i", [0])
    fcntl.ioctl(number, termios.FIONREAD, count)
    return count[0] > 0
