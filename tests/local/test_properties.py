"""Any order of acts, faults and reopenings gives what was acknowledged; any split of pages gives the same view."""

import errno
import shutil
import tempfile
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from api.local.errors import NotSaved
from api.local.mirror import Mirror
from api.local.outbox import Outbox
from api.model.changes import GONE, Change, Page
from api.model.operation import Accept, Note, Operation, Receipt, Result
from api.model.people import Person, Role
from tests.factories import NOW, make_lead, make_operation
from tests.local.conftest import FaultyFiles


class OutboxMachine(RuleBasedStateMachine):
    """Two windows on one profile against a plain list; only what was acknowledged may be there."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.path = self.folder / "outbox.journal"
        self.files = [FaultyFiles(), FaultyFiles()]
        self.windows = [self.open(0), self.open(1)]
        self.expected: dict[str, tuple[bool, bool, bool]] = {}

    operations = Bundle("operations")
    which = st.integers(0, 1)

    def open(self, which: int) -> Outbox:
        return Outbox.open(self.path, now=lambda: NOW, files=self.files[which])

    @rule(target=operations, which=which, texts=st.lists(st.text(max_size=40), min_size=1, max_size=4))
    def append(self, which: int, texts: list[str]) -> Operation:
        new = [make_operation(Note(text=text)) for text in texts]
        self.windows[which].append(new)
        self.expected |= {operation.id: (False, False, False) for operation in new}
        return new[0]

    @rule(which=which, operation=operations, result=st.sampled_from(Result))
    def settle(self, which: int, operation: Operation, result: Result) -> None:
        self.windows[which].settle([Receipt(operation_id=operation.id, result=result, at=NOW)])
        _, withdrawn, offered = self.expected[operation.id]
        self.expected[operation.id] = (True, withdrawn, offered)

    @rule(which=which, operation=operations)
    def withdraw(self, which: int, operation: Operation) -> None:
        done = self.windows[which].withdraw([operation.id])
        possible = self.expected[operation.id] == (False, False, False)
        assert done == ([operation.id] if possible else [])
        if possible:
            self.expected[operation.id] = (False, True, False)

    @rule(which=which, operation=operations)
    def offer(self, which: int, operation: Operation) -> None:
        settled, withdrawn, _ = self.expected[operation.id]
        done = self.windows[which].offer([operation.id])
        assert done == ([] if settled or withdrawn else [operation.id])
        if done:
            self.expected[operation.id] = (settled, withdrawn, True)

    @rule(which=which, fail_in=st.integers(1, 8), error=st.sampled_from([errno.EIO, errno.ENOSPC]))
    def append_on_a_bad_disk(self, which: int, fail_in: int, error: int) -> None:
        files = self.files[which]
        files.error, files.fail_at = error, len(files.calls) + fail_in
        operation = make_operation(Accept())
        try:
            self.windows[which].append([operation])
        except NotSaved:
            pass
        else:
            self.expected[operation.id] = (False, False, False)
        files.fail_at = 0

    @rule(data=st.data())
    def tear_and_reopen(self, data: st.DataObject) -> None:
        """A third process dies while appending: its torn line stays."""
        if self.path.exists():
            before = self.path.read_bytes()
            Outbox.open(self.path, now=lambda: NOW).append([make_operation(Accept()), make_operation(Accept())])
            after = self.path.read_bytes()
            with self.path.open("r+b") as file:
                file.truncate(data.draw(st.integers(len(before), len(after) - 1)))

    @rule(which=which)
    def reopen(self, which: int) -> None:
        self.windows[which] = self.open(which)

    @rule(which=which)
    def refresh(self, which: int) -> None:
        self.windows[which].refresh()
        self.check(self.windows[which])

    @invariant()
    def whoever_opens_sees_what_was_acknowledged(self) -> None:
        fresh = Outbox.open(self.path, now=lambda: NOW)
        assert fresh.warnings == []
        self.check(fresh)

    def check(self, outbox: Outbox) -> None:
        entries = outbox.entries()
        assert [entry.operation.id for entry in entries] == list(self.expected)
        seen = {entry.operation.id: (entry.settled, entry.withdrawn, entry.offered) for entry in entries}
        assert seen == self.expected
        assert [entry.sequence for entry in entries] == sorted({entry.sequence for entry in entries})

    def teardown(self) -> None:
        shutil.rmtree(self.folder)


TestOutboxMachine = OutboxMachine.TestCase
TestOutboxMachine.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def record(kind: str, id_: str, version: int | None) -> msgspec.Raw:
    if version is None:
        return GONE
    value = make_lead(id_, revision=version) if kind == "lead" else Person(id=id_, name=f"v{version}", role=Role.REP)
    return msgspec.Raw(msgspec.json.encode(value))


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["lead", "person"]),
        st.sampled_from(["A", "B", 'c"', "{}", "ü"]),
        st.one_of(st.none(), st.integers(1, 99)),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=60, deadline=None)
@given(changes=CHANGES, cuts=st.lists(st.tuples(st.integers(0, 30), st.booleans()), max_size=6))
def test_pages_in_any_split_give_the_same_view(
    changes: list[tuple[str, str, int | None]], cuts: list[tuple[int, bool]]
) -> None:
    numbered = [Change(n, kind, id_, record(kind, id_, version)) for n, (kind, id_, version) in enumerate(changes, 1)]
    expected = {(kind, id_): version for kind, id_, version in changes}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mirror.journal"
        mirror, watching = Mirror.open(path), Mirror.open(path)
        start = 0
        reopening = dict(cuts)
        for end in sorted({*reopening, len(numbered)}):
            part = tuple(numbered[start:end])
            start = min(end, len(numbered))
            mirror.put(Page("E", part, f"E:{start}", start, start < len(numbered)))
            watching.refresh()
            if reopening.get(end):
                mirror = Mirror.open(path)
        for known in (mirror, watching, Mirror.open(path)):
            assert known.cursor == f"E:{len(numbered)}"
            assert known.warnings == []
            living = {id_ for (kind, id_), version in expected.items() if kind == "lead" and version}
            assert known.rows().keys() == living
            for (kind, id_), version in expected.items():
                found = known.lead(id_) if kind == "lead" else known.person(id_)
                assert (found is None) == (version is None)
                if found is not None:
                    assert (found.revision if kind == "lead" else int(found.name[1:])) == version
