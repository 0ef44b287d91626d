"""What the hub and the line to it can do: first pull against its floor, pages, decisions a second, seen elsewhere."""

import asyncio
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from api.model.changes import Page
from api.model.lead import Lead, State
from api.model.operation import Accept, Operation, Receipt, Result, Seen, Target
from bench.multiplying import multiply
from bench.program import environment
from bench.scene import Served, connect, fill, served
from bench.table import Figure, median, percentile, spread, waited
from bench.wire import Wire

SAMPLE = 2_000
"""Leads that a large database is made of."""


class Receipts(msgspec.Struct, frozen=True):
    """What the hub answers to operations."""

    receipts: tuple[Receipt, ...]


def first_pull(folder: Path, hub: Served, leads: int, runs: int = 5) -> list[Figure]:
    """The command that joins the hub and pulls everything, against one that downloads and decodes the same bytes."""
    pulls, floors = [], []
    for run in range(runs):
        floors.append(_floor(folder, hub) * 1_000)
        begin = time.perf_counter()
        connect(folder / f"pull-{leads}-{run}", hub)
        pulls.append((time.perf_counter() - begin) * 1_000)
    return [
        Figure(
            what=f"first pull of {leads:,} leads (whole command)",
            value=median(pulls),
            base=median(floors),
            bar=1.5,
            spread=spread(pulls),
        )
    ]


def _floor(folder: Path, hub: Served) -> float:
    command = [sys.executable, "-P", str(Path(__file__).with_name("floor.py")), hub.url]
    begin = time.perf_counter()
    subprocess.run(command, env=environment(folder, HANDOFF_TOKEN=hub.token), check=True, capture_output=True)
    return time.perf_counter() - begin


def _operation(lead: Lead, verb: Accept) -> Operation:
    return Operation(
        id=uuid.uuid4().hex,
        target=Target("lead", lead.id),
        verb=verb,
        seen=Seen(lead.decision_revision),
        actor="bench",
        at=datetime.now(UTC),
        agreement=1,
    )


async def _undecided(wire: Wire, count: int) -> list[Lead]:
    found: list[Lead] = []
    cursor, more = "", True
    while more and len(found) < count:
        page = msgspec.json.decode(await wire.ask("GET", f"/changes?cursor={cursor}"), type=Page)
        records = [change.record for change in page.changes if change.kind == "lead"]
        leads = [msgspec.json.decode(record, type=Lead) for record in records]
        found += [lead for lead in leads if lead.state is State.NEW]
        cursor, more = page.cursor, page.more
    return found[:count]


def _accepting(lead: Lead) -> bytes:
    return msgspec.json.encode({"operations": [_operation(lead, Accept())]})


async def _decided(wire: Wire, body: bytes) -> Receipt:
    [receipt] = msgspec.json.decode(await wire.ask("POST", "/operations", body), type=Receipts).receipts
    assert receipt.result is Result.APPLIED, receipt
    return receipt


def pages_at(folder: Path, leads: int = 1_000_000, pages: int = 40) -> list[Figure]:
    """A page of 500 changes, as a client waits for it, at the beginning, in the middle and at the end of a history."""
    place = folder / f"hub-{leads}"
    token = fill(place, SAMPLE)
    multiply(place / "hub.db", leads)
    with served(place, leads, token=token) as hub:
        return asyncio.run(_pages(hub, leads, pages))


async def _pages(hub: Served, leads: int, pages: int) -> list[Figure]:
    wire = await Wire.to(hub)
    first = msgspec.json.decode(await wire.ask("GET", "/changes?limit=1"), type=Page)
    size = 500
    starts = {"beginning": 0, "middle": leads // 2, "end": leads - size * pages}
    figures = []
    for where, start in starts.items():
        cursor, waits, page = f"{first.epoch}:{start}", [], first
        for _ in range(pages):
            begin = time.perf_counter()
            answer = await wire.ask("GET", f"/changes?limit={size}&cursor={cursor}")
            waits.append((time.perf_counter() - begin) * 1_000)
            page = msgspec.json.decode(answer, type=Page)
            assert len(page.changes) == size
            cursor = page.cursor
        figures.append(waited(f"hub: page of {size} changes, {leads:,} leads, {where}", waits, 30))
    wire.close()
    return figures


def decisions(hub: Served, count: int = 3_000, clients: int = 16) -> list[Figure]:
    """Decisions accepted a second, one in each request, from several clients on this machine."""
    return asyncio.run(_decisions(hub, count, clients))


async def _decisions(hub: Served, count: int, clients: int) -> list[Figure]:
    wires = [await Wire.to(hub) for _ in range(clients)]
    bodies = [_accepting(lead) for lead in await _undecided(wires[0], count)]
    work = iter(bodies)
    waits: list[float] = []

    async def decide(wire: Wire) -> None:
        for body in work:
            asked = time.perf_counter()
            await _decided(wire, body)
            waits.append((time.perf_counter() - asked) * 1_000)

    begin = time.perf_counter()
    await asyncio.gather(*map(decide, wires))
    rate = len(bodies) / (time.perf_counter() - begin)
    for wire in wires:
        wire.close()
    return [
        Figure(
            what=f"hub: decisions a second, {clients} clients",
            value=rate,
            unit="/s",
            bar=500,
            bar_on="least",
            spread=f"n={len(waits)}, each answered in {median(waits):.0f} ms, p99 {percentile(waits, 0.99):.0f}",
        )
    ]


def seen_elsewhere(hub: Served, terminals: int = 200, times: int = 40) -> list[Figure]:
    """From posting a decision to a terminal having pulled it, for each of many that listen and pull."""
    return asyncio.run(_seen_elsewhere(hub, terminals, times))


async def _seen_elsewhere(hub: Served, terminals: int, times: int) -> list[Figure]:
    author = await Wire.to(hub)
    bodies = [_accepting(lead) for lead in await _undecided(author, times)]
    everybody = [Other(await Wire.to(hub), await Wire.to(hub)) for _ in range(terminals)]
    await asyncio.gather(*(other.catch_up() for other in everybody))
    waits: list[float] = []
    for body in bodies:
        begin = time.perf_counter()
        listening = [asyncio.create_task(other.hear()) for other in everybody]
        receipt = await _decided(author, body)
        for hearing in listening:
            seen, n = await hearing
            assert n >= receipt.n
            waits.append((seen - begin) * 1_000)
    author.close()
    for other in everybody:
        other.close()
    return [waited(f"decision seen elsewhere, {terminals} connected", waits, 250, 0.95)]


class Other:
    """A terminal that pulls whenever it hears that something changed."""

    def __init__(self, live: Wire, line: Wire) -> None:
        self._live = live
        self._line = line
        self._cursor = ""

    async def catch_up(self) -> None:
        """Listen, and begin at the newest change."""
        await self._live.listen()
        head = await self._live.news()
        first = msgspec.json.decode(await self._line.ask("GET", "/changes?limit=1"), type=Page)
        self._cursor = f"{first.epoch}:{head}"

    async def hear(self) -> tuple[float, int]:
        """Wait for news and pull them; return when they were there (perf_counter seconds), and up to which number."""
        n = await self._live.news()
        page = msgspec.json.decode(await self._line.ask("GET", f"/changes?cursor={self._cursor}"), type=Page)
        assert page.n >= n
        self._cursor = page.cursor
        return time.perf_counter(), page.n

    def close(self) -> None:
        """Hang up."""
        self._live.close()
        self._line.close()
