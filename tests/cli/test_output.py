"""Data on stdout, talk on stderr, nothing that a terminal would obey."""

import io
import json

from tui.cli.output import Output, harmless, json_text

HOSTILE = "\x1b[31mred\x1b]0;title\x07 \x9b2J [/b] \u202eevil\u202c \x00nul\r\nnext\u2028line"


class Terminal(io.StringIO):
    """A stream that claims to be a terminal."""

    def isatty(self) -> bool:
        return True


def test_no_control_character_leaves_in_text() -> None:
    out, err = io.StringIO(), io.StringIO()
    output = Output(stdout=out, stderr=err, environ={})
    output.line(HOSTILE)
    output.table(("HEAD",), [[HOSTILE]])
    output.note(HOSTILE)
    output.failure(HOSTILE, 1)
    for said in (out.getvalue(), err.getvalue()):
        assert all(character.isprintable() for character in said.replace("\n", ""))
        assert "[/b]" in said
    assert len(out.getvalue().splitlines()) == 3


def test_json_keeps_the_text_whole_and_escapes_what_a_terminal_obeys() -> None:
    text = json_text({"name": HOSTILE})
    assert json.loads(text) == {"name": HOSTILE}
    assert all(character.isprintable() for character in text)


def test_json_leaves_other_letters_readable() -> None:
    assert json_text({"name": "José 日本"}) == '{"name":"José 日本"}'


def test_with_json_stdout_carries_one_document_and_nothing_else() -> None:
    out, err = io.StringIO(), io.StringIO()
    output = Output(as_json=True, stdout=out, stderr=err, environ={})
    output.line("for people")
    output.table(("A",), [["b"]])
    output.document({"a": 1})
    assert output.failure("It failed.", 1) == 1
    assert json.loads(out.getvalue()) == {"a": 1}
    assert "It failed." in err.getvalue()


def test_a_failure_is_the_document_when_there_is_no_other() -> None:
    out, err = io.StringIO(), io.StringIO()
    Output(as_json=True, stdout=out, stderr=err, environ={}).failure("No.", 2, field="name")
    assert json.loads(out.getvalue()) == {"error": {"sentence": "No.", "field": "name", "exit": 2}}


def test_colours_only_on_a_terminal_and_not_against_the_users_word() -> None:
    for stream, environ, coloured in (
        (io.StringIO(), {}, False),
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"TERM": "dumb"}, False),
    ):
        output = Output(stdout=stream, stderr=stream, environ=environ)
        output.line("heading", "bold")
        output.failure("No.", 1)
        assert ("\x1b[" in stream.getvalue()) is coloured


def test_what_is_aligned_stays_aligned() -> None:
    assert harmless("    met      Company\x1b[2J named") == "    met      Company[2J named"
