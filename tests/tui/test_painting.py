"""How much is painted for a key: counted in lines and cards, never timed."""

from collections import Counter

import pytest
from textual import events
from textual.strip import Strip

from tests.tui.conftest import Run
from widgets.card.lead_card import LeadCard, Sheet
from widgets.queue.lead_queue import LeadQueue


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many lines of the queue were painted, and how many leads the card was made for."""
    counted: Counter[str] = Counter()
    line, card = LeadQueue.render_line, LeadCard.show_lead

    def render_line(self: LeadQueue, y: int) -> Strip:
        counted["lines"] += 1
        return line(self, y)

    def show_lead(self: LeadCard, sheet: Sheet | None) -> None:
        counted["cards"] += 1
        card(self, sheet)

    monkeypatch.setattr(LeadQueue, "render_line", render_line)
    monkeypatch.setattr(LeadCard, "show_lead", show_lead)
    return counted


async def test_a_move_paints_the_row_left_the_row_reached_and_one_card(run: Run, painted: Counter[str]) -> None:
    async with run() as screen:
        painted.clear()
        await screen.press("j")
        assert screen.under_cursor() == "Bo Sample"
        assert painted == {"lines": 2, "cards": 1}


async def test_keys_waiting_behind_each_other_pass_leads_by_without_drawing_them(
    run: Run, painted: Counter[str]
) -> None:
    async with run() as screen:
        painted.clear()
        for _ in range(20):
            screen.app.post_message(events.Key("j", "j"))
            screen.app.post_message(events.Key("k", "k"))
        screen.app.post_message(events.Key("j", "j"))
        await screen.settle()
        assert screen.under_cursor() == "Bo Sample"
        assert "Bo Sample" in screen.text("#card")
        assert painted["cards"] <= 2


async def test_a_decision_behind_keys_that_wait_is_on_the_lead_they_led_to(run: Run, painted: Counter[str]) -> None:
    async with run() as screen:
        for key in "jja":
            screen.app.post_message(events.Key(key, key))
        await screen.settle()
        assert "Accepted Cy Specimen" in screen.status
        assert painted["cards"]


async def test_a_tick_paints_nothing_while_nothing_has_anything_else_to_say(run: Run, painted: Counter[str]) -> None:
    async with run() as screen:
        painted.clear()
        screen.triage.tick()
        await screen.settle()
        assert painted["lines"] == 0
