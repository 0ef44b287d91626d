"""The verbs that add something to a lead and decide nothing: note, correct, thank, flag."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from api.model import operation as op
from api.model.lead import field_value
from tui.verbs import answers as read
from tui.verbs.deciding import value_of_field
from tui.verbs.deed import Deed, Kind, Question, Unanswered
from tui.verbs.fields import fields

if TYPE_CHECKING:
    from api.desk import Desk
    from api.model.lead import Lead
    from api.model.operation import LeadVerb

TAGS = (
    ("competitor", "competitor"),
    ("objection", "objection"),
    ("pricing", "pricing"),
    ("use_case", "use case"),
)
"""What a note can be about. The order gives the keys: new ones go to the end."""


# --- note ----------------------------------------------------------------------------------------------------------


def _ask_note(_desk: "Desk", _lead: "Lead") -> Sequence[Question]:
    return (
        Question(key="text", label="Note", required=True, hint="both sides read it"),
        Question(key="tag", label="About", kind=Kind.CHOICE, options=TAGS),
    )


def _note(_desk: "Desk", _lead: "Lead", answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    text = read.required(read.prose(answers, "text"), "text", "A note needs words.")
    return (op.Note(text=text, tag=read.choice(answers, "tag", TAGS, "About")),)


NOTE = Deed(command="triage.note", verb="note", questions=_ask_note, make=_note, stays=True)


# --- correct -------------------------------------------------------------------------------------------------------


def _ask_field(_desk: "Desk", _lead: "Lead") -> Sequence[Question]:
    return (
        Question(key="field", label="Which field", kind=Kind.FIELD, options=fields(), required=True),
        Question(key="value", label="What it should say"),
    )


def _correct(_desk: "Desk", lead: "Lead", answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    field = read.choice(answers, "field", fields(), "Which field")
    read.required(field, "field", "Say which field is to be put right.")
    value = read.words(answers, "value")
    if value == field_value(lead, field):
        raise Unanswered("value", f"“{dict(fields())[field]}” says that already.")
    return (op.Correct(field=field, value=value),)


CORRECT = Deed(
    command="triage.correct",
    verb="correct",
    questions=_ask_field,
    make=_correct,
    then=value_of_field,
    stays=True,
)


# --- thank and flag ------------------------------------------------------------------------------------------------


def _ask_thanks(_desk: "Desk", _lead: "Lead") -> Sequence[Question]:
    return (Question(key="text", label="Thanks, for what?"),)


def _thank(_desk: "Desk", _lead: "Lead", answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    return (op.Thank(text=read.words(answers, "text")),)


THANK = Deed(command="triage.thank", verb="thank", questions=_ask_thanks, make=_thank, stays=True)


def _ask_topic(_desk: "Desk", _lead: "Lead") -> Sequence[Question]:
    return (Question(key="text", label="What to talk about"),)


def _flag_meeting(_desk: "Desk", _lead: "Lead", answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    return (op.FlagMeeting(text=read.words(answers, "text")),)


FLAG_MEETING = Deed(
    command="triage.flag_meeting",
    verb="flag_meeting",
    questions=_ask_topic,
    make=_flag_meeting,
    stays=True,
)


def _ask_told(_desk: "Desk", _lead: "Lead") -> Sequence[Question]:
    return (Question(key="text", label="What were they told that we don’t do?", required=True),)


def _told_last(desk: "Desk", lead: "Lead") -> dict[str, str]:
    """Start with the words of the last touch that promised something."""
    campaign = desk.campaign(lead.campaign_id) if lead.campaign_id else None
    assets = {asset.id: asset.words for asset in campaign.assets} if campaign else {}
    for touch in sorted(lead.touches, key=lambda one: one.at, reverse=True):
        if said := touch.words or assets.get(touch.asset_id, ""):
            return {"text": " ".join(said.split())}
    return {}


def _flag_promise(_desk: "Desk", _lead: "Lead", answers: Mapping[str, str]) -> "Sequence[LeadVerb]":
    return (op.FlagPromise(text=read.required(read.words(answers, "text"), "text", "Say what they were told.")),)


FLAG_PROMISE = Deed(
    command="triage.flag_promise",
    verb="flag_promise",
    questions=_ask_told,
    first=_told_last,
    make=_flag_promise,
    stays=True,
)
