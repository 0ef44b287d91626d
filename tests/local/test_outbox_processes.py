"""Several real processes on one profile, and one that is killed while it writes."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.local.outbox import Outbox

ROOT = Path(__file__).parents[2]

WRITER = """
import sys
from pathlib import Path
from api.local.outbox import Outbox
from api.model.operation import Accept
from tests.factories import make_operation
path, name, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
outbox = Outbox.open(path)
print("ready", flush=True)
sys.stdin.readline()
for number in range(rounds):
    group = [make_operation(Accept(), id=f"{name}-{number}-{part}", group=f"{name}-{number}") for part in range(3)]
    outbox.append(group)
    print(number, flush=True)
"""


def start(path: Path, name: str, rounds: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), name, str(rounds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


def test_two_processes_append_at_once_and_nothing_is_lost_or_torn(path: Path) -> None:
    writers = [start(path, name, 60) for name in ("a", "b")]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    watching = Outbox.open(path)
    seen = 0
    until = time.monotonic() + 60
    while any(writer.poll() is None for writer in writers) and time.monotonic() < until:
        watching.refresh()
        entries = watching.entries()
        assert len(entries) >= seen
        assert len(entries) % 3 == 0
        seen = len(entries)
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    watching.refresh()

    for outbox in (watching, Outbox.open(path)):
        assert outbox.warnings == []
        entries = outbox.entries()
        assert [entry.sequence for entry in entries] == list(range(1, 361))
        for name in ("a", "b"):
            mine = [entry.operation.id for entry in entries if entry.operation.id.startswith(name)]
            assert mine == [f"{name}-{number}-{part}" for number in range(60) for part in range(3)]


@pytest.mark.parametrize("seed", range(6))
def test_killed_while_appending_every_acknowledged_decision_is_there(path: Path, seed: int) -> None:
    writer = start(path, "k", 100_000)
    assert writer.stdout.readline() == "ready\n"
    writer.stdin.write("go\n")
    writer.stdin.flush()
    enough = random.Random(seed).randrange(1, 300)
    acknowledged = -1
    while acknowledged < enough:
        acknowledged = int(writer.stdout.readline())
    os.kill(writer.pid, signal.SIGKILL)
    rest = writer.stdout.read().split("\n")
    writer.wait(timeout=30)
    acknowledged = max([acknowledged, *(int(line) for line in rest[:-1] if line)])

    outbox = Outbox.open(path)
    assert outbox.warnings == []
    entries = outbox.entries()
    assert len(entries) % 3 == 0
    assert len(entries) // 3 in (acknowledged + 1, acknowledged + 2)


LIMITED = """
import resource, sys
from pathlib import Path
from api.local.errors import NotSaved
from api.local.outbox import Outbox
from api.model.operation import Note
from tests.factories import make_operation
outbox = Outbox.open(Path(sys.argv[1]))
outbox.append([make_operation(Note(text="kept"), id="kept")])
resource.setrlimit(resource.RLIMIT_FSIZE, (1500, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
try:
    outbox.append([make_operation(Note(text="x" * 3000), id="refused")])
except NotSaved as refusal:
    print(refusal)
outbox.append([make_operation(Note(text="small"), id="small")])
print([entry.operation.id for entry in outbox.entries()])
"""


def test_a_real_limit_of_the_system_refuses_in_a_sentence_and_loses_nothing(path: Path) -> None:
    run = [sys.executable, "-c", LIMITED, str(path)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(run, env=environ, capture_output=True, text=True, timeout=60, check=True)
    sentence, entries = done.stdout.splitlines()
    assert sentence.startswith("Not saved: the file may not grow any further")
    assert entries == "['kept', 'small']"
    outbox = Outbox.open(path)
    assert [entry.operation.id for entry in outbox.entries()] == ["kept", "small"]
    assert outbox.warnings == []
