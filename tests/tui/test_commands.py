"""The one registry: every command can be carried out, and no two share a key."""

from collections import Counter

import pytest

from tui.app import HandoffApp
from tui.commands import COMMANDS, command, commands_in, groups, key_words, shown
from tui.screens.sync.screen import SyncScreen
from tui.screens.triage import TriageScreen

OWNERS = {"app": HandoffApp, "triage": TriageScreen, "sync": SyncScreen}
AREAS = ("triage", "sync")


@pytest.mark.parametrize("one", COMMANDS, ids=lambda one: one.id)
def test_every_command_can_be_carried_out(one) -> None:  # type: ignore[no-untyped-def]
    action = "command_palette" if one.id == "app.palette" else one.action
    assert callable(getattr(OWNERS[one.target], f"action_{action}"))
    assert one.help.endswith(".")


@pytest.mark.parametrize("area", AREAS)
def test_no_two_commands_on_one_screen_share_a_key(area: str) -> None:
    keys = Counter(key for one in commands_in(area) for key in one.keys)
    assert [key for key, count in keys.items() if count > 1] == []


def test_the_footer_fits_the_narrowest_terminal_but_for_the_keys_that_help_names() -> None:
    first = list(shown("triage"))[:5]
    assert sum(len(one.key_words) + len(one.title) + 3 for one in first) <= 58


@pytest.mark.parametrize("area", AREAS)
def test_help_names_every_command_of_a_screen_once(area: str) -> None:
    told = sorted(one.id for commands in groups(area).values() for one in commands)
    assert told == sorted(one.id for one in COMMANDS if one.target in (area, "app"))


def test_keys_read_as_people_write_them() -> None:
    assert [key_words(key) for key in ("slash", "ctrl+p", "G", "pagedown")] == ["/", "^p", "G", "PgDn"]
    assert command("triage.accept").key_words == "a"
