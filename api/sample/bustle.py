"""Life in the demo: new leads keep arriving, and colleagues work beside the person who tries it out.

They come over HTTP like everybody else: marketing automation posts leads, colleagues send operations.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import httpx
import msgspec
from msgspec.structs import replace

from api.model import operation as op
from api.model.agreement import Agreement
from api.model.changes import Page
from api.model.ingest import LeadIn
from api.model.lead import Lead, State
from api.model.operation import Operation, Seen, Target
from api.model.people import Owner, Person
from api.sample.cast import DEMO_REP, MARKETERS, REPS
from api.sample.generate import arrivals, retimed
from api.sample.personas import INDUSTRIES

log = logging.getLogger("handoff.sample")

_FOR_DEMO_REP = 0.4
"""Part of the arrivals that go to the demo's rep or their team, so that something is to be seen."""
_POOL_KEPT = 3
"""Leads of a team that colleagues leave for the demo's rep."""


class Bustle:
    """Threads that post arrivals and let colleagues act, each at a rate per minute, until `stop`."""

    def __init__(self, url: str, tokens: dict[str, str], *, seed: int, arriving: float, acting: float) -> None:
        self._url = url
        self._tokens = tokens
        self._seed = seed
        self._ended = threading.Event()
        jobs = ((self._arrive, arriving), (self._act, acting))
        self._threads = [
            threading.Thread(target=job, args=(rate,), name=f"sample-{job.__name__}", daemon=True)
            for job, rate in jobs
            if rate > 0
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Begin nothing more; returns at once."""
        self._ended.set()

    def stop(self) -> None:
        """End, and wait until both threads have."""
        self.end()
        for thread in self._threads:
            thread.join(timeout=5)

    def _arrive(self, rate: float) -> None:
        rng = Random(f"handoff pace {self._seed}")
        stream = _directed(arrivals(self._seed, datetime.now(UTC)), rng)
        with self._client(MARKETERS[1]) as client:
            while self._pause(rng, rate):
                lead = retimed(next(stream), datetime.now(UTC) - timedelta(seconds=2))
                self._try(client, partial(_post, client, "/leads", lead))

    def _act(self, rate: float) -> None:
        rng = Random(f"handoff colleagues {self._seed}")
        floor = _Floor()
        with self._client(DEMO_REP) as reader:
            clients = {rep.id: self._client(rep) for rep in REPS if rep != DEMO_REP}
            try:
                while self._pause(rng, rate):
                    caught_up = self._try(reader, partial(floor.catch_up, reader))
                    act = floor.next_act(rng) if caught_up else None
                    if act is not None:
                        client = clients[act.actor]
                        self._try(client, partial(_post, client, "/operations", {"operations": [act]}))
            finally:
                for client in clients.values():
                    client.close()

    def _client(self, person: Person) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self._tokens[person.id]}"}
        return httpx.Client(base_url=self._url, headers=headers, timeout=10, trust_env=False)

    def _pause(self, rng: Random, rate: float) -> bool:
        """Wait until the next event of that many per minute; False once it is time to end."""
        return not self._ended.wait(min(rng.expovariate(rate / 60), 180 / rate))

    def _try(self, client: httpx.Client, work: Callable[[], Any]) -> bool:
        """Do one thing; a hub that is busy or gone costs this event, not the demo."""
        try:
            work()
        except (httpx.HTTPError, msgspec.DecodeError) as problem:
            if not self._ended.is_set():
                log.warning("The sample hub at %s did not take it: %s", client.base_url, type(problem).__name__)
            return False
        return True


def _directed(stream: Iterator[LeadIn], rng: Random) -> Iterator[LeadIn]:
    """Let enough of the arrivals concern the demo's rep."""
    for lead in stream:
        if rng.random() >= _FOR_DEMO_REP:
            yield lead
            continue
        own = lead if lead.industry == INDUSTRIES[DEMO_REP.team] else next(_of_industry(stream))
        yield replace(own, owner=f"person:{DEMO_REP.id}" if rng.random() < 0.65 else f"team:{DEMO_REP.team}")


def _of_industry(stream: Iterator[LeadIn]) -> Iterator[LeadIn]:
    return (lead for lead in stream if lead.industry == INDUSTRIES[DEMO_REP.team])


class _Floor:
    """What waits, as the colleagues see it."""

    def __init__(self) -> None:
        self._cursor = ""
        self._waiting: dict[str, Lead] = {}
        self._agreement = 0

    def catch_up(self, client: httpx.Client) -> None:
        """Read what has changed; raises httpx.HTTPError."""
        more = True
        while more:
            response = client.get("/changes", params={"cursor": self._cursor, "limit": 500})
            response.raise_for_status()
            page = msgspec.json.decode(response.content, type=Page)
            for change in page.changes:
                if change.kind == "lead":
                    self._see(change.id, msgspec.json.decode(change.record, type=Lead | None))
                elif change.kind == "agreement":
                    known = msgspec.json.decode(change.record, type=Agreement | None)
                    self._agreement = max(self._agreement, known.version if known else 0)
            self._cursor, more = page.cursor, page.more

    def _see(self, identifier: str, lead: Lead | None) -> None:
        if lead is not None and lead.state is State.NEW and not lead.standing.claimed_by:
            self._waiting[identifier] = lead
        else:
            self._waiting.pop(identifier, None)

    def next_act(self, rng: Random) -> Operation | None:
        """Return what some colleague does next: half of the time somebody of the demo rep's own team."""
        near = [rep for rep in REPS if rep.team == DEMO_REP.team and rep != DEMO_REP]
        rep = rng.choice(near if rng.random() < 0.5 else [rep for rep in REPS if rep.team != DEMO_REP.team])
        pool = [lead for lead in self._waiting.values() if lead.standing.owner == Owner("team", rep.team)]
        own = [lead for lead in self._waiting.values() if lead.standing.owner == Owner("person", rep.id)]
        choice = pool if len(pool) > _POOL_KEPT and (rep.team == DEMO_REP.team or rng.random() < 0.4) else own
        if not choice:
            return None
        lead = rng.choice(sorted(choice, key=lambda lead: (lead.handed_at, lead.id)))
        return Operation(
            id=uuid.uuid4().hex,
            target=Target("lead", lead.id),
            verb=_verdict(lead, rng),
            seen=Seen(lead.decision_revision),
            actor=rep.id,
            at=datetime.now(UTC),
            agreement=self._agreement,
        )


def _verdict(lead: Lead, rng: Random) -> op.LeadVerb:
    employees = lead.company.employees
    if employees is not None and employees < 20:
        answers = {"dimension": "size", "value": str(employees)}
        return op.Reject(reason="not_target", answers=answers)
    return op.Claim() if rng.random() < 0.2 else op.Accept()


def _post(client: httpx.Client, path: str, body: Any) -> None:
    content = msgspec.json.encode(body)
    client.post(path, content=content, headers={"Content-Type": "application/json"}).raise_for_status()
