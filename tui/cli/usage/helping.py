"""The commands that help with the program itself: whether all is well, and completions for shells."""

import argparse

from tui.cli.usage.entry import Entry

SHELLS = ("bash", "zsh", "fish")


def _doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--offline", action="store_true", help="do not ask the hub")
    parser.add_argument("--keys", action="store_true", help="show what the terminal sends for each key that is pressed")


def _completion(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


HELPING: tuple[Entry, ...] = (
    Entry(
        "doctor",
        "doctor",
        "doctor",
        "Say whether all is well: the profile, the terminal, the hub; changes nothing.",
        _doctor,
        '--json: {"checks": [{"area", "name", "state", "said", "do"}], "ok": N, "look": N, "wrong": N}\n'
        "state is ok, look (it works, and somebody should look at it) or wrong; do says what helps, or is empty.\n"
        "The exit code is 0 when nothing is wrong, else 1.",
    ),
    Entry(
        "completion",
        "completing",
        "completion",
        "Print the script that completes commands, options, reasons and leads in your shell.",
        _completion,
    ),
)
