"""The card always belongs to the row under the cursor, whatever way the cursor came there."""

import pytest

from tests.tui.conftest import NAMES, Run


@pytest.mark.parametrize(
    "keys",
    [
        ["slash", *"fay", "escape"],
        ["slash", *"fay", "enter", "escape"],
        ["slash", *"fay", "enter", "j", "escape"],
        ["slash", *"nobody", "escape"],
        ["j", "slash", *"ana", "enter", "j", "a", "escape"],
        ["a", "u", "j", "k"],
    ],
    ids=" ".join,
)
async def test_the_card_shows_the_lead_under_the_cursor(run: Run, keys: list[str]) -> None:
    async with run() as screen:
        await screen.press(*keys)
        under = screen.under_cursor()
        assert under in NAMES
        assert under in screen.text("#card")
