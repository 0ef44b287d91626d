"""The line that filters: what it offers, what it completes, and what it did not understand."""

import asyncio
import threading

import pytest

from api.desk.view.facts import Facts
from api.model.lead import Score
from tests.tui.conftest import Run, World, named_lead
from widgets.queue.find_bar import FindInput


async def test_the_empty_line_says_what_can_be_typed(run: Run) -> None:
    async with run(keys=["slash"]) as screen:
        assert "campaign:" in screen.app.screen.query_one(FindInput).placeholder


async def test_what_is_not_understood_is_said_calmly_and_the_rest_still_finds(run: Run) -> None:
    async with run(keys=["slash", *"cy campain:x"]) as screen:
        assert screen.names() == ["Cy Specimen"]
        assert "There is no field “campain:”" in screen.text("#find-problem")
        await screen.press(*["backspace"] * 10)
        assert screen.text("#find-problem") == ""
        await screen.press("escape")
        assert not screen.app.screen.query("#find-problem")


async def test_rows_that_come_back_after_nothing_matched_are_all_painted(run: Run) -> None:
    async with run() as screen:
        queue = screen.triage.queue
        await screen.press("slash", *"cy")
        assert screen.names() == ["Cy Specimen"]
        await screen.press(*"xx")
        assert screen.names() == []
        await screen.press("ctrl+u")
        painted = [line.text for line in queue.render_lines(queue.size.region)]
        assert all(name in line for name, line in zip(screen.names(), painted[1:], strict=False)), painted


async def test_tab_completes_fields_and_then_what_is_known(run: Run) -> None:
    async with run(keys=["slash", *"cam", "tab"]) as screen:
        assert screen.triage.filter_text == "campaign:"
        assert len(screen.names()) == 6
        await screen.press(*"bak", "tab")
        assert screen.triage.filter_text == 'campaign:"Spring bakery webinar"'
        assert len(screen.names()) == 6
        await screen.press("tab")
        assert screen.app.focused is None, "with nothing left to complete it goes to the queue"


async def test_tab_behind_a_word_that_is_no_field_goes_to_the_queue(run: Run) -> None:
    async with run(keys=["slash", *"cy spec", "tab", "j"]) as screen:
        assert screen.app.focused is None
        assert screen.triage.filter_text == "cy spec"


async def test_several_ways_to_complete_come_one_after_another(run: Run) -> None:
    async with run(keys=["slash", *"c", "tab"]) as screen:
        first = screen.triage.filter_text
        await screen.press("tab")
        assert {first, screen.triage.filter_text} == {"campaign:", "company:"}


async def test_a_filter_that_reads_every_lead_stops_no_key_and_those_behind_it_mean_what_it_finds(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.leads(named_lead(4, fit=Score(95), engagement=Score(90)))
    may_read, read = threading.Event(), Facts.read

    def slowly(facts: Facts) -> None:
        may_read.wait(10)
        read(facts)

    monkeypatch.setattr(Facts, "read", slowly)
    # So few leads count as many.
    monkeypatch.setattr("api.desk.view.view._SOON", 0)
    monkeypatch.setattr("api.desk.view.narrowing._SOME", -1)
    async with run(keys=["slash", *"fit:>90"]) as screen:
        assert "looking…" in screen.text("#find-count")
        assert len(screen.names()) == 6
        await screen.press("down")
        assert screen.under_cursor() == "Bo Sample"
        pressing = asyncio.create_task(screen.press("enter", "a"))
        await screen.pilot.pause()
        assert world.written() == [], "nothing is done to a lead that happens to stand there"
        may_read.set()
        await pressing
        assert screen.names() == ["Dee Placeholder"]
        assert world.verbs("L004") == ["accept"]
        assert len(world.written()) == 1
