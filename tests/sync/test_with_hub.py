"""The same against the real hub, in a process of its own: what another process does there is seen here."""

from datetime import timedelta

from msgspec.structs import replace

from api.crm.hub import HubCrm
from api.crm.port import SignedOut
from api.desk import Desk
from api.model import operation as op
from api.model.lead import State
from api.model.operation import Result
from api.rules.queue import back
from api.sync import Sync
from tests.factories import OTHER_REP, REP
from tests.sync.hub_process import HubProcess
from tests.sync.waiting import running, until


def titles(desk: Desk) -> list[str]:
    return [desk.rows()[one].title for one in desk.queue()]


async def test_a_lead_posted_by_another_process_appears(hub: HubProcess, join):
    hub.start()
    desk, crm = join(REP)
    async with running(Sync(desk, crm)):
        await until(lambda: desk.status().live)
        hub.post_leads("Nora")
        await until(lambda: titles(desk) == ["Nora Example"])
    await crm.close()


async def test_a_decision_of_one_is_seen_by_another(hub: HubProcess, join):
    hub.start()
    hub.post_leads("Nora", "Paul")
    mine, my_line = join(REP)
    theirs, their_line = join(OTHER_REP)
    heard: list[str] = []
    theirs.listen(lambda changed: heard.extend(words for _, words in changed.by_others))
    async with running(Sync(mine, my_line)), running(Sync(theirs, their_line)):
        await until(lambda: len(mine.queue()) == len(theirs.queue()) == 2 and theirs.status().live)
        nora = next(one for one in mine.queue() if mine.rows()[one].title == "Nora Example")
        await mine.record(op.Accept(), [mine.lead(nora)])
        await until(lambda: titles(theirs) == ["Paul Example"] and heard)
        assert heard == ["Rita Rep accepted Nora Example"]
        await until(lambda: mine.status().pending == 0)
    await my_line.close()
    await their_line.close()


async def test_two_who_accept_one_lead_are_never_both_right(hub: HubProcess, join):
    hub.start()
    hub.post_leads("Nora")
    mine, my_line = join(REP)
    theirs, their_line = join(OTHER_REP)
    for desk, crm in ((mine, my_line), (theirs, their_line)):
        assert (await Sync(desk, crm).once(10)).problem is None
    (nora,) = mine.queue()
    mine.commit(mine.prepare(op.Accept(), [mine.lead(nora)]))
    theirs.commit(theirs.prepare(op.Accept(), [theirs.lead(nora)]))
    (first,) = (await Sync(mine, my_line).once(10)).receipts
    (second,) = (await Sync(theirs, their_line).once(10)).receipts
    assert first.result is Result.APPLIED
    assert second.result is Result.TAKEN
    assert "Rita Rep" in second.sentence
    assert theirs.status().conflicts == 1
    assert theirs.lead(nora).standing.owner.id == REP.id
    await my_line.close()
    await their_line.close()


async def test_offline_from_the_start_and_back_by_itself(hub: HubProcess, join):
    hub.start()
    hub.post_leads("Nora", "Paul")
    desk, crm = join(REP)
    assert (await Sync(desk, crm).once(10)).problem is None
    hub.kill()
    desk, crm = join(REP)
    async with running(Sync(desk, crm)):
        await until(lambda: desk.status().connected is False)
        for one in desk.queue():
            await desk.record(op.Accept(), [desk.lead(one)])
        assert desk.queue() == []
        assert desk.status().pending == 2
        hub.start()
        await until(lambda: desk.status().pending == 0 and desk.status().live, seconds=30)
        hub.kill()
        await until(lambda: desk.status().connected is False)
        await desk.take_back()
        hub.start()
        await until(lambda: desk.status().pending == 0 and desk.status().connected, seconds=30)
        (back,) = desk.queue()
        assert desk.lead(back).state is State.NEW
    await crm.close()


async def test_leads_come_back_when_they_do_something_whatever_reaches_the_hub_first(hub: HubProcess, join):
    hub.start()
    hub.post_leads("Nora", "Paul", "Refused")
    desk, crm = join(REP)
    assert (await Sync(desk, crm).once(10)).problem is None
    ids = {desk.rows()[one].title.split()[0]: one for one in desk.queue()}
    for verb in (op.Claim(), op.SnoozeLead(or_activity=True)):
        desk.commit(desk.prepare(verb, [desk.lead(ids["Nora"]), desk.lead(ids["Paul"])]))
    desk.commit(
        desk.prepare(
            op.Reject(reason="not_target", answers={"dimension": "industry", "value": "Food"}),
            [desk.lead(ids["Refused"])],
        )
    )
    assert desk.queue() == []
    later = desk.now() + timedelta(minutes=1)
    # The hub hears of what Nora did before it hears that anybody waits for that.
    hub.post_touch("Nora", "page", later, "Pricing page")
    hub.post_touch("Paul", "e-mail sent", later)
    async with running(Sync(desk, crm)):
        await until(lambda: desk.queue() == [ids["Nora"]] and desk.status().pending == 0)
        hub.post_touch("Refused", "form", later, "Demo, please")
        hub.post_touch("Paul", "reply", later)
        await until(lambda: len(desk.queue()) == 2 and desk.stirred() == [ids["Refused"]])
    rows = desk.rows()
    assert {name: back(rows[one], later.timestamp()) for name, one in ids.items()} == {
        "Nora": "Pricing page",
        "Paul": "reply",
        "Refused": "Demo, please",
    }
    assert desk.lead(ids["Refused"]).state is State.REJECTED
    await crm.close()


async def test_hostile_text_arrives_harmless(hub: HubProcess, join):
    hub.start()
    hub.post_leads("\x1b[2J[/b]\u202e")
    desk, crm = join(REP)
    await Sync(desk, crm).once(10)
    (lead,) = desk.queue()
    assert not set(desk.lead(lead).contact.name + desk.lead(lead).source_id) & set("\x1b\u202e")
    await crm.close()


async def test_a_wrong_token_is_said_and_nothing_is_lost(hub: HubProcess, join):
    hub.start()
    hub.post_leads("Nora")
    desk, crm = join(REP)
    await Sync(desk, crm).once(10)
    desk.commit(desk.prepare(op.Accept(), [desk.lead(desk.queue()[0])]))
    stranger = HubCrm(hub.url, "handoff_wrong")
    report = await Sync(desk, stranger).once(10)
    assert isinstance(report.problem, SignedOut)
    assert desk.status().pending == 1
    await stranger.close()
    assert (await Sync(desk, crm).once(10)).receipts[0].result is Result.APPLIED
    await crm.close()


async def test_what_became_of_an_operation_can_be_asked(hub: HubProcess, join):
    hub.start()
    hub.post_leads("Nora")
    desk, crm = join(REP)
    await Sync(desk, crm).once(10)
    (operation,) = desk.prepare(op.Accept(), [desk.lead(desk.queue()[0])])
    assert await crm.read_back(operation) is None
    (receipt,) = await crm.submit([operation])
    assert (await crm.read_back(operation)).n == receipt.n
    await crm.close()


async def test_one_operation_that_the_hub_cannot_read_is_refused_and_the_others_go_through(hub: HubProcess, join):
    hub.start()
    hub.post_leads("Nora", "Paul", "Quinn", "Rosa", "Sven")
    desk, crm = join(REP)
    assert (await Sync(desk, crm).once(10)).problem is None
    operations = desk.prepare(op.Accept(), [desk.lead(one) for one in desk.queue()])
    operations[3] = replace(operations[3], id="not an id")
    desk.commit(operations)
    report = await Sync(desk, crm).once(10)
    assert report.problem is None
    results = [desk.receipt(operation.id).result for operation in operations]
    assert results == [*[Result.APPLIED] * 3, Result.REFUSED, Result.APPLIED]
    assert "An id is" in desk.receipt("not an id").sentence
    assert [one.operation.id for one in desk.unsettled()] == ["not an id"]
    assert len(desk.queue()) == 1
    await crm.close()
