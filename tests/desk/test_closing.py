"""A desk that is closed leaves nothing open."""

from pathlib import Path

import msgspec
import pytest

from api.desk import Desk
from api.local.profile import Connection, Profile
from api.model import operation as op
from api.model.changes import Change, Page
from tests.factories import REP, make_lead

FILES = Path("/proc/self/fd")


def open_files() -> int:
    """Return how many files this process holds open."""
    return len(list(FILES.iterdir()))


@pytest.mark.skipif(not FILES.exists(), reason="this system does not list open files under /proc/self/fd")
def test_opening_and_closing_a_desk_many_times_keeps_no_file_open(tmp_path: Path) -> None:
    profile = Profile(tmp_path)
    profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
    before = 0
    for turn in range(20):
        desk = Desk.open(profile)
        if turn == 0:
            lead = msgspec.Raw(msgspec.json.encode(make_lead()))
            desk.take_page(Page("e1", (Change(1, "lead", "L1", lead),), "e1:1", 1, False))
            desk.commit(desk.prepare(op.Accept(), [desk.lead("L1")]))
        assert desk.lead("L1").id == "L1"
        desk.close()
        before = before or open_files()
    assert open_files() <= before
