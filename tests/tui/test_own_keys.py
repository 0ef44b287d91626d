"""Keys of one's own: they work, and they are what every part of the program says."""

from pathlib import Path

import pytest

from tests.tui.conftest import Run, World
from tui.screens.sync.screen import SyncScreen
from tui.settings import Loaded, load
from tui.words import problem_words, waiting_words
from widgets.card.lead_card import LeadCard

KEYS = """
[keys]
triage.accept = ["y", "f5"]
triage.copy = "a"
triage.undo = "h"
triage.down = "n"
triage.suppress = []
triage.find = "ctrl+f"
triage.scroll_lead_down = "ctrl+space"
triage.next_pane = "."
app.help = "f1"
app.palette = "P"
app.leave = "B"
app.show_sync = "ctrl+o"
sync.down = "b"
sync.discard = "x"
"""


@pytest.fixture
def loaded(tmp_path: Path) -> Loaded:
    """Settings with keys of the person's own."""
    (tmp_path / "config.toml").write_text(KEYS)
    found = load(tmp_path)
    assert not found.problems
    return found


async def test_a_command_has_its_new_keys_and_no_old_one(run: Run, world: World, loaded: Loaded) -> None:
    async with run(loaded=loaded) as screen:
        await screen.press("n", "y")
        assert world.verbs("L002") == ["accept"]
        assert screen.status.startswith("Accepted Bo Sample")
        assert "h undoes" in screen.status
        await screen.press("u")
        assert world.verbs("L002") == ["accept"]
        await screen.press("h")
        assert world.verbs("L002") == []
        await screen.press("f5")
        assert world.verbs("L002") == ["accept"]
        await screen.press("X")
        assert screen.app.screen is screen.triage


async def test_footer_help_and_palette_say_the_new_keys(run: Run, loaded: Loaded) -> None:
    async with run(loaded=loaded) as screen:
        assert "y accept" in screen.text("#keys")
        await screen.pilot.resize_terminal(80, 24)
        await screen.settle()
        assert "[ . switch" in screen.text("#tabs")
        last = screen.triage.query_one("#card", LeadCard).lines_for(47, 10)[-1]
        assert "".join(words for words, _ in last).strip() == "↓ more · ^Space reads on"
        await screen.pilot.resize_terminal(120, 36)
        await screen.settle()
        await screen.press("f1")
        assert "y F5" in screen.text("#help-text")
        await screen.press("f1")
        assert screen.app.screen is screen.triage
        await screen.press("question_mark")
        assert screen.app.screen is screen.triage
        await screen.press("P", *"accept")
        offered = [str(option.prompt) for option in screen.app.screen.query_one("CommandList").options]  # type: ignore[attr-defined]
        assert "accept  y" in "".join(offered)


async def test_a_letter_given_to_the_program_is_a_letter_in_a_field(run: Run, loaded: Loaded) -> None:
    async with run(loaded=loaded) as screen:
        await screen.press("ctrl+f", *"BPy")
        assert screen.app.is_running
        assert screen.triage.filter_text == "BPy"
        await screen.press("escape")
        assert screen.triage.filter_text == ""


async def test_the_sync_screen_has_its_own_keys_too(run: Run, world: World, loaded: Loaded) -> None:
    async with run(loaded=loaded) as screen:
        await screen.press("y", "y", "ctrl+o")
        assert isinstance(screen.app.screen, SyncScreen)
        assert "x discard" in screen.text("#keys")
        first = screen.app.screen.matter_list.key
        await screen.press("b")
        assert screen.app.screen.matter_list.key != first
        await screen.press("x", "enter")
        assert len(world.written()) == 1
        await screen.press("escape")
        assert screen.app.screen is screen.triage


async def test_what_is_said_about_keys_names_the_new_ones(run: Run, world: World, loaded: Loaded) -> None:
    async with run(loaded=loaded) as screen:
        hint = screen.app.key_hint
        _, lines = waiting_words(world.desk, "", hint)
        assert "^f finds" in lines[-1]
        assert "h takes your last decision back" in lines[-1]
        assert "B quits" in lines[-1]
        assert problem_words(world.desk, hint) == ""
        await screen.press("ctrl+c")
        assert screen.status.endswith("so does B.")


async def test_mistakes_in_the_settings_are_told_in_one_line_and_the_rest_counts(
    run: Run, world: World, tmp_path: Path
) -> None:
    (tmp_path / "config.toml").write_text('theme = "pink"\n[keys]\ntriage.accept = "u"\ntriage.jump = "h"\n')
    async with run(loaded=load(tmp_path)) as screen:
        assert "config.toml, line 1: theme is one of" in screen.status
        assert "1 more" in screen.status
        assert screen.app.key_words("triage.jump") == "h"
        await screen.press("a")
        assert world.verbs("L001") == ["accept"]
