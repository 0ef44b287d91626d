"""A new token is checked at a real hub before it is kept, and nothing else is."""

from pathlib import Path

import pytest

from api.errors import HandoffError
from api.local.credentials import load_token
from api.local.profile import Connection, Profile
from api.model.people import Person, Role
from tests.running_hub import RunningHub, free_port
from tui.signing_in import NotSignedIn, sign_in

ENVIRON = {"HANDOFF_KEYRING": "off"}


@pytest.fixture
def place(running_hub: RunningHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Profile, Person, str]:
    """A profile whose token is gone, its person, and a token that is good."""
    monkeypatch.setenv("HANDOFF_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HANDOFF_KEYRING", "off")
    monkeypatch.delenv("HANDOFF_TOKEN", raising=False)
    name = f"Rita {tmp_path.name}"
    token = running_hub.user(name, "rep", "north")
    profile = Profile(tmp_path / "home")
    profile.root.mkdir()
    me = Person(id=name.lower().replace(" ", "-"), name=name, role=Role.REP, team="north")
    profile.save_connection(Connection(running_hub.url, _whoami(running_hub, token, me), "e1"))
    return profile, profile.connection().person, token  # type: ignore[union-attr]


def _whoami(hub: RunningHub, token: str, me: Person) -> Person:
    import json
    import urllib.request

    request = urllib.request.Request(f"{hub.url}/me", headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return Person(id=json.load(answer)["person"]["id"], name=me.name, role=me.role, team=me.team)


def test_a_good_token_is_kept(place: tuple[Profile, Person, str], running_hub: RunningHub) -> None:
    profile, me, token = place
    assert str(profile.token_path) in sign_in(profile, me, token)
    assert load_token(profile, running_hub.url, ENVIRON) == token


def test_somebody_elses_token_is_not(place: tuple[Profile, Person, str], running_hub: RunningHub) -> None:
    profile, me, _ = place
    with pytest.raises(NotSignedIn, match="belongs to Otto Other"):
        sign_in(profile, me, running_hub.user("Otto Other", "rep", "north"))
    assert load_token(profile, running_hub.url, ENVIRON) is None


def test_a_token_that_the_hub_does_not_know_is_not_and_is_not_quoted(place: tuple[Profile, Person, str]) -> None:
    profile, me, _ = place
    with pytest.raises(HandoffError) as problem:
        sign_in(profile, me, "handoff_invented")
    assert "handoff_invented" not in problem.value.sentence
    assert not profile.token_path.exists()


@pytest.mark.parametrize("token", ["", "two words", "t\u00f6ken", "line\nbreak"])
def test_what_can_be_no_token_is_sent_nowhere(place: tuple[Profile, Person, str], token: str) -> None:
    profile, me, _ = place
    profile.save_connection(Connection(f"http://127.0.0.1:{free_port()}", me, "e1"))
    with pytest.raises(NotSignedIn, match="not a token"):
        sign_in(profile, me, token)


def test_a_token_in_the_environment_goes_before_and_is_named(
    place: tuple[Profile, Person, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    profile, me, token = place
    monkeypatch.setenv("HANDOFF_TOKEN", "another")
    with pytest.raises(NotSignedIn, match="HANDOFF_TOKEN"):
        sign_in(profile, me, token)
