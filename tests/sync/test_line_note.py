"""How the line stands, told from the process that talks to the CRM to the others of the profile."""

import json
import os
import time
from pathlib import Path

import pytest

from api.crm.port import SignedOut, Unreachable
from api.desk.exchange import STALE, TRIES_KEPT, LineNote
from api.desk.news import Link, Try
from api.local.files import Files
from api.local.profile import Profile
from api.model import operation as op
from api.sync import Sync
from tests.factories import NOW, REP, make_lead
from tests.sync.fake_crm import FakeCrm, FakeServer
from tests.sync.waiting import FakeTime, running, until

OFFLINE = Link(
    connected=False,
    since=NOW,
    message="The hub can't be reached.",
    failures=3,
    next_try=NOW,
    tries={"op-1": Try(3, "The hub can't be reached.", NOW)},
)


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile(tmp_path)


class Steps:
    """A clock that is moved on by hand."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class CountingFiles(Files):
    def __init__(self) -> None:
        self.flushed = 0
        self.replaced = 0

    def flush(self, fd: int) -> None:
        self.flushed += 1

    def replace(self, source: Path, target: Path) -> None:
        self.replaced += 1
        super().replace(source, target)


class TestTheFile:
    def test_the_holder_is_heard_by_the_others(self, profile: Profile):
        LineNote(profile).keep(OFFLINE)
        told = LineNote(profile).told()
        assert told.elsewhere
        assert (told.connected, told.message, told.failures) == (False, OFFLINE.message, 3)
        assert told.tries == dict(OFFLINE.tries)

    def test_it_is_private_and_replaced_whole_and_never_flushed(self, profile: Profile):
        files = CountingFiles()
        note = LineNote(profile, files=files)
        note.keep(OFFLINE)
        (path,) = [path for path in profile.root.iterdir() if path.suffix == ".json"]
        assert path.stat().st_mode & 0o777 == 0o600
        assert (files.flushed, files.replaced) == (0, 1)

    def test_it_is_written_when_it_changes_and_once_a_second_at_most(self, profile: Profile):
        files, clock = CountingFiles(), Steps()
        note = LineNote(profile, files=files, monotonic=clock)
        for count in range(50):
            note.keep(Link(connected=False, failures=count))
        assert files.replaced == 1
        clock.now += 1.0
        note.keep(Link(connected=False, failures=50))
        assert LineNote(profile).told().failures == 50
        for _ in range(60):
            clock.now += 1.0
            note.keep(Link(connected=False, failures=50))
        assert files.replaced == 2

    def test_what_came_last_is_told_when_the_holder_ends(self, profile: Profile):
        note = LineNote(profile, monotonic=Steps())
        note.keep(Link(connected=True))
        note.keep(OFFLINE)
        note.finish(OFFLINE)
        assert LineNote(profile).left().failures == 3

    def test_only_the_oldest_attempts_are_told(self, profile: Profile):
        many = {f"op-{number:05}": Try(1) for number in range(TRIES_KEPT * 3)}
        LineNote(profile).keep(Link(connected=False, tries=many))
        assert list(LineNote(profile).told().tries) == list(many)[:TRIES_KEPT]

    @pytest.mark.parametrize(
        "content",
        [b"", b"{", b"[]", b"\xff\xfe", b'{"version":2,"link":{}}', b"[" * 100_000, b" " * 2_000_000],
        ids=["empty", "torn", "of another shape", "no text", "of another version", "nested", "huge"],
    )
    def test_damage_is_as_if_nothing_were_known(self, profile: Profile, content: bytes):
        LineNote(profile).keep(OFFLINE)
        (path,) = [path for path in profile.root.iterdir() if path.suffix == ".json"]
        path.write_bytes(content)
        note = LineNote(profile)
        assert (note.told(), note.left(), note.last()) == (None, None, Link())

    def test_a_holder_that_was_not_heard_of_for_long_is_not_believed(self, profile: Profile):
        LineNote(profile).keep(OFFLINE)
        later = LineNote(profile, clock=lambda: time.time() + STALE + 1)
        assert later.told() is None
        before = LineNote(profile, clock=lambda: time.time() - STALE - 1)
        assert before.told() is None

    def test_a_holder_with_nothing_new_to_tell_is_believed_all_the_same(self, profile: Profile):
        wall, monotonic = Steps(time.time()), Steps()
        holder = LineNote(profile, clock=wall, monotonic=monotonic)
        holder.keep(OFFLINE)
        for _ in range(20):
            wall.now += STALE / 2
            monotonic.now += STALE / 2
            holder.keep(OFFLINE)
        assert LineNote(profile, clock=wall).told() is not None

    def test_a_disk_that_takes_nothing_is_no_error(self, tmp_path: Path):
        note = LineNote(Profile(tmp_path / "gone"))
        note.keep(OFFLINE)
        note.ask()
        note.finish(OFFLINE)
        assert (note.told(), note.asked()) == (None, False)


class TestLast:
    def test_while_somebody_talks_to_the_crm_it_is_what_they_say(self, profile: Profile):
        lock = profile.sync_lock()
        lock.acquire()
        LineNote(profile).keep(OFFLINE)
        last = LineNote(profile).last()
        assert (last.elsewhere, last.connected, last.message) == (True, False, OFFLINE.message)
        lock.release()

    def test_while_somebody_does_and_says_nothing_it_is_only_elsewhere(self, profile: Profile):
        lock = profile.sync_lock()
        lock.acquire()
        assert LineNote(profile).last() == Link(elsewhere=True)
        lock.release()

    def test_when_nobody_does_the_attempts_are_left_and_no_more(self, profile: Profile):
        LineNote(profile).finish(OFFLINE)
        last = LineNote(profile).last()
        assert (last.connected, last.elsewhere, last.message, last.next_try) == (None, False, "", None)
        assert last.tries == {"op-1": Try(3, OFFLINE.message)}

    def test_a_refused_token_stays_refused_until_there_is_another(self, profile: Profile):
        LineNote(profile).finish(Link(connected=False, signed_out=True, message="The token is expired."))
        last = LineNote(profile).last()
        assert (last.signed_out, last.message) == (True, "The token is expired.")
        profile.token_path.write_text("{}")
        os.utime(profile.token_path, (time.time() + 10, time.time() + 10))
        assert LineNote(profile).last().signed_out is False


class TestBetweenWindows:
    async def test_the_second_shows_the_true_state_of_the_line(self, open_desk, server: FakeServer):
        server.put_lead(make_lead("a"))
        first, second, crm = open_desk(), open_desk(), FakeCrm(server, REP)
        async with running(Sync(first, crm)), running(Sync(second, FakeCrm(server, REP))):
            await until(lambda: second.status().connected and second.status().live)
            assert second.status().elsewhere
            second.commit(second.prepare(op.Accept(), [second.lead("a")]))
            await until(lambda: second.status().pending == 0)

            def broken(request: str) -> None:
                raise Unreachable("hub.example.com can't be reached.")

            crm.trouble = broken
            server.put_lead(make_lead("b"))
            await until(lambda: second.status().connected is False)
            link = second.link
            assert (link.elsewhere, link.message) == (True, "hub.example.com can't be reached.")
            assert link.failures >= 1
            assert link.next_try is not None

    async def test_sync_now_in_the_second_makes_the_first_try(self, open_desk, server: FakeServer):
        first, second, crm = open_desk(), open_desk(), FakeCrm(server, REP)

        def refused(request: str) -> None:
            raise SignedOut("The token is expired.")

        crm.trouble = refused
        other = Sync(second, FakeCrm(server, REP))
        async with running(Sync(first, crm)), running(other):
            await until(lambda: second.status().signed_out)
            crm.trouble = lambda request: None
            report = await other.now()
            assert report.elsewhere
            await until(lambda: first.status().connected and second.status().connected)

    async def test_the_command_line_beside_an_offline_window_does_not_wait_for_long(self, open_desk, server, pull):
        server.put_lead(make_lead("a"))
        window, line, crm = open_desk(), open_desk(), FakeCrm(server, REP)
        pull(line)

        def broken(request: str) -> None:
            raise Unreachable("hub.example.com can't be reached.")

        crm.trouble = broken
        clock = FakeTime()
        async with running(Sync(window, crm)):
            await until(lambda: window.status().connected is False)
            line.commit(line.prepare(op.Accept(), [line.lead("a")]))
            report = await Sync(line, FakeCrm(server, REP), waiter=clock).once(600)
        assert report.elsewhere
        assert report.problem.sentence == "hub.example.com can't be reached."
        assert clock.now < 600

    async def test_attempts_are_counted_across_processes(self, open_desk, server: FakeServer, pull):
        server.put_lead(make_lead("a"))
        desk, crm = open_desk(), FakeCrm(server, REP)
        pull(desk)
        (operation,) = desk.prepare(op.Accept(), [desk.lead("a")])
        desk.commit([operation])

        def broken(request: str) -> None:
            raise Unreachable("hub.example.com can't be reached.")

        crm.trouble = broken
        for count in (1, 2, 3):
            again = open_desk()
            await Sync(again, crm).once(5)
            assert again.link.tries[operation.id].count == count
        seen = open_desk()
        assert seen.link.tries[operation.id] == Try(3, "hub.example.com can't be reached.")
        crm.trouble = lambda request: None
        await Sync(seen, crm).once(5)
        assert open_desk().link.tries == {}

    def test_the_file_holds_no_secret(self, profile: Profile):
        LineNote(profile).keep(OFFLINE)
        (path,) = [path for path in profile.root.iterdir() if path.suffix == ".json"]
        assert set(json.loads(path.read_bytes())["link"]) <= set(Link.__struct_fields__)
