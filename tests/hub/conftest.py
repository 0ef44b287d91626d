"""A hub on a file of its own, and people with tokens at it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from litestar.testing import TestClient

from api.hub.app import create_app
from api.hub.service import Hub
from api.model.ingest import LeadIn
from api.model.lead import Lead
from api.model.people import Person, Role
from tests.factories import MANAGER, MARKETER, NOW, OTHER_REP, REP


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def db_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'hub.db'}"


@pytest.fixture
def hub(db_url: str, clock: Clock) -> Iterator[Hub]:
    made = Hub(db_url, clock=clock)
    yield made
    made.close()


@pytest.fixture
def tokens(hub: Hub) -> dict[str, str]:
    """Tokens of the factories' people, by person id."""
    return {
        person.id: hub.add_person(person.name, person.role, person_id=person.id, team=person.team)
        for person in (REP, OTHER_REP, MARKETER, MANAGER)
    }


@pytest.fixture
def anybody() -> Person:
    return Person(id="somebody", name="Somebody", role=Role.REP)


@pytest.fixture
def hand_over(hub: Hub) -> Callable[..., Lead]:
    """Hand a lead over and return it as the hub holds it."""

    def make(source_id: str = "1", **fields: object) -> Lead:
        item = LeadIn(source="form", source_id=source_id, **fields)  # type: ignore[arg-type]
        (result,) = hub.ingest_leads([item])
        lead: Lead = hub.lead(result.id)
        return lead

    return make


@pytest.fixture
def client(hub: Hub) -> Iterator[TestClient]:  # type: ignore[type-arg]
    with TestClient(create_app(hub), raise_server_exceptions=False) as made:
        yield made


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries a token."""
    return {"Authorization": f"Bearer {token}"}
