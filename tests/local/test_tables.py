"""TinyDB's own ways work on a journal, and each writes only what it changed."""

from pathlib import Path

import pytest
from tinydb import Query, where
from tinydb.operations import increment
from tinydb.table import Document

from api.local.frames import Header
from api.local.journal import Damage
from api.local.tables import JournalDatabase

HEADER = Header("a test", 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "some.journal"


def database(path: Path) -> JournalDatabase:
    return JournalDatabase(path, HEADER, durable=True, damage=Damage.SALVAGE)


def test_documents_are_inserted_found_updated_and_removed(path: Path) -> None:
    db = database(path)
    leads = db.table("leads")
    leads.insert(Document({"name": "Ana", "score": 1}, "a"))
    leads.insert_multiple([Document({"name": "Ben", "score": 5}, "b"), Document({"name": "Cy", "score": 9}, "c")])
    given = leads.insert({"name": "Dee", "score": 2})
    leads.update({"score": 7}, doc_ids=["a"])
    leads.update(increment("score"), where("name") == "Ben")
    leads.upsert(Document({"name": "Ana", "town": "Bonn"}, "a"))
    assert leads.remove(doc_ids=["c", "unknown"]) == ["c"]
    for one in (db, database(path)):
        leads = one.table("leads")
        assert leads.get(doc_id="a") == {"name": "Ana", "score": 7, "town": "Bonn"}
        assert [document.doc_id for document in leads.search(Query().score == 6)] == ["b"]
        assert {document.doc_id: document["name"] for document in leads} == {"a": "Ana", "b": "Ben", given: "Dee"}
        assert len(leads) == 3
        assert leads.contains(doc_id="b")
        assert not leads.contains(doc_id="c")
        assert one.tables() == {"leads"}


def test_a_change_appends_that_document_and_nothing_else(path: Path) -> None:
    table = database(path).table("leads")
    table.insert_multiple([Document({"name": "x" * 500}, str(number)) for number in range(100)])
    before = path.read_bytes()
    table.update({"score": 1}, doc_ids=["42"])
    after = path.read_bytes()
    assert after.startswith(before)
    assert len(after) - len(before) < 700
    table.update({"score": 1}, doc_ids=["42"])
    assert path.read_bytes() == after


def test_put_replaces_whole_documents(path: Path) -> None:
    table = database(path).table("leads")
    table.put({"a": {"name": "Ana", "old": 1}})
    table.put({"a": {"name": "Ana"}, "b": {"name": "Ben"}})
    assert database(path).table("leads").all() == [{"name": "Ana"}, {"name": "Ben"}]


def test_an_update_that_fails_halfway_changes_nothing(path: Path) -> None:
    table = database(path).table("leads")
    table.insert_multiple([Document({"score": 1}, "a"), Document({}, "b")])
    with pytest.raises(KeyError):
        table.update(increment("score"))
    for one in (table, database(path).table("leads")):
        assert one.all() == [{"score": 1}, {}]
    with pytest.raises(ValueError, match="already exists"):
        table.insert(Document({}, "a"))


def test_tables_are_emptied_and_dropped(path: Path) -> None:
    db = database(path)
    db.table("one").insert(Document({"v": 1}, "a"))
    db.table("two").insert(Document({"v": 2}, "a"))
    db.table("three").insert(Document({"v": 3}, "a"))
    db.table("one").truncate()
    db.drop_table("two")
    for again in (db, database(path)):
        assert again.tables() == {"three"}
    db.drop_tables()
    assert database(path).tables() == set()


def test_a_search_sees_what_another_process_wrote(path: Path) -> None:
    mine, theirs = database(path), database(path)
    mine.table("leads").insert(Document({"v": 1}, "a"))
    query = where("v") >= 1
    assert len(mine.table("leads").search(query)) == 1
    theirs.table("leads").update({"w": 5}, doc_ids=["a"])
    theirs.table("leads").insert(Document({"v": 2}, "b"))
    mine.storage.refresh()
    assert len(mine.table("leads").search(query)) == 2
    # An update starts from the newest document, not from what this process last read.
    theirs.table("leads").update({"w": 6}, doc_ids=["a"])
    mine.table("leads").update({"x": 7}, doc_ids=["a"])
    assert database(path).table("leads").get(doc_id="a") == {"v": 1, "w": 6, "x": 7}
