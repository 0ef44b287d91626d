"""Exchanging with the CRM, now."""

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from tui.cli.output import CONFLICT, DONE, FAILED, PENDING, Output, words
from tui.cli.workplace import at_the_desk, signed_out

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.operation import Receipt
    from api.sync import Report


@at_the_desk
def sync(opened: "Desk", _options: argparse.Namespace, output: Output) -> int:
    """Send what waits, fetch what is new."""
    report, theirs, problem = _exchanged(opened)
    status = opened.status()
    output.document(
        {
            "pulled": report.pulled,
            "sent": len(report.receipts),
            "pending": status.pending,
            "outcomes": [
                {"operation": one.operation_id, "result": one.result, "sentence": one.sentence}
                for one in report.receipts
            ],
            "elsewhere": report.elsewhere,
            "problem": problem or None,
        }
    )
    lost = [one for one in report.receipts if not one.result.took_effect]
    for one in lost:
        output.note(f"handoff: {_said(opened, one)}")
    if lost:
        output.note("“handoff conflicts” shows both sides and what can be done.")
    if problem:
        output.note(f"handoff: {signed_out(opened) or problem}")
    elif report.elsewhere:
        output.note("Another window of this profile talks to the CRM; what it sends and fetches counts here too.")
    if theirs is not None:
        note_skew(output, theirs, opened.now())
    if not problem:
        output.line(f"Sent {words(len(report.receipts), 'decision')}, fetched {words(report.pulled, 'change')}.")
    if status.pending:
        output.note(f"{words(status.pending, 'decision')} saved here, not sent yet; “handoff sync” tries again.")
    if lost:
        return CONFLICT
    if status.pending:
        return PENDING
    return FAILED if problem else DONE


def _exchanged(opened: "Desk") -> "tuple[Report, datetime | None, str]":
    """Exchange everything; return what came of it, the CRM's time, and what kept us from it, if anything did."""
    from api.errors import HandoffError
    from api.sync import Report
    from tui.cli.exchange import exchange

    try:
        report, theirs = exchange(opened)
    except HandoffError as error:
        # The same in kind as a CRM that can't be reached: what is saved here stays saved.
        return Report(), None, error.sentence
    return report, theirs, report.problem.sentence if report.problem is not None else ""


def _said(opened: "Desk", receipt: "Receipt") -> str:
    """Say what became of an own operation, with the lead's name; the CRM's words alone name none."""
    mine = next((one for one in opened.unsettled() if one.operation.id == receipt.operation_id), None)
    return mine.sentence if mine is not None else receipt.sentence or receipt.result.value


def note_skew(output: Output, theirs: datetime, ours: datetime) -> None:
    """Say so when this machine's clock is far from the CRM's."""
    from api.rules.wording import skew_words

    if words := skew_words(ours, theirs):
        output.note(words)
