"""Where a command works: the profile's folder, its settings, its desk."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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


def desk(output: "Output") -> "Desk":
    """Open the desk of the profile and say aloud what damage was found on the disk.

    Raises:
        HandoffError: the profile belongs to no CRM yet, or can't be read.
    """
    from api.desk import Desk

    opened = Desk.open(profile())
    for warning in opened.warnings:
        output.note(warning)
    return opened


def who(person: "Person") -> str:
    """Return a person in words: ``Ana Example, rep, team north``."""
    return f"{person.name}, {person.role.value}" + (f", team {person.team}" if person.team else "")
