"""Who may come in: tokens, their end, and the first manager."""

import os
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.hub.problems import HubProblem
from api.hub.service import Hub
from api.model.people import Role
from tests.factories import REP


def test_an_empty_database_gives_one_manager_once(hub: Hub) -> None:
    token = hub.bootstrap()
    assert token is not None
    manager = hub.authenticate(token)
    assert manager is not None
    assert manager.role is Role.MANAGER
    assert hub.bootstrap() is None


def test_a_token_is_not_stored(hub: Hub, tmp_path: Path) -> None:
    token = hub.add_person("Ana Example", Role.REP)
    hub.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("hub.db*"))
    assert b"Ana Example" in stored
    assert token.encode() not in stored
    assert token.removeprefix("handoff_").encode() not in stored


def test_an_expired_token_is_worth_nothing(hub: Hub, clock: Any) -> None:
    token = hub.add_person("Ana Example", Role.REP, lifetime=timedelta(days=30))
    for_good = hub.add_person("Ben Example", Role.REP, lifetime=None)
    clock.forward(days=31)
    assert hub.authenticate(token) is None
    assert hub.authenticate(for_good) is not None


def test_revoking_ends_all_of_a_persons_tokens_at_once(hub: Hub, tokens: dict[str, str]) -> None:
    second = hub.issue_token(REP.id)
    assert hub.authenticate(tokens[REP.id]) is not None
    assert hub.authenticate(second) is not None
    assert hub.revoke_tokens(REP.id) == 2
    assert hub.authenticate(tokens[REP.id]) is None
    assert hub.authenticate(second) is None
    assert hub.authenticate(tokens["otto"]) is not None


@pytest.mark.parametrize("token", ["", "handoff_", "handoff_x", "\x00", "é", "\ud800", "x" * 100_000])
def test_any_other_text_is_no_token(hub: Hub, tokens: dict[str, str], token: str) -> None:
    assert hub.authenticate(token) is None


def test_people_of_one_name_get_ids_of_their_own(hub: Hub) -> None:
    for _ in range(2):
        hub.add_person("Zoë Example", Role.REP, team="north")
    hub.add_person("例", Role.MARKETER)
    hub.add_person("Hub", Role.REP)
    assert [person.id for person in hub.people()] == ["hub-2", "person", "zoe-example", "zoe-example-2"]


@pytest.mark.parametrize(
    ("name", "role", "identifier", "field"),
    [
        ("", Role.REP, "", "name"),
        ("\x1b\u202e", Role.REP, "", "name"),
        ("Ana", Role.HUB, "", "role"),
        ("Ana", Role.REP, "rita", "id"),
        ("Ana", Role.REP, "hub", "id"),
        ("Ana", Role.REP, "a b", "id"),
    ],
)
def test_a_person_who_cannot_be_is_refused(
    hub: Hub, tokens: dict[str, str], name: str, role: Role, identifier: str, field: str
) -> None:
    with pytest.raises(HubProblem) as caught:
        hub.add_person(name, role, person_id=identifier)
    assert caught.value.field == field


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_the_database_is_for_its_owner_only(hub: Hub, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "hub.db").stat().st_mode) == 0o600
