"""What the hub and the line to it can do: first pull against its floor, decisions a second, seen elsewhere."""

import asyncio
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec

from api.model.changes import Page
from api.model.lead import Lead
from api.model.operation import Accept, Operation, Reopen, Seen, Target
from bench.scene import Served, connect
from bench.table import Figure, median, spread, waited


def first_pull(folder: Path, hub: Served, leads: int, runs: int = 3) -> list[Figure]:
    """The command that joins the hub and pulls everything, against downloading and decoding the same bytes."""
    pulls, floors = [], []
    for run in range(runs):
        floors.append(_floor(hub) * 1_000)
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


def _floor(hub: Served) -> float:
    begin = time.perf_counter()
    decoder, lead = msgspec.json.Decoder(Page), msgspec.json.Decoder(Lead)
    with httpx.Client(base_url=hub.url, headers={"Authorization": f"Bearer {hub.token}"}, timeout=60) as client:
        cursor, more = "", True
        while more:
            page = decoder.decode(client.get("/changes", params={"cursor": cursor, "limit": 500}).content)
            for change in page.changes:
                if change.kind == "lead":
                    lead.decode(change.record)
            cursor, more = page.cursor, page.more
    return time.perf_counter() - begin


def _operation(lead: Lead, verb: Accept | Reopen, undoes: str = "") -> Operation:
    return Operation(
        id=uuid.uuid4().hex,
        target=Target("lead", lead.id),
        verb=verb,
        seen=Seen(lead.decision_revision),
        actor="bench",
        at=datetime.now(UTC),
        agreement=1,
        undoes=undoes,
    )


async def _undecided(client: httpx.AsyncClient, count: int) -> list[Lead]:
    found: list[Lead] = []
    cursor, more = "", True
    while more and len(found) < count:
        page = msgspec.json.decode((await client.get("/changes", params={"cursor": cursor})).content, type=Page)
        records = [change.record for change in page.changes if change.kind == "lead"]
        leads = [msgspec.json.decode(record, type=Lead) for record in records]
        found += [lead for lead in leads if lead.state.value == "new"]
        cursor, more = page.cursor, page.more
    return found[:count]


def decisions(hub: Served, count: int = 3_000, clients: int = 16) -> list[Figure]:
    """Decisions accepted a second, one in each request, from several clients on this machine."""
    return asyncio.run(_decisions(hub, count, clients))


async def _decisions(hub: Served, count: int, clients: int) -> list[Figure]:
    headers = {"Authorization": f"Bearer {hub.token}", "Content-Type": "application/json"}
    limits = httpx.Limits(max_connections=clients)
    async with httpx.AsyncClient(base_url=hub.url, headers=headers, timeout=60, limits=limits) as client:
        work = iter(await _undecided(client, count))
        done = 0

        async def decide() -> None:
            nonlocal done
            for lead in work:
                body = msgspec.json.encode({"operations": [_operation(lead, Accept())]})
                answer = await client.post("/operations", content=body)
                answer.raise_for_status()
                done += 1

        begin = time.perf_counter()
        await asyncio.gather(*(decide() for _ in range(clients)))
        rate = done / (time.perf_counter() - begin)
    return [
        Figure(
            what=f"hub: decisions a second, {clients} clients",
            value=rate,
            unit="/s",
            bar=500,
            bar_on="least",
            spread=f"n={done}",
        )
    ]


def seen_elsewhere(hub: Served, terminals: int = 200, times: int = 40) -> list[Figure]:
    """From posting a decision to another terminal having pulled it, with many terminals connected."""
    return asyncio.run(_seen_elsewhere(hub, terminals, times))


async def _seen_elsewhere(hub: Served, terminals: int, times: int) -> list[Figure]:
    headers = {"Authorization": f"Bearer {hub.token}"}
    limits = httpx.Limits(max_connections=terminals + 10)
    waits: list[float] = []
    async with httpx.AsyncClient(base_url=hub.url, headers=headers, timeout=60, limits=limits) as client:
        leads = await _undecided(client, times)
        newest = asyncio.Queue[int]()
        ready = asyncio.Semaphore(0)

        async def watch(tell: bool) -> None:
            async with client.stream("GET", "/live", timeout=httpx.Timeout(60, read=120)) as stream:
                ready.release()
                async for line in stream.aiter_lines():
                    if tell and line.startswith("id:"):
                        newest.put_nowait(int(line[3:]))

        watchers = [asyncio.create_task(watch(place == 0)) for place in range(terminals)]
        for _ in range(terminals):
            await ready.acquire()
        head = msgspec.json.decode((await client.get("/changes", params={"limit": 1})).content, type=Page)
        epoch = head.epoch
        await asyncio.sleep(1.5)
        for lead in leads:
            while not newest.empty():
                newest.get_nowait()
            begin = time.perf_counter()
            body = msgspec.json.encode({"operations": [_operation(lead, Accept())]})
            [receipt] = (await client.post("/operations", content=body)).json()["receipts"]
            while await newest.get() < receipt["n"]:
                pass
            page = await client.get("/changes", params={"cursor": f"{epoch}:{receipt['n'] - 2}"})
            page.raise_for_status()
            waits.append((time.perf_counter() - begin) * 1_000)
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
    return [waited(f"decision seen elsewhere, {terminals} connected", waits, 250, 0.95)]
