"""Every setting, with what it means; the page of the guide and the file that a person edits are made from this."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

LONGEST_WAIT = 3_600.0
LONGEST_AHEAD = 1_440


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a person may set; all of it has a default."""

    theme: Literal["", "dark", "light", "dark-contrast", "light-contrast", "terminal"] = ""
    """The look. ``terminal`` takes the terminal's own colours; the two with contrast keep to the strictest rule for
    readable text (7:1). Empty: the dark one. With NO_COLOR in the environment there is no colour, whatever is set."""
    view: Literal["mine", "team", "snoozed", "attempts", "done", "all"] = "mine"
    """The queue that is there first: what waits for you, the team’s unclaimed, snoozed, waiting for an attempt, done
    today, or all of them."""
    order: Literal["due", "waiting", "score", "campaign"] = "due"
    """What stands on top: what is due first, who waits longest, the best score, or campaign by campaign."""
    guard: bool = True
    """Whether text that is pasted or typed into the wrong window is noticed: such keys do nothing, and what they
    had decided already is taken back and named. Turn it off when another program types for you."""
    notify: Literal["off", "bell", "osc9"] = "off"
    """How you are told that a lead of yours is due soon: not at all, by the terminal’s bell, or by a notification of
    your desktop (OSC 9: iTerm2, kitty, WezTerm, Ghostty, Windows Terminal and others). Once for each lead."""
    notify_minutes: Annotated[int, Meta(ge=1, le=LONGEST_AHEAD)] = 15
    """How many minutes before a lead is due you are told."""
    notify_names: bool = False
    """Whether a notification names the lead. Without it nothing about anybody stands on a locked screen."""
    notify_through_tmux: bool = False
    """Whether OSC 9 is passed through tmux, which has to allow it: ``set -g allow-passthrough on``. Without it, the
    bell rings inside tmux."""
    wait: Annotated[float, Meta(ge=0, le=LONGEST_WAIT)] = 2.0
    """Seconds for which a decision on the command line waits for the CRM’s answer; 0 does not wait."""
    keys: dict[str, tuple[str, ...]] = {}
    """Keys of your own, by command: one key or a list of them, ``[]`` for none. See the page on keys for the names of
    the commands. Escape and ctrl+c stay what they are."""
