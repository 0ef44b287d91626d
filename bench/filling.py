"""Fill a hub with leads, in a process of its own, so that nothing of the server is loaded where things are measured.

    python -P bench/filling.py DATABASE-URL LEADS SEED

Prints the token of a manager.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from random import Random

from msgspec.structs import replace

from api.hub.service import Hub
from api.model.ingest import LeadIn
from api.model.people import Role
from api.sample.generate import Sample, generate, retimed

PEOPLE = 2_000
"""Most leads that are invented; beyond them the same ones come again, at other times and with another number."""

STEP = 100
THREADS = 16
"""So many steps are taken in at a time: they share a commit."""


def leads(sample: Sample, count: int, seed: int) -> Iterator[LeadIn]:
    """Yield `count` leads with the source ids 0, 1, 2, …

    Names begin with that number, so that no two leads look alike on the screen. When they were handed over is dealt
    anew in each round, so that neighbours in the queue have as little in common as those of a sample.
    """
    rng = Random(f"bench {seed}")
    moments = [lead.created_at or datetime.now(UTC) for lead in sample.leads]
    for number in range(count):
        turn, place = divmod(number, len(moments))
        if place == 0 and turn:
            rng.shuffle(moments)
        lead = retimed(sample.leads[place], moments[place] - timedelta(seconds=turn))
        yield replace(lead, source_id=str(number), name=f"{number} {lead.name}")


def fill(url: str, count: int, seed: int) -> str:
    """Fill the hub's database and return a token."""
    hub = Hub(url)
    sample = generate(seed, min(count, PEOPLE))
    for person in sample.people:
        hub.add_person(person.name, person.role, person_id=person.id, team=person.team)
    hub.ingest_campaigns(sample.campaigns)
    made = list(leads(sample, count, seed))
    with ThreadPoolExecutor(THREADS) as pool:
        for results in pool.map(hub.ingest_leads, (made[at : at + STEP] for at in range(0, count, STEP))):
            wrong = [result for result in results if result.status != "created"]
            if wrong:
                raise SystemExit(f"a lead was not taken: {wrong[0]}")
    token = hub.add_person("Bench Manager", Role.MANAGER, person_id="bench")
    hub.close()
    return token


if __name__ == "__main__":
    print(fill(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
