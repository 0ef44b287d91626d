"""Where a command works: the profile's folder, its settings, its desk."""

import os
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from api.desk import Desk
    from api.local.profile import Profile
    from api.model.people import Person
    from tui.cli.output import Output

NOT_CONNECTED = (
    "This profile is connected to no CRM yet: try “handoff demo”, or join one with “handoff connect hub URL”."
)


def profile() -> "Profile":
    """Return the profile that the environment names.

    Raises:
        HandoffError: it can't be made or read, or it was written by a newer version.
    """
    from api.local.profile import Profile

    return Profile.locate(os.environ)


def at_the_desk(
    command: "Callable[[Desk, argparse.Namespace, Output], int]",
) -> "Callable[[argparse.Namespace, Output], int]":
    """Open the profile's desk for a command, say aloud what damage was found on the disk, and close it afterwards.

    Raises (when it runs):
        HandoffError: the profile belongs to no CRM yet, or can't be read.
    """

    @wraps(command)
    def run(options: "argparse.Namespace", output: "Output") -> int:
        from api.desk import Desk

        opened = Desk.open(profile())
        try:
            for warning in opened.warnings:
                output.note(warning)
            code = command(opened, options, output)
            # Closing may take a moment to leave everything tidy: nobody waits that long for what was said.
            output.flush()
            return code
        finally:
            opened.close()

    return run


def who(person: "Person") -> str:
    """Return a person in words: ``Ana Example, rep, team north``."""
    return f"{person.name}, {person.role.value}" + (f", team {person.team}" if person.team else "")


def signed_out(opened: "Desk") -> str:
    """Say that the CRM won't let us in, and what helps; empty when it will, or when that is not known.

    Asks neither the CRM nor the system's keyring.
    """
    connection = opened.profile.connection()
    if connection is None:
        return ""
    status = opened.status()
    said = status.message if status.signed_out else ""
    if not status.signed_out:
        from api.local.credentials import TokenDamaged, TokenUnreadable, load_token

        try:
            # One that lies in a keyring is there for all that can be known without asking.
            if load_token(opened.profile, connection.url, {**os.environ, "HANDOFF_KEYRING": "off"}):
                return ""
        except TokenDamaged as error:
            said = error.sentence
        except TokenUnreadable:
            return ""
    said = said or "Signed out: there is no token."
    return f"{said} What you decide is kept here; “handoff connect hub {connection.url}” takes a new token."


def shortcomings() -> list[str]:
    """Return what the CRM can't do, in sentences; asks nobody."""
    from api.crm.able import HUB

    return list(HUB.shortcomings())
