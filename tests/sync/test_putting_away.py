"""What is long over is put away by the exchange, not while somebody waits for the program to start."""

from datetime import timedelta

from api.desk import Desk
from api.local.profile import Connection, Profile
from api.model import operation as op
from api.sync import Sync
from tests.desk.acting import do, send
from tests.factories import NOW, REP, make_lead
from tests.sync.fake_crm import FakeCrm, FakeServer


async def test_the_exchange_puts_away_what_is_long_over(tmp_path, server: FakeServer, pull):
    server.put_lead(make_lead("a"))
    profile = Profile(tmp_path)
    profile.save_connection(Connection("http://127.0.0.1:1", REP, "e1"))
    moment = [NOW]
    desk = Desk.open(profile, clock=lambda: moment[0])
    pull(desk)
    for _ in range(60):
        do(desk, op.Note(text="They asked for a call after five, and then again, at length. " * 20), "a")
    send(desk, server)
    desk.close()
    moment[0] = NOW + timedelta(days=60)
    later = Desk.open(profile, clock=lambda: moment[0])
    assert len(later.ledger.history()) == 60
    assert later.ledger.archived() == []
    assert (await Sync(later, FakeCrm(server, REP)).once(5)).problem is None
    later.refresh()
    assert later.ledger.history() == []
    assert len(later.ledger.archived()) == 60
    assert len(later.lead("a").remarks) == 60
    later.close()
