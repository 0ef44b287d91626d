"""The commands about the line to the CRM: exchange now, and how things stand."""

import argparse
from datetime import datetime

from tui.cli.commands.listing import unsettled_data
from tui.cli.output import CONFLICT, DONE, FAILED, PENDING, Output, words
from tui.cli.workplace import NOT_CONNECTED, desk, profile, who


def sync(_options: argparse.Namespace, output: Output) -> int:
    """Send what waits, fetch what is new."""
    opened = desk(output)
    from tui.cli.exchange import exchange

    report, theirs = exchange(opened)
    problem = report.problem.sentence if report.problem is not None else ""
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
        output.note(f"handoff: {one.sentence or one.result.value}")
    if problem:
        return _problem(output, problem, status.pending)
    if theirs is not None:
        note_skew(output, theirs, opened.now())
    if report.elsewhere:
        output.note("Another window of this profile talks to the CRM; what it sends and fetches counts here too.")
    output.line(f"Sent {words(len(report.receipts), 'decision')}, fetched {words(report.pulled, 'change')}.")
    if lost:
        return CONFLICT
    if status.pending:
        output.note(f"{words(status.pending, 'decision')} not sent yet.")
    return PENDING if status.pending else DONE


def _problem(output: Output, problem: str, pending: int) -> int:
    output.note(f"handoff: {problem}")
    if pending:
        output.note(f"{words(pending, 'decision')} saved here, not sent yet; “handoff sync” tries again.")
    return PENDING if pending else FAILED


def note_skew(output: Output, theirs: datetime, ours: datetime) -> None:
    """Say so when this machine's clock is far from the CRM's."""
    from api.rules.wording import skew_words

    if words := skew_words(ours, theirs):
        output.note(words)


def status(_options: argparse.Namespace, output: Output) -> int:
    """Say who and where you are and what is not sent yet, from what this machine knows; asks nobody."""
    connection = profile().connection()
    if connection is None:
        output.document({"connected_to": None, "person": None, "leads": 0, "waiting": 0, "pending": 0, "unsettled": []})
        output.line(NOT_CONNECTED)
        return DONE
    opened = desk(output)
    now = opened.status()
    waiting = len(opened.queue())
    unsettled = opened.unsettled()
    output.document(
        {
            "connected_to": connection.url,
            "person": opened.me,
            "leads": len(opened.rows()),
            "waiting": waiting,
            "pending": now.pending,
            "oldest_pending": now.oldest,
            "conflicts": now.conflicts,
            "refused": now.refused,
            "unsettled": [unsettled_data(one) for one in unsettled],
            "last_exchange": now.last_exchange,
            "agreement": opened.agreement.version,
            "message": now.message,
            "warnings": opened.warnings,
        }
    )
    from api.rules.wording import relative

    output.line(f"{who(opened.me)}, at {connection.url}")
    exchanged = f"; last exchange {relative(now.last_exchange, opened.now())}" if now.last_exchange else ""
    output.line(f"{words(waiting, 'lead')} waiting for you, {len(opened.rows()):,} known{exchanged}")
    if now.pending:
        since = f", the oldest {relative(now.oldest, opened.now())}" if now.oldest else ""
        output.line(f"{words(now.pending, 'decision')} not sent yet{since}")
    if now.conflicts or now.refused:
        output.line(f"{words(now.conflicts, 'conflict')}, {now.refused:,} refused")
    for one in unsettled:
        output.line(f"  {one.lead_id}  {one.sentence}")
    if now.message:
        output.line(now.message)
    return DONE
