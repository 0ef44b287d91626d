"""What readers pull: in order, nothing skipped, and a cursor of another history is told to start again."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import create_engine, text

from api.hub.data import commits
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
    "cursor",
    [
        "other:1",
        "nonsense",
        "{epoch}:999999",
        "{epoch}:-1",
        "{epoch}:1x",
        ":",
        "{epoch}:",
        "{epoch}:1.",
        "{epoch}:1.xyz",
    ],
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


def take_backup(db_url: str, copy: Path) -> None:
    """Copy the database as a backup does, while the hub runs."""
    with closing(sqlite3.connect(db_url.removeprefix("sqlite:///"))) as there, closing(sqlite3.connect(copy)) as here:
        there.backup(here)


def hand(hub: Hub, *names: str) -> None:
    for name in names:
        hub.ingest_leads([LeadIn(source="form", source_id=name)])


def test_a_cursor_from_before_the_backup_is_still_good_after_it_was_restored(db_url: str, tmp_path: Path) -> None:
    first = Hub(db_url)
    hand(first, "1", "2")
    _, cursor, _ = pull(first)
    take_backup(db_url, tmp_path / "copy.db")
    first.close()
    restored = Hub(f"sqlite:///{tmp_path / 'copy.db'}")
    hand(restored, "3")
    assert [change.kind for change in restored.changes(cursor).changes] == ["lead"]
    restored.close()


@pytest.mark.parametrize("limit", [1_000, 3], ids=["at the end of a commit", "in the middle of one"])
def test_a_cursor_from_after_the_backup_is_lost_once_that_has_moved_on(db_url: str, tmp_path: Path, limit: int) -> None:
    first = Hub(db_url)
    hand(first, "1")
    _, old, _ = pull(first)
    take_backup(db_url, tmp_path / "copy.db")
    first.ingest_leads([LeadIn(source="form", source_id=f"lost {number}") for number in range(8)])
    cursor = first.changes(old, limit).cursor
    first.close()
    restored = Hub(f"sqlite:///{tmp_path / 'copy.db'}")
    hand(restored, *(f"new {number}" for number in range(20)))
    assert restored.head() > 8
    with pytest.raises(HubProblem) as caught:
        restored.changes(cursor)
    assert (caught.value.status, caught.value.kind) == (410, "cursor-lost")
    _, _, numbers = pull(restored, old)
    assert len(numbers) == 20
    restored.close()


def test_every_cursor_of_one_history_stays_good_while_it_goes_on(hub: Hub) -> None:
    cursors = []
    for number in range(6):
        hub.ingest_leads([LeadIn(source="form", source_id=f"{number} {place}") for place in range(4)])
        cursor = ""
        while True:
            page = hub.changes(cursor, 5)
            cursors.append((page.cursor, page.n))
            cursor = page.cursor
            if not page.more:
                break
    for cursor, number in cursors:
        assert all(change.n > number for change in hub.changes(cursor).changes)


def test_a_cursor_without_a_tag_is_believed(hub: Hub) -> None:
    hand(hub, "1", "2")
    bare = f"{hub.epoch}:{hub.head() - 1}"
    assert [change.n for change in hub.changes(bare).changes] == [hub.head()]


def test_tags_are_kept_for_a_while_and_older_cursors_are_believed(
    hub: Hub, db_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "KEPT", 10)
    hand(hub, "1", "2")
    old = hub.changes(limit=hub.head() - 1).cursor
    hand(hub, *(f"more {number}" for number in range(30)))
    head = hub.head()
    assert hub.forget_commits() > 0
    assert hub.forget_commits() == 0
    assert hub.head() == head
    assert hub.changes(old).changes
    newest = hub.changes(limit=1_000).cursor
    assert hub.changes(newest).changes == ()
    kept, _, tag = newest.rpartition(".")
    with pytest.raises(HubProblem):
        hub.changes(f"{kept}.{'0' * len(tag)}")
    engine = create_engine(db_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM commits")).scalar_one() <= 11
    engine.dispose()


def test_a_database_made_before_there_were_tags_gets_them(db_url: str) -> None:
    first = Hub(db_url)
    hand(first, "1")
    bare = f"{first.epoch}:{first.head()}"
    first.close()
    engine = create_engine(db_url)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE commits"))
    engine.dispose()
    later = Hub(db_url)
    assert later.changes(bare).cursor == bare, "nothing is known of these commits"
    _, _, numbers = pull(later)
    assert len(numbers) > 1
    hand(later, "2")
    page = later.changes(bare)
    assert [change.kind for change in page.changes] == ["lead"]
    assert page.cursor.startswith(f"{later.epoch}:{later.head()}.")
    assert later.changes(page.cursor).changes == ()
    later.close()


def test_reading_on_asks_the_table_of_tags_by_its_key(hub: Hub, db_url: str) -> None:
    engine = create_engine(db_url)
    with engine.connect() as connection:
        statement = "EXPLAIN QUERY PLAN SELECT n, tag FROM commits WHERE n >= 5 ORDER BY n LIMIT 1"
        plan = " ".join(row[3] for row in connection.execute(text(statement)))
    engine.dispose()
    assert "SCAN" not in plan
