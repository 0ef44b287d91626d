"""The hub's database put back from a backup under clients that know more than it does."""

from pathlib import Path

from api.crm.hub import HubCrm
from api.desk import Desk
from api.model import operation as op
from api.model.lead import State
from api.model.operation import Result
from api.sync import Sync
from tests.factories import OTHER_REP, REP
from tests.sync.hub_process import HubProcess
from tests.sync.waiting import running, until


def named(desk: Desk, title: str) -> str:
    return next(row.id for row in desk.rows().values() if row.title == f"{title} Example")


async def once(desk: Desk, crm: HubCrm) -> None:
    assert (await Sync(desk, crm).once(20)).problem is None


async def test_a_hub_that_has_moved_on_past_us_since_is_noticed_and_told_all_again(
    hub: HubProcess, join, tmp_path: Path
):
    backup = tmp_path / "backup.db"
    hub.start()
    hub.post_leads("Nora", "Paul", "Quinn")
    desk, crm = join(REP)
    await once(desk, crm)
    hub.copy_to(backup)
    operations = desk.prepare(op.Accept(), [desk.lead(named(desk, "Nora")), desk.lead(named(desk, "Paul"))])
    desk.commit(operations)
    await once(desk, crm)
    known = desk.n
    hub.post_leads("Lost")
    await once(desk, crm)
    assert named(desk, "Lost")

    hub.kill()
    hub.put_back(backup)
    hub.start()
    # Offline meanwhile, and one more decision that the hub never heard of in any of its histories.
    (late,) = desk.prepare(op.Accept(), [desk.lead(named(desk, "Quinn"))])
    desk.commit([late])
    theirs, their_line = join(OTHER_REP)
    hub.post_leads(*(f"New{number}" for number in range(30)))
    await once(theirs, their_line)
    assert theirs.n > known + 2, "the hub's numbers are past what we know"
    assert theirs.lead(named(theirs, "Nora")).state is State.NEW

    await once(desk, crm)
    assert "Lost Example" not in {row.title for row in desk.rows().values()}
    assert len(desk.rows()) == 33
    assert all(desk.receipt(one.id).result is Result.APPLIED for one in (*operations, late))
    await once(theirs, their_line)
    for title in ("Nora", "Paul", "Quinn"):
        assert theirs.lead(named(theirs, title)).standing.owner.id == REP.id
        assert desk.lead(named(desk, title)).state is State.ACCEPTED
    assert [len(theirs.lead(named(theirs, title)).trail) for title in ("Nora", "Paul", "Quinn")] == [1, 1, 1]
    await crm.close()
    await their_line.close()


async def test_a_decision_that_another_has_made_meanwhile_is_a_conflict_and_nobody_loses(hub, join, tmp_path: Path):
    backup = tmp_path / "backup.db"
    hub.start()
    hub.post_leads("Nora")
    desk, crm = join(REP)
    await once(desk, crm)
    hub.copy_to(backup)
    (mine,) = desk.prepare(op.Accept(), [desk.lead(named(desk, "Nora"))])
    desk.commit([mine])
    await once(desk, crm)
    hub.kill()
    hub.put_back(backup)
    hub.start()
    theirs, their_line = join(OTHER_REP)
    await once(theirs, their_line)
    theirs.commit(theirs.prepare(op.Accept(), [theirs.lead(named(theirs, "Nora"))]))
    hub.post_leads(*(f"New{number}" for number in range(10)))
    await once(theirs, their_line)
    await once(desk, crm)
    assert desk.receipt(mine.id).result is Result.TAKEN
    assert desk.status().conflicts == 1
    assert desk.lead(named(desk, "Nora")).standing.owner.id == OTHER_REP.id
    await crm.close()
    await their_line.close()


async def test_a_window_that_stays_open_finds_its_way_back_by_itself(hub: HubProcess, join, tmp_path: Path):
    backup = tmp_path / "backup.db"
    hub.start()
    hub.post_leads("Nora")
    desk, crm = join(REP)
    async with running(Sync(desk, crm)):
        await until(lambda: desk.status().live)
        hub.copy_to(backup)
        (mine,) = await desk.record(op.Accept(), [desk.lead(named(desk, "Nora"))])
        await until(lambda: desk.status().pending == 0)
        forgotten = desk.receipt(mine.id)
        hub.kill()
        hub.put_back(backup)
        hub.start()
        hub.post_leads("Paul", "Quinn", "Rosa")
        await until(lambda: desk.receipt(mine.id) != forgotten, seconds=30)
        await until(lambda: len(desk.rows()) == 4 and desk.status().live, seconds=30)
        theirs, their_line = join(OTHER_REP)
        await once(theirs, their_line)
        assert theirs.lead(named(theirs, "Nora")).state is State.ACCEPTED
        await their_line.close()
    await crm.close()
