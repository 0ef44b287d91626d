"""The reasons of refusals, and what they ask for: named by what was typed, completed from what is known."""

from typing import TYPE_CHECKING

from api.model.agreement import Agreement, Ask, AskKind, Reason
from api.model.lead import Lead
from tui.cli.errors import Usage

if TYPE_CHECKING:
    from api.desk import Desk
    from tui.cli.output import Output


def chosen_reason(agreement: Agreement, code: str) -> Reason:
    """Return the active reason that `code` names.

    Raises:
        Usage: there is none; the sentence lists them, the nearest first.
    """
    active = [reason for reason in agreement.reasons if reason.active]
    for reason in active:
        if code.casefold() == reason.code.casefold():
            return reason
    import difflib

    codes = [reason.code for reason in active]
    by_label = [one.code for one in active if code.casefold() in one.label.casefold() and code.strip()]
    near = [*by_label, *(one for one in difflib.get_close_matches(code, codes, n=3, cutoff=0.5) if one not in by_label)]
    listed = near + [one for one in codes if one not in near]
    hint = f"Did you mean “{near[0]}”? " if near else ""
    raise Usage(f"There is no reason “{code}”. {hint}There are: {', '.join(listed)}.")


def complete(opened: "Desk", output: "Output", reason: Reason, lead: Lead, given: dict[str, str]) -> dict[str, str]:
    """Complete what was answered from what is known.

    Raises:
        Usage: something that the reason asks for is missing or won't do.
    """
    answers = {key: resolved(opened, reason, key, text) for key, text in given.items()}
    known = opened.prefill(reason, lead, answers)
    filled = {
        ask.key: known[ask.key]
        for ask in reason.asks
        if ask.required and ask.key not in answers and known.get(ask.key, "")
    }
    from api.rules.answers import check

    problem = check(reason, {**answers, **filled}, lead, opened.clock.today(opened.now()))
    if problem is not None:
        asks = asks_words(reason) or "nothing"
        raise Usage(
            f"{lead.title}: {problem.sentence} “{reason.code}” asks for {asks}; give it with --answer KEY=VALUE."
        )
    if filled:
        said = ", ".join(f"{key}={text}" for key, text in filled.items())
        output.note(f"{lead.title}: filled in {said.removesuffix('.')}.")
    return {**answers, **filled}


def resolved(opened: "Desk", reason: Reason, key: str, text: str) -> str:
    """Let another lead be named by the beginning of its id, people by their names, and days as people say them."""
    asked = next((ask for ask in reason.asks if ask.key == key), None)
    if asked is None or not text:
        return text
    if asked.kind is AskKind.LEAD:
        return opened.find(text).id
    if asked.kind is AskKind.DATE:
        return dated(opened, asked, text)
    return whom(opened, text) if asked.kind is AskKind.TEAM_OR_PERSON else text


def dated(opened: "Desk", ask: Ask, text: str) -> str:
    """Return a date as people say it in the form that answers have: ``2026-12-01``.

    Raises:
        Usage: it is none.
    """
    from api.rules.answers import looks_back
    from api.rules.when import NotADate, day

    try:
        return day(text, opened.clock.today(opened.now()), past=looks_back(ask)).isoformat()
    except NotADate as error:
        raise Usage(f"“{ask.label}”: {error.sentence}") from None


def _begins(wanted: str, name: str) -> bool:
    """Say whether a name, or one of its words, begins with what was written."""
    folded = name.casefold()
    return folded.startswith(wanted) or any(word.startswith(wanted) for word in folded.split())


def whom(opened: "Desk", text: str) -> str:
    """Return ``person:ID`` or ``team:NAME`` for what somebody wrote: one of these, a name, or how one alone begins.

    Raises:
        Usage: nobody is called that here, or more than one.
    """
    kind, colon, name = text.strip().partition(":")
    if not colon:
        kind, name = "", kind
    wanted, found = name.strip().casefold(), []
    people = [person for person in opened.people() if person.active]
    teams = {person.team for person in people if person.team}
    teams |= {owner.removeprefix("team:") for owner in opened.owners() if owner.startswith("team:")}
    if kind in ("", "person"):
        found += [f"person:{one.id}" for one in people if wanted in (one.id.casefold(), one.name.casefold())]
    if kind in ("", "team"):
        found += [f"team:{team}" for team in sorted(teams) if team.casefold() == wanted]
    if not found and wanted and kind in ("", "person"):
        found = [f"person:{one.id}" for one in people if _begins(wanted, one.name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise Usage(f"“{name.strip()}” is not one alone: {', '.join(found)}. Write one of these.")
    import difflib

    names = [*(person.name for person in people), *(f"team:{team}" for team in sorted(teams))]
    near = difflib.get_close_matches(text, names, n=1, cutoff=0.5)
    hint = f" Did you mean “{near[0]}”?" if near else " Write person:ID, team:NAME or a person's name."
    raise Usage(f"There is nobody called “{text[:60]}” here.{hint} “handoff sync” fetches who is new.")


def asks_words(reason: Reason) -> str:
    """Return what a reason asks for in one line: ``dimension (size|industry), [value*]``."""
    parts = []
    for ask in reason.asks:
        name = ask.key + ("*" if ask.prefill.value else "")
        choices = "|".join(ask.options) or ask.word
        parts.append((name if ask.required else f"[{name}]") + (f" ({choices})" if choices else ""))
    return ", ".join(parts)
