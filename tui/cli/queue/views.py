"""The lists of leads on the command line: which one is meant, what is in it, and why there is nothing."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui.cli.errors import Usage
from tui.cli.output import words

if TYPE_CHECKING:
    from api.desk import Desk
    from api.rules.queue import NamedView


def mine(opened: "Desk") -> Callable[[str], bool]:
    """Return what says of a lead's id whether it waits for the person now."""
    from api.rules.queue import concerns, waiting

    now = opened.now().timestamp()

    def waits(lead_id: str) -> bool:
        row = opened.row(lead_id)
        return row is not None and waiting(row, now) and concerns(row, opened.me)

    return waits


def asked_for(opened: "Desk", name: str, text: str, sort: str) -> "NamedView":
    """Return the list of that name, one's own or one that always is there, narrowed down by `text`.

    Raises:
        Usage: there is none of that name.
    """
    from api.rules.queue import NamedView, Order, View

    if not name or name in list(View):
        return NamedView("", text, View(name or "mine"), Order(sort or "due"))
    own = list(opened.views())
    found = next((one for one in own if one.name == name), None)
    found = found or next((one for one in own if one.name.casefold() == name.casefold()), None)
    if found is None:
        known = ", ".join([*(view.value for view in View), *(one.name for one in own)])
        raise Usage(f"There is no view “{name[:60]}”. There are: {known}.")
    narrowed = " ".join(part for part in (found.filter, text) if part)
    return NamedView(found.name, narrowed, found.view, Order(sort) if sort else found.order)


def ids_of(opened: "Desk", view: "NamedView") -> tuple[list[str], int]:
    """Return the leads of a list in its order, and how many others match its filter but do not wait for the person."""
    from api.rules.queue import View

    found = opened.queue(view.filter, view.view, view.order)
    if view.view is not View.MINE or not view.filter:
        return found, 0
    # What waits for the person stands first, whatever the order, so that few rows need be read to tell up to where.
    waits = mine(opened)
    ids = found[: bisect_left(found, 1, key=lambda one: not waits(one))]
    return ids, len(found) - len(ids)


def problems(text: str) -> Sequence[str]:
    """Return what of a filter was not understood, in sentences."""
    if ":" not in text:
        return ()
    from api.rules.queue import Filter

    return Filter.parse(text).problems


def why_none(opened: "Desk", text: str, elsewhere: int, remedy: str) -> str:
    """Say why nothing of the queue is shown; `remedy` is what shows the leads that match and do not wait."""
    if elsewhere:
        return f"Nothing that waits for you matches; {words(elsewhere, 'lead')} elsewhere: {remedy}"
    if text:
        return f"No lead matches “{text}”."
    if not opened.pulled:
        return "Nothing was fetched yet: “handoff sync” fetches the leads."
    return "Nothing waits for a decision. Well done."
