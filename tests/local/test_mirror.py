"""The mirror gives back what the CRM said, however it came, and never claims to know more than it holds."""

import errno
import os
import stat
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from api.local.errors import NotSaved, Unreadable
from api.local.files import Files
from api.local.frames import Header, frame, frame_header
from api.local.mirror import Mirror
from api.model.campaign import Asset, Campaign
from api.model.changes import Change, Page
from api.model.lead import Decided, Lead, Snooze, Standing, State, Touch
from api.model.people import Owner
from api.rules.queue import row_of
from tests.factories import MANAGER, NOW, REP, make_agreement, make_lead


def change(n: int, kind: str, id: str, record: object | None) -> Change:
    return Change(n, kind, id, msgspec.Raw(msgspec.json.encode(record)))


def page(*changes: Change, epoch: str = "E1", more: bool = False) -> Page:
    n = max((one.n for one in changes), default=0)
    return Page(epoch, changes, f"{epoch}:{n}", n, more)


def leads(*records: Lead, start: int = 1, epoch: str = "E1") -> Page:
    return page(*(change(n, "lead", lead.id, lead) for n, lead in enumerate(records, start)), epoch=epoch)


RICH = make_lead(
    "L9",
    standing=Standing(
        state=State.REJECTED, owner=Owner("person", "rita"), due_at=NOW, follow_up_due_at=NOW + timedelta(hours=1)
    ),
    touches=(Touch(id="t1", at=NOW, kind="form", words="“Save 20 %”\nnow"),),
    trail=(
        Decided(
            operation_id="o1", verb="claim", by="otto", by_name="Otto", at=NOW, agreement=1, decision_revision=2,
            before=Standing(),
        ),
        Decided(
            operation_id="o2", verb="reject", by="rita", by_name="Rita", at=NOW, agreement=1, decision_revision=3,
            before=Standing(), reason="not_target", answers={"dimension": "size"},
        ),
    ),
    snooze=Snooze(operation_id="s", until=NOW + timedelta(days=2)),
    number=2,
    mark="returned",
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mirror.journal"


def test_a_page_is_there_with_its_cursor_after_reopening(path: Path) -> None:
    mirror = Mirror.open(path)
    assert (mirror.cursor, mirror.n, mirror.epoch) == ("", 0, "")
    campaign = Campaign(id="c1", name="Spring", budget=9000.5, assets=(Asset(id="a", kind="ad", words="Hi"),))
    changed = mirror.put(
        page(
            change(1, "person", "rita", REP),
            change(2, "person", "max", MANAGER),
            change(3, "campaign", "c1", campaign),
            change(4, "agreement", "1", make_agreement(1)),
            change(5, "lead", "L9", RICH),
            change(6, "agreement", "2", make_agreement(2, name="Second")),
        )
    )
    assert changed == ["L9"]
    for known in (mirror, Mirror.open(path)):
        assert (known.cursor, known.n, known.epoch) == ("E1:6", 6, "E1")
        assert known.lead("L9") == RICH
        assert known.rows() == {"L9": row_of(RICH)}
        assert known.people() == [REP, MANAGER]
        assert known.person("max") == MANAGER
        assert known.campaign("c1") == campaign
        assert known.campaigns() == [campaign]
        assert known.agreement() == make_agreement(2, name="Second")
        assert known.agreement(1) == make_agreement(1)
        assert known.agreement(7) is None
        assert known.lead("nobody") is None
        assert known.person("nobody") is None
        assert known.warnings == []


def test_a_row_shows_what_row_of_makes_of_the_whole_lead(path: Path) -> None:
    mirror = Mirror.open(path)
    unnamed = make_lead(
        "L2", contact=msgspec.convert({}, type(RICH.contact)), fit=None, snooze=Snooze(operation_id="x")
    )
    mirror.put(leads(RICH, unnamed, make_lead("L3", standing=Standing())))
    assert mirror.rows() == {lead.id: row_of(lead) for lead in (RICH, unnamed, make_lead("L3", standing=Standing()))}


def test_a_later_record_takes_the_place_of_the_whole_earlier_one(path: Path) -> None:
    mirror = Mirror.open(path)
    mirror.put(leads(make_lead("L1", message="old"), make_lead("L2")))
    mirror.put(page(change(3, "campaign", "c1", Campaign(id="c1", name="One", why="because"))))
    assert mirror.campaign("c1").why == "because"
    mirror.put(
        page(
            change(4, "lead", "L1", make_lead("L1", origin="ads")),
            change(5, "campaign", "c1", {"id": "c1", "name": "Two"}),
        )
    )
    for known in (mirror, Mirror.open(path)):
        assert known.lead("L1") == make_lead("L1", origin="ads")
        assert known.rows()["L1"].origin == "ads"
        assert known.campaign("c1") == Campaign(id="c1", name="Two")


def test_a_tombstone_removes(path: Path) -> None:
    mirror = Mirror.open(path)
    mirror.put(page(change(1, "lead", "L1", make_lead("L1")), change(2, "person", "rita", REP)))
    assert mirror.put(page(change(3, "lead", "L1", None), change(4, "person", "rita", None))) == ["L1"]
    for known in (mirror, Mirror.open(path)):
        assert known.rows() == {}
        assert known.lead("L1") is None
        assert known.people() == []
        assert known.n == 4
        assert known.warnings == []


def test_another_epoch_takes_the_place_of_everything(path: Path) -> None:
    mirror = Mirror.open(path)
    mirror.put(page(change(1, "lead", "L1", make_lead("L1")), change(2, "person", "rita", REP)))
    assert sorted(mirror.put(leads(make_lead("L2"), epoch="E2"))) == ["L1", "L2"]
    for known in (mirror, Mirror.open(path)):
        assert list(known.rows()) == ["L2"]
        assert known.lead("L1") is None
        assert known.people() == []
        assert (known.epoch, known.cursor) == ("E2", "E2:1")


def test_reset_forgets_everything_and_the_cursor(path: Path) -> None:
    mirror = Mirror.open(path)
    mirror.put(leads(make_lead("L1")))
    mirror.reset()
    for known in (mirror, Mirror.open(path)):
        assert known.rows() == {}
        assert known.cursor == ""
        assert known.warnings == []


def test_pulling_needs_no_flush(path: Path, faulty) -> None:
    files = faulty()
    mirror = Mirror.open(path, files=files)
    mirror.put(leads(make_lead("L1")))
    files.calls.clear()
    for n in range(2, 10):
        mirror.put(leads(make_lead(f"L{n}"), start=n))
    assert files.calls == ["open"] + ["write"] * 8


def test_what_another_process_pulled_is_picked_up(path: Path) -> None:
    puller, reader = Mirror.open(path), Mirror.open(path)
    assert reader.refresh() == set()
    puller.put(leads(make_lead("L1"), make_lead("L2")))
    assert puller.refresh() == set()
    assert reader.refresh() == {"L1", "L2"}
    assert reader.refresh() == set()
    assert reader.lead("L2") == make_lead("L2")
    assert reader.cursor == puller.cursor
    puller.put(leads(make_lead("L2", origin="x"), start=3))
    assert reader.refresh() == {"L2"}
    puller.put(leads(make_lead("L7"), epoch="E2"))
    assert reader.refresh() == {"L1", "L2", "L7"}
    assert reader.rows() == puller.rows()
    # Two that take turns in pulling tell of each other's leads too.
    reader.put(leads(make_lead("L8"), start=2, epoch="E2"))
    assert sorted(puller.put(leads(make_lead("L9"), start=3, epoch="E2"))) == ["L8", "L9"]


def test_a_record_laid_out_over_lines_is_kept(path: Path) -> None:
    pretty = msgspec.Raw(msgspec.json.format(msgspec.json.encode(RICH), indent=2))
    mirror = Mirror.open(path)
    mirror.put(Page("E1", (Change(1, "lead", "L9", pretty),), "E1:1", 1, False))
    assert mirror.lead("L9") == RICH
    assert Mirror.open(path).lead("L9") == RICH


@pytest.mark.parametrize("id", ["{}", 'a"b\\', "käse\u2028", "null", "x" * 900])
def test_any_id_and_any_text_will_do(path: Path, id: str) -> None:
    lead = make_lead(id, message='{"id":"L1"},["lead","L2",null]')
    mirror = Mirror.open(path)
    mirror.put(leads(make_lead("{}"), lead, make_lead("L2")))
    for known in (mirror, Mirror.open(path)):
        assert known.lead(id) == lead
        assert known.lead("L2") == make_lead("L2")


@pytest.mark.parametrize(
    "record", [b'{"id":"bad"}', b"[1,2]", b'{"id":"bad","source":"\xff"}', b'{"a":' * 200 + b"1" + b"}" * 200]
)
def test_one_record_that_can_not_be_read_costs_only_itself(path: Path, record: bytes) -> None:
    mirror = Mirror.open(path)
    bad = Change(1, "lead", "bad", msgspec.Raw(record))
    mirror.put(Page("E1", (bad, change(2, "lead", "L1", make_lead("L1"))), "E1:2", 2, False))
    for known in (mirror, Mirror.open(path)):
        assert list(known.rows()) == ["L1"]
        assert known.lead("bad") is None
        assert known.n == 2
        assert known.warnings


def test_a_record_that_is_no_json_is_refused_before_it_reaches_the_disk(path: Path) -> None:
    mirror = Mirror.open(path)
    with pytest.raises(NotSaved):
        mirror.put(Page("E1", (Change(1, "lead", "x", msgspec.Raw(b"{oops")),), "E1:1", 1, False))
    assert mirror.cursor == ""
    assert Mirror.open(path).cursor == ""


def test_cut_at_every_byte_it_holds_whole_pages_and_the_cursor_of_the_last(path: Path) -> None:
    mirror = Mirror.open(path)
    sizes = []
    for n in range(1, 5):
        mirror.put(leads(make_lead(f"L{n}"), start=n))
        sizes.append(path.stat().st_size)
    whole = path.read_bytes()
    for size in range(sizes[1] - 3, len(whole) + 1):
        path.write_bytes(whole[:size])
        known = Mirror.open(path)
        n = sum(size >= one for one in sizes)
        assert known.n == n
        assert list(known.rows()) == [f"L{i}" for i in range(1, n + 1)]
        assert known.warnings == []
        known.put(leads(make_lead("L5"), start=5))
        assert Mirror.open(path).n == 5


def test_damage_in_the_middle_goes_back_to_the_page_before_it(path: Path) -> None:
    mirror = Mirror.open(path)
    for n in range(1, 5):
        mirror.put(leads(make_lead(f"L{n}"), start=n))
    path.write_bytes(path.read_bytes().replace(b"l3@ana", b"l3#ana"))
    known = Mirror.open(path)
    assert known.n == 2
    assert list(known.rows()) == ["L1", "L2"]
    assert "pulled again" in known.warnings[0]
    known.put(leads(make_lead("L3"), start=3))
    again = Mirror.open(path)
    assert again.n == 3
    assert again.warnings == []
    # A window that had read the file before the damage finds out as well.
    mirror.refresh()
    assert mirror.rows() == again.rows()
    assert mirror.n == 3


@pytest.mark.parametrize(
    "data",
    [
        b"rubbish\nrubbish\n",
        bytes(5000),
        frame_header(Header("handoff mirror", 99)) + b"the future\n",
        frame_header(Header("handoff outbox", 1)),
    ],
)
def test_an_unreadable_or_foreign_mirror_is_set_aside(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    mirror = Mirror.open(path)
    assert mirror.rows() == {}
    assert mirror.cursor == ""
    assert "put aside" in mirror.warnings[0]
    assert (path.parent / "mirror.journal.unreadable").read_bytes() == data
    mirror.put(leads(make_lead("L1")))
    assert list(Mirror.open(path).rows()) == ["L1"]


def test_leads_without_a_cursor_are_dropped_since_nobody_would_tell_which_are_gone(path: Path) -> None:
    line = msgspec.json.encode([["lead", "L1", make_lead("L1")]])
    path.write_bytes(frame_header(Header("handoff mirror", 1)) + frame(line))
    mirror = Mirror.open(path)
    assert mirror.rows() == {}
    assert mirror.cursor == ""
    assert Mirror.open(path).rows() == {}


def test_a_full_disk_refuses_the_page_and_keeps_the_cursor(path: Path, faulty) -> None:
    files = faulty()
    mirror = Mirror.open(path, files=files)
    mirror.put(leads(make_lead("L1")))
    files.fail_at = len(files.calls) + 2
    with pytest.raises(NotSaved):
        mirror.put(leads(make_lead("L2"), start=2))
    assert mirror.cursor == "E1:1"
    assert list(mirror.rows()) == ["L1"]
    mirror.put(leads(make_lead("L2"), start=2))
    assert Mirror.open(path).rows() == mirror.rows()


def test_a_deleted_mirror_is_pulled_again(path: Path) -> None:
    Mirror.open(path).put(leads(make_lead("L1")))
    path.unlink()
    assert Mirror.open(path).cursor == ""


def test_a_mirror_deleted_under_a_window_is_written_again_from_what_it_holds_open(path: Path) -> None:
    mirror = Mirror.open(path)
    mirror.put(leads(make_lead("L1")))
    cursor = mirror.cursor
    path.unlink()
    assert mirror.refresh() == set()
    assert mirror.lead("L1") == make_lead("L1")
    assert any("written again" in warning for warning in mirror.warnings)
    again = Mirror.open(path)
    assert list(again.rows()) == ["L1"]
    assert again.cursor == cursor


@pytest.mark.parametrize("what", ["a folder", "a pipe"])
def test_something_else_in_its_place_is_put_aside(path: Path, what: str) -> None:
    for number in range(2):
        if what == "a folder":
            path.mkdir()
        else:
            os.mkfifo(path)
        mirror = Mirror.open(path)
        assert len(list(path.parent.glob(path.name + ".unreadable*"))) == number + 1
        assert "pulled again" in mirror.warnings[0]
        mirror.put(leads(make_lead("L1")))
        mirror.close()
        assert list(Mirror.open(path).rows()) == ["L1"]
        path.unlink()


def test_a_mirror_on_a_broken_spot_of_the_disk_is_put_aside(path: Path) -> None:
    class Broken(Files):
        def read(self, fd: int, size: int, offset: int) -> bytes:
            raise OSError(errno.EIO, "Input/output error")

    Mirror.open(path).put(leads(make_lead("L1")))
    mirror = Mirror.open(path, files=Broken())
    assert mirror.cursor == ""
    assert "the disk reports an error" in mirror.warnings[0]
    assert not path.exists()


def test_too_many_open_files_cost_no_mirror(path: Path) -> None:
    class Short(Files):
        def open(self, path: Path, flags: int) -> int:
            raise OSError(errno.EMFILE, "Too many open files")

    Mirror.open(path).put(leads(make_lead("L1")))
    with pytest.raises(Unreadable, match="too many files are open"):
        Mirror.open(path, files=Short())
    assert list(Mirror.open(path).rows()) == ["L1"]


def test_a_file_that_is_mostly_garbage_is_written_anew_on_opening(path: Path) -> None:
    mirror = Mirror.open(path)
    mirror.put(page(change(1, "person", "rita", REP), change(2, "campaign", "c1", Campaign(id="c1", name="One"))))
    big = make_lead("L1", message="x" * 3900)
    many = [replace(big, id=f"L{n}") for n in range(250)]
    for round_ in range(10):
        mirror.put(leads(*many, start=3 + round_ * 250))
    before = path.stat().st_size
    assert before > 8 << 20
    watching = Mirror.open(path) if before <= 4 * 250 * 4800 else mirror
    known = Mirror.open(path)
    assert path.stat().st_size < before / 4
    assert known.rows() == mirror.rows()
    assert known.n == mirror.n
    assert known.people() == [REP]
    assert known.lead("L7") == replace(big, id="L7")
    watching.refresh()
    assert watching.lead("L9") == replace(big, id="L9")
    known.put(leads(make_lead("L1"), start=9000))
    assert watching.refresh() == {"L1"}


def test_the_mirror_is_private(path: Path) -> None:
    previous = os.umask(0)
    try:
        Mirror.open(path).put(leads(make_lead("L1")))
    finally:
        os.umask(previous)
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}
