"""Sample data for a demo: a whole sales floor in the middle of a working week, the same for the same seed."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate, cycle
from random import Random

import msgspec
from msgspec.structs import replace

from api.agreement import default
from api.model import operation as op
from api.model.agreement import Agreement
from api.model.ingest import CampaignIn, LeadIn
from api.model.operation import Operation, Seen, Target
from api.model.people import Person
from api.rules.clocks import BusinessClock
from api.sample.cast import PEOPLE, TEAMS, members
from api.sample.deeds import Deed, Diary
from api.sample.journeys import INTENT, campaign_in, make_journey, score_of
from api.sample.material import CampaignText, campaigns, messages
from api.sample.personas import Persona, fit_of, make_persona
from api.sample.shapes import SHAPES, truth_of

SOURCE = "sample"
LEADS = 600
"""How many leads a sample has when nobody says."""

_OLD_SHARE = 0.5
"""Part of the leads that are days or weeks old and mostly decided."""
_SILENT_KEPT = 0.4
"""Part of the real funnel's silence that is shown: with all of it, a queue would begin with last month."""
_GRACE = 3
"""Days after a campaign's end in which its leads still come in."""
_OLDEST = 58
_STREAM = 40_000
"""Where the numbering of leads that arrive later begins."""


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a hub needs to look lived in; leads and deeds are in the order of their time."""

    seed: int
    people: tuple[Person, ...]
    campaigns: tuple[CampaignIn, ...]
    leads: tuple[LeadIn, ...]
    deeds: tuple[Deed, ...]


def generate(
    seed: int = 7, leads: int = LEADS, now: datetime | None = None, agreement: Agreement | None = None
) -> Sample:
    """Return a sample of `leads` leads as it would stand at `now`, under `agreement` (the default one if not given).

    The same arguments give the same sample. About half of the leads wait since the last working days, due from
    overdue to as far ahead as the agreement allows; the others were decided by several reps in the weeks before.
    """
    now = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    agreement = agreement or default()
    writer = _Writer(Random(f"handoff {seed}"), now, first=1)
    moments = _Moments(writer.rng, agreement, now)
    diary = Diary(writer.rng, agreement, now)
    old = round(leads * _OLD_SHARE)
    made: list[LeadIn] = []
    deeds: list[Deed] = []
    for _ in range(old):
        campaign = writer.campaign(None)
        told = writer.write(campaign, moments.old(campaign), silence=_SILENT_KEPT)
        made.append(told.lead)
        if told.truth != "silent":
            deeds += diary.deeds(
                told.lead.source_id,
                told.truth,
                told.persona,
                told.rep,
                told.handed,
                campaign=campaign.id,
                other=told.other,
            )
    for _ in range(leads - old):
        handed = moments.recent()
        told = writer.write(writer.campaign(handed), handed, silence=0)
        made.append(writer.dealt(told))
    return Sample(
        seed=seed,
        people=PEOPLE,
        campaigns=tuple(campaign_in(text, now) for text in campaigns()),
        leads=tuple(sorted(made, key=lambda lead: (lead.created_at or now, lead.source_id))),
        deeds=tuple(sorted(deeds, key=lambda deed: (deed.at, deed.source_id))),
    )


def arrivals(seed: int, start: datetime) -> Iterator[LeadIn]:
    """Yield further leads without end, one handed over each minute from `start` on; the same for the same arguments.

    `retimed` moves one to the moment at which it is really handed over.
    """
    start = start.astimezone(UTC).replace(microsecond=0)
    writer = _Writer(Random(f"handoff arrivals {seed}"), start, first=_STREAM)
    minute = 0
    while True:
        handed = start + timedelta(minutes=minute)
        told = writer.write(writer.campaign(handed), handed, silence=0)
        yield writer.dealt(told)
        minute += 1


def retimed(lead: LeadIn, at: datetime) -> LeadIn:
    """Return the lead as if handed over at `at`, with everything it did before moved along."""
    if lead.created_at is None:
        return replace(lead, created_at=at)
    gap = at - lead.created_at
    touches = tuple(replace(touch, at=touch.at + gap) for touch in lead.touches)
    score = lead.engagement
    if score is not None and score.since is not None:
        score = replace(score, since=score.since + gap)
    return replace(lead, created_at=at, touches=touches, engagement=score)


def operations(sample: Sample, ids: Mapping[str, str], version: int) -> list[tuple[Person, Operation]]:
    """Return the sample's deeds as operations with their authors, in order; `ids` maps source ids to the hub's."""
    people = {person.id: person for person in sample.people}
    revisions: dict[str, int] = {}
    made: list[tuple[Person, Operation]] = []
    for number, deed in enumerate(sample.deeds, start=1):
        verb = deed.verb
        if deed.other and isinstance(verb, op.Reject):
            verb = replace(verb, answers={**verb.answers, "other": ids[deed.other]})
        revision = revisions.get(deed.source_id, 1)
        operation = Operation(
            id=f"{SOURCE}.{sample.seed}.{number}",
            target=Target("lead", ids[deed.source_id]),
            verb=verb,
            seen=Seen(revision),
            actor=deed.person,
            at=deed.at,
            agreement=version,
        )
        revisions[deed.source_id] = revision + isinstance(verb, _DECISIONS)
        made.append((people[deed.person], operation))
    return made


_DECISIONS = (op.Accept, op.Reject, op.Disqualify, op.Qualify, op.Outcome)


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """A lead, and what only its inventor knows of it."""

    lead: LeadIn
    truth: str
    persona: Persona
    rep: Person
    handed: datetime
    other: str


class _Writer:
    """Invents leads one after another."""

    def __init__(self, rng: Random, now: datetime, *, first: int) -> None:
        self.rng = rng
        self._now = now
        self._serial = first
        self._emails: set[str] = set()
        self._begins = {
            text.id: datetime.combine((now + timedelta(days=text.starts)).date(), time(6), UTC) for text in campaigns()
        }
        self._originals: list[tuple[LeadIn, Persona]] = []
        self._turns = {team: cycle(self.rng.sample(members(team), len(members(team)))) for team in TEAMS}

    def campaign(self, handed: datetime | None) -> CampaignText:
        """Draw a campaign by its share; with a moment, one that runs then."""
        running = [text for text in campaigns() if handed is None or self._runs(text, handed)] or list(campaigns())
        return self.rng.choices(running, [SHAPES[text.id].share for text in running])[0]

    def write(self, campaign: CampaignText, handed: datetime, *, silence: float) -> _Told:
        """Invent a lead of this campaign; `silence` is how much of the funnel's silence stays."""
        rng = self.rng
        truth = truth_of(campaign.id, rng)
        while truth == "silent" and rng.random() >= silence:
            truth = truth_of(campaign.id, rng)
        if truth == "duplicate" and not self._originals:
            truth = "size"
        team = rng.choice(_AIMS.get(campaign.id, TEAMS))
        serial = self._serial
        self._serial += 1
        other = ""
        if truth == "duplicate":
            original, persona = rng.choice(self._originals[-200:])
            other, team = original.source_id, persona.team
        else:
            persona = self._alone(
                make_persona(rng, "opportunity" if truth == "silent" else truth, team, serial), serial
            )
        desk = rng.choice([name for name in TEAMS if name != team]) if truth == "wrong_owner" else team
        rep = next(self._turns[desk])
        lead = self._lead(campaign, persona, truth, handed, serial)
        told = _Told(
            lead=replace(lead, owner=f"person:{rep.id}"),
            truth=truth,
            persona=persona,
            rep=rep,
            handed=handed,
            other=other,
        )
        if truth in ("opportunity", "timing", "silent"):
            self._originals.append((told.lead, persona))
        return told

    def dealt(self, told: _Told) -> LeadIn:
        """Return the lead as routing deals it: most to a rep, some to a whole team, a few to nobody."""
        chance = self.rng.random()
        if chance < 0.02:
            return replace(told.lead, owner="")
        return replace(told.lead, owner=f"team:{told.rep.team}") if chance < 0.18 else told.lead

    def _runs(self, text: CampaignText, handed: datetime) -> bool:
        days = (handed.date() - self._now.date()).days
        return text.starts < days <= text.ends + _GRACE

    def _alone(self, persona: Persona, serial: int) -> Persona:
        """Give the person an address of their own: a suppressed one would otherwise take a namesake along."""
        if persona.email in self._emails:
            persona = persona._replace(email=persona.email.replace("@", f".{serial}@", 1))
        if persona.email:
            self._emails.add(persona.email)
        return persona

    def _lead(self, campaign: CampaignText, persona: Persona, truth: str, handed: datetime, serial: int) -> LeadIn:
        rng = self.rng
        touches = make_journey(rng, campaign, truth, handed, self._begins[campaign.id])
        source_id = f"{serial:05d}"
        return LeadIn(
            source=SOURCE,
            source_id=source_id,
            created_at=handed,
            name=persona.name,
            title=persona.title,
            email=persona.email,
            phone=persona.phone,
            country=persona.country,
            company=persona.company,
            website=persona.website,
            industry=persona.industry,
            employees=persona.employees,
            company_country=persona.country if persona.company else "",
            campaign=campaign.id,
            origin=campaign.channel if rng.random() > 0.03 else "",
            message=self._message(persona, truth) if any(touch.kind in INTENT for touch in touches) else "",
            url=f"https://crm.tideroster.example/leads/{source_id}",
            fit=fit_of(persona),
            engagement=score_of(touches, handed),
            touches=touches,
        )

    def _message(self, persona: Persona, truth: str) -> str:
        pool = messages().lead.get(truth, messages().lead["good"])
        telling = truth in messages().lead
        if self.rng.random() > (0.85 if telling else 0.6):
            return ""
        text = self.rng.choice(pool.get(persona.language, pool["en"]))
        return text.format(n=persona.employees or 40, company=persona.company)


_AIMS = {
    "fair-oven-dough": ("Bakeries",),
    "letter-directors": ("Care", "Clinics"),
    "refer-a-ward": ("Care", "Clinics"),
    "social-nights": ("Bakeries", "Bakeries", "Care", "Clinics"),
}
"""Campaigns that address some of the teams' industries more than others."""


class _Moments:
    """Draws moments of handover."""

    _FRESH = ((0, 110, 30), (110, 240, 40), (240, 480, 18), (480, 960, 8), (960, 1_440, 4))
    """Business minutes that a waiting lead has waited, from, to, and the share of leads in percent."""
    _STEP = timedelta(minutes=3)

    def __init__(self, rng: Random, agreement: Agreement, now: datetime) -> None:
        self._rng = rng
        self._now = now
        clock = BusinessClock(agreement)
        scale = max(agreement.sales.decide_within, 1) / 240
        pools: list[tuple[int, list[datetime], list[float]]] = [(share, [], []) for *_, share in self._FRESH]
        at, waited = now - self._STEP, 0
        while waited <= 1_440 * scale and now - at < timedelta(days=12):
            opened = clock.is_open(at)
            waited = clock.between(at, now)
            for (low, high, _), (_, pool, weights) in zip(self._FRESH, pools, strict=True):
                if low * scale <= waited < high * scale:
                    pool.append(at)
                    weights.append(1.0 if opened else 0.06)
            at -= self._STEP
        self._pools = [(share, pool, list(accumulate(weights))) for share, pool, weights in pools if pool]

    def recent(self) -> datetime:
        """Return a moment of the last working days, most of them so that the decision is not due yet."""
        _, pool, weights = self._rng.choices(self._pools, [share for share, *_ in self._pools])[0]
        return self._rng.choices(pool, cum_weights=weights)[0] + timedelta(seconds=self._rng.randint(0, 170))

    def old(self, campaign: CampaignText) -> datetime:
        """Return a moment some days or weeks ago at which the campaign was running."""
        first = min(max(campaign.starts + 1, -_OLDEST), -3)
        last = max(min(campaign.ends + _GRACE, -2), first)
        day = (self._now + timedelta(days=self._rng.randint(first, last))).date()
        if day.isoweekday() > 5 and self._rng.random() < 0.8:
            day -= (
                timedelta(days=2)
                if day - timedelta(days=2) > (self._now + timedelta(days=first)).date()
                else timedelta()
            )
        hour = min(max(round(self._rng.gauss(13, 3)), 0), 23)
        return datetime.combine(day, time(hour, self._rng.randint(0, 59), self._rng.randint(0, 59)), UTC)
