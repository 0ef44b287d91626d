"""What the pieces of the card say, as plain words."""

from datetime import date, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from api.model.campaign import Asset, Campaign
from api.model.lead import AttemptMade, Decided, Lead, Pass, Remark, Score, Standing, State, Touch
from api.rules.clocks import BusinessClock
from api.rules.criteria import judge
from tests.factories import NOW, make_agreement, make_lead
from widgets.basis.runs import Line, length, plain
from widgets.card.campaign_panel import campaign_panel
from widgets.card.history import history
from widgets.card.lead_card import PARTS, Sheet, sections_of
from widgets.card.promise import promises, told
from widgets.card.time_line import time_line
from widgets.card.who import who
from widgets.card.why_sent import why_sent
from widgets.frame.sync_mark import sync_mark
from widgets.queue.due_mark import WIDTH, due_mark

AGREEMENT = make_agreement()
CLOCK = BusinessClock(AGREEMENT)
CAMPAIGN = Campaign(id="c1", name="Ads", spend=900.0, budget=1_000.0, accepted=3, rejected=1, handed=9, why="Because.")


def said(lines: list[Line]) -> str:
    return plain(lines)


def test_a_due_mark_says_late_soon_and_far_in_the_same_room() -> None:
    now = NOW.timestamp()
    late, soon, far = (due_mark(now + gap, NOW, CLOCK) for gap in (-7_200, 1_200, 86_400))
    assert (late[0].split(), late[1]) == (["!", "2", "h"], "alarm")
    assert (soon[0].split(), soon[1]) == (["20", "min"], "accent")
    assert far[0].split() == ["8", "h"], "business hours"
    old = due_mark((NOW - timedelta(days=3_000)).timestamp(), NOW, CLOCK)
    assert old[0].split() == ["!", "Sep", "2018"]
    assert all(len(mark[0]) == WIDTH for mark in (late, soon, far, old, due_mark(None, NOW, CLOCK)))


def test_every_criterion_says_met_not_met_or_unknown_with_its_evidence() -> None:
    lead = make_lead(company=replace(make_lead().company, employees=None), fit=Score(12), touches=())
    term = AGREEMENT.term("mql")
    assert term is not None
    words = said(why_sent(term, judge(lead, term), lead.fit, lead.engagement, 60))
    assert "? unknown 20 or more employees" in words
    assert "✗ not met Fit of 50 or more" in words
    assert "✓ met     Business e-mail" in words
    assert "engagement  55" in words


def test_a_promise_is_told_once_with_where_it_stood() -> None:
    campaign = replace(CAMPAIGN, assets=(Asset(id="a", kind="ad", title="Banner", words="Free for ever."),))
    touches = tuple(
        Touch(id=str(days), at=NOW - timedelta(days=days), kind="ad", campaign_id="c1", asset_id="a") for days in (5, 2)
    )
    lead = make_lead(touches=touches)
    ((touch, title, words),) = promises(lead, campaign)
    assert (touch.id, title, words) == ("2", "Banner", "Free for ever.")
    assert "“Free for ever.”" in said(told(lead, campaign, NOW, 40))
    assert told(make_lead(), campaign, NOW, 40) == []
    assert said(time_line(touches, campaign, NOW, 50)).count("Banner") == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "300 EUR for an accepted lead"),
        ({}, "3 of 4 decided, 9 handed"),
        ({"accepted": 30, "rejected": 10}, "30 of 40 decided (75%)"),
        ({"spend": None}, "not known, of 1 000 EUR"),
        ({"accepted": 0, "rejected": 0}, "nothing decided yet"),
        ({"accepted": 0}, "no accepted lead yet"),
        ({"why": ""}, "Nobody has said why."),
        ({"starts_on": date(2026, 1, 2)}, "since 2026-01-02"),
    ],
)
def test_a_campaign_shows_its_figures_with_their_denominators(changes: dict[str, Any], words: str) -> None:
    assert words in said(campaign_panel(replace(CAMPAIGN, **changes), "c1", "", "", 60))


def test_a_campaign_that_nobody_described_shows_what_is_known() -> None:
    assert "lp-7 · organic" in said(campaign_panel(None, "lp-7", "organic", "", 60))
    assert campaign_panel(None, "", "", "", 60) == []


def test_history_tells_passes_attempts_and_notes_newest_first() -> None:
    decision = Decided(
        operation_id="o",
        verb="reject",
        by="otto",
        by_name="Otto Other",
        at=NOW - timedelta(days=40),
        agreement=1,
        decision_revision=2,
        before=Standing(),
        reason="low_intent",
        answers={"did": "read one page"},
    )
    lead = make_lead(
        number=2,
        mark="returned",
        passes=(Pass(number=1, mark="", handed_at=NOW, standing=Standing(state=State.RECYCLED), trail=(decision,)),),
        attempts=(
            AttemptMade(operation_id="a", by="r", by_name="Rita", at=NOW - timedelta(hours=2), result="no answer"),
        ),
        remarks=(Remark(operation_id="n", kind="note", by="r", by_name="Rita", at=NOW, text="Call on Friday"),),
    )
    lines = said(history(lead, AGREEMENT, NOW, 110)).splitlines()
    assert "Rita, note: Call on Friday" in lines[1]
    assert "Rita tried: no answer" in lines[2]
    assert "pass 1: Otto Other rejected: Not ready: intent too low; read one page" in lines[3]
    assert "returned (pass 2)" in said(who(lead, NOW, CLOCK, "you", 60))


def test_a_lead_of_which_nothing_is_known_still_has_a_card() -> None:
    bare = Lead(
        id="L9",
        source="mql",
        source_id="dac32acd4db4c29c230538b72f8dd87d",
        created_at=NOW,
        handed_at=NOW,
        standing=Standing(),
    )
    sheet = Sheet(lead=bare, campaign=None, agreement=AGREEMENT, now=NOW, clock=CLOCK, owner="nobody")
    for part in PARTS:
        lines = [line for section in sections_of(sheet, (part,)) for line in section(40)]
        assert lines, part
        assert all(length(line) <= 40 for line in lines), part


@pytest.mark.parametrize("width", [24, 27, 38, 57, 90])
def test_no_line_of_a_card_is_wider_than_its_room(width: int) -> None:
    lead = make_lead(
        message="株式会社 " * 40, touches=(Touch(id="t", at=NOW, kind="form" * 9, title="x" * 300, words="w" * 90),)
    )
    sheet = Sheet(
        lead=lead, campaign=CAMPAIGN, agreement=AGREEMENT, now=NOW, clock=CLOCK, owner="team north", news="Taken."
    )
    lines = [line for section in sections_of(sheet, PARTS) for line in section(width)]
    assert max(length(line) for line in lines) <= width


def test_the_sync_mark_always_has_a_word_beside_its_sign() -> None:
    def mark(**changes: Any) -> str:
        return plain([sync_mark(changes.pop("connected", True), NOW, NOW + timedelta(hours=1), **changes)])

    assert mark(live=True) == "● live"
    assert mark() == "● connected"
    assert plain([sync_mark(None, None, NOW)]) == "○ connecting"
    assert mark(connected=None) == "○ no answer since 10:00"
    assert mark(connected=None, elsewhere=True) == "○ not syncing here"
    assert mark(connected=False, pending=2, needing=1).startswith("○ offline since ")
    assert mark(pending=2, needing=1).endswith(" · 2 pending · 1 needs you")
    assert mark(signed_out=True) == "○ signed out"
