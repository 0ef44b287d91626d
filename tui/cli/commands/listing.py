"""The commands that show: the queue, one lead whole, the agreed reasons."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui.cli.output import DONE, FAILED, Output, words
from tui.cli.workplace import desk

if TYPE_CHECKING:
    from api.desk import Desk, Unsettled
    from api.rules.queue import Row

WIDEST = 48
"""Cells that a column of the list may take, so that one long name does not push the others out of sight."""


def list_leads(options: argparse.Namespace, output: Output) -> int:
    """Print the queue, or with words what matches them."""
    opened = desk(output)
    from api.rules.queue import concerns, waiting

    text = " ".join(options.text)
    now = opened.now().timestamp()
    rows = opened.rows()
    found = [rows[lead_id] for lead_id in opened.queue(text)]
    mine = [row for row in found if waiting(row, now) and concerns(row, opened.me)]
    listed = mine
    if options.all:
        listed = found if text else mine + _others(rows.values(), {row.id for row in mine})
    cut = listed[: options.limit] if options.limit else listed
    output.document({"leads": [_row_data(row) for row in cut], "shown": len(cut), "total": len(listed)})
    if cut:
        headings = ("ID", "DUE", "STATE", "LEAD", "COMPANY", "FIT", "ENG", "FROM")
        output.table(headings, _lines(opened, cut), right=(5, 6), widest=WIDEST)
    _say_more(output, opened, text, listed=len(listed), shown=len(cut), found=len(found))
    return DONE


def _others(rows: Any, listed: set[str]) -> "list[Row]":
    others = [row for row in list(rows) if row.id not in listed]
    return sorted(others, key=lambda row: (-row.handed, row.id))


def _say_more(output: Output, opened: "Desk", text: str, *, listed: int, shown: int, found: int) -> None:
    if shown < listed:
        output.note(f"{shown} of {words(listed, 'lead')}; without --limit all are listed.")
    elif not listed and found:
        output.note(f"Nothing that waits for you matches; {words(found, 'lead')} elsewhere: add --all.")
    elif not listed and text:
        output.note(f"No lead matches “{text}”.")
    elif not listed and not opened.pulled:
        output.note("Nothing was fetched yet: “handoff sync” fetches the leads.")
    elif not listed:
        output.note("Nothing waits for a decision. Well done.")


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


def show_lead(options: argparse.Namespace, output: Output) -> int:
    """Print one lead with everything both sides know of it."""
    opened = desk(output)
    from tui.cli.commands.deciding import fetch_missing

    fetch_missing(opened, output, [options.id], options)
    lead = opened.find(options.id)
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
            "unsettled": [unsettled_data(one) for one in opened.unsettled() if one.lead_id == lead.id],
        }
    )
    if not output.as_json:
        from tui.cli.card import print_card

        print_card(output, opened, lead, verdicts, campaign)
    return DONE


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


def list_reasons(_options: argparse.Namespace, output: Output) -> int:
    """Print the active reasons of the agreement with what each asks for."""
    opened = desk(output)
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
