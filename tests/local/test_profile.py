"""Where a profile lies, what it remembers, and where the token is kept."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import pytest

from api.local import credentials
from api.local.credentials import TokenUnreadable, forget_token, load_token, save_token
from api.local.errors import LocalError, NotSaved, ProfileTooNew
from api.local.profile import Connection, Profile
from tests.factories import REP

ROOT = Path(__file__).parents[2]
URL = "https://hub.example.com"
OFF = {"HANDOFF_KEYRING": "off"}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile(tmp_path)


def test_home_overrides_every_folder_and_is_private(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    profile = Profile.locate({"HANDOFF_HOME": str(home)})
    assert mode(home) == 0o700
    paths = (profile.outbox_path, profile.mirror_path, profile.log_path, profile.token_path)
    assert {path.parent for path in paths} == {home}


def test_without_home_the_folders_are_those_of_the_account(tmp_path: Path) -> None:
    code = (
        "import os\nfrom api.local.profile import Profile\np = Profile.locate(os.environ)\n"
        "print(p.outbox_path, p.mirror_path, sep='\\n')"
    )
    environ = {key: value for key, value in os.environ.items() if not key.startswith(("XDG", "HANDOFF"))}
    environ |= {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    outbox, mirror = (Path(line) for line in done.stdout.splitlines())
    assert outbox.is_relative_to(tmp_path)
    assert mode(outbox.parent) == 0o700
    assert mode(mirror.parent) == 0o700


def test_a_folder_that_can_not_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for home in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(NotSaved, match="HANDOFF_HOME"):
            Profile.locate({"HANDOFF_HOME": str(home)})


def test_the_connection_is_remembered(profile: Profile) -> None:
    assert profile.connection() is None
    connection = Connection(URL, REP, "E1")
    profile.save_connection(connection)
    assert Profile(profile.root).connection() == connection
    assert mode(profile.root / "profile.json") == 0o600


def test_a_newer_profile_is_refused_and_left_untouched(profile: Profile) -> None:
    data = b'{"version":2,"connection":"in a new form"}'
    (profile.root / "profile.json").write_bytes(data)
    with pytest.raises(ProfileTooNew, match="newest Handoff"):
        profile.connection()
    assert (profile.root / "profile.json").read_bytes() == data


@pytest.mark.parametrize("data", [b"", b"{", b'{"version":1,"connection":{"url":7}}', b"\xff\xfe", b"[]"])
def test_a_damaged_profile_is_a_sentence(profile: Profile, data: bytes) -> None:
    (profile.root / "profile.json").write_bytes(data)
    with pytest.raises(LocalError, match="handoff connect"):
        profile.connection()


def test_sync_locks_of_one_profile_exclude_each_other(profile: Profile) -> None:
    first, second = profile.sync_lock(), Profile(profile.root).sync_lock()
    assert first.try_acquire()
    assert not second.try_acquire()
    first.release()
    assert second.try_acquire()


class Memory(keyring.backend.KeyringBackend):
    """A keyring that works."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Broken(Memory):
    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError("no session bus")


class Forgetful(Memory):
    def get_password(self, service: str, username: str) -> str | None:
        return None


@pytest.fixture
def use():
    before = keyring.get_keyring()
    yield keyring.set_keyring
    keyring.set_keyring(before)


def test_a_working_keyring_keeps_the_token_and_the_file_does_not(profile: Profile, use) -> None:
    memory = Memory()
    use(memory)
    assert "keyring" in save_token(profile, URL, "secret-1", environ={})
    assert "secret-1" not in profile.token_path.read_text()
    assert load_token(profile, URL, {}) == "secret-1"
    assert load_token(profile, "https://other.example.com", {}) is None
    other = Profile(profile.root / "other")
    save_token(other, URL, "secret-2", environ={})
    assert load_token(profile, URL, {}) == "secret-1"
    forget_token(profile, URL, environ={})
    assert load_token(profile, URL, {}) is None
    assert list(memory.kept.values()) == ["secret-2"]


@pytest.mark.parametrize("backend", [keyring.backends.fail.Keyring, Broken, Forgetful])
def test_without_a_working_keyring_a_private_file_keeps_it(profile: Profile, use, backend) -> None:
    use(backend())
    sentence = save_token(profile, URL, "secret-1", environ={})
    assert str(profile.token_path) in sentence
    assert "secret-1" not in sentence
    assert mode(profile.token_path) == 0o600
    assert load_token(profile, URL, {}) == "secret-1"
    forget_token(profile, URL, environ={})
    assert load_token(profile, URL, {}) is None
    assert "secret-1" not in profile.token_path.read_text()


def test_the_keyring_can_be_kept_out(profile: Profile, use) -> None:
    memory = Memory()
    use(memory)
    save_token(profile, URL, "secret-1", environ=OFF)
    assert memory.kept == {}
    assert load_token(profile, URL, OFF) == "secret-1"


def test_the_environment_comes_first_and_is_not_kept(profile: Profile) -> None:
    save_token(profile, URL, "kept", environ=OFF)
    assert load_token(profile, URL, {**OFF, "HANDOFF_TOKEN": " given\n"}) == "given"
    assert load_token(profile, URL, {**OFF, "HANDOFF_TOKEN": ""}) == "kept"


def test_a_keyring_that_never_answers_does_not_hang_the_program(profile: Profile, use, monkeypatch) -> None:
    import threading

    never = threading.Event()

    class Hanging(Memory):
        def set_password(self, service: str, username: str, password: str) -> None:
            never.wait(30)

    monkeypatch.setattr(credentials, "PATIENCE", 0.05)
    use(Hanging())
    assert str(profile.token_path) in save_token(profile, URL, "secret-1", environ={})
    never.set()
    assert load_token(profile, URL, {}) == "secret-1"


def test_a_keyring_that_lost_the_token_is_a_sentence_without_it(profile: Profile, use) -> None:
    use(Memory())
    save_token(profile, URL, "secret-1", environ={})
    use(keyring.backends.fail.Keyring())
    for environ in ({}, OFF):
        with pytest.raises(TokenUnreadable, match="HANDOFF_TOKEN"):
            load_token(profile, URL, environ)


def test_a_damaged_token_file_is_a_sentence_that_quotes_nothing(profile: Profile) -> None:
    profile.token_path.write_text(json.dumps({"tokens": {URL: ["secret-1"]}}))
    with pytest.raises(TokenUnreadable, match="damaged") as caught:
        load_token(profile, URL, {})
    assert "secret-1" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_new_token_replaces_a_damaged_file(profile: Profile) -> None:
    profile.token_path.write_text("nonsense\n")
    save_token(profile, URL, "secret-2", environ=OFF)
    assert load_token(profile, URL, OFF) == "secret-2"


def test_opening_a_profile_loads_no_keyring(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom api.local.profile import Profile\n"
        "from api.local.credentials import load_token\nfrom api.local.outbox import Outbox\n"
        "from api.local.mirror import Mirror\np = Profile.locate({'HANDOFF_HOME': sys.argv[1]})\n"
        "Outbox.open(p.outbox_path), Mirror.open(p.mirror_path), load_token(p, 'x', {})\n"
        "print([m for m in ('keyring', 'httpx', 'textual', 'asyncio', 'sqlalchemy') if m in sys.modules])"
    )
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(run, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
