"""What readers pull: in order, nothing skipped, and a cursor of another history is told to start again."""

import threading
from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy import create_engine, text

from api.hub.problems import HubError, HubProblem
from api.hub.service import Hub
from api.model import operation as op
from api.model.changes import Page
from api.model.ingest import LeadIn
from api.model.lead import Lead
from tests.factories import REP, make_operation


def pull(hub: Hub, cursor: str = "", limit: int = 500) -> tuple[dict[str, bytes], str, list[int]]:
    records: dict[str, bytes] = {}
    numbers: list[int] = []
    while True:
        page = hub.changes(cursor, limit)
        for change in page.changes:
            assert not change.gone
            records[f"{change.kind}/{change.id}"] = bytes(change.record)
            numbers.append(change.n)
        cursor = page.cursor
        if not page.more:
            return records, cursor, numbers


def test_pages_hold_everything_once_and_in_order(hub: Hub) -> None:
    hub.ingest_leads([LeadIn(source="csv", source_id=str(number), campaign="Spring") for number in range(95)])
    whole, cursor, numbers = pull(hub, limit=1_000)
    in_pages, same_cursor, same_numbers = pull(hub, limit=10)
    assert in_pages == whole
    assert (same_cursor, same_numbers) == (cursor, numbers)
    assert numbers == sorted(set(numbers))
    assert sum(key.startswith("lead/") for key in whole) == 95


def test_with_nothing_new_the_page_is_empty_and_the_cursor_stays(hub: Hub) -> None:
    _, cursor, _ = pull(hub)
    page = hub.changes(cursor)
    assert (page.changes, page.cursor, page.more) == ((), cursor, False)


def test_only_what_changed_comes_after_a_cursor(hub: Hub, hand_over: Callable[..., Lead]) -> None:
    first, _ = hand_over("1"), hand_over("2")
    _, cursor, _ = pull(hub)
    hub.submit(REP, [make_operation(op.Accept(), first)])
    page = hub.changes(cursor)
    assert [(change.kind, change.id) for change in page.changes] == [("lead", first.id)]
    assert msgspec.json.decode(page.changes[0].record, type=Lead) == hub.lead(first.id)


@pytest.mark.parametrize(
    "cursor", ["other:1", "nonsense", "{epoch}:999999", "{epoch}:-1", "{epoch}:1x", ":", "{epoch}:"]
)
def test_a_cursor_of_another_history_is_lost(hub: Hub, cursor: str) -> None:
    with pytest.raises(HubProblem) as caught:
        hub.changes(cursor.replace("{epoch}", hub.epoch))
    assert (caught.value.status, caught.value.kind) == (410, "cursor-lost")


def test_epoch_and_records_outlive_the_hub(db_url: str) -> None:
    first = Hub(db_url)
    first.ingest_leads([LeadIn(source="form", source_id="1")])
    epoch, records = first.epoch, pull(first)[0]
    first.close()
    second = Hub(db_url)
    assert second.epoch == epoch
    assert pull(second)[0] == records
    second.close()


def test_a_reader_never_skips_a_change_while_two_processes_write(db_url: str) -> None:
    """Two hubs on one database write at once; a reader that follows page by page ends with all of it."""
    hubs = [Hub(db_url), Hub(db_url)]
    done = threading.Event()

    def write(hub: Hub, source: str) -> None:
        for number in range(60):
            hub.ingest_leads([LeadIn(source=source, source_id=str(number // 2), name=f"Name {number}")])

    writers = [threading.Thread(target=write, args=(hub, f"s{index}")) for index, hub in enumerate(hubs)]
    followed: dict[str, bytes] = {}
    pages: list[Page] = []

    def follow() -> None:
        cursor = ""
        while True:
            last = done.is_set()
            page = hubs[0].changes(cursor, 3)
            pages.append(page)
            followed.update({f"{change.kind}/{change.id}": bytes(change.record) for change in page.changes})
            cursor = page.cursor
            if last and not page.more:
                return

    reader = threading.Thread(target=follow)
    for thread in (*writers, reader):
        thread.start()
    for thread in writers:
        thread.join(60)
    done.set()
    reader.join(60)
    assert followed == pull(hubs[1])[0]
    numbers = [change.n for page in pages for change in page.changes]
    assert numbers == sorted(numbers)
    for hub in hubs:
        hub.close()


def test_a_page_is_read_along_the_index(hub: Hub, db_url: str) -> None:
    engine = create_engine(db_url)
    with engine.connect() as connection:
        statement = "EXPLAIN QUERY PLAN SELECT n, kind, id, body FROM records WHERE n > 5 ORDER BY n LIMIT 500"
        plan = " ".join(row[3] for row in connection.execute(text(statement)))
    engine.dispose()
    assert "USING INDEX records_by_n" in plan
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


def test_listeners_hear_the_number_of_each_commit(hub: Hub) -> None:
    heard: list[int] = []
    end = hub.listen(heard.append)
    hub.ingest_leads([LeadIn(source="form", source_id="1")])
    assert heard[-1] == hub.head()
    end()
    hub.ingest_leads([LeadIn(source="form", source_id="2")])
    assert heard[-1] < hub.head()


@pytest.mark.parametrize(
    "url", ["nonsense", "sqlite://", "sqlite:///:memory:", "sqlite:////nowhere/at/all/hub.db", "mystery://host/db"]
)
def test_a_database_that_cannot_be_opened_is_one_sentence(url: str) -> None:
    with pytest.raises(HubError) as caught:
        Hub(url)
    assert caught.value.sentence.endswith(".")


def test_a_database_of_a_newer_version_is_left_alone(db_url: str) -> None:
    Hub(db_url).close()
    engine = create_engine(db_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE meta SET value = '99' WHERE key = 'schema'"))
    engine.dispose()
    with pytest.raises(HubError, match="newer version"):
        Hub(db_url)
