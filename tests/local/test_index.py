"""The index beside the mirror saves reading it, and is never believed when it is wrong."""

import errno
import os
import random
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from zlib import crc32

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from msgspec.structs import replace

from api.local.files import Files
from api.local.frames import Header, frame, frame_header
from api.local.index.base import STATES, IndexDamaged
from api.local.index.digest import FORM
from api.local.mirror import Mirror
from api.model.changes import Change, Page
from api.model.lead import AttemptMade, Lead, Snooze, Standing, State, Touch
from api.model.people import Owner
from api.rules.queue import Row, hay_of, order_key, row_of
from tests.factories import NOW, REP, make_lead
from tests.local.conftest import FaultyFiles

KEPT = 3_334_859_442
"""Of rows and words in their present form."""

WOKEN = Snooze(operation_id="s", or_activity=True, at=NOW)
MADE = {"operation_id": "a", "by": "rita", "by_name": "Rita Rep", "at": NOW, "result": "no answer"}


class CountingFiles(Files):
    """The real disk, and how many bytes were read of each file."""

    def __init__(self) -> None:
        self.bytes_read: dict[str, int] = {}

    def read(self, fd: int, size: int, offset: int) -> bytes:
        data = super().read(fd, size, offset)
        name = Path(f"/proc/self/fd/{fd}").readlink().name
        self.bytes_read[name] = self.bytes_read.get(name, 0) + len(data)
        return data


class NarrowFiles(Files):
    """A disk with hardly any room; what was written, by the name of the file."""

    def __init__(self) -> None:
        self.asked = 0
        self.written: Counter[str] = Counter()

    def room(self, _path: Path) -> int:
        self.asked += 1
        return 1_000

    def write(self, fd: int, data: bytes | memoryview) -> int:
        self.written[Path(f"/proc/self/fd/{fd}").readlink().name] += len(data)
        return super().write(fd, data)


def page(start: int, *records: Lead | str, more: bool = False, epoch: str = "E1") -> Page:
    """A page that brings these leads, or takes those away of which it has the id alone."""
    changes = tuple(
        Change(n, "lead", record if isinstance(record, str) else record.id, _raw(record))
        for n, record in enumerate(records, start)
    )
    n = start + len(records) - 1
    return Page(epoch, changes, f"{epoch}:{n}", n, more)


def _raw(record: Lead | str) -> msgspec.Raw:
    return msgspec.Raw(b"null" if isinstance(record, str) else msgspec.json.encode(record))


def named(place: int, **more: object) -> Lead:
    lead = make_lead(f"L{place:05}", **more)
    return replace(lead, contact=replace(lead.contact, name=f"Person {place}"), message="x" * 2_000)


def filled(path: Path, count: int, **more: int) -> Mirror:
    """A mirror with so many leads and an index, closed and opened again."""
    mirror = Mirror.open(path)
    for start in range(1, count + 1, 200):
        mirror.put(page(start, *(named(at) for at in range(start, min(start + 200, count + 1)))))
    mirror.close()
    return Mirror.open(path, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mirror.journal"


def shown(mirror: Mirror) -> dict[str, object]:
    rows = mirror.rows()
    return {lead_id: (row, rows.hay(lead_id), mirror.lead(lead_id)) for lead_id, row in rows.items()}


def test_opening_reads_the_index_and_next_to_nothing_of_the_journal(path: Path) -> None:
    filled(path, 3_000).close()
    size = path.stat().st_size
    files = CountingFiles()
    mirror = Mirror.open(path, files=files)
    assert len(mirror.rows()) == 3_000
    assert mirror.rows()["L01500"].title == "Person 1500"
    assert size > 6_000_000
    # The first line is looked at with what stands behind it in one block, and the end is known again by its bytes.
    assert files.bytes_read["mirror.journal"] < 1_100_000
    mirror.close()


def test_changes_since_the_index_are_taken_from_what_stands_before_their_page(path: Path) -> None:
    filled(path, 400).close()
    mirror = Mirror.open(path)
    mirror.put(page(500, *(named(at, origin="later") for at in range(1, 101)), "L00200"))
    del mirror
    again = Mirror.open(path)
    assert again.rows()["L00007"].origin == "later"
    assert "L00200" not in again.rows()
    assert len(again.rows()) == 399
    assert again.lead("L00200") is None


def test_an_index_that_is_lost_is_made_again(path: Path) -> None:
    before = shown(filled(path, 300))
    index = path.with_suffix(".index")
    index.unlink()
    mirror = Mirror.open(path)
    assert shown(mirror) == before
    mirror.tidy()
    assert index.stat().st_size > 0
    assert shown(mirror) == before
    assert shown(Mirror.open(path)) == before


def test_leads_stand_in_the_order_of_the_queue_then_by_newest_handoff(path: Path) -> None:
    rng = random.Random(3)
    leads = [
        named(
            at,
            standing=Standing(
                state=rng.choice([State.NEW, State.NEW, State.ACCEPTED, State.REJECTED]),
                owner=rng.choice([None, Owner("person", "rita"), Owner("team", "north")]),
                due_at=rng.choice([None, NOW.replace(minute=rng.randrange(60))]),
            ),
            handed_at=NOW.replace(second=rng.randrange(60)),
            snooze=rng.choice([None, Snooze(operation_id="s"), Snooze(operation_id="s", until=NOW), WOKEN]),
            attempts=rng.choice([(), (AttemptMade(**MADE),), (AttemptMade(**MADE, next_on=NOW.date()),)]),
            touches=rng.choice([(), (Touch(id="t", at=NOW, kind="page", title="Prices"),)]),
        )
        for at in range(1, 401)
    ]
    mirror = Mirror.open(path)
    mirror.put(page(1, *leads))
    mirror.close()
    for known in (Mirror.open(path), _merged_twice(path, leads)):
        base = known.rows().base
        rows = [row_of(lead) for lead in leads]
        new = sorted((row for row in rows if row.state == "new"), key=order_key)
        rest = sorted((row for row in rows if row.state != "new"), key=lambda row: (-row.handed, row.id))
        assert base.ids == [row.id for row in [*new, *rest]]
        assert base.new == len(new)
        for at, row in enumerate([*new, *rest]):
            assert base.find(row.id) == at
            assert base.row(at) == row
            assert base.due[at] == (float("inf") if row.due is None else row.due)
            assert base.wake[at] == (float("-inf") if row.snoozed is None else row.snoozed)
            assert base.owners[base.owner[at]] == row.owner
            assert base.campaigns[base.campaign[at]] == row.campaign_id
            assert base.score[at] == row.score
            assert STATES[base.state[at]] == row.state
            assert base.next_on[at] == (row.next_on or 0)
            assert base.stirred[at] == (row.stirred is not None)
        assert [row for some in base.all_rows() for row in some] == [*new, *rest]
        assert any(base.next_on)
        assert any(base.stirred)
        by_id = {lead.id: lead for lead in leads}
        assert base.hays() == [hay_of(by_id[lead_id]) for lead_id in base.ids]


def _merged_twice(path: Path, leads: list[Lead]) -> Mirror:
    """The same leads after every second one was another for a while."""
    mirror = Mirror.open(path, merge_after=0)
    mirror.put(page(1_000, *(named(int(lead.id[1:]), origin="other") for lead in leads[::2])))
    mirror.tidy()
    mirror.put(page(2_000, *leads[::2]))
    mirror.tidy()
    return mirror


def test_words_are_found_wherever_they_stand(path: Path) -> None:
    mirror = filled(path, 50)
    mirror.put(page(100, replace(named(7), contact=replace(named(7).contact, name="Zoë Ångström")), "L00008"))
    assert mirror.rows().having(["person 9", "zoë ång"]) == {"L00009", "L00007"}
    assert mirror.rows().having(["person 7", "person 8"]) == set()
    assert mirror.rows().having(["", "\0"]) == set()


def test_an_index_cut_or_changed_anywhere_never_shows_what_the_journal_does_not_say(path: Path) -> None:
    right = shown(filled(path, 40))
    index = path.with_suffix(".index")
    whole = index.read_bytes()
    rng = random.Random(11)
    cuts = [whole[:at] for at in {0, 1, len(whole) - 1, *(rng.randrange(len(whole)) for _ in range(60))}]
    flips = [
        whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1 :]
        for at in (rng.randrange(len(whole)) for _ in range(300))
    ]
    for data in [*cuts, *flips, b"", b"rubbish" * 1_000]:
        index.write_bytes(data)
        mirror = Mirror.open(path)
        seen = {lead_id: mirror.rows().get(lead_id) for lead_id in right}
        assert mirror.rows().keys() == right.keys()
        if None in seen.values():
            # What could not be read is noticed, and read from the journal at the next look.
            mirror.refresh()
            seen = dict(mirror.rows())
        titles = {lead_id: (row.id, mirror.lead(lead_id)) for lead_id, row in seen.items() if row is not None}
        assert titles == {lead_id: (lead_id, known[2]) for lead_id, known in right.items()}  # type: ignore[index]


def test_a_journal_changed_in_place_is_read_again(path: Path) -> None:
    filled(path, 40).close()
    data = path.read_bytes()
    at = data.index(b"Person 23")
    path.write_bytes(data[:at] + b"Person 99" + data[at + 9 :])
    mirror = Mirror.open(path)
    assert "damaged" in mirror.warnings[0]
    assert all(row.title != "Person 99" for row in mirror.rows().values())


def test_a_lead_damaged_on_the_disk_while_the_program_runs_is_not_shown_and_pulled_again(path: Path) -> None:
    mirror = filled(path, 300)
    data = path.read_bytes()
    at = data.index(b'"name":"Person 250"')
    with path.open("r+b") as file:
        file.seek(at + 8)
        file.write(b"Nobody  250")
    os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    assert mirror.lead("L00250") is None
    assert any("damaged" in warning for warning in mirror.warnings)
    mirror.refresh()
    assert mirror.cursor == "E1:200"
    assert len(mirror.rows()) == 200
    mirror.put(page(201, *(named(at) for at in range(201, 301))))
    assert mirror.lead("L00250") == named(250)


def test_the_index_of_another_profile_is_not_believed(tmp_path: Path) -> None:
    one, other = tmp_path / "one" / "mirror.journal", tmp_path / "other" / "mirror.journal"
    for place, path in enumerate((one, other), 1):
        path.parent.mkdir()
        mirror = Mirror.open(path)
        mirror.put(page(1, named(place)))
        mirror.close()
    shutil.copy(one.with_suffix(".index"), other.with_suffix(".index"))
    assert list(Mirror.open(other).rows()) == ["L00002"]


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EACCES])
def test_a_disk_that_does_not_take_the_index_takes_nothing_else_away(path: Path, error: int) -> None:
    files = FaultyFiles()
    mirror = Mirror.open(path, files=files)
    mirror.put(page(1, *(named(at) for at in range(1, 51))))
    before = shown(mirror)
    for fail_in in range(1, 6):
        files.error, files.fail_at = error, len(files.calls) + fail_in
        mirror.tidy()
        files.fail_at = 0
        path.with_suffix(".index").unlink(missing_ok=True)
        assert shown(mirror) == before
        assert shown(Mirror.open(path)) == before


def test_a_disk_with_little_room_is_left_to_the_decisions(path: Path) -> None:
    files = NarrowFiles()
    mirror = Mirror.open(path, files=files)
    for start in (1, 51):
        mirror.put(page(start, *(named(at) for at in range(start, start + 50))))
        mirror.tidy()
    mirror.close()
    assert files.asked == 1, "who was told that there is no room does not try for it page by page"
    assert not path.with_suffix(".index").exists()
    assert files.written["mirror.index.new"] == 0
    assert len(Mirror.open(path).rows()) == 100


def test_words_that_are_damaged_are_not_searched(path: Path) -> None:
    filled(path, 40).close()
    index = path.with_suffix(".index")
    data = index.read_bytes()
    at = data.rindex(b"person 31")
    index.write_bytes(data[:at] + b"q" + data[at + 1 :])
    mirror = Mirror.open(path)
    with pytest.raises(IndexDamaged):
        mirror.rows().base.hays()


def test_a_lead_in_a_form_of_tomorrow_waits_for_the_program_that_reads_it(path: Path) -> None:
    mirror = Mirror.open(path)
    strange = Change(2, "lead", "L2", msgspec.Raw(b'{"id":"L2","handed_at":"by tomorrow"}'))
    mirror.put(Page("E1", (Change(1, "lead", "L00001", _raw(named(1))), strange), "E1:2", 2, False))
    mirror.put(page(3, *(named(1, origin=f"turn {turn}") for turn in range(25))))
    assert list(mirror.rows()) == ["L00001"]
    mirror.close()
    again = Mirror.open(path)
    assert list(again.rows()) == ["L00001"]
    assert again.lead("L2") is None
    assert any("L2" in warning for warning in again.warnings), "it is still there to be read"


def test_rows_or_words_of_another_form_have_another_number() -> None:
    """Whoever changes what `row_of` or `hay_of` give raises `FORM`: what was kept before is of no use then."""
    lead = make_lead("L1", snooze=Snooze(operation_id="s"))
    kept = (FORM, Row.__struct_fields__, msgspec.structs.astuple(row_of(lead)), hay_of(lead))
    assert crc32(repr(kept).encode()) == KEPT


def test_a_mirror_without_what_stands_before_pages_is_read_all_the_same(path: Path) -> None:
    records = [["lead", lead.id, lead] for lead in (named(1), named(2))]
    lines = [*records, ["cursor", "cursor", {"cursor": "E1:2", "n": 2, "epoch": "E1"}]]
    foreign = frame(b"{digest}of another version", closes=False)
    path.write_bytes(frame_header(Header("handoff mirror", 1)) + foreign + frame(msgspec.json.encode(lines)))
    mirror = Mirror.open(path)
    assert shown(mirror).keys() == {"L00001", "L00002"}
    assert mirror.rows()["L00002"] == row_of(named(2))


def test_compacting_keeps_every_lead(path: Path) -> None:
    mirror = Mirror.open(path)
    for turn in range(25):
        mirror.put(page(turn * 200 + 1, *(named(at, origin=f"turn {turn}") for at in range(1, 201))))
    size = path.stat().st_size
    mirror.close()
    again = Mirror.open(path)
    assert path.stat().st_size < size / 4
    assert {row.origin for row in again.rows().values()} == {"turn 24"}
    assert len(again.rows()) == 200


class MirrorMachine(RuleBasedStateMachine):
    """Two programs on one mirror, pages, merges and losses in any order, against a plain dictionary."""

    ids = st.sampled_from([f"L{at:05}" for at in range(1, 13)])
    which = st.integers(0, 1)
    records = st.builds(
        lambda lead_id, origin, state, due: make_lead(
            lead_id, origin=origin, standing=Standing(state=state, due_at=NOW if due else None)
        ),
        ids,
        st.sampled_from(["ads", "fair", "Zoë"]),
        st.sampled_from([State.NEW, State.ACCEPTED]),
        st.booleans(),
    )

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "mirror.journal"
        self.mirrors = [self.open(), self.open()]
        self.expected: dict[str, Lead] = {}
        self.n = 0
        self.epoch = "E1"

    def open(self) -> Mirror:
        return Mirror.open(self.path, merge_after=3)

    @rule(which=which, records=st.lists(st.one_of(records, ids), min_size=1, max_size=6), more=st.booleans())
    def put(self, which: int, records: list[Lead | str], more: bool) -> None:
        new = page(self.n + 1, *records, more=more, epoch=self.epoch)
        self.mirrors[which].put(new)
        self.n += len(records)
        for record in records:
            if isinstance(record, str):
                self.expected.pop(record, None)
            else:
                self.expected[record.id] = record

    @rule(which=which, records=st.lists(records, min_size=1, max_size=4))
    def another_epoch(self, which: int, records: list[Lead]) -> None:
        self.epoch += "x"
        self.n = 0
        self.expected = {}
        self.put(which, list(records), False)

    @rule(which=which)
    def tidy(self, which: int) -> None:
        self.mirrors[which].tidy()

    @rule(which=which)
    def close_and_open(self, which: int) -> None:
        self.mirrors[which].close()
        self.mirrors[which] = self.open()

    @rule(which=which)
    def die_and_open(self, which: int) -> None:
        self.mirrors[which] = self.open()

    @rule()
    def lose_the_index(self) -> None:
        self.path.with_suffix(".index").unlink(missing_ok=True)

    @rule(which=which)
    def forget(self, which: int) -> None:
        self.mirrors[which].reset()
        self.expected = {}

    @invariant()
    def everybody_sees_the_same(self) -> None:
        for mirror in self.mirrors:
            mirror.refresh()
            rows = mirror.rows()
            assert dict(rows) == {lead_id: row_of(lead) for lead_id, lead in self.expected.items()}
            assert len(rows) == len(self.expected)
            assert {lead_id: mirror.lead(lead_id) for lead_id in rows} == self.expected
            assert rows.having(["zoë"]) == {one.id for one in self.expected.values() if one.origin == "Zoë"}

    def teardown(self) -> None:
        for mirror in self.mirrors:
            mirror.close()
        shutil.rmtree(self.folder)


TestMirrorMachine = MirrorMachine.TestCase
TestMirrorMachine.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def test_people_and_cursor_come_back_with_the_index(path: Path) -> None:
    mirror = Mirror.open(path)
    mirror.put(Page("E1", (Change(1, "person", "rita", msgspec.Raw(msgspec.json.encode(REP))),), "E1:1", 1, more=True))
    mirror.put(page(2, named(1)))
    mirror.close()
    again = Mirror.open(path)
    assert (again.cursor, again.n, again.whole) == ("E1:2", 2, 2)
    assert again.people() == [REP]
