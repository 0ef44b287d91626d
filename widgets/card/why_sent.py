"""Why the lead was sent: the agreed definition, criterion by criterion, and the scores with their parts."""

from collections.abc import Sequence
from datetime import datetime

from api.model.agreement import Term
from api.model.lead import Lead, Score
from api.rules.criteria import Verdict
from api.rules.showing.top import change_words
from widgets.basis.runs import Line, cells, fit, fit_right, flow, heading, join, short

SIGNS = {True: ("✓", ""), False: ("✗", "alarm"), None: ("?", "dim")}
"""Sign and ink of a criterion that is met, not met, or can't be told; a word stands beside it."""

WORDS = {True: "met", False: "not met", None: "unknown"}

_PARTS = 2
"""Lines that the parts of a score may take."""

_EVIDENCE = 14
"""Cells that evidence keeps when a criterion's label is long."""

_INDENT = 16
"""Cells before the parts of a score."""


def why_sent(term: Term | None, verdicts: Sequence[Verdict], lead: Lead, now: datetime, width: int) -> list[Line]:
    """Return each criterion with whether it is met and on what evidence, then both scores."""
    lines: list[Line] = []
    if term is not None and verdicts:
        met = sum(verdict.met is True for verdict in verdicts)
        lines.append(heading("Why it was sent", width, f"{met} of {len(verdicts)} met · {term.label}"))
        word = max(len(WORDS[verdict.met]) for verdict in verdicts)
        longest = max(cells(verdict.criterion.label) for verdict in verdicts)
        column = min(longest, max(width - word - 4 - _EVIDENCE, 8))
        lines += [_criterion(verdict, word, column, width) for verdict in verdicts]
    else:
        lines.append(heading("Why it was sent", width))
    for label, score in (("fit", lead.fit), ("engagement", lead.engagement)):
        if score is not None:
            lines += _score(label, score, now, width)
    if len(lines) == 1:
        lines.append((("No definition is agreed, and nobody scored it.", "dim"),))
    return lines


def _score(label: str, score: Score, now: datetime, width: int) -> list[Line]:
    head: Line = ((fit(label, 11), "dim"), (fit_right(str(score.value), 3) + "  ", ""))
    room = width - _INDENT
    parts = flow((f"{part.label} {part.points:+}" for part in score.parts), room)
    if len(parts) > _PARTS:
        parts = [*parts[: _PARTS - 1], short(join(parts[_PARTS - 1 :]), room)]
    told: list[Line] = [((part, "dim"),) for part in parts]
    if changed := change_words(score.value, score.was, score.since, now):
        told.insert(0, ((short(changed, room), "accent"),))
    first, *rest = told or [((short("its parts are not known", room), "dim"),)]
    return [(*head, *first), *(((" " * _INDENT, ""), *line) for line in rest)]


def _criterion(verdict: Verdict, word: int, column: int, width: int) -> Line:
    sign, ink = SIGNS[verdict.met]
    room = width - word - column - 5
    evidence = short(verdict.evidence, room) if room > 3 else ""
    label = fit(verdict.criterion.label, column)
    mark = f"{sign} {fit(WORDS[verdict.met], word)} "
    if verdict.met:
        return ((f"{mark}{label}  ", ink), (evidence, "dim"))
    return ((mark, ink), (f"{label}  ", "dim" if verdict.met is None else ""), (evidence, "dim"))
