"""Olist's real funnel, 8,000 leads and 842 deals; HANDOFF_OLIST names the folder with its files."""

import os
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from api.hub.service import Hub
from api.importing.reading import Reading, understand
from api.model.ingest import LeadIn, OutcomeIn, Status

FOLDER = os.environ.get("HANDOFF_OLIST", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="HANDOFF_OLIST does not name the folder with Olist's files")
LEADS = "olist_marketing_qualified_leads_dataset.csv"
DEALS = "olist_closed_deals_dataset.csv"


def reading(name: str, kind: str) -> Reading:
    return understand((Path(FOLDER) / name).read_bytes(), name, kind)  # type: ignore[arg-type]


def leads() -> list[LeadIn]:
    return [row.record for row in reading(LEADS, "leads").rows if isinstance(row.record, LeadIn)]


def deals() -> list[OutcomeIn]:
    return [row.record for row in reading(DEALS, "outcomes").rows if isinstance(row.record, OutcomeIn)]


def test_all_leads_are_understood_without_help() -> None:
    read = reading(LEADS, "leads")
    assert {column.name: column.field for column in read.columns} == {
        "mql_id": "source_id",
        "first_contact_date": "created_at",
        "landing_page_id": "campaign",
        "origin": "origin",
    }
    assert (len(read.rows), read.rejected, read.source) == (8_000, (), "olist")


def test_a_blank_origin_stays_blank_beside_unknown() -> None:
    origins = Counter(lead.origin for lead in leads())
    assert (origins[""], origins["unknown"]) == (60, 1_099)


def test_all_deals_are_understood_and_belong_to_leads() -> None:
    won = deals()
    assert len(won) == 842
    assert {outcome.result for outcome in won} == {"won"}
    assert all(outcome.by and outcome.at for outcome in won)
    assert {(outcome.source, outcome.source_id) for outcome in won} <= {
        (lead.source, lead.source_id) for lead in leads()
    }


def test_the_deal_won_before_its_first_contact_is_kept() -> None:
    began = {lead.source_id: lead.created_at for lead in leads()}
    early = [outcome for outcome in deals() if outcome.at and outcome.at < began[outcome.source_id]]  # type: ignore[operator]
    assert len(early) == 1
    first, won = began[early[0].source_id], early[0].at
    assert first is not None
    assert won is not None
    assert timedelta(days=1) < first - won < timedelta(days=2)


def test_8000_leads_are_read_within_a_second() -> None:
    data = (Path(FOLDER) / LEADS).read_bytes()
    times = []
    for _ in range(3):
        started = time.perf_counter()
        understand(data, LEADS)
        times.append(time.perf_counter() - started)
    assert min(times) < 1.0


def test_a_hub_takes_them_all_and_doubles_nothing(tmp_path: Path) -> None:
    hub = Hub(f"sqlite:///{tmp_path / 'hub.db'}")
    try:
        some = deals()[:40]
        wanted = {outcome.source_id for outcome in some}
        given = [lead for lead in leads() if lead.source_id in wanted]
        assert {result.status for result in hub.ingest_leads(given)} == {Status.CREATED}
        assert {result.status for result in hub.ingest_leads(given)} == {Status.UNCHANGED}
        assert {result.status for result in hub.ingest_outcomes(some)} == {Status.UPDATED}
        assert {result.status for result in hub.ingest_outcomes(some)} == {Status.UNCHANGED}
    finally:
        hub.close()
