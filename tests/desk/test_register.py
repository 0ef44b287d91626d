"""What is kept up with each change is what a look at everything would find."""

from hypothesis import given, settings
from hypothesis import strategies as st

from api.desk.held import Held
from api.desk.register import Register
from api.local.entries import Overruled, Resolution
from api.model import operation as op
from api.model.lead import Decided
from api.model.operation import Receipt, Result, supersedes
from tests.factories import NOW, make_lead, make_operation

THEIRS = Decided(
    operation_id="theirs",
    verb="accept",
    by="max",
    by_name="Max",
    at=NOW,
    agreement=1,
    decision_revision=2,
    before=make_lead("a").standing,
)
KEYS = [f"op{number}" for number in range(8)]
VERBS = (op.Accept(), op.Note(text="Hm."), op.Claim(), op.Reopen())


@st.composite
def changes(draw: st.DrawFn) -> list[Held | str]:
    """Draw operations that come, change and go; what each is about stays, as it does in life."""
    base = {}
    for place, key in enumerate(draw(st.permutations(KEYS)), 1):
        earlier = ["", *base]
        lead = make_lead(draw(st.sampled_from("ab")))
        operation = make_operation(
            draw(st.sampled_from(VERBS)), lead, id=key, undoes=draw(st.sampled_from([*earlier, "elsewhere"]))
        )
        base[key] = (operation, place)
    made: list[Held | str] = []
    for _ in range(draw(st.integers(1, 20))):
        key = draw(st.sampled_from(KEYS))
        if draw(st.integers(0, 6)) == 0:
            made.append(key)
            continue
        operation, place = base[key]
        result = draw(st.sampled_from([None, *Result]))
        made.append(
            Held(
                operation,
                Receipt(operation_id=key, result=result, at=NOW, n=place) if result is not None else None,
                Overruled(THEIRS, NOW) if draw(st.integers(0, 3)) == 0 else None,
                Resolution("yield", NOW, by=draw(st.sampled_from(["", *KEYS]))) if draw(st.booleans()) else None,
                place,
            )
        )
    return made


class Plain:
    """Everything looked through each time."""

    def __init__(self) -> None:
        self.held: dict[str, Held] = {}
        self.places: dict[str, int] = {}
        self.undone_by: dict[str, str] = {}

    def keep(self, held: Held) -> None:
        key = held.operation.id
        self.held[key] = held
        self.places[key] = held.sequence
        if held.operation.undoes:
            self.undone_by[held.operation.undoes] = key

    def lose(self, key: str) -> None:
        held = self.held.pop(key, None)
        if held is not None and self.undone_by.get(held.operation.undoes) == key:
            del self.undone_by[held.operation.undoes]

    def history(self) -> list[Held]:
        return sorted(self.held.values(), key=lambda held: held.sequence)

    def undone(self, key: str) -> bool:
        reopen, own = self.held.get(self.undone_by.get(key, "")), self.held.get(key)
        return reopen is not None and (reopen.counts or (own is not None and own.failed))

    def answered(self, held: Held) -> bool:
        resolution = held.resolution
        return resolution is not None and not (resolution.by and self.undone(resolution.by))

    def matters(self, held: Held) -> bool:
        original = self.held.get(held.operation.undoes)
        if original is not None and original.failed:
            return False
        return not any(
            later.operation.target == held.operation.target
            and supersedes(later.operation.verb, held.operation.verb)
            and later.receipt is not None
            and later.counts
            and later.sequence > held.sequence
            and not self.undone(later.operation.id)
            and self.places.get(later.operation.undoes, -1) <= held.sequence
            for later in self.held.values()
        )

    def unsettled(self) -> list[Held]:
        return [
            held
            for held in reversed(self.history())
            if held.failed
            and held.operation.id not in self.undone_by
            and not self.answered(held)
            and self.matters(held)
        ]

    def overruled(self) -> list[Held]:
        return [
            held
            for held in reversed(self.history())
            if held.overruled is not None
            and held.receipt is not None
            and held.counts
            and not self.undone(held.operation.id)
            and not self.answered(held)
        ]


@settings(max_examples=300, deadline=None)
@given(changes())
def test_what_is_kept_up_is_what_a_look_at_everything_finds(changes: list[Held | str]):
    register, plain = Register(), Plain()
    for change in changes:
        for one in (register, plain):
            one.lose(change) if isinstance(change, str) else one.keep(change)
        history = plain.history()
        assert register.history() == history
        owed = [held.operation for held in history if held.receipt is None]
        assert list(register.pending()) == owed
        assert register.owing() == (len(owed), owed[0] if owed else None)
        assert list(register.unsettled()) == plain.unsettled()
        assert list(register.overruled()) == plain.overruled()
        for lead_id in "ab":
            assert register.on_lead(lead_id) == [held for held in history if held.operation.target.id == lead_id]


@settings(max_examples=50, deadline=None)
@given(changes(), st.integers(1, 5))
def test_history_is_read_from_its_end_in_pieces(changes: list[Held | str], some: int):
    register = Register()
    for change in changes:
        register.lose(change) if isinstance(change, str) else register.keep(change)
    found: list[Held] = []
    piece, bound = register.before(None, some)
    while piece:
        found += piece
        piece, bound = register.before(bound, some)
    assert found == list(reversed(register.history()))
