"""Each verb by its key, by its command and by its question in plain lines: three ways to one operation."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

import pytest
from msgspec.structs import replace

from api.desk import Desk
from api.model.lead import Lead, Snooze, State
from api.model.people import Owner
from tests.factories import NOW, REP
from tests.tui.conftest import Run, World, decided, named_lead
from tui.cli.main import main
from tui.cli.output import Output
from tui.cli.talk.session import Session
from tui.cli.talk.talk import Talk
from tui.cli.usage.verbs import OPTIONS, VERBS
from tui.commands import COMMANDS
from tui.settings.keymap import Keymap
from tui.verbs import DEEDS, REFUSALS


def new() -> Lead:
    """Return a lead that nobody has decided on."""
    return named_lead(1)


def mine() -> Lead:
    """Return a lead that the rep has accepted."""
    lead = named_lead(1)
    return decided(replace(lead, standing=replace(lead.standing, owner=Owner("person", REP.id))), State.ACCEPTED, REP)


def claimed() -> Lead:
    """Return a lead that the rep has claimed."""
    lead = named_lead(1)
    owner = Owner("person", REP.id)
    return replace(lead, standing=replace(lead.standing, owner=owner, claimed_by=REP.id))


def snoozed() -> Lead:
    """Return a lead that waits until it does something."""
    return named_lead(1, snooze=Snooze(operation_id="s", or_activity=True, at=NOW))


WAYS: dict[str, tuple[Callable[[], Lead], list[str], list[str], list[str]]] = {
    "accept": (new, ["a"], ["accept", "L001"], ["a"]),
    "accept_why": (
        new,
        ["A", *"asked for a call", "tab", "4", *"+1 555 0199", "enter"],
        ["accept", "L001", "--reason", "asked for a call", "--correct", "phone=+1 555 0199"],
        ["A", "asked for a call", "phone", "+1 555 0199"],
    ),
    "reject": (
        new,
        ["r", "n", "1", "enter"],
        ["reject", "L001", "--reason", "not_target", "--answer", "dimension=size", "--answer", "value=40"],
        ["r", "n", "1", ""],
    ),
    "reroute": (new, ["t", "3"], ["reroute", "L001", "--to", "other"], ["t", "?", "otto"]),
    "duplicate": (
        new,
        ["D", *"cy spec", "enter"],
        ["duplicate", "L001", "--of", "L003"],
        ["D", "cy spec", "1"],
    ),
    "suppress": (
        new,
        ["X", *"by phone", "enter", *"suppress", "enter"],
        ["suppress", "L001", "--how", "by phone", "--confirm", "suppress"],
        ["X", "", "", "by phone", "suppress"],
    ),
    "snooze": (
        new,
        ["z", *"mon 14:30", "tab", "2", "enter"],
        ["snooze", "L001", "--until", "mon 14:30"],
        ["z", "mon 14:30", "2"],
    ),
    "wake": (snoozed, ["Z"], ["wake", "L001"], ["Z"]),
    "claim": (new, ["c"], ["claim", "L001"], ["c"]),
    "release": (claimed, ["C"], ["release", "L001"], ["C"]),
    "attempt": (
        mine,
        ["l", "5", "tab", *"in 3 days", "tab", *"asked for Dee", "enter"],
        ["attempt", "L001", "--result", "meeting booked", "--next", "in 3 days", "--note", "asked for Dee"],
        ["l", "5", "in 3 days", "asked for Dee"],
    ),
    "disqualify": (
        mine,
        ["d", "m", "enter"],
        ["disqualify", "L001", "--reason", "no_budget"],
        ["d", "m", "", "", "", ""],
    ),
    "qualify": (
        mine,
        ["Q", *"12.5k", "tab", *"1 dec", "enter"],
        ["qualify", "L001", "--amount", "12.5k", "--close", "1 dec"],
        ["Q", "12.5k", "1 dec", ""],
    ),
    "outcome": (mine, ["w", "2"], ["outcome", "L001", "lost"], ["w", "2", "", ""]),
    "note": (
        new,
        ["i", *"uses a rival", "tab", "1", "enter"],
        ["note", "L001", "--text", "uses a rival", "--tag", "competitor"],
        ["i", "uses a rival", "competitor"],
    ),
    "correct": (
        new,
        ["e", "3", *"ana@new.example", "enter"],
        ["correct", "L001", "email=ana@new.example"],
        ["e", "3", "ana@new.example"],
    ),
    "thank": (new, ["plus", *"good", "enter"], ["thank", "L001", "--text", "good"], ["+", "good"]),
    "flag_meeting": (
        new,
        ["m", *"prices", "enter"],
        ["flag-meeting", "L001", "--text", "prices"],
        ["m", "prices"],
    ),
    "flag_promise": (new, ["p", "enter"], ["flag-promise", "L001"], ["p", ""]),
}
"""For each verb: the lead, the keys on the screen, the command, and the lines typed in `handoff next`."""


class Alone:
    """A line to nobody."""

    problem = ""

    def __init__(self, _opened: Desk) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def answered(self, _operations: Sequence[str], _seconds: float) -> bool:
        """Say that nobody has answered."""
        return False


def standing_in(folder: Path, lead: Lead) -> World:
    """Return a desk of its own with that lead first among six."""
    made = World(folder)
    made.leads(lead, *[named_lead(number) for number in range(2, 7)])
    return made


def by_command(world: World, words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a command at the world's desk."""
    with monkeypatch.context() as patch:
        patch.setattr(Desk, "open", lambda _profile: world.desk)
        patch.setattr(Desk, "close", lambda _desk: None)
        patch.setenv("HANDOFF_HOME", str(world.desk.profile.root))
        assert main([*words, "--wait", "0"]) == 3


def by_lines(world: World, lines: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> str:
    """Type lines into the questions of `handoff next`, and return what it said."""
    said = io.StringIO()
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO("\n".join([*lines, "q"]) + "\n"))
        patch.setattr("tui.cli.talk.session.InStep", Alone)
        talk = Talk(Output(stdout=said, stderr=said))
        session = Session(world.desk, talk, top=lambda _: "", show=lambda _: None, keymap=Keymap())
        session.run(world.desk.lead("L001"), 0)
    return said.getvalue()


def verbs(world: World) -> list[Any]:
    """Return what lies on the disk for the CRM."""
    operations = world.written()
    assert len({one.group for one in operations}) <= 1, "what is done together is undone together"
    return [(one.target.id, one.verb, one.seen) for one in operations]


@pytest.mark.parametrize("name", WAYS)
async def test_three_ways_make_one_operation(
    run: Run, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    lead, keys, command, lines = WAYS[name]
    world.leads(lead())
    find = [] if lead is new else ["slash", *"ana example", "enter"]
    async with run(keys=find) as screen:
        await screen.press(*keys)
        pressed = verbs(world)
    assert pressed, "the keys did something"
    typed = standing_in(tmp_path / "typed", lead())
    by_command(typed, command, monkeypatch)
    assert verbs(typed) == pressed
    answered = standing_in(tmp_path / "answered", lead())
    said = by_lines(answered, lines, monkeypatch)
    assert verbs(answered) == pressed, said


def test_every_verb_is_there_in_all_three_ways() -> None:
    assert WAYS.keys() == {*DEEDS, *REFUSALS, "reject", "disqualify"}
    by_name = {one.id.partition(".")[2]: one for one in COMMANDS if one.target == "triage"}
    names = {entry.name for entry in VERBS}
    assert {by_name[name].cli.partition(" ")[0] for name in WAYS} == names


def test_options_are_the_questions(world: World) -> None:
    for name, options in OPTIONS.items():
        for lead in (new(), mine()):
            asked = [one.key for one in DEEDS[name].questions(world.desk, lead)]
            assert [one.key for one in options] == asked, name
