"""What each part of the card says, as plain words, and what it says where nothing is known."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from api.model.agreement import OpenHours
from api.model.campaign import Asset, Campaign
from api.model.lead import (
    AttemptMade,
    Company,
    Contact,
    Corrected,
    Decided,
    Dissent,
    Lead,
    Part,
    Pass,
    Remark,
    Score,
    Snooze,
    Standing,
    State,
    Touch,
    Voice,
)
from api.rules.clocks import BusinessClock
from api.rules.criteria import judge
from api.rules.identity import company_needles, duplicate_needles
from api.rules.queue import hay_of, row_of
from api.rules.showing.beside import Beside, Neighbour, beside_of
from api.rules.showing.calling import there, there_words
from api.rules.showing.figures import wilson
from api.rules.showing.touches import promises
from tests.factories import MARKETER, NOW, OTHER_REP, REP, make_agreement, make_lead
from widgets.basis.runs import Line, length, plain
from widgets.card.campaign_panel import campaign_panel
from widgets.card.lead_card import PARTS, Sheet, sections_of
from widgets.card.promise import told
from widgets.card.time_line import time_line
from widgets.card.why_sent import why_sent

AGREEMENT = make_agreement()
CLOCK = BusinessClock(AGREEMENT)
CAMPAIGN = Campaign(id="c1", name="Ads", spend=900.0, budget=1_000.0, accepted=3, rejected=1, handed=9, why="Because.")
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def sheet(lead: Lead, **changes: Any) -> Sheet:
    """Return a sheet on which a marketer's and a rep's side are known."""
    whole = Sheet(
        lead=lead,
        campaign=CAMPAIGN,
        agreement=AGREEMENT,
        now=NOW,
        clock=CLOCK,
        owner="team north",
        sides={REP.id: "sales", OTHER_REP.id: "sales", MARKETER.id: "marketing"},
    )
    return replace(whole, **changes)


def card(lead: Lead, *parts: str, width: int = 70, **changes: Any) -> str:
    """Return what the card says of a lead."""
    lines = [line for section in sections_of(sheet(lead, **changes), parts or PARTS) for line in section(width)]
    return plain(lines)


def row(words: str, label: str) -> str:
    """Return the labelled line of the card's top, with those that go on below it."""
    lines = words.splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith(f"{label} "))
    more = [line.strip() for line in lines[at + 1 :]]
    below = 0
    while below < len(more) and lines[at + 1 + below].startswith("       "):
        below += 1
    return " ".join([lines[at].strip(), *more[:below]])


def standing(state: State, **changes: Any) -> Standing:
    return replace(make_lead().standing, state=state, **changes)


def accepted(lead: Lead, *, late: bool = False) -> Lead:
    """Return the lead as accepted by Rita, in time or an hour late."""
    due = NOW - 2 * DAY
    entry = Decided(
        operation_id="o1",
        verb="accept",
        by=REP.id,
        by_name=REP.name,
        at=due + HOUR if late else due - HOUR,
        agreement=1,
        decision_revision=2,
        before=replace(lead.standing, due_at=due),
    )
    return replace(
        lead, standing=standing(State.ACCEPTED, follow_up_due_at=NOW + 2 * HOUR), trail=(entry,), decision_revision=2
    )


# the top


def test_the_top_tells_in_order_who_why_what_last_and_when_due() -> None:
    touch = Touch(id="t", at=NOW - timedelta(minutes=12), kind="demo request", title="Show me")
    lead = make_lead(touches=(touch,))
    lines = card(lead, "lead").splitlines()
    assert lines[0].startswith("Ana Example L1")
    assert lines[0].endswith("new · team north")
    assert lines[1] == "Head of Operations at Example Bakery"
    assert lines[2] == "Food · 40 people · DE"
    assert [line.split()[0] for line in lines[3:8]] == ["sent", "last", "due", "call", "mail"]
    assert "demo request 12 min ago · Show me" in lines[4]


def test_it_names_the_criterion_that_is_not_met() -> None:
    few = make_lead(company=Company(name="Tiny", employees=3, country="DE"), touches=(_touch("form"),))
    said = row(card(few, "lead"), "sent")
    assert "✗ 6 of 7 met, not: 20 or more employees (3)" in said
    unknown = make_lead(company=Company(name="Tiny"), touches=(_touch("form"),))
    assert "? 6 of 7 met, unknown: 20 or more employees" in row(card(unknown, "lead"), "sent")
    assert row(card(make_lead(touches=(_touch("form"),)), "lead"), "sent").startswith("sent   ✓ 7 of 7 met · fit 70")


def _touch(kind: str, **changes: Any) -> Touch:
    return replace(Touch(id=kind, at=NOW - 2 * HOUR, kind=kind), **changes)


@pytest.mark.parametrize(
    ("lead", "said"),
    [
        (make_lead(), "due decision due in 3 h · then attempt within 8 h"),
        (make_lead(standing=standing(State.NEW, due_at=NOW - 3 * DAY)), "due decision overdue 18 h · then attempt"),
        (accepted(make_lead()), "due first attempt due in 2 h · decided in time"),
        (accepted(make_lead(), late=True), "due first attempt due in 2 h · decided 1 h late"),
    ],
    ids=["new", "overdue", "accepted", "accepted late"],
)
def test_both_clocks_stand_beside_each_other(lead: Lead, said: str) -> None:
    assert " ".join(row(card(lead, "lead"), "due").split()).startswith(said)


@pytest.mark.parametrize(
    ("next_on", "said"),
    [
        (date(2026, 11, 18), "next attempt today · 1 of 5 attempts made"),
        (date(2026, 11, 19), "next attempt tomorrow, Thu 2026-11-19"),
        (date(2026, 12, 1), "next attempt Tue 2026-12-01"),
        (date(2026, 11, 17), "next attempt was due yesterday, Tue 2026-11-17"),
        (None, "no next attempt is set · 1 of 5 attempts made"),
    ],
)
def test_after_an_attempt_it_tells_the_next_one(next_on: date | None, said: str) -> None:
    made = AttemptMade(
        operation_id="a", by=REP.id, by_name=REP.name, at=NOW - HOUR, result="voicemail", next_on=next_on
    )
    words = card(replace(accepted(make_lead()), attempts=(made,)), "lead")
    assert said in row(words, "due")
    assert "1 of 5 agreed" in words


@pytest.mark.parametrize(
    ("snooze", "said"),
    [
        (Snooze(operation_id="s", until=NOW + 2 * DAY, or_activity=True), "10:00, or when they do something"),
        (Snooze(operation_id="s", until=NOW + 2 * DAY), "10:00, whatever they do meanwhile"),
        (Snooze(operation_id="s", or_activity=True), "until they do something, whenever that is"),
    ],
)
def test_a_snooze_tells_its_date_and_whether_they_end_it_and_the_clock_goes_on(snooze: Snooze, said: str) -> None:
    words = card(make_lead(snooze=snooze), "lead")
    assert said in row(words, "asleep")
    assert "decision due in 3 h" in row(words, "due")


def test_a_returned_pass_tells_what_became_of_the_one_before() -> None:
    ended = Decided(
        operation_id="o",
        verb="reject",
        by="otto",
        by_name="Otto Other",
        at=NOW - 40 * DAY,
        agreement=1,
        decision_revision=2,
        before=Standing(),
        reason="low_intent",
        answers={"did": "read one page"},
    )
    before = Pass(number=1, mark="", handed_at=NOW - 50 * DAY, standing=Standing(state=State.RECYCLED), trail=(ended,))
    words = card(make_lead(number=2, mark="returned", passes=(before,)))
    assert "pass 2, returned; recycled by Otto Other on 2026-10-09: Not ready" in row(words, "before")
    assert "pass 1, handed 2026-09-29: recycled" in words
    assert "Otto Other rejected: Not ready: intent too low; did read" in words


def test_who_must_not_be_contacted_is_not_to_be_called() -> None:
    lead = make_lead(standing=standing(State.SUPPRESSED), contact=Contact(name="Ana", phone="+1 555 0100"))
    words = card(lead, "lead")
    assert "never: they asked not to be contacted" in row(words, "call")
    assert "+1 555 0100" not in row(words, "call")


# when to call


@pytest.mark.parametrize(
    ("country", "at", "clock", "whether"),
    [
        ("DE", datetime(2026, 11, 18, 10, tzinfo=UTC), "11:00 in Germany", "office hours"),
        ("Germany", datetime(2026, 11, 18, 18, tzinfo=UTC), "19:00 in Germany", "closed, opens Thu 08:00 here"),
        ("deutschland", datetime(2026, 11, 21, 10, tzinfo=UTC), "11:00 in Germany", "closed, opens Mon 08:00 here"),
        ("Saudi Arabia", datetime(2026, 11, 20, 10, tzinfo=UTC), "13:00 in Saudi", "closed, opens Sun 06:00 here"),
        ("usa", datetime(2026, 11, 18, 15, tzinfo=UTC), "07:00 to 10:00 in the United", "office hours in a part of it"),
        ("Japan", datetime(2026, 11, 18, 20, tzinfo=UTC), "Thu 05:00 in Japan", "closed, opens Thu 00:00 here"),
    ],
)
def test_their_time_and_whether_offices_are_open_there(country: str, at: datetime, clock: str, whether: str) -> None:
    place = there(make_lead(contact=Contact(country=country)), at, OpenHours())
    assert place is not None
    words = there_words(place, at)
    assert words[0].startswith(clock)
    assert words[1] == whether


@pytest.mark.parametrize("country", ["", "Atlantis", "株式会社", "x" * 400])
def test_an_unknown_country_says_nothing_of_the_time(country: str) -> None:
    lead = make_lead(contact=Contact(name="Ana", country=country, phone="+1 555 0100"), company=Company(name="X"))
    assert there(lead, NOW, OpenHours()) is None
    assert row(card(lead, "lead"), "call") == "call   +1 555 0100"


# why


def test_every_criterion_says_met_not_met_or_unknown_with_its_evidence() -> None:
    lead = make_lead(company=replace(make_lead().company, employees=None), fit=Score(12), touches=())
    term = AGREEMENT.term("mql")
    assert term is not None
    words = plain(why_sent(term, judge(lead, term), lead, NOW, 60))
    assert "? unknown 20 or more employees" in words
    assert "✗ not met Fit of 50 or more" in words
    assert "✓ met     Business e-mail" in words
    assert "engagement  55" in words


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (Score(78, (Part("Form", 78),), 54, NOW - 2 * HOUR), "up 24 from 54, 2 h ago"),
        (Score(40, (), 54, NOW - 3 * DAY), "down 14 from 54, 2026-11-15"),
        (Score(78, (), 54), "up 24 from 54"),
    ],
)
def test_a_score_tells_its_recent_change_apart_from_its_parts(score: Score, said: str) -> None:
    words = card(make_lead(engagement=score), "lead")
    assert said in words
    assert "fit         70  its parts are not known" in words


@pytest.mark.parametrize("score", [Score(78, (), 54, NOW - 30 * DAY), Score(78), Score(78, (), 78, NOW)])
def test_a_score_that_did_not_change_lately_says_nothing_of_it(score: Score) -> None:
    words = card(make_lead(engagement=score), "lead")
    assert "up 24" not in words
    assert "from 54" not in words


# promises, touches


def test_a_promise_is_told_once_with_where_it_stood() -> None:
    campaign = replace(CAMPAIGN, assets=(Asset(id="a", kind="ad", title="Banner", words="Free for ever."),))
    touches = tuple(
        Touch(id=str(days), at=NOW - timedelta(days=days), kind="ad", campaign_id="c1", asset_id="a") for days in (5, 2)
    )
    lead = make_lead(touches=touches)
    ((touch, title, words),) = promises(lead, campaign)
    assert (touch.id, title, words) == ("2", "Banner", "Free for ever.")
    assert "“Free for ever.”" in plain(told(lead, campaign, NOW, 40))
    assert told(make_lead(), campaign, NOW, 40) == []
    assert "None of what they saw has its words recorded." in plain(told(lead, None, NOW, 60))


def test_touches_alike_in_a_row_are_one_line_and_the_last_24_hours_are_marked() -> None:
    touches = (
        Touch(id="1", at=NOW - HOUR, kind="page", title="Prices"),
        Touch(id="2", at=NOW - 2 * HOUR, kind="page", title="Prices"),
        Touch(id="3", at=NOW - 3 * DAY, kind="page", title="Prices"),
        Touch(id="4", at=NOW - 4 * DAY, kind="form", title="Demo"),
    )
    heading, *lines = plain(time_line(touches, None, NOW, 60)).splitlines()
    assert heading.endswith("• 2 in the last 24 h · 4 in all")
    assert lines[0].split() == ["1", "h", "ago", "•", "2×", "page", "Prices"]
    assert lines[1].split() == ["2026-11-15", "page", "Prices"]
    assert lines[2].split() == ["2026-11-14", "form", "Demo"]


def test_of_many_touches_the_old_ones_are_counted_by_kind() -> None:
    touches = tuple(
        Touch(id=str(number), at=NOW - number * DAY, kind="page" if number % 3 else "e-mail", title=f"No. {number}")
        for number in range(200)
    )
    words = plain(time_line(touches, None, NOW, 60))
    assert "200 in all" in words.splitlines()[0]
    assert len(words.splitlines()) < 14
    assert "No. 0" in words.splitlines()[1]
    assert "192 older" in words
    assert "64 e-mail" in words


# who else is on it


def test_it_tells_voices_dissents_and_wishes_with_their_reasons() -> None:
    lead = replace(
        accepted(make_lead()),
        voices=(Voice(operation_id="v", by="otto", by_name="Otto", at=NOW, reason="not_target", note="Too small"),),
        dissents=(Dissent(operation_id="d", by="otto", by_name="Otto", at=NOW, verb="accept", taken=True),),
        remarks=(Remark(operation_id="w", kind="ask_for", by="otto", by_name="Otto", at=NOW, text="My account"),),
    )
    words = card(replace(lead, standing=replace(lead.standing, owner=None)), "lead")
    assert "Who else is on it" in words
    assert "Otto says so too: Not our target; “Too small”" in words
    assert "Otto wanted to accept it, as well" in words
    assert "Otto asks for it" in words
    assert "My account" in words


def alike(*leads: Lead) -> list[Any]:
    return [(row_of(lead), hay_of(lead)) for lead in leads]


def test_records_of_the_same_person_come_before_those_of_the_company() -> None:
    lead = make_lead(contact=Contact(name="Ana", email="ana@bakery.example", phone="+49 30 1234567"))
    others = (
        lead,
        make_lead("company", contact=Contact(name="Bo", email="bo@bakery.example")),
        make_lead("mail", contact=Contact(name="A. Example", email="ANA@bakery.example"), company=Company(name="Z")),
        accepted(make_lead("name", contact=Contact(name="ana"))),
        make_lead("shut", standing=standing(State.LOST), contact=Contact(email="ana@bakery.example")),
        make_lead("else", contact=Contact(name="Ana", email="ana@other.example"), company=Company(name="Other")),
        make_lead("part", contact=Contact(email="joana@bakery.example"), company=Company(name="Other")),
    )
    found = beside_of(lead, alike(*others), lambda owner: owner or "nobody")
    assert [one.lead_id for one in found.open] == ["name", "mail", "company"]
    assert [one.same_person for one in found.open] == [True, True, False]
    assert (found.more, found.closed) == (0, 1)
    assert found.worked_on is not None
    assert found.worked_on.lead_id == "name"
    for needle in (*duplicate_needles(lead), *company_needles(lead)):
        assert needle in hay_of(lead)


def test_a_colleague_who_works_on_the_same_person_is_named_on_the_first_line() -> None:
    other = Neighbour("x", "Ana", "accepted", "Otto Other", True, NOW.timestamp())
    words = card(make_lead(), "lead", beside=Beside((other,), 2, 1))
    assert words.splitlines()[0].endswith("! also with Otto Other")
    assert "Ana: same person, accepted, Otto Other" in words
    assert "2 more open records; 1 decided record of the same person" in words
    mere = replace(other, state="new")
    assert "also with" not in card(make_lead(), "lead", beside=Beside((mere,)))


# what people did


def test_notes_of_both_sides_are_told_apart_with_their_tags_and_flags() -> None:
    def mark(kind: str, by: Any, text: str = "", tag: str = "", ago: int = 1) -> Remark:
        name = f"{kind}{ago}"
        return Remark(operation_id=name, kind=kind, by=by.id, by_name=by.name, at=NOW - ago * HOUR, text=text, tag=tag)

    lead = make_lead(
        remarks=(
            mark("note", REP, "They use RotaMule", "competitor", 3),
            mark("note", MARKETER, "Met at the fair", ago=2),
            mark("thank", REP, "A good one", ago=1),
            mark("flag_promise", OTHER_REP, "No call was promised", ago=4),
            mark("flag_meeting", REP, ago=5),
        )
    )
    lines = card(lead, "earlier", width=90).splitlines()
    assert lines[0].endswith("4 of sales · 1 of marketing")
    assert [line[12:] for line in lines[1:]] == [
        "Rita Rep (sales), thanks: A good one",
        "Mia Marketer (marketing), note: Met at the fair",
        "Rita Rep (sales), competitor: They use RotaMule",
        "Otto Other (sales), promise we don’t keep: No call was promised",
        "Rita Rep (sales), for the meeting",
    ]


def test_work_comes_before_the_reasons_once_a_lead_is_accepted() -> None:
    words = card(accepted(make_lead()), "lead")
    assert "None yet." in words
    assert words.index("Attempts") < words.index("Why it was sent")
    assert "Attempts" not in card(make_lead())


def test_attempts_come_newest_first_and_only_the_last_one_s_next_date_stands() -> None:
    made = tuple(
        AttemptMade(
            operation_id=str(ago),
            by="r",
            by_name="Rita",
            at=NOW - ago * HOUR,
            result=result,
            next_on=date(2026, 11, day),
        )
        for ago, result, day in ((3, "no answer", 18), (1, "voicemail", 20))
    )
    lines = card(replace(accepted(make_lead()), attempts=made), "lead").splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith("Attempts"))
    assert [line.split(maxsplit=3)[3] for line in lines[at + 1 : at + 3]] == [
        "Rita: voicemail, next Fri 2026-11-20",
        "Rita: no answer",
    ]


def test_a_correction_tells_what_was_and_what_is() -> None:
    made = Corrected(operation_id="c", by="r", by_name="Rita", at=NOW, field="email", before="", after="ana@x.example")
    assert "e-mail: empty → ana@x.example (Rita)" in card(make_lead(corrections=(made,)), "earlier")


def test_the_rep_s_own_words_for_a_good_lead_stay_as_they_were_written() -> None:
    lead = accepted(make_lead())
    lead = replace(lead, trail=(replace(lead.trail[0], reason="asked for snake_case twice"),))
    assert "Rita Rep accepted: asked for snake_case twice" in card(lead, "earlier")


# the campaign


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "300 EUR for an accepted lead"),
        ({}, "3 of 4 decided, too few for a rate; 9 handed"),
        ({"accepted": 30, "rejected": 10}, "75%, 30 of 40 decided (likely 60% to 86%)"),
        ({}, "900 EUR of 1 000 EUR (90%)"),
        ({"spend": None}, "not known, of 1 000 EUR"),
        ({"budget": None}, "900 EUR; its budget is not known"),
        ({"accepted": 0, "rejected": 0}, "nothing decided yet"),
        ({"accepted": 0}, "no accepted lead yet"),
        ({"why": ""}, "Nobody has said why."),
        ({"starts_on": date(2026, 1, 2)}, "since 2026-01-02"),
        ({}, "nobody is named"),
    ],
)
def test_a_campaign_shows_its_figures_with_their_denominators(changes: dict[str, Any], words: str) -> None:
    assert words in plain(campaign_panel(replace(CAMPAIGN, **changes), "c1", "", "", 70))


def test_the_interval_is_wilson_s() -> None:
    low, high = wilson(1, 10)
    assert (round(low, 4), round(high, 4)) == (0.0179, 0.4042)
    low, high = wilson(10, 10)
    assert (round(low, 4), round(high, 4)) == (0.7225, 1.0)


def test_a_campaign_that_nobody_described_shows_what_is_known() -> None:
    assert "lp-7 · organic" in plain(campaign_panel(None, "lp-7", "organic", "", 60))
    assert campaign_panel(None, "", "", "", 60) == []


# whatever comes

BARE = Lead(
    id="L9",
    source="mql",
    source_id="dac32acd4db4c29c230538b72f8dd87d",
    created_at=NOW,
    handed_at=NOW,
    standing=Standing(),
)


def test_a_lead_of_which_nothing_is_known_still_has_a_card() -> None:
    for part in PARTS:
        assert card(BARE, part, width=40, campaign=None, owner="nobody"), part
    words = card(BARE, "lead", campaign=None, owner="nobody")
    for said in ("nobody recorded what they did or saw", "no time is set for the decision", "no number", "no e-mail"):
        assert said in words


@pytest.mark.parametrize("width", [24, 27, 38, 57, 90])
@pytest.mark.parametrize("state", [State.NEW, State.ACCEPTED, State.SUPPRESSED])
def test_no_line_of_a_card_is_wider_than_its_room(width: int, state: State) -> None:
    wide = "株式会社ﾔﾏﾀﾞअनन्या" * 9
    entry = replace(accepted(make_lead()).trail[0], by_name=wide, reason=wide, note=wide, answers={"a": wide})
    lead = make_lead(
        message=f"{wide} " * 4,
        contact=Contact(name=wide, title=wide, email=f"{wide}@{wide}", phone=wide, country="US"),
        company=Company(name=wide, industry=wide, website=wide, employees=10**8, country=wide),
        standing=standing(state, due_at=NOW - 4 * HOUR),
        touches=(Touch(id="t", at=NOW, kind=wide, title=wide, words=wide, channel=wide), *[_touch("x" * 90)] * 30),
        fit=Score(70, (Part(wide, 70),), 1, NOW),
        number=2,
        mark=wide,
        passes=(Pass(number=1, mark=wide, handed_at=NOW, standing=Standing(), trail=(entry,)),),
        trail=(entry,),
        voices=(Voice(operation_id="v", by="o", by_name=wide, at=NOW, reason=wide, note=wide),),
        dissents=(Dissent(operation_id="d", by="o", by_name=wide, at=NOW, verb=wide, note=wide),),
        attempts=(AttemptMade(operation_id="a", by="o", by_name=wide, at=NOW, result=wide, note=wide),),
        remarks=(Remark(operation_id="r", kind="note", by="o", by_name=wide, at=NOW, text=wide, tag=wide),),
        corrections=(Corrected(operation_id="c", by="o", by_name=wide, at=NOW, field=wide, before=wide, after=wide),),
        snooze=Snooze(operation_id="s", until=NOW + DAY, or_activity=True),
    )
    neighbour = Neighbour("n", wide, "accepted", wide, True, NOW.timestamp())
    campaign = replace(CAMPAIGN, name=wide, why=wide, channel=wide, currency="株" * 9)
    whole = sheet(
        lead,
        campaign=campaign,
        owner=wide,
        news=wide,
        matters=(wide,),
        unsettled=(wide,),
        campaign_owner=wide,
        beside=Beside((neighbour,) * 6, 3, 3),
    )
    lines: list[Line] = [line for section in sections_of(whole, PARTS) for line in section(width)]
    assert [line for line in lines if length(line) > width] == []
