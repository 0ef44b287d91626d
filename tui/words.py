"""What the triage screen says about the desk, as plain data."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from api.model.operation import Receipt, Result
from widgets.basis.runs import EMPTY, Line
from widgets.card.lead_card import Sheet
from widgets.frame.sync_mark import sync_mark
from widgets.queue.due_mark import SOON

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead


def header_parts(desk: "Desk", waiting: Sequence[str]) -> tuple[Line, Line, Line]:
    """Return program and person, what waits, and the sync mark; `waiting` is the unfiltered queue."""
    status, now = desk.status(), desk.now()
    left: Line = (("Handoff", "strong"), (f"  {desk.me.name} · {desk.me.role}", "dim"))
    right = sync_mark(
        status.connected,
        status.since,
        now,
        live=status.live,
        signed_out=status.signed_out,
        elsewhere=status.elsewhere,
        pending=status.pending,
        needing=status.conflicts + status.refused,
    )
    return left, counts(desk, waiting), right


def counts(desk: "Desk", waiting: Sequence[str]) -> Line:
    """Return how many wait, how many are overdue, how many are due soon; what is nobody's case is left out."""
    if not waiting:
        return EMPTY
    now = desk.now().timestamp()

    def due(lead_id: str) -> float:
        row = desk.row(lead_id)
        return row.due if row is not None and row.due is not None else float("inf")

    overdue = bisect_right(waiting, now, key=due)
    soon = bisect_right(waiting, now + SOON.total_seconds(), key=due) - overdue
    line: Line = ((f"{len(waiting):,}".replace(",", " "), "strong"), (" wait" if len(waiting) > 1 else " waits", "dim"))
    if overdue:
        line += ((" · ", "dim"), (f"{overdue:,} overdue".replace(",", " "), "alarm"))
    if soon:
        line += ((" · ", "dim"), (f"{soon:,} due soon".replace(",", " "), "accent"))
    return line


def problem_words(desk: "Desk") -> str:
    """Return what stays in sight until the person mends it; being offline is not such a thing."""
    status = desk.status()
    if not status.signed_out:
        return ""
    return status.message or "Signed out: decisions are kept here. Run “handoff connect” to sign in again."


def link_words(desk: "Desk") -> str:
    """Return what is worth saying once about the line to the CRM: why it is down, or what is odd about it."""
    status = desk.status()
    return "" if status.signed_out else status.message


def waiting_words(desk: "Desk", filter_text: str) -> tuple[str, tuple[str, ...]]:
    """Return what to say where no lead is: a title, and what to do next."""
    status = desk.status()
    if filter_text:
        return f"Nothing matches “{filter_text}”.", ("Esc clears the filter. Decided leads were looked through too.",)
    known = len(desk.rows())
    if not known and (status.connected is False or status.signed_out):
        return (
            "No leads are here yet.",
            (
                status.message or "The CRM can’t be reached.",
                "They are fetched as soon as it answers. s tries again now, q quits.",
            ),
        )
    if status.connected is None and not status.message:
        return "Fetching your leads…", (f"{known:,} so far.".replace(",", " ") if known else "Asking the CRM.",)
    return (
        "Nothing waits.",
        (
            "Every lead of yours is decided. New ones appear here by themselves.",
            "/ finds a lead that was decided · u takes your last decision back · q quits",
        ),
    )


def arrivals(count: int) -> str:
    """Return how many leads came in."""
    return f"{count} new lead" if count == 1 else f"{count} new leads"


def not_applied(desk: "Desk", receipts: Sequence[Receipt]) -> str:
    """Say which own decisions the CRM did not apply, and why; empty when it applied all."""
    failed = [receipt for receipt in receipts if not receipt.result.took_effect]
    known = {one.receipt.operation_id: one for one in desk.unsettled()} if failed else {}
    if not failed:
        return ""
    if len(failed) > 1:
        names = [known[one.operation_id].title for one in failed if one.operation_id in known]
        refused = any(receipt.result is Result.REFUSED for receipt in failed)
        what = "were not applied" if refused else "met others’"
        return f"{len(failed)} decisions {what}: {', '.join(names)}" if names else f"{len(failed)} decisions {what}."
    (receipt,) = failed
    one = known.get(receipt.operation_id)
    if one is None:
        return receipt.sentence
    return one.sentence if receipt.stands is not None else f"{receipt.sentence} ({one.title})"


def card_sheet(desk: "Desk", lead: "Lead", news: str) -> Sheet:
    """Return the lead with everything the card says about it."""
    campaign = desk.campaign(lead.campaign_id) if lead.campaign_id else None
    answers = desk.person(campaign.owner) if campaign and campaign.owner else None
    return Sheet(
        lead=lead,
        campaign=campaign,
        agreement=desk.agreement,
        now=desk.now(),
        clock=desk.clock,
        owner=desk.owner_words(lead.standing.owner),
        campaign_owner=answers.name if answers else (campaign.owner if campaign else ""),
        news=news,
        unsettled=tuple(unsettled_words(desk, lead.id)),
    )


def unsettled_words(desk: "Desk", lead_id: str) -> Iterator[str]:
    """Yield each own decision on the lead that was not applied, with what became of it."""
    for one in desk.unsettled():
        if one.lead_id == lead_id:
            yield one.sentence.removeprefix(f"{one.title}: ")
