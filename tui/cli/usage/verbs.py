"""The verbs: what each takes on the command line, under the names of the questions that its deed asks."""

import argparse
from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from tui.cli.usage.arguments import answers, leads, pair, waiting
from tui.cli.usage.entry import OUTCOMES, Entry, help_of

ON_SEVERAL = (
    OUTCOMES + "Several leads are one act: “handoff undo” takes it back as a whole. Each has an outcome of its own.\n"
)


class Option(msgspec.Struct, frozen=True):
    """One answer: the key of its question, how it is typed, and what it means."""

    key: str
    name: str
    """With dashes an option; else a word that stands last."""
    metavar: str
    help: str
    required: bool = False
    options: tuple[str, ...] = ()


_NOTE = Option("note", "--note", "TEXT", "words for whoever comes next")
_AMOUNT = Option("amount", "--amount", "N", "how much it is worth: 12,400 or 12.5k")

OPTIONS: Mapping[str, tuple[Option, ...]] = {
    "snooze": (
        Option("until", "--until", "WHEN", "until when: fri, tomorrow 9:00, 2w, end of month, 1 dec, 2026-12-01"),
        Option("or_activity", "--or-activity", "", "until they do something; with --until, whichever comes first"),
    ),
    "wake": (),
    "claim": (),
    "release": (),
    "attempt": (
        Option("result", "--result", "TEXT", "what came of it: reached, no answer, voicemail, wrote, …", required=True),
        Option("next_on", "--next", "WHEN", "the day of the next try: tomorrow, fri, in 3 days"),
        _NOTE,
    ),
    "qualify": (
        _AMOUNT,
        Option("close_on", "--close", "WHEN", "when it closes: end of month, 1 dec, in 6 weeks"),
        _NOTE,
    ),
    "outcome": (
        Option("result", "result", "won|lost", "how it ended", options=("won", "lost")),
        _AMOUNT,
        Option("note", "--note", "TEXT", "what decided it"),
    ),
    "note": (
        Option("text", "--text", "TEXT", "the note; both sides read it", required=True),
        Option("tag", "--tag", "TAG", "what it is about: competitor, objection, pricing or use case"),
    ),
    "thank": (Option("text", "--text", "TEXT", "thanks for what"),),
    "flag_meeting": (Option("text", "--text", "TEXT", "what to talk about"),),
    "flag_promise": (
        Option("text", "--text", "TEXT", "what they were told that we don't do; if left out, the last promise made"),
    ),
}
"""For each verb whose answers are options of their own, by the name of its command: what it takes."""


def _deed(verb: str, parser: argparse.ArgumentParser) -> None:
    leads(parser)
    for one in OPTIONS[verb]:
        if not one.name.startswith("-"):
            parser.add_argument(one.key, metavar=one.metavar, choices=one.options, help=one.help)
        elif one.metavar:
            parser.add_argument(
                one.name, dest=one.key, metavar=one.metavar, required=one.required, help=one.help, default=None
            )
        else:
            parser.add_argument(one.name, dest=one.key, action="store_const", const="yes", default=None, help=one.help)
    waiting(parser)
    parser.set_defaults(verb=verb)


def _accept(parser: argparse.ArgumentParser) -> None:
    leads(parser)
    parser.add_argument("--reason", default="", metavar="TEXT", help="why it is a good one; marketing reads it")
    parser.add_argument(
        "--correct",
        action="append",
        default=[],
        type=pair,
        metavar="FIELD=VALUE",
        help="a field that is put right in the same go; may be repeated",
    )
    parser.add_argument("--note", default="", metavar="TEXT", help="words for whoever comes next")
    waiting(parser)


def _correct(parser: argparse.ArgumentParser) -> None:
    leads(parser)
    parser.add_argument(
        "correct", nargs="+", type=pair, metavar="FIELD=VALUE", help="e.g. employees=40; nothing behind = empties it"
    )
    waiting(parser)


def _refuse(parser: argparse.ArgumentParser) -> None:
    leads(parser)
    parser.add_argument("--reason", required=True, metavar="CODE", help="why; “handoff reasons” lists the codes")
    _refusing(parser)


def _refusing(parser: argparse.ArgumentParser) -> None:
    answers(parser, "an answer to what the reason asks for; may be repeated")
    parser.add_argument("--note", default="", metavar="TEXT", help="words for whoever comes next")
    waiting(parser)


def _reroute(parser: argparse.ArgumentParser) -> None:
    leads(parser)
    parser.add_argument("--to", required=True, metavar="WHOM", help="person:ID, team:NAME, or a person's name")
    _refusing(parser)


def _duplicate(parser: argparse.ArgumentParser) -> None:
    leads(parser)
    parser.add_argument(
        "--of", required=True, metavar="OTHER", help="the record that stays: its id, or a beginning only it has"
    )
    _refusing(parser)


def _suppress(parser: argparse.ArgumentParser) -> None:
    leads(parser)
    parser.add_argument("--how", required=True, metavar="TEXT", help="how they said it")
    parser.add_argument(
        "--confirm", default="", metavar="WORD", help="the word that the agreement asks for, “suppress” mostly"
    )
    _refusing(parser)


def _entry(name: str, add: Callable[[argparse.ArgumentParser], None]) -> Entry:
    return Entry(name, "deciding", name, help_of(name), add, ON_SEVERAL)


def _entry_of(verb: str) -> Entry:
    name = verb.replace("_", "-")
    return Entry(name, "doing", "do", help_of(name), partial(_deed, verb), ON_SEVERAL)


VERBS: tuple[Entry, ...] = (
    Entry("accept", "doing", "accept", help_of("accept"), _accept, ON_SEVERAL),
    _entry("reject", _refuse),
    _entry("reroute", _reroute),
    _entry("duplicate", _duplicate),
    _entry_of("snooze"),
    _entry_of("wake"),
    _entry_of("claim"),
    _entry_of("release"),
    _entry("suppress", _suppress),
    _entry_of("attempt"),
    _entry("disqualify", _refuse),
    _entry_of("qualify"),
    _entry_of("outcome"),
    _entry_of("note"),
    Entry("correct", "doing", "correct", help_of("correct"), _correct, ON_SEVERAL),
    _entry_of("thank"),
    _entry_of("flag_meeting"),
    _entry_of("flag_promise"),
)
"""Every verb, in the order of the registry."""
