"""A desk on a profile in a temporary folder, and the CRM it belongs to."""

from collections.abc import Callable
from pathlib import Path

import pytest

from api.desk import Desk
from api.local.profile import Connection, Profile
from api.model.people import Person
from tests.factories import NOW, REP
from tests.sync.fake_crm import FakeServer


@pytest.fixture
def server() -> FakeServer:
    return FakeServer()


@pytest.fixture
def open_desk(tmp_path: Path) -> Callable[..., Desk]:
    """Open a desk; opening it again under the same name is another process on the same profile."""

    def opened(name: str = "rita", person: Person = REP) -> Desk:
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        profile = Profile(root)
        if profile.connection() is None:
            profile.save_connection(Connection("http://127.0.0.1:1", person, "e1"))
        return Desk.open(profile, clock=lambda: NOW)

    return opened


@pytest.fixture
def pull(server: FakeServer) -> Callable[[Desk], None]:
    """Pull everything there is."""

    def pulled(desk: Desk) -> None:
        for page in server.pages(desk.cursor):
            desk.take_page(page)

    return pulled


@pytest.fixture
def desk(open_desk: Callable[..., Desk]) -> Desk:
    return open_desk()
