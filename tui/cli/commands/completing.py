"""Completions: the script for a shell, and what that script asks while somebody types."""

import argparse
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module

from tui.cli.output import DONE, Output


def completion(options: argparse.Namespace, output: Output) -> int:
    """Print the script that completes commands, options and values in a shell."""
    script = import_module(f"tui.completing.{options.shell}").script()
    for line in script.splitlines():
        output.line(line)
    return DONE


def answer(arguments: Sequence[str], output: Output) -> int:
    """Print what the profile knows of a kind, one value a line, with a tab and what it is; never fails."""
    from tui.completing.values import values

    kind, begun = (*arguments, "", "")[:2]
    # Whoever presses Tab wants values or nothing, and no word about a profile.
    with suppress(Exception):
        output.separated([*values(kind, begun)])
    return DONE
