"""What marketing does at the hub while somebody works: leads arrive and change, over the hub's HTTP interface.

    HANDOFF_TOKEN=… python -P bench/marketing.py URL LEADS A-MINUTE

Changes leads at that rate until it is asked to end, then says how many a minute it has really changed.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import count, islice
from random import Random

import httpx
import msgspec
from msgspec.structs import replace

from api.model.ingest import IngestReply, LeadIn
from api.sample.generate import SOURCE, arrivals

AT_ONCE = 500
"""Leads in one request."""

BEAT = 10
"""Leads in one request of a steady stream."""


class Marketing:
    """Posts leads to a hub that was filled by `bench.filling`, always the same ones in the same order.

    `called` keeps the titles that it gives apart from those that another one gave.
    """

    def __init__(self, url: str, token: str, leads: int, called: str = "Round") -> None:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=60)
        self._known = leads
        self._called = called
        self._rng = Random("bench marketing")
        self._rounds = count(1)
        self._new = arrivals(7, datetime.now(UTC))
        self._numbers = count(leads)

    def __enter__(self) -> "Marketing":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def change(self, leads: int) -> None:
        """Give so many known leads, drawn at random, another job title."""
        while leads > 0:
            batch = min(leads, AT_ONCE, self._known)
            self._post(self._changed(batch))
            leads -= batch

    def arrive(self, leads: int) -> None:
        """Hand so many new leads over."""
        new = list(islice(zip(self._numbers, self._new, strict=False), leads))
        self._post(
            [
                replace(lead, source_id=str(number), name=f"{number} {lead.name}", created_at=None)
                for number, lead in new
            ]
        )

    def stream(self, a_minute: int) -> Iterator[int]:
        """Change leads at a steady rate, for as long as it is asked for more; yields how many that were so far."""
        begin = time.monotonic()
        for beat in count(1):
            self._post(self._changed(BEAT))
            yield beat * BEAT
            time.sleep(max(0.0, begin + beat * BEAT * 60 / a_minute - time.monotonic()))

    def _changed(self, leads: int) -> list[LeadIn]:
        numbers = self._rng.sample(range(self._known), leads)
        turn = next(self._rounds)
        return [
            LeadIn(source=SOURCE, source_id=str(number), title=f"Head of {self._called} {turn}") for number in numbers
        ]

    def _post(self, leads: Sequence[LeadIn]) -> None:
        answer = self._client.post("/leads", content=msgspec.json.encode(leads)).raise_for_status()
        reply = msgspec.json.decode(answer.content, type=IngestReply)
        wrong = [result for result in reply.results if result.status not in ("created", "updated")]
        if wrong:
            raise RuntimeError(f"the hub did not take a lead: {wrong[0]}")


def main() -> None:
    """Stream until SIGTERM."""
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    url, leads, a_minute = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    begin = time.monotonic()
    with Marketing(url, os.environ["HANDOFF_TOKEN"], leads) as marketing:
        for done in marketing.stream(a_minute):
            if ended:
                print(round(done * 60 / (time.monotonic() - begin)))
                return


if __name__ == "__main__":
    main()
