"""The queue by itself: any number of rows, and a cursor that stays where the eye is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from textual.app import App, ComposeResult
from textual.geometry import Region

from api.rules.clocks import BusinessClock
from api.rules.queue import Row, row_of
from tests.factories import NOW, make_agreement, make_lead
from widgets.queue.lead_queue import LeadQueue


class Rows:
    """Rows of numbered leads."""

    def __init__(self, count: int) -> None:
        self.clock = BusinessClock(make_agreement())
        self.template = row_of(make_lead())
        self.ids = [f"L{number:06}" for number in range(count)]
        self.asked = 0

    def now(self) -> datetime:
        return NOW

    def row(self, lead_id: str) -> Row | None:
        self.asked += 1
        fields = {name: getattr(self.template, name) for name in self.template.__struct_fields__}
        return Row(**{**fields, "id": lead_id, "title": f"Lead {lead_id}"})

    def campaign_words(self, row: Row) -> str:
        return row.campaign_id

    def whose(self, row: Row) -> str:
        return ""

    def asleep_words(self, row: Row, room: int) -> str:
        return "asleep"

    def done_words(self, row: Row, room: int) -> str:
        return ""

    def is_news(self, row: Row) -> bool:
        return False


class Host(App[None]):
    """Nothing but a queue."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows
        self.moves: list[str] = []

    def compose(self) -> ComposeResult:
        yield LeadQueue(self.rows, id="queue")

    def on_lead_queue_moved(self, moved: LeadQueue.Moved) -> None:
        self.moves.append(moved.lead_id)


@asynccontextmanager
async def hosted(count: int, size: tuple[int, int] = (60, 21)) -> AsyncIterator[tuple[LeadQueue, Host, Any]]:
    rows = Rows(count)
    app = Host(rows)
    async with app.run_test(size=size) as pilot:
        queue = app.query_one(LeadQueue)
        queue.start_over(rows.ids)
        await pilot.pause()
        yield queue, app, pilot


async def test_only_lines_in_sight_are_asked_for() -> None:
    async with hosted(100_000) as (queue, app, pilot):
        app.rows.asked = 0
        queue.move(1)
        await pilot.pause()
        assert app.rows.asked <= 20
        assert "Lead L000001" in queue.said


async def test_a_move_repaints_two_lines_and_an_edge_jumps_half_a_page() -> None:
    async with hosted(1_000) as (queue, _app, pilot):
        painted: list[Region] = []
        refresh = queue.refresh
        queue.refresh = lambda *regions, **options: (painted.extend(regions), refresh(*regions, **options))[1]  # type: ignore[method-assign]
        queue.move(1)
        assert len(painted) == 2
        queue.move_to(19)
        await pilot.pause()
        assert queue.y == 19
        queue.move(1)
        assert (queue.place, queue.y) == (20, 10)


async def test_insertions_above_keep_the_line_and_the_lead() -> None:
    async with hosted(50) as (queue, _app, _pilot):
        queue.move_to(5)
        queue.show([*[f"N{number}" for number in range(7)], *queue.ids])
        assert (queue.lead_id, queue.y, queue.place) == ("L000005", 5, 12)
        assert queue.above == 7
        assert "↑ 7" in queue.said.splitlines()[0]


async def test_removals_above_keep_the_line_even_at_the_top() -> None:
    async with hosted(50) as (queue, _app, _pilot):
        queue.move_to(5)
        queue.show(list(queue.ids)[3:])
        assert (queue.lead_id, queue.y) == ("L000005", 5)
        queue.move(1)
        assert queue.lead_id == "L000006"
        assert "Lead L000003" in queue.said, "the first row is in sight again"


async def test_a_new_order_keeps_the_line_and_the_lead() -> None:
    async with hosted(200) as (queue, _app, _pilot):
        queue.move_to(100)
        y = queue.y
        queue.show(list(reversed(queue.ids)))
        assert (queue.lead_id, queue.y, queue.place) == ("L000100", y, 99)


async def test_a_lead_that_is_gone_is_held_until_the_cursor_leaves() -> None:
    async with hosted(5) as (queue, _app, _pilot):
        queue.move_to(2)
        rest = [lead_id for lead_id in queue.ids if lead_id != "L000002"]
        queue.show(rest)
        assert (queue.lead_id, queue.held) == ("L000002", "L000002")
        queue.show(rest)
        assert queue.lead_id == "L000002", "also when something else changes meanwhile"
        queue.move(1)
        assert (queue.lead_id, queue.held, list(queue.ids)) == ("L000003", "", rest)


async def test_a_held_lead_goes_when_the_cursor_goes_up() -> None:
    async with hosted(5) as (queue, _app, _pilot):
        queue.move_to(2)
        queue.show([lead_id for lead_id in queue.ids if lead_id != "L000002"])
        queue.move(-1)
        assert (queue.lead_id, len(queue.ids)) == ("L000001", 4)


async def test_dropping_rows_to_the_last_leaves_an_empty_queue() -> None:
    async with hosted(3) as (queue, app, pilot):
        queue.move_to(2)
        for left in (["L000000", "L000001"], ["L000000"], []):
            queue.drop(queue.lead_id)
            assert list(queue.ids) == left
        await pilot.pause()
        assert (queue.lead_id, app.moves[-1]) == ("", "")
        queue.show(["L000009"])
        assert queue.lead_id == "L000009"


async def test_the_wheel_scrolls_and_takes_the_cursor_along_at_the_edge() -> None:
    async with hosted(100) as (queue, _app, pilot):
        for _ in range(3):
            queue.on_mouse_scroll_down(_wheel(queue))
        await pilot.pause()
        assert queue.above == 9
        assert (queue.place, queue.y) == (9, 0)
        rows = queue.said.splitlines()[1:]
        assert all(lead_id in row for lead_id, row in zip(queue.in_sight, rows, strict=True))


def _wheel(queue: LeadQueue) -> Any:
    from textual.events import MouseScrollDown

    return MouseScrollDown(queue, 1, 1, 0, 1, 0, shift=False, meta=False, ctrl=False)


async def test_a_width_shows_the_columns_it_has_room_for() -> None:
    for width, seen, missing in ((30, "1 of 3", "company"), (50, "company", "campaign"), (70, "campaign", "of 3")):
        async with hosted(3, (width, 10)) as (queue, _app, _pilot):
            first = queue.said.splitlines()[0]
            assert seen in first
            assert missing not in first


async def test_what_was_asked_for_leaves_no_row_out_of_sight_while_there_is_room() -> None:
    for came, above in ((3, 0), (40, 21)):
        async with hosted(1) as (queue, _, _):
            queue.show([*(f"back-{one}" for one in range(came)), *queue.ids])
            assert queue.above == came
            queue.close_up()
            assert (queue.above, queue.lead_id) == (above, "L000000")


async def test_where_all_rows_fit_moving_shows_them_all_again() -> None:
    async with hosted(14) as (queue, _, pilot):
        await pilot.press("j", "j", "j")
        for place in range(3):
            queue.show([f"back-{one}" for one in range(place + 1)] + list(queue.ids)[place:])
        queue.move(1)
        await pilot.pause()
        assert queue.above == 0
