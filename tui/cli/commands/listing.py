"""The commands that list: leads of a view, and the views there are."""

import argparse
from typing import TYPE_CHECKING, Any

from api.model.text import clean_line
from tui.cli.errors import Usage
from tui.cli.output import DONE, Output, words
from tui.cli.queue.columns import COLUMNS, cells, chosen, moment
from tui.cli.queue.views import asked_for, ids_of, problems, why_none
from tui.cli.workplace import at_the_desk

if TYPE_CHECKING:
    from api.desk import Desk
    from api.rules.queue import Row

WIDEST = 48
"""Cells that a column of the list may take, so that one long name does not push the others out of sight."""


@at_the_desk
def list_leads(opened: "Desk", options: argparse.Namespace, output: Output) -> int:
    """Print a view of the queue, or with words what matches them in it.

    Raises:
        Usage: the words hold a field or a value that does not exist.
    """
    names = chosen(options.columns)
    text = " ".join(options.text)
    view = asked_for(opened, "all" if options.all and not options.view else options.view, text, options.sort)
    # What was mistyped would narrow nothing, and a script would go on with every lead there is.
    if wrong := problems(view.filter):
        raise Usage(" ".join(wrong))
    ids, elsewhere = ids_of(opened, view)
    cut = [row for lead_id in ids[: options.limit] if (row := opened.row(lead_id)) is not None]
    output.document(
        {
            "leads": [_row_data(row) for row in cut],
            "shown": len(cut),
            "total": len(ids),
            "view": view.name or view.view.value,
            "sort": view.order.value,
        }
    )
    if cut:
        lines = [cells(opened, row, names, exact=options.tsv) for row in cut]
        headings = names if options.tsv else [COLUMNS[name].heading for name in names]
        if options.tsv:
            output.separated([*([] if options.no_header else [headings]), *lines])
        else:
            right = [at for at, name in enumerate(names) if COLUMNS[name].right]
            output.table(None if options.no_header else headings, lines, right=right, widest=WIDEST)
    if len(cut) < len(ids):
        output.note(f"{len(cut)} of {words(len(ids), 'lead')}; without --limit all are listed.")
    elif not ids:
        output.note(_why_none(opened, view.view.value, view.filter, elsewhere))
    return DONE


def _why_none(opened: "Desk", view: str, text: str, elsewhere: int) -> str:
    if view == "mine" or not opened.pulled:
        return why_none(opened, text, elsewhere, "add --all.")
    return f"No lead matches “{text}” there." if text else "There is no lead in this view."


def _row_data(row: "Row") -> dict[str, Any]:
    asleep = row.snoozed is not None and row.snoozed != float("inf")
    return {
        "id": row.id,
        "title": row.title,
        "company": row.company,
        "state": row.state,
        "owner": row.owner,
        "due_at": None if row.due is None else moment(row.due),
        "handed_at": moment(row.handed),
        "fit": row.fit,
        "engagement": row.engagement,
        "campaign": row.campaign_id,
        "origin": row.origin,
        "pass": row.number,
        "mark": row.mark,
        "reason": row.reason,
        "decided_by": row.decided_by,
        "decided_at": None if row.decided is None else moment(row.decided),
        "snoozed_until": moment(row.snoozed) if asleep and row.snoozed is not None else None,
    }


@at_the_desk
def keep_view(opened: "Desk", options: argparse.Namespace, output: Output) -> int:
    """Keep a view of one's own.

    Raises:
        Usage: a name that is taken by a view that always is there, or a filter that is not understood.
    """
    from api.rules.queue import NamedView, Order, View

    name, text = clean_line(options.name), " ".join(options.text).strip()
    if not name or name.casefold() in list(View):
        raise Usage(f"“{name}” can’t be the name of a view of your own; {', '.join(View)} always are there.")
    if wrong := problems(text):
        raise Usage(" ".join(wrong))
    opened.keep_view(NamedView(name, text, View(options.view), Order(options.sort)))
    return _print_views(opened, output)


@at_the_desk
def drop_view(opened: "Desk", options: argparse.Namespace, output: Output) -> int:
    """Drop a view of one's own.

    Raises:
        Usage: there is none of that name.
    """
    if options.name.casefold() not in [one.name.casefold() for one in opened.views()]:
        raise Usage(f"You have no view “{options.name[:60]}”; “handoff views” lists them.")
    opened.drop_view(options.name)
    return _print_views(opened, output)


@at_the_desk
def list_views(opened: "Desk", _options: argparse.Namespace, output: Output) -> int:
    """Print the views that always are there and one's own, each with how many leads it holds."""
    return _print_views(opened, output)


def _print_views(opened: "Desk", output: Output) -> int:
    from api.rules.queue import NamedView, View

    counts = opened.counts()
    own = [(one, len(ids_of(opened, one)[0]), True) for one in opened.views()]
    always = [(NamedView(view.value, "", view), counts.get(view, 0), False) for view in View]
    output.document(
        {
            "views": [
                {
                    "name": one.name,
                    "own": kept,
                    "leads": count,
                    "view": one.view.value,
                    "sort": one.order.value,
                    "filter": one.filter,
                }
                for one, count, kept in (*always, *own)
            ]
        }
    )
    rows = [[one.name, f"{count:,}", one.view.value, one.order.value, one.filter] for one, count, _ in (*always, *own)]
    output.table(("NAME", "LEADS", "VIEW", "SORT", "FILTER"), rows, right=(1,), widest=WIDEST)
    for one, _, _ in own:
        for sentence in problems(one.filter):
            output.note(f"handoff: {one.name}: {sentence}")
    return DONE
