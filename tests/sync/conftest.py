"""Fixtures of this room."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.crm.hub import HubCrm
from api.desk import Desk
from api.local.profile import Connection, Profile
from api.model.people import Person
from tests.desk.opening import desk, open_desk, pull, server
from tests.factories import REP, make_lead
from tests.sync.fake_crm import FakeServer
from tests.sync.hub_process import HubProcess
from tests.sync.waiting import FakeTime
from tests.sync.wire import Wire

__all__ = ["desk", "open_desk", "pull", "server"]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubProcess]:
    process = HubProcess(tmp_path)
    yield process
    process.kill()


@pytest.fixture
def join(hub: HubProcess, tmp_path: Path) -> Callable[[Person], tuple[Desk, HubCrm]]:
    """Open somebody's desk and their line to the hub."""

    def joined(person: Person) -> tuple[Desk, HubCrm]:
        root = tmp_path / person.id
        root.mkdir(exist_ok=True)
        profile = Profile(root)
        if profile.connection() is None:
            profile.save_connection(Connection(hub.url, person, hub.epoch))
        return Desk.open(profile), HubCrm(hub.url, hub.tokens[person.id])

    return joined


@pytest.fixture
def wire(server: FakeServer) -> Wire:
    for name in "abc":
        server.put_lead(make_lead(name))
    return Wire(server, REP)


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def ready(desk: Desk, wire: Wire, pull) -> Desk:
    """A desk that has pulled everything already."""
    pull(desk)
    return desk
