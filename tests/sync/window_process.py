"""A window of a profile in a process of its own: tells its state on stdout, accepts the leads named on stdin."""

import asyncio
import json
import sys
from pathlib import Path

from api.crm.hub import HubCrm
from api.desk import Desk
from api.local.profile import Profile
from api.model import operation as op
from api.sync import Sync

LOOK = 0.02


def state(desk: Desk) -> dict[str, object]:
    """Return what the person at this window sees."""
    status = desk.status()
    return {
        "queue": [desk.rows()[one].title for one in desk.queue()],
        "pending": status.pending,
        "connected": status.connected,
        "elsewhere": status.elsewhere,
        "live": status.live,
    }


async def main(root: str, url: str, token: str) -> None:
    """Run until stdin ends."""
    desk, crm = Desk.open(Profile(Path(root))), HubCrm(url, token)
    loop = asyncio.get_running_loop()

    async def tell() -> None:
        told: dict[str, object] = {}
        while True:
            if (now := state(desk)) != told:
                told = now
                print(json.dumps(now), flush=True)
            await asyncio.sleep(LOOK)

    async def listen() -> None:
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            (lead,) = (row.id for row in desk.rows().values() if row.title == line.strip())
            await desk.record(op.Accept(), [desk.lead(lead)])

    tasks = [asyncio.create_task(Sync(desk, crm).run()), asyncio.create_task(tell())]
    await listen()
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    await crm.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
