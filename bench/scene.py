"""What is measured on: hubs with so many leads, profiles pulled from them, and the installed program."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

HANDOFF = str(Path(sys.executable).with_name("handoff"))
"""The installed program."""

FILL = """
import sys
from msgspec.structs import replace
from api.hub.service import Hub
from api.model.people import Role
from api.sample.generate import generate
url, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
hub = Hub(url)
sample = generate(seed, min(count, 2_000))
for person in sample.people:
    hub.add_person(person.name, person.role, person_id=person.id, team=person.team)
hub.ingest_campaigns(sample.campaigns)
made = 0
while made < count:
    # Names begin with a number, so that no two leads look alike on the screen.
    batch = [
        replace(lead, source_id=f"{lead.source_id}-{place}", name=f"{place} {lead.name}")
        for place, lead in enumerate(sample.leads[: count - made], made)
    ]
    results = hub.ingest_leads(batch)
    assert all(result.status == "created" for result in results), results[0]
    made += len(batch)
print(hub.add_person("Bench Manager", Role.MANAGER, person_id="bench"))
hub.close()
"""
"""Run in a child of its own, so that nothing of the server is loaded where things are measured."""


class Served(msgspec.Struct, frozen=True):
    """A running hub."""

    url: str
    token: str
    pid: int


@contextmanager
def served(folder: Path, leads: int, seed: int = 7) -> Iterator[Served]:
    """Fill a hub with `leads` leads and serve it for the length of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'hub.db'}"
    filled = subprocess.run(
        [sys.executable, "-P", "-c", FILL, url, str(leads), str(seed)], check=True, capture_output=True, text=True
    )
    command = [HANDOFF, "serve", "--db", url, "--listen", "127.0.0.1:0"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        yield Served(_address(child), filled.stdout.strip(), child.pid)
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _address(child: "subprocess.Popen[bytes]") -> str:
    assert child.stderr is not None
    end = time.monotonic() + 60
    while time.monotonic() < end and child.poll() is None:
        ready, _, _ = select.select([child.stderr], [], [], 0.5)
        line = child.stderr.readline().decode() if ready else ""
        for word in line.split():
            if word.startswith("http") and urlsplit(word).port:
                return word
    raise RuntimeError("the hub did not start")


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a profile in `home`: as a person's, without what would slow or change the program."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HANDOFF_", "PYTHON", "COV"))}
    kept |= {"HANDOFF_HOME": str(home), "HANDOFF_KEYRING": "off", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    return kept | more


def connect(home: Path, hub: Served) -> None:
    """Join the hub from a new profile, which pulls everything."""
    subprocess.run(
        [HANDOFF, "connect", "hub", hub.url],
        env=environment(home, HANDOFF_TOKEN=hub.token),
        check=True,
        capture_output=True,
    )
    # The token is kept in the profile's file from here on.


def pull(home: Path) -> float:
    """Pull everything new into the profile; returns the seconds that the command took."""
    begin = time.perf_counter()
    subprocess.run([HANDOFF, "sync"], env=environment(home), check=True, capture_output=True)
    return time.perf_counter() - begin


def queue_titles(home: Path, count: int = 3) -> list[str]:
    """Return the names of the first leads in the queue, as the command line lists them."""
    listed = subprocess.run(
        [HANDOFF, "list", "--json", "--limit", str(count)], env=environment(home), check=True, capture_output=True
    )
    found = msgspec.json.decode(listed.stdout)
    rows = found if isinstance(found, list) else next(value for value in found.values() if isinstance(value, list))
    return [str(row["title"]) for row in rows]
