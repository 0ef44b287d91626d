"""What a command says: data on stdout, talk on stderr, every text made harmless for a terminal on its way out."""

import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from api.model.text import clean_prose, plain, unsafe
from tui.cli.columns import table

DONE, FAILED, USAGE, PENDING, CONFLICT, INTERRUPTED, CLOSED = 0, 1, 2, 3, 4, 130, 141
"""Exit codes: done, failed, wrong use, saved but not yet sent, conflict or refused, Ctrl+C, reader went away."""

_STYLES = {"dim": "2", "bold": "1", "bad": "31"}


class Unwritten(OSError):
    """Stdout did not take what was to be said: its disk is full, say."""


class Output:
    """Where one command's words go. With `as_json` stdout carries one JSON document and nothing else."""

    def __init__(
        self,
        *,
        as_json: bool = False,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.as_json = as_json
        self._stdout = sys.stdout if stdout is None else stdout
        self._stderr = sys.stderr if stderr is None else stderr
        self._environ = os.environ if environ is None else environ
        self._answered = False

    @property
    def columns(self) -> int | None:
        """Width of the terminal in cells, or None when stdout is not one: then nothing is shortened."""
        if not self._stdout.isatty():
            return None
        from shutil import get_terminal_size

        return get_terminal_size().columns

    def line(self, text: str = "", style: str = "") -> None:
        """Print one line of data for people; nothing when JSON was asked for."""
        if not self.as_json:
            self._write(self._styled(harmless(text), style, self._stdout) + "\n")

    def table(
        self,
        headings: Sequence[str] | None,
        rows: Sequence[Sequence[str]],
        *,
        right: Sequence[int] = (),
        whole: bool = False,
        widest: int | None = None,
    ) -> None:
        """Print an aligned table for people, headings first if there are any; nothing when JSON was asked for.

        `right` names columns that stand on the right; a `whole` table is never shortened to the terminal's width;
        no column is wider than `widest` cells, wherever stdout goes.
        """
        if self.as_json:
            return
        cleaned = [[harmless(cell) for cell in row] for row in ([headings] if headings else []) + [*rows]]
        lines = table(cleaned, right=frozenset(right), limit=None if whole else self.columns, widest=widest)
        for number, line in enumerate(lines):
            self._write((self._styled(line, "dim", self._stdout) if headings and number == 0 else line) + "\n")

    def separated(self, rows: Sequence[Sequence[str]]) -> None:
        """Print rows with a tab between cells, none of them shortened; nothing when JSON was asked for."""
        if not self.as_json:
            for row in rows:
                self._write("\t".join(harmless(cell) for cell in row) + "\n")

    def document(self, content: Any) -> None:
        """Print `content` as the command's one JSON document; nothing unless JSON was asked for."""
        if not self.as_json:
            return
        self._answered = True
        self._write(json_text(content, indent=2 if self._stdout.isatty() else 0) + "\n")

    def entry(self, content: Any) -> None:
        """Print `content` as one line of JSON, of a command that prints many."""
        self._answered = True
        self._write(json_text(content) + "\n")

    def whole(self, text: str) -> None:
        """Print a document that is JSON already, whether JSON was asked for or not."""
        self._answered = True
        self._write(defused(text) + "\n")

    def note(self, text: str) -> None:
        """Say something to the person, on stderr."""
        self._stderr.write(harmless(text) + "\n")
        self._stderr.flush()

    def failure(self, sentence: str, code: int, *, field: str = "") -> int:
        """Say on stderr what went wrong, in JSON on stdout too where that was asked for; return `code`."""
        if self.as_json and not self._answered:
            self.document({"error": {"sentence": harmless(sentence), "field": field, "exit": code}})
        self._stderr.write(f"{self._styled('handoff:', 'bad', self._stderr)} {harmless(sentence)}\n")
        self._stderr.flush()
        return code

    def prompt(self, text: str) -> None:
        """Print a question at whose end the answer is typed."""
        self._write(harmless(text) + " ")
        self.flush()

    def flush(self) -> None:
        """Hand everything to the reader now, so that a reader who went away is noticed here."""
        self._stdout.flush()

    def _write(self, text: str) -> None:
        try:
            self._stdout.write(text)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise Unwritten(error.errno, error.strerror) from error

    def _styled(self, text: str, style: str, stream: TextIO) -> str:
        if not style or not text or self._environ.get("NO_COLOR") or self._environ.get("TERM") == "dumb":
            return text
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if stream.isatty() else text


def harmless(text: str) -> str:
    """Return `text` as one line that no terminal obeys; spaces stay, because they align."""
    body = text.lstrip(" ")
    return " " * (len(text) - len(body)) + clean_prose(body, limit=8_000).replace("\n", " ").replace("\t", " ")


def json_text(content: Any, indent: int = 0) -> str:
    """Return `content` (records, lists, mappings, times) as JSON that is harmless on a terminal too."""
    import msgspec

    encoded = msgspec.json.encode(content)
    if indent:
        encoded = msgspec.json.format(encoded, indent=indent)
    return defused(encoded.decode())


def defused(text: str) -> str:
    """Return a JSON document that says the same with everything escaped that a terminal may obey."""
    # The line breaks of a document laid out over several lines are its own.
    if plain(text.replace("\n", "")):
        return text
    return unsafe().sub(lambda found: found[0] if found[0] in "\n\t" else _escaped(found[0]), text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def words(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: ``1 lead``, ``2 leads``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
