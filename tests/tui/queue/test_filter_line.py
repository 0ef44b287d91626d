"""The line that filters: what it offers, what it completes, and what it did not understand."""

from tests.tui.conftest import Run
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
