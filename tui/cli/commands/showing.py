"""The commands that show: one lead whole, the one to decide next, the agreed reasons."""

import argparse
import os
import sys
from typing import TYPE_CHECKING

from tui.cli.acts.refusals import asks_words
from tui.cli.errors import Usage
from tui.cli.output import DONE, FAILED, Output
from tui.cli.queue.views import mine, problems, why_none
from tui.cli.workplace import at_the_desk

if TYPE_CHECKING:
    from api.desk import Desk, Unsettled
    from api.model.lead import Lead


@at_the_desk
def show_lead(opened: "Desk", options: argparse.Namespace, output: Output) -> int:
    """Print one lead with everything both sides know of it."""
    from tui.cli.queue.leads import fetch_missing

    fetch_missing(opened, output, [options.id], options)
    _show(opened, output, opened.find(options.id))
    return DONE


@at_the_desk
def next_lead(opened: "Desk", options: argparse.Namespace, output: Output) -> int:
    """Print the lead on top of the queue as `show_lead` does; with words, the topmost that carries them.

    At a terminal, ask what is to be done with it, and go on to the next.

    Raises:
        Usage: the words hold a field or a value that does not exist.
    """
    text = " ".join(options.text)
    if wrong := problems(text):
        raise Usage(" ".join(wrong))
    found = opened.queue(text)
    top = next(iter(found), "")
    if not top or not mine(opened)(top):
        output.document({"lead": None, "criteria": [], "campaign": None, "owner": None, "unsettled": []})
        output.note(why_none(opened, text, len(found), f"“handoff list --all {text}” lists them."))
        return DONE
    lead = opened.find(top)
    if _asks(options, output):
        return _go_through(opened, options, lead, text)
    _show(opened, output, lead)
    if not output.as_json and not opened.hinder(lead, "accept"):
        output.note(
            f"To decide it: “handoff accept {lead.id}”, or “handoff reject {lead.id} --reason CODE”; "
            "“handoff reasons” lists the codes."
        )
    return DONE


def _asks(options: argparse.Namespace, output: Output) -> bool:
    streams = (sys.stdin, sys.stdout)
    return not options.once and not output.as_json and all(one is not None and one.isatty() for one in streams)


def _go_through(opened: "Desk", options: argparse.Namespace, lead: "Lead", text: str) -> int:
    from tui.cli.acts.outcomes import seconds
    from tui.cli.talk.session import Session
    from tui.cli.talk.talk import Talk
    from tui.settings import load
    from tui.settings.keymap import Keymap

    # Whoever has it read aloud has no use for colours.
    quiet = Output(environ={**os.environ, "NO_COLOR": "1"})
    wait = seconds(opened, options)

    def top(skipped: frozenset[str]) -> str:
        waits = mine(opened)
        return next((one for one in opened.queue(text) if one not in skipped and waits(one)), "")

    session = Session(
        opened,
        Talk(quiet),
        top=top,
        show=lambda one: _show(opened, quiet, one),
        keymap=Keymap(load(opened.profile.root).settings.keys),
    )
    return session.run(lead, wait)


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
