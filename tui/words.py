"""What the triage screen says about the desk, as plain data."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from api.model.operation import Receipt, Result
from api.rules.queue import View, back
from api.rules.stirring import REFUSED
from api.rules.wording import grouped
from widgets.basis.runs import EMPTY, Line
from widgets.card.lead_card import Sheet
from widgets.frame.sync_mark import sync_mark
from widgets.queue.due_mark import SOON

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from api.rules.queue import Row
    from tui.settings.keymap import KeyHint
    from tui.source import DeskSource


class Shown(msgspec.Struct, frozen=True):
    """What the queue shows at present."""

    words: str
    """The view, in a few words."""
    count: int
    chosen: int = 0
    mine: bool = True
    """Whether it is what waits for the person."""


def header_parts(desk: "Desk", waiting: Sequence[str], shown: Shown | None = None) -> tuple[Line, Line, Line]:
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
        needing=status.needing,
    )
    middle = counts(desk, waiting)
    return left, middle if shown is None else queue_words(shown, middle), right


def queue_words(shown: Shown, waits: Line) -> Line:
    """Return which view is shown, how many leads are chosen, and what waits; of another view, how many it has."""
    line: Line = ((shown.words, "strong"), ("  ", ""))
    if shown.chosen:
        line += (
            (f"{grouped(shown.chosen)} chosen", "accent"),
            (" · " if waits or not shown.mine else "", "dim"),
        )
    if shown.mine:
        return (*line, *waits)
    leads = f"{grouped(shown.count)} lead{'' if shown.count == 1 else 's'}"
    return (*line, (leads, ""), *(((" · mine: ", "dim"), *waits) if waits else ()))


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
    line: Line = ((grouped(len(waiting)), "strong"), (" wait" if len(waiting) > 1 else " waits", "dim"))
    if overdue:
        line += ((" · ", "dim"), (f"{grouped(overdue)} overdue", "alarm"))
    if soon:
        line += ((" · ", "dim"), (f"{grouped(soon)} due soon", "accent"))
    return line


def problem_words(desk: "Desk", hint: "KeyHint") -> str:
    """Return what stays in sight until the person mends it; being offline is not such a thing."""
    status = desk.status()
    if not status.signed_out:
        return ""
    signed_out = "; ".join(filter(None, ("Signed out", hint("app.sign_in", "takes a new token"))))
    return f"{signed_out}. {status.message or 'Decisions are kept here meanwhile.'}"


def link_words(desk: "Desk") -> str:
    """Return what is worth saying once about the line to the CRM: why it is down, or what is odd about it."""
    status = desk.status()
    return "" if status.signed_out else status.message


_EMPTY = {
    View.TEAM: ("Nothing is unclaimed.", "Every lead of your team’s that waits has somebody."),
    View.SNOOZED: ("Nothing is snoozed.", "What you put off stands here until its date, or until they do something."),
    View.ATTEMPTS: (
        "Nobody waits for an attempt.",
        "What you accept stands here until you have tried to reach them, and again on the day of the next try.",
    ),
    View.DONE: ("Nothing is decided yet today.", "What you accept or refuse stands here until the day is over."),
}
"""Of the views besides what waits: what is so while nothing is in them, and what will stand there."""


def view_empty_words(view: View, hint: "KeyHint") -> tuple[str, tuple[str, ...]]:
    """Return what to say where nothing is in a view besides what waits: a title, and what to do next."""
    title, sentence = _EMPTY.get(view, ("No leads are here yet.", "They appear here by themselves."))
    ways = (hint("triage.clear", "goes back to what waits"), hint("triage.views", "shows the other views"))
    return title, (sentence, " · ".join(filter(None, ways)))


def unmatched_words(filter_text: str, shown: str, hint: "KeyHint") -> tuple[str, tuple[str, ...]]:
    """Return what to say where nothing of a view besides what waits matches; `shown` is the view in words."""
    title = f"Nothing in “{shown}” matches “{filter_text}”."
    clears = hint("triage.clear", "clears the filter")
    return title, tuple(filter(None, ["Only this view was looked through.", clears]))


def elsewhere_words(desk: "Desk", hint: "KeyHint") -> str:
    """Return what there is besides what waits: accepted leads that are owed an attempt, refused ones that stir.

    Looks through many leads: not for the event loop.
    """
    attempts, stirred = desk.counts().get(View.ATTEMPTS, 0), len(desk.stirred())
    parts: list[str] = []
    if attempts:
        leads = "1 accepted lead waits" if attempts == 1 else f"{attempts} accepted leads wait"
        parts.append(f"{leads} for an attempt{f': {views}' if (views := hint('triage.views', 'shows them')) else ''}")
    if stirred:
        leads = "1 refused lead has" if stirred == 1 else f"{stirred} refused leads have"
        find = hint("triage.find", "mark:back finds them")
        parts.append(f"{leads} done something since{f': {find}' if find else ''}")
    return " · ".join(parts)


def waiting_words(desk: "Desk", filter_text: str, hint: "KeyHint", elsewhere: str = "") -> tuple[str, tuple[str, ...]]:
    """Return what to say where no lead is: a title, what there is `elsewhere`, and what to do next."""
    status = desk.status()
    if filter_text:
        clears = hint("triage.clear", "clears the filter")
        return f"Nothing matches “{filter_text}”.", (f"{clears}. Decided leads were looked through too.".lstrip(". "),)
    known = len(desk.rows())
    if not known and (status.connected is False or status.signed_out):
        return (
            "No leads are here yet.",
            (
                status.message or "The CRM can’t be reached.",
                " · ".join(
                    filter(
                        None,
                        (
                            "They are fetched as soon as it answers.",
                            hint("app.sync", "tries again now"),
                            hint("app.leave", "quits"),
                        ),
                    )
                ),
            ),
        )
    if status.connected is None and not status.message:
        return "Fetching your leads…", (f"{grouped(known)} so far." if known else "Asking the CRM.",)
    return (
        "Nothing waits.",
        (
            "Every lead of yours is decided. New ones appear here by themselves.",
            *filter(None, [elsewhere]),
            " · ".join(
                filter(
                    None,
                    (
                        hint("triage.find", "finds a lead that was decided"),
                        hint("triage.undo", "takes your last decision back"),
                        hint("app.leave", "quits"),
                    ),
                )
            ),
        ),
    )


def arrivals(count: int, returned: "Sequence[Row]" = (), now: float = 0.0) -> str:
    """Return how many leads came in, and which ones or how many are back by themselves at `now` (epoch seconds)."""
    new = "" if not count else f"{grouped(count)} new lead{'' if count == 1 else 's'}"
    if not returned:
        return new
    if new:
        return f"{new}, {grouped(len(returned))} back"
    if len(returned) > 1:
        return f"{grouped(len(returned))} leads are back"
    (row,) = returned
    # A refused lead stands where it stood.
    became = f"{row.title} ({row.state})" if row.state in REFUSED else f"{row.title} is back"
    why = back(row, now)
    return f"{became}: {why}" if why else became


def not_applied(desk: "Desk", receipts: Sequence[Receipt]) -> str:
    """Say of receipts of decisions that the CRM did not apply which these are, and why; empty when there are none."""
    failed = list(receipts)
    if not failed:
        return ""
    known = {one.receipt.operation_id: one for one in desk.unsettled()}
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


def card_sheet(desk: "Desk", lead: "Lead", news: str, source: "DeskSource", hint: "KeyHint") -> Sheet:
    """Return the lead with everything the card says about it."""
    campaign = desk.campaign(lead.campaign_id) if lead.campaign_id else None
    answers = desk.person(campaign.owner) if campaign and campaign.owner else None
    answer = hint("app.show_sync", "answers.")
    matters = tuple(f"{words} {answer}".rstrip() for words in source.matters(lead))
    return Sheet(
        lead=lead,
        campaign=campaign,
        agreement=desk.agreement,
        now=desk.now(),
        clock=desk.clock,
        owner=desk.owner_words(lead.standing.owner),
        campaign_owner=answers.name if answers else (campaign.owner if campaign else ""),
        # What needs an answer was news once, too, and says the same.
        news="" if matters else news,
        unsettled=source.unsettled(lead.id),
        matters=matters,
        sides=source.sides(lead) if lead.remarks else {},
        beside=source.beside(lead.id),
    )


def matter_words(desk: "Desk") -> dict[str, str]:
    """Return what others want of the person or have put out of effect, as sentences, by the operation that did it."""
    status = desk.status()
    found: dict[str, str] = {}
    if status.overturned:
        found |= {one.entry.operation_id: one.sentence for one in desk.overturned()}
    if status.wishes:
        found |= {one.remark.operation_id: one.sentence for one in desk.wishes()}
    return found
