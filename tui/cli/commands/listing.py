"""The commands that show: the queue, one lead whole, the agreed reasons."""

import argparse
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from tui.cli.output import DONE, FAILED, Output, words
from tui.cli.workplace import at_the_desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.desk import Desk, Unsettled
    from api.model.lead import Lead
    from api.rules.queue import Row

WIDEST = 48
"""Cells that a column of the list may take, so that one long name does not push the others out of sight."""


@at_the_desk
def list_leads(opened: "Desk", options: argparse.Namespace, output: Output) -> int:
    """Print the queue, or with words what matches them."""
    text = " ".join(options.text)
    found = opened.queue(text)
    # What waits for the person stands first, and only with words does anything stand after it.
    ids = list(takewhile(_mine(opened), found)) if text else found
    if options.all:
        ids = found if text else ids + _others(opened, set(ids))
    cut = [row for lead_id in ids[: options.limit] if (row := opened.row(lead_id)) is not None]
    output.document({"leads": [_row_data(row) for row in cut], "shown": len(cut), "total": len(ids)})
    if cut:
        headings = ("ID", "DUE", "STATE", "LEAD", "COMPANY", "FIT", "ENG", "FROM")
        output.table(headings, _lines(opened, cut), right=(5, 6), widest=WIDEST)
    if len(cut) < len(ids):
        output.note(f"{len(cut)} of {words(len(ids), 'lead')}; without --limit all are listed.")
    elif not ids:
        output.note(_why_none(opened, text, len(found), "add --all."))
    return DONE


def _mine(opened: "Desk") -> "Callable[[str], bool]":
    """Return what says of a lead's id whether it waits for the person now."""
    from api.rules.queue import concerns, waiting

    now = opened.now().timestamp()

    def mine(lead_id: str) -> bool:
        row = opened.row(lead_id)
        return row is not None and waiting(row, now) and concerns(row, opened.me)

    return mine


def _others(opened: "Desk", listed: set[str]) -> list[str]:
    others = [row for row in list(opened.rows().values()) if row.id not in listed]
    return [row.id for row in sorted(others, key=lambda row: (-row.handed, row.id))]


def _why_none(opened: "Desk", text: str, elsewhere: int, remedy: str) -> str:
    """Say why nothing of the queue is shown; `remedy` is what shows the leads that match and do not wait."""
    if elsewhere:
        return f"Nothing that waits for you matches; {words(elsewhere, 'lead')} elsewhere: {remedy}"
    if text:
        return f"No lead matches “{text}”."
    if not opened.pulled:
        return "Nothing was fetched yet: “handoff sync” fetches the leads."
    return "Nothing waits for a decision. Well done."


def _lines(opened: "Desk", rows: "list[Row]") -> list[list[str]]:
    from api.rules.wording import due_words

    now, lines = opened.now(), []
    for row in rows:
        due = due_words(_moment(row.due), now, opened.clock) if row.due is not None and row.state == "new" else ""
        state = row.state if row.number == 1 else f"{row.state}, pass {row.number}"
        origin = row.origin
        if row.campaign_id:
            campaign = opened.campaign(row.campaign_id)
            origin = campaign.name if campaign else row.campaign_id
        scores = ["" if score is None else str(score) for score in (row.fit, row.engagement)]
        lines.append([row.id, due, state, row.title, row.company, *scores, origin])
    return lines


def _row_data(row: "Row") -> dict[str, Any]:
    asleep = row.snoozed is not None and row.snoozed != float("inf")
    return {
        "id": row.id,
        "title": row.title,
        "company": row.company,
        "state": row.state,
        "owner": row.owner,
        "due_at": None if row.due is None else _moment(row.due),
        "handed_at": _moment(row.handed),
        "fit": row.fit,
        "engagement": row.engagement,
        "campaign": row.campaign_id,
        "origin": row.origin,
        "pass": row.number,
        "mark": row.mark,
        "reason": row.reason,
        "snoozed_until": _moment(row.snoozed) if asleep and row.snoozed is not None else None,
    }


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@at_the_desk
def show_lead(opened: "Desk", options: argparse.Namespace, output: Output) -> int:
    """Print one lead with everything both sides know of it."""
    from tui.cli.commands.deciding import fetch_missing

    fetch_missing(opened, output, [options.id], options)
    _show(opened, output, opened.find(options.id))
    return DONE


@at_the_desk
def next_lead(opened: "Desk", options: argparse.Namespace, output: Output) -> int:
    """Print the lead on top of the queue as `show_lead` does; with words, the topmost that carries them."""
    text = " ".join(options.text)
    found = opened.queue(text)
    top = next(iter(found), "")
    if not top or not _mine(opened)(top):
        output.document({"lead": None, "criteria": [], "campaign": None, "owner": None, "unsettled": []})
        output.note(_why_none(opened, text, len(found), f"“handoff list --all {text}” lists them."))
        return DONE
    lead = opened.find(top)
    _show(opened, output, lead)
    if not output.as_json and not opened.hinder(lead, "accept"):
        output.note(
            f"To decide it: “handoff accept {lead.id}”, or “handoff reject {lead.id} --reason CODE”; "
            "“handoff reasons” lists the codes."
        )
    return DONE


def _show(opened: "Desk", output: Output, lead: "Lead") -> None:
    from api.rules.criteria import judge

    term = opened.agreement.term(opened.agreement.handoff_term)
    verdicts = judge(lead, term) if term else ()
    campaign = opened.campaign(lead.campaign_id) if lead.campaign_id else None
    output.document(
        {
            "lead": lead,
            "criteria": [{"label": one.criterion.label, "met": one.met, "evidence": one.evidence} for one in verdicts],
            "campaign": campaign,
            "owner": opened.owner_words(lead.standing.owner),
            "unsettled": [unsettled_data(one) for one in opened.unsettled(lead.id)],
        }
    )
    if not output.as_json:
        from tui.cli.card import print_card

        print_card(output, opened, lead, verdicts, campaign)


def unsettled_data(one: "Unsettled") -> dict[str, str]:
    """Return an own act that did not take effect as it stands in JSON."""
    verb = one.operation.verb
    return {
        "lead": one.lead_id,
        "title": one.title,
        "verb": verb.kind,
        "reason": getattr(verb, "reason", ""),
        "result": one.receipt.result.value,
        "sentence": one.sentence,
    }


@at_the_desk
def list_reasons(opened: "Desk", _options: argparse.Namespace, output: Output) -> int:
    """Print the active reasons of the agreement with what each asks for."""
    reasons = [reason for reason in opened.agreement.reasons if reason.active]
    output.document(
        {
            "agreement": opened.agreement.version,
            "reasons": [
                {
                    "code": reason.code,
                    "label": reason.label,
                    "sentence": reason.sentence,
                    "moment": reason.moment,
                    "asks": [
                        {
                            "key": ask.key,
                            "label": ask.label,
                            "kind": ask.kind,
                            "options": ask.options,
                            "word": ask.word,
                            "required": ask.required,
                            "prefilled": bool(ask.prefill.value),
                        }
                        for ask in reason.asks
                    ],
                }
                for reason in reasons
            ],
        }
    )
    if not reasons:
        return output.failure("The agreement has no active reason: ask whoever runs the hub.", FAILED)
    moments = {"reject": "before contact", "disqualify": "after contact", "either": "any time"}
    output.table(
        ("CODE", "MEANS", "WHEN", "ASKS FOR"),
        [[one.code, one.label, moments[one.moment.value], asks_words(one)] for one in reasons],
        whole=True,
    )
    output.note("An answer in brackets may be left out; one with a star is filled in when you say nothing.")
    return DONE


def asks_words(reason: Any) -> str:
    """Return what a reason asks for in one line: ``dimension (size|industry), [value*]``."""
    parts = []
    for ask in reason.asks:
        name = ask.key + ("*" if ask.prefill.value else "")
        choices = "|".join(ask.options) or ask.word
        parts.append((name if ask.required else f"[{name}]") + (f" ({choices})" if choices else ""))
    return ", ".join(parts)
