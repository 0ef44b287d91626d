"""Copying, opening and who else is on it, in the running program."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from api.model.lead import Company, Contact, Lead, Remark, Score, State
from api.model.people import Owner
from api.rules.showing.beside import Beside
from tests.factories import MARKETER, NOW, OTHER_REP, REP
from tests.tui.conftest import Run, Screen, World, decided, named_lead
from tui.clipboard import Tool


async def until(screen: Screen, so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    for _ in range(400):
        if so():
            return
        await screen.pilot.pause(0.01)
    raise AssertionError(f"it never came to be so; the status line says “{screen.status}”")


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a tool of the system was given."""
    given: list[str] = []

    def hand_over(text: str, asked: list[Tool]) -> tuple[str, ...]:
        given.append(text)
        return ("xclip",)

    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("TMUX", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "TERM_PROGRAM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("tui.clipboard.hand_over", hand_over)
    return given


async def test_y_copies_the_e_mail_both_ways_and_says_so(run: Run, taken: list[str]) -> None:
    async with run() as screen:
        await screen.press("y")
        await until(screen, lambda: "Copied" in screen.status)
        assert "Copied the e-mail: lead1@bakery.example" in screen.status
        assert taken == ["lead1@bakery.example"]
        assert screen.app.clipboard == "lead1@bakery.example"


async def test_without_an_e_mail_it_is_the_number_and_without_both_it_says_why_not(
    run: Run, world: World, taken: list[str]
) -> None:
    world.leads(
        named_lead(1, contact=Contact(name="Ana", phone="+1 555 0100")), named_lead(2, contact=Contact(name="Bo"))
    )
    async with run() as screen:
        await screen.press("y")
        await until(screen, lambda: "Copied the number: +1 555 0100" in screen.status)
        await screen.press("j", "y")
        assert "Neither e-mail nor number of this lead is known." in screen.status
        assert len(taken) == 1


async def test_what_to_copy_is_picked_by_its_key(run: Run, world: World, taken: list[str]) -> None:
    async with run() as screen:
        await screen.press("Y")
        assert "Copy what of Ana Example?" in screen.text("#dialog-title")
        assert "lead1@bakery.example" in screen.text("#ways")
        await screen.press("z", "c")
        await until(screen, lambda: "Copied the company: Example Bakery" in screen.status)
        assert taken == ["Example Bakery"]
        await screen.press("Y", "down", "enter")
        await until(screen, lambda: "Copied the number" in screen.status)
        await screen.press("Y", "escape")
        assert len(taken) == 2
        assert world.written() == []


async def test_the_whole_card_is_copied_as_plain_text(run: Run, taken: list[str]) -> None:
    async with run() as screen:
        await screen.press("Y", "w")
        await until(screen, lambda: "Copied the whole card" in screen.status)
    (text,) = taken
    for words in (
        "Ana Example",
        "lead1@bakery.example",
        "Set up in one day, no installation.",
        "Can it print",
        "Why it",
    ):
        assert words in text
    assert "\x1b" not in text
    assert text.replace("\n", "").isprintable()


async def test_it_is_told_when_nothing_took_the_copy(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "linux")
    monkeypatch.setattr("tui.clipboard.tools", list)
    async with run() as screen:
        await screen.press("y")
        await until(screen, lambda: "Nothing here takes a copy" in screen.status)
        assert "lead1@bakery.example" in screen.status


async def test_what_to_open_is_picked_and_unsafe_ways_are_not_offered(run: Run, world: World) -> None:
    lead = named_lead(1, company=Company(name="Example Bakery", website="bakery.example"), url="javascript:alert(1)")
    world.leads(lead, named_lead(2, contact=Contact(name="Bo"), company=Company(name="X")))
    opened: list[str] = []
    async with run() as screen:
        screen.app.open_url = lambda url, **_options: opened.append(url)  # type: ignore[method-assign]
        await screen.press("O")
        assert "javascript" not in screen.text("#ways")
        await screen.press("t")
        assert opened == ["tel:+15550100"]
        assert "Opened the telephone" in screen.status
        await screen.press("O", "w")
        assert opened[1:] == ["https://bakery.example"]
        await screen.press("j", "O")
        assert "no address, number, web site or page" in screen.status


async def test_over_ssh_nothing_is_opened_at_the_other_end(
    run: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")
    async with run() as screen:
        screen.app.open_url = lambda url, **_options: opened.append(url)  # type: ignore[method-assign]
        await screen.press("o")
        assert opened == []
        assert "over SSH" in screen.status


async def test_who_else_is_on_it_appears_once_the_cursor_rests(run: Run, world: World) -> None:
    twin = decided(named_lead(40), State.ACCEPTED)
    twin = replace(
        twin,
        contact=replace(twin.contact, email="lead2@bakery.example", name="Bo Double"),
        standing=replace(twin.standing, owner=Owner("person", OTHER_REP.id)),
    )
    world.leads(twin)
    async with run(size=(200, 60)) as screen:
        assert "Bo Double" not in screen.text("#card")
        await screen.press("j")
        await until(screen, lambda: "Bo Double: same person, accepted, Otto Other" in screen.text("#card"))
        assert "! also with Otto Other" in screen.text("#card").splitlines()[0]
        # A change elsewhere leaves it where it is, until it is known anew.
        world.leads(named_lead(6, message="News"))
        await screen.settle()
        assert "Bo Double" in screen.text("#card")


async def test_a_held_key_looks_for_nobody(run: Run, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    beside = world.desk.beside

    def looking(lead: Lead) -> Beside:
        looked.append(lead.id)
        return beside(lead)

    monkeypatch.setattr(world.desk, "beside", looking)
    async with run() as screen:
        await screen.press("j", "j", "j", "k", "k")
        assert looked == []
        await until(screen, lambda: bool(looked))
        assert looked == ["L002"]


async def test_notes_are_told_apart_by_the_sides_people_are_on(run: Run, world: World) -> None:
    def note(by: str, name: str, text: str) -> Remark:
        return Remark(operation_id=text, kind="note", by=by, by_name=name, at=NOW - timedelta(hours=1), text=text)

    lead = named_lead(1, remarks=(note(REP.id, REP.name, "Call late"), note(MARKETER.id, MARKETER.name, "Fair lead")))
    world.leads(replace(lead, engagement=Score(78, (), 54, NOW - timedelta(hours=2))))
    async with run(size=(200, 60)) as screen:
        words = " ".join(screen.text("#card").split())
        assert "Rita Rep (sales), note: Call late" in words
        assert "Mia Marketer (marketing), note: Fair lead" in words
        assert "up 24 from 54, 2 h ago" in words


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_what_decides_is_in_sight_without_scrolling_at_any_size(run: Run, size: tuple[int, int]) -> None:
    async with run(size=size) as screen:
        seen = screen.app.screen.query_one("#card").said  # type: ignore[attr-defined]
        for words in ("Ana Example", "new · team north", "of 7 met", "form 3 h ago", "decision overdue", "in Germany"):
            assert words in seen, words
