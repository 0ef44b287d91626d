"""One lead as text, in the order in which a rep asks: who, why now, what they did, what they were told, what happened.

The words are those of the card on the screen; here each thing has its label, and no sign carries meaning alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from api.model.campaign import Campaign
from api.model.lead import Lead, Score, Touch
from api.rules.wording import relative
from tui.cli.matters import matters

if TYPE_CHECKING:
    from api.desk import Desk
    from api.rules.criteria import Verdict
    from api.rules.showing.beside import Beside
    from api.rules.showing.story import Entry
    from tui.cli.output import Output

_COLUMN = 14
_WHEN = 12

Line = tuple[str, str]
"""Words and their style: ``bold`` or empty."""


def print_card(
    output: "Output",
    opened: "Desk",
    lead: Lead,
    verdicts: "Sequence[Verdict]",
    campaign: Campaign | None,
) -> None:
    """Print `lead` whole."""
    lines = _card(opened, lead, verdicts, campaign=campaign, beside=opened.beside(lead), columns=output.columns or 0)
    for words, style in lines:
        output.line(words, style)


def card_text(opened: "Desk", lead: Lead, beside: "Beside | None" = None) -> str:
    """Return `lead` whole as plain text; `beside`, if it was looked for, tells who else is on it."""
    from api.rules.criteria import judge

    term = opened.agreement.term(opened.agreement.handoff_term)
    verdicts = judge(lead, term) if term else ()
    campaign = opened.campaign(lead.campaign_id) if lead.campaign_id else None
    return "\n".join(words for words, _ in _card(opened, lead, verdicts, campaign=campaign, beside=beside))


def _card(
    opened: "Desk",
    lead: Lead,
    verdicts: "Sequence[Verdict]",
    *,
    campaign: Campaign | None,
    beside: "Beside | None",
    columns: int = 0,
) -> Iterator[Line]:
    yield from _top(opened, lead, verdicts, campaign)
    yield from _who(opened, lead, columns)
    for one in matters(opened, lead.id):
        ways = f" ({', '.join(one.ways)})" if one.ways else ""
        yield f"  Needs you: {one.sentence}{ways}", "bold"
    if lead.message:
        yield from _heading("In their own words")
        yield from _prose(lead.message, "  ", columns)
    yield from _why(opened, lead, verdicts)
    yield from _touches(opened, lead, campaign, columns)
    yield from _others(opened, lead, beside)
    yield from _story(opened, lead)
    if campaign:
        yield from _campaign(opened, campaign, columns)


def _pairs(*pairs: tuple[str, str]) -> Iterator[Line]:
    return ((f"  {label:<{_COLUMN}}{value}", "") for label, value in pairs if value)


def _prose(text: str, indent: str, columns: int) -> Iterator[Line]:
    for line in text.splitlines():
        for piece in _wrapped(line, columns - len(indent)):
            yield indent + piece, ""


def _wrapped(line: str, cells: int) -> list[str]:
    """Break a line between words where a terminal would break it anywhere; `cells` under 20 leave it whole."""
    if cells < 20:
        return [line]
    from textwrap import wrap

    return wrap(line, cells) or [""]


def _long(label: str, value: str, columns: int) -> Iterator[tuple[str, str]]:
    for number, piece in enumerate(_wrapped(value, columns - 2 - _COLUMN)):
        yield "" if number else label, piece


def _heading(text: str) -> Iterator[Line]:
    yield "", ""
    yield text, "bold"


def _top(opened: "Desk", lead: Lead, verdicts: "Sequence[Verdict]", campaign: Campaign | None) -> Iterator[Line]:
    """Yield what the top of the card says: who, whose, why sent, last seen, due, when to call."""
    from api.rules.showing import top
    from api.rules.showing.calling import there, there_words

    now = opened.now()
    yield lead.title, "bold"
    due = "; ".join(said.words for said in top.clocks(lead, now, opened.clock, opened.agreement))
    last = top.latest(lead.touches)
    place = there(lead, now, opened.agreement.hours)
    call = ", ".join(there_words(place, now)) if place is not None else ""
    state = top.state_words(lead)
    if lead.trail and state == lead.standing.state.value:
        words = top.standing_words(lead, now).removesuffix(".")
        state = words[:1].lower() + words[1:]
    yield from _pairs(
        ("id", lead.id),
        ("state", state),
        ("owner", opened.owner_words(lead.standing.owner)),
        ("sent", relative(lead.handed_at, now)),
        ("criteria", top.verdict_words(verdicts).words[2:] if verdicts else ""),
        ("last", f"{last.kind} {relative(last.at, now)}" + _titled(last, campaign) if last else ""),
        ("due", due),
        ("asleep", top.snooze_words(lead, now)),
        ("call", call),
        ("before", top.before_words(lead, opened.agreement)),
    )


def _titled(touch: Touch, campaign: Campaign | None) -> str:
    assets = campaign.assets if campaign else ()
    title = touch.title or next((asset.title for asset in assets if asset.id == touch.asset_id), "")
    return f": {title}" if title else ""


def _who(opened: "Desk", lead: Lead, columns: int) -> Iterator[Line]:
    standing, contact, company = lead.standing, lead.contact, lead.company
    employees = f"{company.employees:,} employees" if company.employees is not None else ""
    yield from _pairs(
        ("title", contact.title),
        ("e-mail", contact.email),
        ("phone", contact.phone),
        ("country", contact.country),
        ("company", company.name),
        ("", " · ".join(part for part in (company.industry, employees, company.country, company.website) if part)),
        ("source", f"{lead.source} {lead.source_id}".strip()),
        ("origin", lead.origin),
        ("page", lead.url),
        *_long("fit", _score(opened, lead.fit), columns),
        *_long("engagement", _score(opened, lead.engagement), columns),
        ("merged into", standing.merged_into),
        ("belongs to", standing.linked_to),
    )


def _score(opened: "Desk", score: Score | None) -> str:
    if score is None:
        return ""
    from api.rules.showing.top import change_words

    changed = change_words(score.value, score.was, score.since, opened.now())
    parts = ", ".join(f"{part.label} {part.points:+}" for part in score.parts)
    return f"{score.value} of 100" + (f", {changed}" if changed else "") + (f" ({parts})" if parts else "")


def _why(opened: "Desk", _lead: Lead, verdicts: "Sequence[Verdict]") -> Iterator[Line]:
    term = opened.agreement.term(opened.agreement.handoff_term)
    if not term:
        return
    yield from _heading(f"Why it was sent: {term.label}")
    signs = {True: "met", False: "not met", None: "unknown"}
    for one in verdicts:
        yield f"  {signs[one.met]:<8} {one.criterion.label}" + (f": {one.evidence}" if one.evidence else ""), ""


def _touches(opened: "Desk", lead: Lead, campaign: Campaign | None, columns: int) -> Iterator[Line]:
    if not lead.touches:
        return
    from api.rules.showing.touches import promises

    now = opened.now()
    told = {touch.id: words for touch, _, words in promises(lead, campaign)}
    yield from _heading("What they did and were told")
    for touch in sorted(lead.touches, key=lambda one: one.at, reverse=True):
        what = " · ".join(part for part in (touch.kind, touch.channel) if part)
        yield f"  {relative(touch.at, now):<{_WHEN}} {what}{_titled(touch, campaign)}", ""
        yield from _prose(told.get(touch.id, ""), " " * (_WHEN + 3), columns)


def _others(opened: "Desk", lead: Lead, found: "Beside | None") -> Iterator[Line]:
    from api.rules.showing.beside import beside_words, more_words
    from api.rules.showing.story import others

    beside = [*map(beside_words, found.open), more_words(found)] if found is not None else []
    lines = [f"  {words}" for words in beside if words]
    lines += list(_dated(opened, others(lead, opened.agreement)))
    if lines:
        yield from _heading("Who else is on it")
        for words in lines:
            yield words, ""


def _story(opened: "Desk", lead: Lead) -> Iterator[Line]:
    from api.rules.showing import story

    agreement = opened.agreement
    earlier: list[Entry] = []
    for head, trail in story.passes(lead, agreement):
        earlier += [head, *trail]
    sections = (
        (f"Attempts: {len(lead.attempts)} of {agreement.sales.attempts} agreed", story.attempts(lead)),
        ("Decisions", story.decisions(lead, agreement)),
        ("Earlier passes", earlier),
        ("Put right", story.corrections(lead)),
    )
    notes = story.notes(lead, sides(opened, lead))
    if notes:
        yield from _heading("Notes")
    for one in notes:
        of = f" ({one.side})" if one.side else ""
        said = f"{one.who}{of}, {one.what}" + (f": {one.text}" if one.text else "")
        yield f"  {relative(one.at, opened.now()):<{_WHEN}} {said}", ""
    for title, entries in sections:
        if entries:
            yield from _heading(title)
            yield from ((words, "") for words in _dated(opened, entries))


def sides(opened: "Desk", lead: Lead) -> dict[str, str]:
    """Return on which side those are who wrote about the lead, by their ids."""
    from tui.source import SIDES

    people = {mark.by: opened.person(mark.by) for mark in lead.remarks}
    return {one: SIDES.get(person.role.value, "") for one, person in people.items() if person is not None}


def _dated(opened: "Desk", entries: "Iterable[Entry]") -> Iterator[str]:
    now = opened.now()
    return (f"  {relative(entry.at, now):<{_WHEN}} {entry.words}" for entry in entries)


def _campaign(opened: "Desk", campaign: Campaign, columns: int) -> Iterator[Line]:
    from api.rules.showing.figures import acceptance, cost, dates, spent

    answers = opened.person(campaign.owner) if campaign.owner else None
    yield from _heading(f"Campaign: {campaign.name}")
    yield from _pairs(
        ("channel", campaign.channel),
        ("runs", dates(campaign)),
        ("spent", spent(campaign)),
        ("each costs", cost(campaign)),
        ("accepted", acceptance(campaign)),
        ("answers", answers.name if answers is not None else campaign.owner),
    )
    if campaign.why:
        yield "  why", ""
        yield from _prose(campaign.why, "    ", columns)
