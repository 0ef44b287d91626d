"""The part of a screen that decides on the lead under its cursor, or on all that are chosen.

`acting` has an action for each verb, `asking_for` asks what a verb needs to know, `saving` brings it to the disk and
moves on, `possible` says what can't be done and why, `footer` which keys matter where the lead stands.
"""

from tui.screens.deciding.acting import Deciding
from tui.screens.deciding.saving import ACTS

__all__ = ["ACTS", "Deciding"]
