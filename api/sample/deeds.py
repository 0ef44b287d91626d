"""What the reps did with the older leads: real verbs, at times that a working day allows."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import merge
from random import Random

import msgspec

from api.model import operation as op
from api.model.agreement import Agreement
from api.model.people import Person
from api.rules.answers import recycle_date
from api.rules.clocks import BusinessClock
from api.sample.cast import MARKETERS, members
from api.sample.material import messages
from api.sample.personas import Persona

REASONS = {
    "size": "not_target",
    "country": "not_target",
    "industry": "not_target",
    "use_case": "not_target",
    "student": "not_a_buyer",
    "job_seeker": "not_a_buyer",
    "vendor": "not_a_buyer",
    "press": "not_a_buyer",
    "partner": "not_a_buyer",
    "spam": "spam_test",
}
"""What is true of a lead → the reason it is rejected for, where the two have different names."""

BEFORE_CONTACT = frozenset(
    {
        *REASONS,
        "low_intent",
        "wrong_person",
        "competitor",
        "bad_data",
        "duplicate",
        "already_ours",
        "wrong_owner",
        "do_not_contact",
    }
)
"""Truths that a rep sees before any contact."""

_WON_OF_TEN = 6
"""Deals won of ten that ended, as 3,247 won to 2,358 lost in the funnel that the shapes come from."""


Step = tuple[Person, datetime, op.LeadVerb]
"""Who does what, when."""


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One act of one person on one lead."""

    source_id: str
    person: str
    at: datetime
    verb: op.LeadVerb
    other: str = ""
    """Source id of the lead that this one is a duplicate of; the answer needs the hub's id of it."""


class Diary:
    """Tells what becomes of leads; draws from one source of chance, so that a seed tells the same story."""

    def __init__(self, rng: Random, agreement: Agreement, now: datetime) -> None:
        self._rng = rng
        self._agreement = agreement
        self._clock = BusinessClock(agreement)
        self._now = now

    def deeds(
        self, source_id: str, truth: str, persona: Persona, rep: Person, handed: datetime, *, campaign: str, other: str
    ) -> list[Deed]:
        """Return what was done with the lead until now, in order; empty when nobody has come to it yet."""
        told: list[Deed] = []
        for person, at, verb in self._story(source_id, truth, persona, rep, handed, campaign=campaign):
            if at >= self._now - timedelta(minutes=5):
                break
            told.append(Deed(source_id=source_id, person=person.id, at=at, verb=verb, other=other))
        return told

    def _story(
        self, source_id: str, truth: str, persona: Persona, rep: Person, handed: datetime, *, campaign: str
    ) -> Iterator[Step]:
        rng = self._rng
        at = self._after(handed, min(int(rng.lognormvariate(4.3, 1.0)), 1_500))
        if truth not in BEFORE_CONTACT and rng.random() < 0.06:
            # Reps err too: a good lead refused is what marketing disputes.
            truth = "low_intent"
        if truth in BEFORE_CONTACT:
            yield rep, at, self._reject(truth, persona, at)
            if truth == "wrong_owner":
                right = rng.choice(members(persona.team))
                yield right, self._after(at, rng.randint(10, 200)), op.Accept()
            return
        yield rep, at, op.Accept(note=self._words("accept", 0.3))
        if campaign in ("social-nights", "partner-payroll") and rng.random() < 0.15:
            yield rep, self._after(at, 3), op.FlagPromise(text=self._words("promise", 1))
        elif truth == "opportunity" and rng.random() < 0.2:
            yield rep, self._after(at, 2), op.Thank(text=self._words("thanks", 1))
        yield from merge(self._follow_up(truth, rep, at), self._notes(source_id, rep, at), key=lambda step: step[1])

    def _notes(self, source_id: str, rep: Person, at: datetime) -> Iterator[Step]:
        """Yield what both sides wrote about an accepted lead; it takes nothing from the chance of the other stories."""
        rng, texts = Random(f"handoff notes {source_id}"), messages().note
        if rng.random() < 0.35:
            tag = rng.choice(("competitor", "objection", "pricing", "use case"))
            at = self._clock.add(at, rng.randint(20, 200))
            yield rep, at, op.Note(text=rng.choice(texts[tag.replace(" ", "_")]), tag=tag)
        if rng.random() < 0.2:
            at = self._clock.add(at, rng.randint(20, 400))
            yield rng.choice(MARKETERS), at, op.Note(text=rng.choice(texts["marketing"]))
        if rng.random() < 0.06:
            at = self._clock.add(at, rng.randint(20, 400))
            yield rep, at, op.FlagMeeting(text=rng.choice(texts["meeting"]))

    def _follow_up(self, truth: str, rep: Person, at: datetime) -> Iterator[Step]:
        rng = self._rng
        tries = self._agreement.sales.attempts if truth == "unreachable" else rng.randint(1, 3)
        made: list[tuple[datetime, str]] = []
        for number in range(tries):
            at = self._after(at, rng.randint(40, 700))
            last = number == tries - 1
            result = rng.choice(("no answer", "voicemail", "e-mail sent"))
            if last and truth != "unreachable":
                result = "meeting booked" if truth in ("opportunity", "no_show") else "reached, call again"
            made.append((at, result))
        for number, (tried, result) in enumerate(made, start=1):
            next_on = self._clock.today(made[number][0]) if number < len(made) else None
            yield rep, tried, op.Attempt(result=result, next_on=next_on)
        meeting = at
        at = self._after(at, rng.randint(300, 2_400))
        if truth != "opportunity":
            yield rep, at, self._disqualify(truth, at, tries, meeting)
            return
        amount = float(rng.randrange(1_200, 26_000, 240))
        yield rep, at, op.Qualify(amount=amount, close_on=self._clock.today(at) + timedelta(days=rng.randint(20, 70)))
        at = self._after(at, rng.randint(1_500, 9_000))
        won = rng.randrange(10) < _WON_OF_TEN
        yield rep, at, op.Outcome(result="won" if won else "lost", amount=amount if won else None)

    def _reject(self, truth: str, persona: Persona, at: datetime) -> op.Reject:
        reason = REASONS.get(truth, truth)
        return op.Reject(reason=reason, answers=self._reject_answers(truth, persona, at), note=self._words(reason, 0.6))

    def _reject_answers(self, truth: str, persona: Persona, at: datetime) -> dict[str, str]:
        plain: dict[str, dict[str, str]] = {
            "size": {"dimension": "size", "value": str(persona.employees)},
            "country": {"dimension": "country", "value": persona.country},
            "industry": {"dimension": "industry", "value": persona.industry},
            "use_case": {"dimension": "use case"},
            "student": {"kind": "student"},
            "vendor": {"kind": "vendor"},
            "press": {"kind": "press"},
            "partner": {"kind": "partner"},
            "job_seeker": {"kind": "job seeker"},
            "bad_data": {"field": "phone" if not persona.phone and persona.email.count("@") == 1 else "email"},
            "wrong_person": {"role": persona.title},
            "competitor": {"name": persona.company},
            "already_ours": {"account": persona.company},
            "wrong_owner": {"to": f"team:{persona.team}"},
        }
        if truth == "low_intent":
            return {"did": "read one page", "recycle_on": self._back_on("low_intent", at)}
        if truth == "do_not_contact":
            how = self._rng.choice(messages().answer["how"])
            today = self._clock.today(at).isoformat()
            return {"channels": "all", "asked_on": today, "how": how, "confirm": "suppress"}
        return plain.get(truth, {})

    def _disqualify(self, truth: str, at: datetime, tries: int, meeting: datetime) -> op.Disqualify:
        texts = messages().answer
        reason = truth
        answers: dict[str, str] = {}
        match truth:
            case "unreachable":
                answers = {"attempts": str(tries), "recycle_on": self._back_on(truth, at)}
            case "timing":
                answers = {"recycle_on": self._back_on(truth, at), "trigger": self._rng.choice(texts["trigger"])}
            case "no_budget":
                answers = {"recycle_on": self._back_on(truth, at)}
            case "locked_in":
                answers = {"product": self._rng.choice(texts["product"]), "recycle_on": self._back_on(truth, at)}
            case "no_fit":
                answers = {"missing": self._rng.choice(texts["missing"])}
            case "no_show":
                answers = {
                    "meeting_on": self._clock.today(meeting).isoformat(),
                    "recycle_on": self._back_on(truth, at),
                }
            case _:
                reason = "no_need"
                answers = {"thought_we_sell": self._rng.choice(texts["thought_we_sell"])}
        return op.Disqualify(reason=reason, answers=answers, note=self._words(reason, 0.5))

    def _back_on(self, code: str, at: datetime) -> str:
        reason = self._agreement.reason(code)
        return "" if reason is None else recycle_date(reason, self._clock.today(at)).isoformat()

    def _words(self, key: str, often: float) -> str:
        pool = messages().note.get(key, ())
        return self._rng.choice(pool) if pool and self._rng.random() < often else ""

    def _after(self, at: datetime, minutes: int) -> datetime:
        return self._clock.add(at, minutes) + timedelta(seconds=self._rng.randint(0, 59))
