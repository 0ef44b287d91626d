"""Listing: views, orders, filters with fields, and columns that programs can count on."""

from collections.abc import Callable

import pytest

from api.rules.queue import Order, View
from tests.cli.conftest import Seat
from tests.running_hub import RunningHub
from tui.cli.queue.columns import COLUMNS
from tui.cli.usage.arguments import ORDERS, VIEWS
from tui.cli.usage.entries import ENTRIES

MakeSeat = Callable[..., Seat]


@pytest.fixture
def rita(hub: RunningHub, team: str, seat: MakeSeat) -> Seat:
    """A rep of the team with four leads: one each that waits, is claimed, sleeps, and was accepted."""
    made = seat("rita", hub, hub.user("Rita Rep", "rep", team))
    for name in ("Wanda Waits", "Clara Claimed", "Susi Snoozed", "Anna Accepted"):
        hub.lead(team, name=name, company=f"Bakery of {team}")
    made("sync")
    ids = {row["title"]: row["id"] for row in made("list", team, "--json").json["leads"]}
    made("claim", ids["Clara Claimed"])
    made("snooze", ids["Susi Snoozed"], "--or-activity")
    made("accept", ids["Anna Accepted"])
    return made


def names(rita: Seat, *arguments: str) -> list[str]:
    """Return the names of the leads that are listed."""
    done = rita("list", *arguments, "--json")
    assert done.code == 0, done.err
    return [row["title"] for row in done.json["leads"]]


def test_each_view_has_what_belongs_there(rita: Seat, team: str) -> None:
    assert sorted(names(rita, "--view", "mine", team)) == ["Clara Claimed", "Wanda Waits"]
    assert names(rita, "--view", "team", team) == ["Wanda Waits"]
    assert names(rita, "--view", "snoozed") == ["Susi Snoozed"]
    assert names(rita, "--view", "attempts") == ["Anna Accepted"]
    assert names(rita, "--view", "done") == ["Anna Accepted"]
    assert len(names(rita, "--view", "all", team)) == 4
    assert names(rita, "--all", team) == names(rita, "--view", "all", team)


def test_views_are_listed_with_their_counts_ones_own_too(rita: Seat, team: str) -> None:
    kept = rita("views", "keep", "Bakers", f"company:{team}", "-reason:other", "--sort", "waiting")
    assert kept.code == 0, kept.err
    told = {one["name"]: one for one in rita("views", "--json").json["views"]}
    assert [*told] == [*VIEWS, "Bakers"]
    assert (told["snoozed"]["leads"], told["Bakers"]["leads"]) == (1, 2)
    assert told["Bakers"] | {"leads": 0} == {
        "name": "Bakers",
        "own": True,
        "leads": 0,
        "view": "mine",
        "sort": "waiting",
        "filter": f"company:{team} -reason:other",
    }
    assert sorted(names(rita, "--view", "bakers")) == ["Clara Claimed", "Wanda Waits"]
    assert names(rita, "--view", "bakers", "name:wanda") == ["Wanda Waits"]
    assert "Bakers" in rita("views").out
    for refused in (("keep", "Mine"), ("keep", "Butchers", "colour:red"), ("drop", "Butchers")):
        assert rita("views", *refused).code == 2
    wrong = rita("list", "--view", "butchers")
    assert wrong.code == 2
    assert "snoozed" in wrong.err
    assert "Bakers" in wrong.err
    assert rita("views", "drop", "bakers").code == 0, "found by it whatever its case, so dropped, too"
    assert "Bakers" not in rita("views").out


def test_orders(hub: RunningHub, team: str, seat: MakeSeat) -> None:
    rita = seat("rita", hub, hub.user("Rita Rep", "rep", team))
    company = f"Bakery of {team}"
    hub.lead(team, name="Late Low", company=company, created_at="2026-03-02T10:00:00Z", campaign="Autumn")
    hub.lead(team, name="Early High", company=company, created_at="2026-02-02T10:00:00Z", campaign="Winter")
    rita("sync")
    for filtered in ((), (team,)):
        # Without a filter, leads of nobody stand between them.
        for order, wanted in (("waiting", ["Early High", "Late Low"]), ("campaign", ["Late Low", "Early High"])):
            listed = names(rita, "--sort", order, *filtered)
            assert [name for name in listed if name in wanted] == wanted
    wrong = rita("list", "--sort", "colour")
    assert wrong.code == 2
    assert "campaign" in wrong.err


def test_fields_narrow_the_list_and_what_is_not_understood_lists_nothing(rita: Seat, team: str) -> None:
    assert names(rita, "owner:me", "company:" + team) == ["Clara Claimed"]
    assert names(rita, "-owner:me", "company:" + team) == ["Wanda Waits"]
    done = rita("list", "colour:red", team, "--json")
    assert done.code == 2
    assert "colour" in done.json["error"]["sentence"]
    assert "leads" not in done.json


def test_columns_are_chosen_and_stay(rita: Seat, team: str) -> None:
    whole = rita("list", team).out.splitlines()
    assert whole[0].split() == ["ID", "DUE", "STATE", "LEAD", "COMPANY", "FIT", "ENG", "FROM"]
    bare = rita("list", team, "--columns", "lead,state", "--no-header").out.splitlines()
    assert sorted(line.rpartition("  ")[2] for line in bare) == ["new", "new"]
    rows = [line.split("\t") for line in rita("list", team, "--tsv", "--columns", ",".join(COLUMNS)).out.splitlines()]
    assert rows[0] == [*COLUMNS]
    assert all(len(row) == len(COLUMNS) for row in rows)
    cells = dict(zip(rows[0], rows[1], strict=True))
    assert cells["due"].endswith("Z")
    assert cells["company"] == f"Bakery of {team}"
    wrong = rita("list", "--columns", "id,colour")
    assert wrong.code == 2
    assert "waiting" in wrong.err


def test_what_is_documented_is_what_there_is() -> None:
    (shape,) = (entry.shape for entry in ENTRIES if entry.name == "list")
    listed = shape.partition("columns:")[2].partition(". With")[0].replace("(shown unless others are named)", "")
    assert [name.strip() for name in listed.split(",")] == [*COLUMNS]
    assert tuple(View) == VIEWS
    assert tuple(Order) == ORDERS


def test_a_spreadsheet_reckons_nothing_that_somebody_wrote(hub: RunningHub, team: str, rita: Seat) -> None:
    harmful = ["=HYPERLINK(A1)", "+2+3|calc", "@SUM(A1)", "-2+3"]
    ids = {hub.lead(team, name=f"Form {team}", company=company): company for company in harmful}
    rita("sync")
    rows = rita("list", f"name:{team}", "--tsv", "--columns", "id,company,score", "--no-header").out.splitlines()
    assert {tuple(row.split("\t")[:2]) for row in rows} == {(lead, f"'{ids[lead]}") for lead in ids}
    assert {row.split("\t")[2] for row in rows} == {"0"}, "a number is one"
