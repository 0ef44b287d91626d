"""What the command line itself refuses, with the exit code that says so."""

from api.errors import HandoffError


class Usage(HandoffError):
    """The command was not understood; nothing was done."""

    exit_code = 2


class Failed(HandoffError):
    """The command could not be carried out."""

    exit_code = 1


class NotAllowed(HandoffError):
    """It was understood and refused: by the rules, or because it would lose something."""

    exit_code = 4
