"""A token that ends while a window is open: deciding goes on, and so does sending once somebody has connected again."""

import os
from pathlib import Path

import pytest

from api.crm.hub import HubCrm
from api.local.credentials import TokenUnreadable, save_token
from api.local.profile import Profile
from api.model import operation as op
from api.sync import Sync
from tests.factories import REP
from tests.sync.hub_process import HubProcess
from tests.sync.waiting import running, until
from tui.window import KeptToken

NO_KEYRING = {"HANDOFF_KEYRING": "off"}
URL = "https://hub.example.com"


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile(tmp_path)


def connect(profile: Profile, token: str, url: str = URL) -> None:
    """Keep a token as “handoff connect” does."""
    save_token(profile, url, token, environ=NO_KEYRING)
    # Disks tell two writes apart only by their times.
    os.utime(profile.token_path, ns=(0, profile.token_path.stat().st_mtime_ns + 1_000_000))


class TestKeptToken:
    def test_a_new_one_is_used_as_soon_as_it_is_kept(self, profile: Profile):
        kept = KeptToken(profile, URL, NO_KEYRING)
        assert kept() == ""
        connect(profile, "first")
        assert kept() == "first"
        connect(profile, "second")
        assert kept() == "second"

    def test_the_keyring_is_not_asked_before_each_request(self, profile: Profile, monkeypatch: pytest.MonkeyPatch):
        asked: list[str] = []

        def load(place: Profile, url: str, environ: object) -> str:
            asked.append(url)
            return f"token-{len(asked)}"

        monkeypatch.setattr("api.local.credentials.load_token", load)
        kept = KeptToken(profile, URL, NO_KEYRING)
        assert [kept(), kept(), kept()] == ["token-1"] * 3
        assert kept.again() == "token-2"
        assert kept() == "token-2"

    def test_what_can_not_be_read_is_looked_at_again(self, profile: Profile):
        profile.token_path.write_text("{")
        kept = KeptToken(profile, URL, NO_KEYRING)
        for _ in range(2):
            with pytest.raises(TokenUnreadable):
                kept()
        connect_anew(profile)
        assert kept() == "mended"


def connect_anew(profile: Profile) -> None:
    profile.token_path.unlink()
    connect(profile, "mended")


async def test_sending_resumes_with_a_new_token_without_anybody_pressing_a_key(hub: HubProcess, join):
    hub.start()
    hub.post_leads("Nora", "Paul")
    desk, crm = join(REP)
    assert (await Sync(desk, crm).once(10)).problem is None
    connect(desk.profile, "handoff_revoked", hub.url)
    kept = KeptToken(desk.profile, hub.url, NO_KEYRING)
    crm = HubCrm(hub.url, kept, renew=kept.again)
    said: set[str] = set()
    desk.listen(lambda changed: said.add(desk.status().message) if desk.status().signed_out else None)
    async with running(Sync(desk, crm)):
        await until(lambda: desk.status().signed_out)
        await desk.record(op.Accept(), [desk.lead(desk.queue()[0])])
        assert desk.status().pending == 1
        connect(desk.profile, hub.tokens[REP.id], hub.url)
        await until(lambda: desk.status().pending == 0 and desk.status().live)
    assert len(said) == 1
    assert not any(token in words for words in said for token in ("handoff_revoked", hub.tokens[REP.id]))
    await crm.close()
