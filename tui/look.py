"""The program's looks: one accent, dim labels, bright values, on dark, on light, or in the terminal's own colours.

No look says anything by colour alone: a word or a sign stands beside it, and the line under the cursor has a mark.
"""

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="handoff-dark",
    primary="#e0a34a",
    accent="#e0a34a",
    secondary="#8a93a0",
    warning="#e0a34a",
    error="#e0a34a",
    success="#d8dbe0",
    foreground="#d8dbe0",
    background="#15171b",
    surface="#15171b",
    panel="#262a31",
    dark=True,
    variables={
        "text-muted": "#858d99",
        "foreground-muted": "#858d99",
        "rule": "#30353d",
        "border": "#e0a34a",
        "border-blurred": "#30353d",
    },
)

LIGHT = Theme(
    name="handoff-light",
    primary="#8f5200",
    accent="#8f5200",
    secondary="#5f6670",
    warning="#8f5200",
    error="#8f5200",
    success="#22252a",
    foreground="#22252a",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#ebe6da",
    dark=False,
    variables={
        "text-muted": "#686f79",
        "foreground-muted": "#686f79",
        "rule": "#d9d4c8",
        "border": "#8f5200",
        "border-blurred": "#d9d4c8",
    },
)

DARK_CONTRAST = Theme(
    name="handoff-dark-contrast",
    primary="#ffd75f",
    accent="#ffd75f",
    secondary="#d0d0d0",
    warning="#ffd75f",
    error="#ffd75f",
    success="#ffffff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#303a4a",
    dark=True,
    variables={
        "text-muted": "#d0d0d0",
        "foreground-muted": "#d0d0d0",
        "rule": "#a0a0a0",
        "border": "#ffd75f",
        "border-blurred": "#a0a0a0",
    },
)

LIGHT_CONTRAST = Theme(
    name="handoff-light-contrast",
    primary="#6a2c00",
    accent="#6a2c00",
    secondary="#333333",
    warning="#6a2c00",
    error="#6a2c00",
    success="#000000",
    foreground="#000000",
    background="#ffffff",
    surface="#ffffff",
    panel="#e3ddcc",
    dark=False,
    variables={
        "text-muted": "#3a3a3a",
        "foreground-muted": "#3a3a3a",
        "rule": "#707070",
        "border": "#6a2c00",
        "border-blurred": "#707070",
    },
)

TERMINAL = Theme(
    name="handoff-terminal",
    primary="ansi_magenta",
    accent="ansi_magenta",
    secondary="ansi_default",
    warning="ansi_magenta",
    error="ansi_magenta",
    success="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    ansi=True,
    variables={
        **BUILTIN_THEMES["ansi-dark"].variables,
        "text-muted": "ansi_default",
        "foreground-muted": "ansi_default",
        "rule": "ansi_bright_black",
        "border": "ansi_magenta",
        "border-blurred": "ansi_bright_black",
        "input-cursor-text-style": "reverse",
    },
)

LOOKS: dict[str, Theme] = {theme.name: theme for theme in (DARK, LIGHT, DARK_CONTRAST, LIGHT_CONTRAST, TERMINAL)}
"""Every look by its name, in the order in which the command goes through them."""


def look_named(setting: str) -> str:
    """Return the name of the look that the setting ``theme`` means; empty as the program chooses."""
    return f"handoff-{setting}" if setting else ""


def setting_for(look: str) -> str:
    """Return what to write for the setting ``theme`` to have this look."""
    return look.removeprefix("handoff-")


def next_look(name: str) -> str:
    """Return the name of the look after this one."""
    names = list(LOOKS)
    return names[(names.index(name) + 1) % len(names)] if name in names else names[0]
