"""Handing over the rows of a CSV file: understood first, written only when asked to."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Seat
from tests.running_hub import RunningHub

MakeSeat = Callable[..., Seat]


@pytest.fixture
def mia(hub: RunningHub, seat: MakeSeat) -> Seat:
    """A marketer, connected."""
    return seat("mia", hub, hub.user("Mia Marketer", "marketer"))


@pytest.fixture
def leads(tmp_path: Path, team: str) -> Path:
    """Three leads, one of them without anything to know it by."""
    path = tmp_path / f"{team}.csv"
    rows = [
        ["Lead ID", "Full name", "E-mail", "Company", "Favourite colour"],
        [f"{team}-1", "Ana Example", "ana@one.example.com", "Example One", "red"],
        ["", "Ben Example", "", "Example Two", "blue"],
        [f"{team}-3", "Cleo Example", "cleo@three.example.com", "Example Three", "green"],
    ]
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def known(person: Seat, text: str) -> int:
    """Return how many leads carry `text` once the person knows what the hub knows."""
    person("sync")
    return int(person("list", text, "--all", "--json").json["total"])


def test_without_apply_nothing_is_written(mia: Seat, leads: Path, team: str) -> None:
    done = mia("import", str(leads), "--source", team)
    assert "--apply" in done.out
    for said in ("Full name", "name", "Favourite colour", "left out", "ana@one.example.com"):
        assert said in done.out
    assert known(mia, team) == 0


def test_a_dry_run_needs_no_hub(seat: MakeSeat, leads: Path) -> None:
    done = seat()("import", str(leads), "--json")
    assert done.code in (0, 1)
    assert done.json["applied"] is False
    assert done.json["columns"]["email"] == "E-mail"
    assert done.json["ignored"] == ["Favourite colour"]
    assert done.json["read"] == 3


def test_again_updates_and_never_doubles(mia: Seat, leads: Path, team: str) -> None:
    first = mia("import", str(leads), "--source", team, "--apply", "--json").json
    assert first["created"] + len(first["rejected"]) == 3
    again = mia("import", str(leads), "--source", team, "--apply", "--json").json
    assert (again["created"], again["unchanged"]) == (0, first["created"])
    assert known(mia, f"{team}-1") == 1
    leads.write_text(leads.read_text().replace("Example One", "Example Uno"))
    changed = mia("import", str(leads), "--source", team, "--apply", "--json").json
    assert (changed["created"], changed["updated"]) == (0, 1)


def test_rejected_rows_are_listed_with_their_line_and_the_exit_code_says_so(mia: Seat, leads: Path, team: str) -> None:
    with leads.open("a", newline="") as file:
        csv.writer(file).writerow([f"{team}-5", "Dora Example", "dora", "too", "many", "fields"])
    done = mia("import", str(leads), "--source", team, "--apply")
    assert done.code == 1
    assert "line 5" in done.err
    assert "line" not in done.out
    assert known(mia, f"{team}-1") == 1


def test_a_column_may_be_named(mia: Seat, tmp_path: Path, team: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(f"ref,colour\n{team},ana@odd.example.com\n")
    done = mia("import", str(path), "--map", "lead.source_id=ref", "--map", "lead.email=colour", "--json")
    assert done.json["columns"] == {"source_id": "ref", "email": "colour"}


@pytest.mark.parametrize(("wish", "code"), [("lead.email=Nothing", 1), ("lead.shoe=E-mail", 1), ("email", 2)])
def test_a_wrong_map_is_explained(mia: Seat, leads: Path, wish: str, code: int) -> None:
    done = mia("import", str(leads), "--map", wish)
    assert done.code == code
    assert done.out == ""
    assert len(done.err.splitlines()) == 1


def test_a_file_that_is_not_there(mia: Seat, tmp_path: Path) -> None:
    done = mia("import", str(tmp_path / "none.csv"))
    assert done.code == 2
    assert "none.csv" in done.err
    assert mia("import", str(tmp_path)).code == 2


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02" * 99, b"PK\x03\x04zip", b"only,headings\n"])
def test_a_file_that_is_no_list(mia: Seat, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    done = mia("import", str(path))
    assert done.code == 1
    assert "Traceback" not in done.err
    assert len(done.err.splitlines()) == 1


def test_a_rep_may_not_import(hub: RunningHub, seat: MakeSeat, leads: Path, team: str) -> None:
    rita = seat("rita", hub, hub.user("Rita Rep", "rep", team))
    done = rita("import", str(leads), "--source", team, "--apply")
    assert done.code == 4
    assert known(rita, f"{team}-1") == 0


def test_applying_without_a_connection_is_a_sentence(seat: MakeSeat, leads: Path) -> None:
    done = seat()("import", str(leads), "--apply")
    assert done.code == 1
    assert "handoff connect hub URL" in done.err


@pytest.mark.skipif("HANDOFF_OLIST" not in os.environ, reason="HANDOFF_OLIST names no folder with the Olist files")
def test_eight_thousand_real_leads_and_their_deals(own_hub: RunningHub, seat: MakeSeat) -> None:
    folder = Path(os.environ["HANDOFF_OLIST"])
    mia = seat("mia", own_hub, own_hub.user("Mia Marketer", "marketer"))
    leads = mia("import", str(folder / "olist_marketing_qualified_leads_dataset.csv"), "--apply", "--json").json
    assert leads["created"] == 8000
    deals = folder / "olist_closed_deals_dataset.csv"
    outcomes = mia("import", str(deals), "--kind", "outcomes", "--apply", "--json").json
    assert outcomes["rejected"] == []
    assert outcomes["read"] == 842
    # One real deal was won two days before its lead's first contact: kept, and said.
    assert len(outcomes["remarks"]) == 1
    assert "before it was handed over" in outcomes["remarks"][0]["sentence"]
    mia("sync")
    listed = mia("list", "--all", "--json").json
    assert listed["total"] == 8000
    assert sum(one["state"] == "won" for one in listed["leads"]) == 842


def test_a_file_that_repeats_an_id_changes_nothing_the_second_time(mia: Seat, tmp_path: Path, team: str) -> None:
    path = tmp_path / "twice.csv"
    path.write_text(f"id,name,company\n{team},Ana First,{team}\n{team},Ana Last,\n")
    first = mia("import", str(path), "--source", team, "--apply", "--json").json
    assert first["created"] == 1
    assert any("the last one wins" in note for note in first["notes"])
    again = mia("import", str(path), "--source", team, "--apply", "--json").json
    assert (again["created"], again["updated"], again["unchanged"]) == (0, 0, 2)
    mia("sync")
    (lead,) = mia("list", team, "--all", "--json").json["leads"]
    assert lead["title"] == "Ana Last"
