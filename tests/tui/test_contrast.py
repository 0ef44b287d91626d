"""Both looks with high contrast keep to the strictest rule for readable text; no look says anything by colour alone."""

from pathlib import Path

import pytest
from rich.style import Style
from textual.color import Color

from tests.tui.conftest import Run
from tui.commands import command
from tui.look import DARK_CONTRAST, LIGHT_CONTRAST, LOOKS, look_named, setting_for
from tui.settings import Settings, load
from widgets.basis.ink import inks_of

AAA = 7.0
"""Least ratio of text to its ground, WCAG 2.2, 1.4.6."""

SEEN = 3.0
"""Least ratio of a line or a mark to what is beside it, WCAG 2.2, 1.4.11."""


def ratio(one: Color, other: Color) -> float:
    """Return the contrast of two colours as WCAG defines it."""

    def luminance(colour: Color) -> float:
        parts = [part / 255 for part in colour.rgb]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def colours(style: Style) -> tuple[Color, Color]:
    assert style.color is not None
    assert style.bgcolor is not None
    return Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)


@pytest.mark.parametrize("look", [DARK_CONTRAST, LIGHT_CONTRAST], ids=lambda look: look.name)
async def test_every_ink_is_readable_on_the_ground_and_under_the_cursor(run: Run, look) -> None:  # type: ignore[no-untyped-def]
    async with run(look=look.name) as screen:
        inks = inks_of(screen.app)
        assert inks["under"].bgcolor is not None
        cursor = Color.from_rich_color(inks["under"].bgcolor)
        for name in ("", "dim", "strong", "heading", "accent", "alarm"):
            ink, ground = colours(inks[name])
            assert ratio(ink, ground) >= AAA, name
            assert ratio(ink, cursor) >= AAA, name
        rule = Color.parse(screen.app.theme_variables["rule"])
        assert ratio(rule, Color.parse(screen.app.theme_variables["background"])) >= SEEN


def test_the_settings_name_every_look() -> None:
    import typing

    names = [name for name in typing.get_args(Settings.__annotations__["theme"]) if name]
    assert {look_named(name) for name in names} == set(LOOKS)
    assert [setting_for(look_named(name)) for name in names] == names


@pytest.mark.parametrize("look", list(LOOKS))
async def test_what_is_under_the_cursor_and_what_is_overdue_is_said_without_colour(run: Run, look: str) -> None:
    async with run(look=look) as screen:
        assert "▌" in screen.text("#queue")
        assert "overdue" in screen.text("#header")


async def test_no_color_goes_before_the_settings(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with run(look="handoff-light") as screen:
        assert screen.app.theme == "handoff-terminal"


async def test_the_present_look_is_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("# mine\nwait = 1\n")
    async with run(loaded=load(tmp_path)) as screen:
        screen.app.action_change_look()
        await screen.app.run_command(command("app.keep_look"))
        await screen.settle()
        assert "Kept in config.toml" in screen.status
    assert load(tmp_path).settings == Settings(theme="light", wait=1.0)
    assert "# mine" in (tmp_path / "config.toml").read_text()
