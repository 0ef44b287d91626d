"""One lead as text, in the order in which a rep asks: who, why it was sent, what they were told, what happened."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from api.model.campaign import Campaign
from api.model.lead import Decided, Dissent, Lead, Remark, State, Touch
from api.rules.wording import due_words, money, relative
from tui.cli.deeds import deed_of_entry
from tui.cli.matters import matters

if TYPE_CHECKING:
    from api.desk import Desk
    from api.rules.criteria import Verdict
    from tui.cli.output import Output

_SAID = {"ask_for": "asks for it", "keep": "keeps it"}


def print_card(
    output: "Output",
    opened: "Desk",
    lead: Lead,
    verdicts: "Sequence[Verdict]",
    campaign: Campaign | None,
) -> None:
    """Print `lead` whole."""
    _who(output, opened, lead)
    for one in matters(opened, lead.id):
        ways = f" ({', '.join(one.ways)})" if one.ways else ""
        output.line(f"  Needs you: {one.sentence}{ways}", "bold")
    _why(output, opened, verdicts)
    _touches(output, opened, lead, campaign)
    if campaign:
        _campaign(output, campaign)
    _story(output, opened, lead)


def _pairs(output: "Output", pairs: Sequence[tuple[str, str]]) -> None:
    for label, value in pairs:
        if value:
            output.line(f"  {label:<14}{value}")


def _prose(output: "Output", text: str, indent: str) -> None:
    for line in text.splitlines():
        for piece in _wrapped(line, (output.columns or 0) - len(indent)):
            output.line(indent + piece)


def _wrapped(line: str, cells: int) -> list[str]:
    """Break a line between words where a terminal would break it anywhere; `cells` under 20 leave it whole."""
    if cells < 20:
        return [line]
    from textwrap import wrap

    return wrap(line, cells) or [""]


def _heading(output: "Output", text: str) -> None:
    output.line()
    output.line(text, "bold")


def _who(output: "Output", opened: "Desk", lead: Lead) -> None:
    output.line(lead.title, "bold")
    standing, contact, company = lead.standing, lead.contact, lead.company
    state = standing.state.value
    if lead.number > 1:
        state += f", pass {lead.number}" + (f" ({lead.mark})" if lead.mark else "")
    if standing.state is State.NEW and standing.due_at:
        state += f", {due_words(standing.due_at, opened.now(), opened.clock)}"
    if standing.recycle_on:
        state += f", comes back on {standing.recycle_on}"
    employees = f"{company.employees:,} employees" if company.employees is not None else ""
    _pairs(
        output,
        (
            ("id", lead.id),
            ("state", state),
            ("owner", opened.owner_words(standing.owner)),
            ("handed", relative(lead.handed_at, opened.now())),
            ("title", contact.title),
            ("e-mail", contact.email),
            ("phone", contact.phone),
            ("country", contact.country),
            ("company", company.name),
            ("", " · ".join(part for part in (company.industry, employees, company.country, company.website) if part)),
            ("source", f"{lead.source} {lead.source_id}".strip()),
            ("origin", lead.origin),
            ("page", lead.url),
            ("fit", f"{lead.fit.value} of 100" if lead.fit else ""),
            ("engagement", f"{lead.engagement.value} of 100" if lead.engagement else ""),
            ("merged into", standing.merged_into),
            ("belongs to", standing.linked_to),
        ),
    )
    if lead.message:
        _heading(output, "In their own words")
        _prose(output, lead.message, "  ")


def _why(output: "Output", opened: "Desk", verdicts: "Sequence[Verdict]") -> None:
    term = opened.agreement.term(opened.agreement.handoff_term)
    if not term:
        return
    _heading(output, f"Why it was sent: {term.label}")
    signs = {True: "met", False: "not met", None: "unknown"}
    for one in verdicts:
        output.line(f"  {signs[one.met]:<8} {one.criterion.label}" + (f": {one.evidence}" if one.evidence else ""))


def _touches(output: "Output", opened: "Desk", lead: Lead, campaign: Campaign | None) -> None:
    if not lead.touches:
        return
    _heading(output, "What they did and were told")
    for touch in sorted(lead.touches, key=lambda one: one.at, reverse=True):
        what = " · ".join(part for part in (touch.kind, touch.channel, touch.title) if part)
        output.line(f"  {relative(touch.at, opened.now()):<12} {what}")
        _prose(output, _promise(touch, campaign), "               ")


def _promise(touch: Touch, campaign: Campaign | None) -> str:
    if touch.words or campaign is None:
        return touch.words
    return next((asset.words for asset in campaign.assets if asset.id == touch.asset_id), "")


def _campaign(output: "Output", campaign: Campaign) -> None:
    _heading(output, f"Campaign: {campaign.name}")
    spent = campaign.spend is not None and campaign.accepted > 0
    cost = money(campaign.spend / campaign.accepted, campaign.currency) if spent and campaign.spend is not None else ""
    days = " to ".join(str(day) for day in (campaign.starts_on, campaign.ends_on) if day)
    _pairs(
        output,
        (
            ("channel", campaign.channel),
            ("runs", days),
            ("budget", "" if campaign.budget is None else money(campaign.budget, campaign.currency)),
            ("spend", "" if campaign.spend is None else money(campaign.spend, campaign.currency)),
            ("per accepted", f"{cost} ({campaign.accepted} accepted)" if cost else ""),
        ),
    )
    if campaign.why:
        output.line("  why")
        _prose(output, campaign.why, "    ")


def _story(output: "Output", opened: "Desk", lead: Lead) -> None:
    entries = [(one.at, _decided(opened, one)) for one in lead.trail]
    entries += [(one.at, f"{_decided(opened, one)}; not applied, theirs stands") for one in lead.dissents]
    entries += [(one.at, f"{one.by_name} refused it too ({one.reason})") for one in lead.voices]
    entries += [(one.at, f"attempt by {one.by_name}: {one.result}") for one in lead.attempts]
    entries += [(one.at, _said(one)) for one in lead.remarks]
    entries += [(one.at, f"{one.by_name} set {one.field}: {one.before} → {one.after}") for one in lead.corrections]
    if not entries:
        return
    _heading(output, "What happened")
    for at, text in sorted(entries, key=lambda entry: entry[0]):
        output.line(f"  {relative(at, opened.now()):<12} {text}")


def _decided(opened: "Desk", entry: Decided | Dissent) -> str:
    deed = deed_of_entry(opened, entry)
    insists = getattr(entry, "insists", "")
    return deed.words(opened, by=deed.name) + (", standing by an earlier decision of theirs" if insists else "")


def _said(remark: Remark) -> str:
    said = f"{remark.by_name} {_SAID[remark.kind]}" if remark.kind in _SAID else f"{remark.kind} by {remark.by_name}"
    return f"{said}: {remark.text}" if remark.text else said
