"""The first things to know of a lead: what they did last, how they stand to the agreed line, what is due when."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from api.model.agreement import Agreement
from api.model.lead import AttemptMade, Decided, Lead, State, Touch
from api.rules.clocks import BusinessClock
from api.rules.criteria import Verdict
from api.rules.stirring import woken_by
from api.rules.wording import business_span, due_words, relative

WORKING = (State.ACCEPTED, State.QUALIFIED)
"""States in which a rep works on the lead."""


class Said(msgspec.Struct, frozen=True):
    """A few words and how pressing they are: empty, ``dim``, ``accent`` (due) or ``alarm`` (late, or not met)."""

    words: str
    weight: str = ""


def state_words(lead: Lead) -> str:
    """Return where the lead stands, in a word or two."""
    standing = lead.standing
    return "new, claimed" if standing.state is State.NEW and standing.claimed_by else standing.state.value


def verdict_words(verdicts: Sequence[Verdict]) -> Said:
    """Return how many of the agreed criteria are met, and which one is not."""
    if not verdicts:
        return Said("no criteria are agreed", "dim")
    missed = [verdict for verdict in verdicts if verdict.met is False]
    unknown = [verdict for verdict in verdicts if verdict.met is None]
    met = len(verdicts) - len(missed) - len(unknown)
    words = f"{met} of {len(verdicts)} met"
    if missed:
        more = f" and {len(missed) - 1} more" if len(missed) > 1 else ""
        return Said(f"✗ {words}, not: {_named(missed[0])}{more}", "alarm")
    if unknown:
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        return Said(f"? {words}, unknown: {unknown[0].criterion.label}{more}", "accent")
    return Said(f"✓ {words}")


def _named(verdict: Verdict) -> str:
    return f"{verdict.criterion.label} ({verdict.evidence})" if verdict.evidence else verdict.criterion.label


def latest(touches: Sequence[Touch]) -> Touch | None:
    """Return the newest touch."""
    return max(touches, key=lambda touch: touch.at, default=None)


def clocks(lead: Lead, now: datetime, clock: BusinessClock, agreement: Agreement) -> tuple[Said, ...]:
    """Return both clocks of a lead that somebody has to act on: the one that runs first, then the other.

    While it is new: the decision, then the first attempt. Once accepted: the next attempt, then how the decision kept
    its time. Nothing where nobody owes anything any more.
    """
    standing = lead.standing
    if standing.state is State.NEW:
        return (*_decision(lead, now, clock), _first_attempt_then(agreement))
    if standing.state is State.ACCEPTED:
        return (*_attempt(lead, now, clock, agreement), *_kept(lead, clock))
    return ()


def _decision(lead: Lead, now: datetime, clock: BusinessClock) -> tuple[Said, ...]:
    due = lead.standing.due_at
    if due is None:
        return (Said("no time is set for the decision", "dim"),)
    return (_due("decision", due, now, clock),)


def _due(what: str, due: datetime, now: datetime, clock: BusinessClock) -> Said:
    return Said(f"{what} {due_words(due, now, clock)}", "alarm" if due < now else "accent")


def _first_attempt_then(agreement: Agreement) -> Said:
    return Said(f"then attempt within {business_span(agreement.sales.first_attempt_within)}", "dim")


def _attempt(lead: Lead, now: datetime, clock: BusinessClock, agreement: Agreement) -> tuple[Said, ...]:
    if not lead.attempts:
        due = lead.standing.follow_up_due_at
        return (Said("no attempt yet", "accent") if due is None else _due("first attempt", due, now, clock),)
    made = f"{len(lead.attempts)} of {agreement.sales.attempts} attempts made"
    next_on = last_attempt(lead).next_on
    if next_on is None:
        return (Said("no next attempt is set", "accent"), Said(made, "dim"))
    return (next_words(next_on, clock.today(now)), Said(made, "dim"))


def last_attempt(lead: Lead) -> AttemptMade:
    """Return the latest of a lead's attempts; there must be one."""
    return max(lead.attempts, key=lambda made: made.at)


def next_words(next_on: date, today: date) -> Said:
    """Return when the next attempt is to be made."""
    gap = (next_on - today).days
    if gap < 0:
        late = "yesterday" if gap == -1 else f"{-gap} days ago"
        return Said(f"next attempt was due {late}, {day_words(next_on)}", "alarm")
    if gap == 0:
        return Said("next attempt today", "accent")
    when = "tomorrow, " if gap == 1 else ""
    return Said(f"next attempt {when}{day_words(next_on)}", "accent" if gap == 1 else "")


def day_words(day: date) -> str:
    """Return a day with its weekday: ``Tue 2026-12-01``."""
    return f"{day:%a %Y-%m-%d}"


def _kept(lead: Lead, clock: BusinessClock) -> tuple[Said, ...]:
    """Return whether the decision came in time."""
    accepted = next((entry for entry in reversed(lead.trail) if entry.verb == "accept"), None)
    due = accepted.before.due_at if accepted is not None else None
    if accepted is None or due is None:
        return ()
    if accepted.at <= due:
        return (Said("decided in time", "dim"),)
    return (Said(f"decided {business_span(clock.between(due, accepted.at))} late", "dim"),)


def snooze_words(lead: Lead, now: datetime) -> str:
    """Return until when the lead sleeps: a moment, the lead's next activity, whichever comes first; empty if awake."""
    snooze = lead.snooze
    if snooze is None:
        return ""
    if touch := woken_by(lead):
        return f"ended {relative(touch.at, now)}: {touch.title or touch.kind}"
    if snooze.until is None:
        return "until they do something, whenever that is" if snooze.or_activity else "until somebody wakes it"
    until = snooze.until.astimezone()
    ended = snooze.until <= now
    when = f"{'ended' if ended else 'until'} {until:%a %Y-%m-%d %H:%M}"
    if ended:
        return when
    return f"{when}, or when they do something" if snooze.or_activity else f"{when}, whatever they do meanwhile"


def standing_words(lead: Lead, now: datetime) -> str:
    """Return what became of a decided lead, by whom and when, as one sentence."""
    decided, standing = lead.decided, lead.standing
    words = standing.state.value.capitalize()
    if decided is not None:
        words += f" by {decided.by_name} {relative(decided.at, now)}"
    if standing.recycle_on is not None:
        words += f", comes back {standing.recycle_on}"
    return words + "."


def reason_label(code: str, agreement: Agreement) -> str:
    """Return a reason as the agreement calls it."""
    reason = agreement.reason(code)
    return reason.label if reason else code.replace("_", " ")


def before_words(lead: Lead, agreement: Agreement) -> str:
    """Return what became of the pass before this one; empty in a first pass."""
    if lead.number <= 1:
        return ""
    again = f"pass {lead.number}, {lead.mark or 'again'}"
    if not lead.passes:
        return again
    earlier = lead.passes[-1]
    ended: Decided | None = earlier.trail[-1] if earlier.trail else None
    if ended is None:
        return f"{again}; pass {earlier.number} ended {earlier.standing.state.value}"
    why = f": {reason_label(ended.reason, agreement)}" if ended.reason else ""
    day = f"{ended.at.astimezone():%Y-%m-%d}"
    return f"{again}; {earlier.standing.state.value} by {ended.by_name} on {day}{why}"


RECENT = timedelta(days=14)
"""For this long a change of a score is told."""


def change_words(value: int, was: int | None, since: datetime | None, now: datetime) -> str:
    """Return how a score changed last: ``up 24 from 54, 2 h ago``; empty when it did not, or long ago."""
    if was is None or was == value or (since is not None and now - since > RECENT):
        return ""
    when = "" if since is None else f", {relative(since, now)}"
    return f"{'up' if value > was else 'down'} {abs(value - was)} from {was}{when}"
