"""What happens in the queue, as events of one line each."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from api.model.lead import State
from api.rules.wording import due_words
from tui.cli.queue.columns import moment

if TYPE_CHECKING:
    from api.desk import Changed, Desk
    from tui.cli.output import Output

ARRIVED, BACK, OTHERS, DUE = "arrived", "back", "others", "due"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened."""

    at: datetime
    event: str
    """``arrived``, ``back`` (it did something that brings it back), ``others`` (somebody did something) or ``due``."""
    id: str
    """The lead's."""
    sentence: str
    title: str
    company: str
    campaign: str
    due_at: datetime | None


def print_event(output: "Output", opened: "Desk", event: Event) -> None:
    """Print one event as one line, and hand it over at once."""
    if output.as_json:
        output.entry(event)
    else:
        here = event.at.astimezone()
        today = opened.now().astimezone().date()
        when = f"{here:%H:%M}" if here.date() == today else f"{here:%Y-%m-%d %H:%M}"
        # What others did is told with the name; the other three are words that it follows.
        what = event.sentence
        named = [event.title] if event.event != OTHERS else []
        output.line("  ".join(part for part in (when, event.id, what, *named, event.company, event.campaign) if part))
    output.flush()


def news_of(opened: "Desk", changed: "Changed") -> Iterator[Event]:
    """Yield what a change is about that a person wants to hear."""
    now = opened.now()
    for lead_id in changed.arrived:
        yield _event(opened, lead_id, ARRIVED, _arrived(opened, lead_id), now)
    for lead_id in changed.back:
        yield _event(opened, lead_id, BACK, back_words(opened, lead_id), now)
    for lead_id, sentence in changed.by_others:
        yield _event(opened, lead_id, OTHERS, sentence, now)


def earlier(opened: "Desk", since: datetime) -> list[Event]:
    """Return what has happened since a moment, as far as the leads themselves tell, the oldest first."""
    from api.desk.doing.acts import say_of_other
    from api.rules.queue import concerns, waiting

    now, found = opened.now(), []
    begin = since.timestamp()
    rows = opened.rows()
    for lead_id in list(rows):
        row = opened.row(lead_id)
        if row is None:
            continue
        if row.handed >= begin and waiting(row, now.timestamp()) and concerns(row, opened.me):
            found.append(_event(opened, lead_id, ARRIVED, _arrived(opened, lead_id), moment(row.handed)))
        if row.decided is None or row.decided < begin:
            continue
        lead = opened.lead(lead_id)
        for entry in lead.trail:
            stood = msgspec.structs.replace(row, owner=str(entry.before.owner or ""), state=State.NEW.value)
            if entry.at >= since and entry.by != opened.me.id and not entry.undoes and concerns(stood, opened.me):
                sentence = say_of_other(entry, lead, opened.agreement)
                found.append(_event(opened, lead_id, OTHERS, sentence, entry.at))
    return sorted(found, key=lambda event: (event.at, event.id))


class Soon:
    """Tells once of each lead of the person's queue that gets due within some minutes."""

    def __init__(self, opened: "Desk", minutes: int) -> None:
        self._opened = opened
        self._ahead = timedelta(minutes=minutes)
        self._told = (opened.now() + self._ahead).timestamp()

    def now(self) -> Iterator[Event]:
        """Yield those that have come to be due so soon since the last call."""
        now = self._opened.now()
        begin, end = self._told, (now + self._ahead).timestamp()
        self._told = max(begin, end)
        for lead_id in self._between(begin, end):
            row = self._opened.row(lead_id)
            if row is not None and row.due is not None:
                words = due_words(moment(row.due), now, self._opened.clock)
                yield _event(self._opened, lead_id, DUE, words, now)

    def _between(self, begin: float, end: float) -> Sequence[str]:
        """Return the leads of the queue that are due after `begin`, up to `end`; the queue is in that order."""
        ids = self._opened.queue()

        def due(lead_id: str) -> float:
            row = self._opened.row(lead_id)
            return row.due if row is not None and row.due is not None else float("inf")

        return ids[bisect_right(ids, begin, key=due) : bisect_right(ids, end, key=due)]


def back_words(opened: "Desk", lead_id: str) -> str:
    """Say that a lead is back, and what it did: ``back, mail opened``."""
    from api.rules.queue import back

    row = opened.row(lead_id)
    why = back(row, opened.now().timestamp()) if row is not None else ""
    return f"back, {why}" if why else "back"


def _arrived(opened: "Desk", lead_id: str) -> str:
    row = opened.row(lead_id)
    if row is None or row.due is None:
        return "arrived"
    return f"arrived, {due_words(moment(row.due), opened.now(), opened.clock)}"


def _event(opened: "Desk", lead_id: str, what: str, sentence: str, at: datetime) -> Event:
    row = opened.row(lead_id)
    campaign = opened.campaign(row.campaign_id) if row is not None and row.campaign_id else None
    return Event(
        at=at,
        event=what,
        id=lead_id,
        sentence=sentence,
        title=row.title if row is not None else "",
        company=row.company if row is not None else "",
        campaign=campaign.name if campaign is not None else row.origin if row is not None else "",
        due_at=moment(row.due) if row is not None and row.due is not None else None,
    )
