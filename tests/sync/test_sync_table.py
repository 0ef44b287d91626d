"""The table of sync rules, row by row: what the CRM's answer is, and what becomes of the decision."""

from datetime import timedelta
from itertools import pairwise

import httpx
import pytest

from api.desk import Desk
from api.model import operation as op
from api.model.lead import State
from api.model.operation import Result
from api.sync import Sync
from tests.factories import NOW, OTHER_REP, REP, make_lead
from tests.sync.acting import do
from tests.sync.waiting import FakeTime, running, until
from tests.sync.wire import TOKEN, Wire, crm_over, http_date, problem

PASSING = [
    pytest.param(httpx.ConnectError("x"), id="connect error"),
    pytest.param(httpx.ConnectTimeout("x"), id="connect timeout"),
    pytest.param(httpx.ReadTimeout("x"), id="read timeout"),
    pytest.param(httpx.ReadError("x"), id="read error"),
    pytest.param(httpx.RemoteProtocolError("x"), id="answer cut off"),
    *[pytest.param(problem(status, "Not now."), id=str(status)) for status in (408, 500, 502, 504)],
]

HOPELESS = [403, 404, 410, 422]


class TestWhatCanPass:
    """connect error, timeout, read error, 5xx, 408: same operation id, full-jitter backoff, no attempt limit."""

    @pytest.mark.parametrize("failure", PASSING)
    async def test_the_same_operation_is_offered_until_it_is_taken(self, ready: Desk, wire: Wire, time, failure):
        (operation,) = do(ready, op.Accept(), "a")
        wire.trouble = lambda request, ids: failure
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: len(wire.requests) > 12)
            assert ready.status().pending == 1
            wire.trouble = lambda request, ids: None
            await until(lambda: ready.status().pending == 0)
        assert {one for batch in wire.offered for one in batch} == {operation.id}
        assert ready.receipt(operation.id).result is Result.APPLIED

    async def test_an_operation_that_keeps_failing_counts_its_attempts(self, ready: Desk, wire: Wire, time):
        (operation,) = do(ready, op.Accept(), "a")
        wire.trouble = lambda request, ids: problem(500, "The database is being moved.") if ids else None
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: time.now > 600)
            tried = ready.link.tries[operation.id]
            assert tried.count == len(wire.offered) > 20
            assert tried.problem == "The database is being moved."
            assert NOW < tried.next_at <= NOW + timedelta(seconds=30)
            assert ready.status().connected, "changes still come in"

    async def test_pauses_are_random_from_nothing_to_a_ceiling_that_doubles_to_a_cap(self, ready: Desk, wire: Wire):
        longest: list[float] = []

        class Chance(FakeTime):
            def uniform(self, low: float, high: float) -> float:
                longest.append(high)
                assert low == 0.0
                return super().uniform(low, high)

        wire.trouble = lambda request, ids: httpx.ConnectError("x")
        async with running(Sync(ready, crm_over(wire), waiter=Chance())):
            await until(lambda: len(longest) >= 10)
        assert longest[:9] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]

    async def test_a_read_error_is_ambiguous_and_applies_nothing_twice(self, ready: Desk, wire: Wire, time):
        (operation,) = do(ready, op.Note(text="Call after five."), "a")
        wire.lose_answers = True
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: len(wire.offered) > 5)
            assert ready.status().pending == 1
            wire.lose_answers = False
            await until(lambda: ready.status().pending == 0)
        assert len(wire.server.leads["a"].remarks) == 1
        assert wire.server.applied == [operation.id]

    async def test_the_line_says_how_often_it_failed_and_when_it_is_tried_next(self, ready: Desk, wire: Wire, time):
        (operation,) = do(ready, op.Accept(), "a")
        wire.trouble = lambda request, ids: httpx.ConnectError("x")
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: ready.link.failures == 4)
            link = ready.link
            assert link.next_try == NOW + timedelta(seconds=4.0)
            assert link.tries[operation.id].count == 4
            assert link.tries[operation.id].next_at == link.next_try
            assert "can't be reached" in link.tries[operation.id].problem


class TestBusy:
    """429, 503: Retry-After in seconds or as a date by the server's own clock, for the whole queue."""

    @pytest.mark.parametrize("status", [429, 503])
    @pytest.mark.parametrize(
        ("headers", "seconds"),
        [
            pytest.param({"Retry_After": "120"}, 120, id="seconds"),
            pytest.param({"Retry_After": http_date(90), "Date": http_date(0)}, 90, id="date"),
            pytest.param({}, 0, id="not said"),
        ],
    )
    async def test_the_crm_is_left_alone_as_long_as_it_asks(
        self, ready: Desk, wire: Wire, time, status, headers, seconds
    ):
        do(ready, op.Accept(), "a")
        at: list[float] = []

        def trouble(request: httpx.Request, ids: list[str]) -> httpx.Response:
            at.append(time.now)
            return problem(status, "Too many at once.", "busy", **headers)

        wire.trouble = trouble
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: len(at) > 2)
            gaps = [later - earlier for earlier, later in pairwise(at)]
            assert all(seconds <= gap <= seconds + 31 for gap in gaps)
            assert ready.status().message == "Too many at once."

    async def test_the_whole_queue_waits_new_decisions_included(self, ready: Desk, wire: Wire, time):
        wire.trouble = lambda request, ids: problem(429, "Wait.", "busy", Retry_After="1000")
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: ready.status().connected is False)
            do(ready, op.Accept(), "a", "b")
            await until(lambda: time.now > 200)
            assert len(wire.requests) == 1

    async def test_a_live_line_that_is_not_wanted_now_is_left_alone_and_polling_goes_on(self, desk, wire, time):
        at: list[float] = []

        def trouble(request: httpx.Request, ids: list[str]) -> httpx.Response | None:
            if request.url.path != "/live":
                return None
            at.append(time.now)
            return problem(503, "Too many live lines.", "busy", Retry_After="100")

        wire.trouble = trouble
        async with running(Sync(desk, crm_over(wire), waiter=time)):
            await until(lambda: len(at) > 2)
            wire.server.put_lead(make_lead("new"))
            await until(lambda: "new" in desk.rows())
            assert desk.status().connected
        assert min(later - earlier for earlier, later in pairwise(at)) >= 100
        assert wire.requests.count("/changes") < 2 + time.now / 15


class TestSignedOut:
    """401: refresh once, else pause the queue and ask; not an attempt."""

    async def test_a_token_that_has_changed_meanwhile_is_used_at_once(self, ready: Desk, wire: Wire, time):
        do(ready, op.Accept(), "a")
        tokens = iter(["old", TOKEN])
        crm = crm_over(wire, lambda: next(tokens, TOKEN))
        async with running(Sync(ready, crm, waiter=time)):
            await until(lambda: ready.status().pending == 0)
        assert wire.tokens[:2] == ["old", TOKEN]
        assert ready.status().signed_out is False

    async def test_the_queue_pauses_deciding_goes_on_and_it_is_said_once(self, ready: Desk, wire: Wire, time):
        said: list[str] = []
        async with running(Sync(ready, crm_over(wire, "old"), waiter=time)):
            await until(lambda: ready.status().signed_out)
            ready.listen(lambda changed: said.append(ready.status().message))
            asked = len(wire.requests)
            (operation,) = do(ready, op.Accept(), "a")
            await until(lambda: time.now > 300)
            assert len(wire.requests) == asked
            assert ready.lead("a").state is State.ACCEPTED
            assert set(said) <= {"The token is expired."}
            assert len(said) == 1, "the decision itself, and nothing more"
            assert operation.id not in ready.link.tries or ready.link.tries[operation.id].count == 0

    async def test_it_is_no_attempt_of_any_operation_and_no_failure_of_the_line(self, ready: Desk, wire: Wire, time):
        (operation,) = do(ready, op.Accept(), "a")
        async with running(Sync(ready, crm_over(wire, "old"), waiter=time)):
            await until(lambda: ready.status().signed_out)
            tried = ready.link.tries[operation.id]
            assert (tried.count, tried.problem, tried.next_at) == (0, "The token is expired.", None)
            assert (ready.link.failures, ready.link.next_try) == (0, None)

    async def test_it_resumes_by_itself_when_there_is_another_token(self, ready: Desk, wire: Wire, time):
        do(ready, op.Accept(), "a")
        kept = ["old"]
        async with running(Sync(ready, crm_over(wire, lambda: kept[0]), waiter=time)):
            await until(lambda: ready.status().signed_out)
            before = time.now
            await until(lambda: time.now > before + 100)
            asked = len(wire.requests)
            kept[0] = TOKEN
            await until(lambda: ready.status().pending == 0 and not ready.status().signed_out)
        assert asked == 1

    async def test_a_keyring_is_asked_again_at_calm_intervals(self, ready: Desk, wire: Wire, time):
        looks: list[str] = []

        def renew() -> str:
            looks.append("again")
            return "old"

        async with running(Sync(ready, crm_over(wire, "old", renew), waiter=time)):
            await until(lambda: ready.status().signed_out)
            before = time.now
            await until(lambda: time.now > before + 200)
        assert looks == ["again"], "no more than every half minute of the real clock"

    async def test_a_token_of_somebody_else_sends_nothing_until_there_is_another(self, ready: Desk, wire: Wire, time):
        do(ready, op.Accept(), "a")
        wire.person, kept = OTHER_REP, [TOKEN]
        async with running(Sync(ready, crm_over(wire, lambda: kept[0]), waiter=time)):
            await until(lambda: ready.status().signed_out)
            assert "Otto Other" in ready.status().message
            assert wire.offered == []
            wire.person, wire.good_token, kept[0] = REP, "another", "another"
            await until(lambda: ready.status().pending == 0)

    async def test_no_token_at_all_is_waited_for_too(self, ready: Desk, wire: Wire, time):
        kept = [""]
        async with running(Sync(ready, crm_over(wire, lambda: kept[0]), waiter=time)):
            await until(lambda: ready.status().signed_out)
            assert wire.requests == []
            kept[0] = TOKEN
            await until(lambda: ready.status().connected)

    async def test_sync_now_tries_even_with_a_refused_token(self, ready: Desk, wire: Wire, time):
        sync = Sync(ready, crm_over(wire, "old"), waiter=time)
        async with running(sync):
            await until(lambda: ready.status().signed_out)
            wire.good_token = "old"
            report = await sync.now()
            assert report.problem is None
            assert ready.status().connected


class TestWhatCannotPass:
    """403, 404, 410, 422: that operation goes to refused, with the server's words; the rest go on."""

    @pytest.mark.parametrize("status", HOPELESS)
    async def test_that_operation_alone_is_refused_in_the_servers_words(self, ready: Desk, wire: Wire, time, status):
        operations = do(ready, op.Accept(), "a", "b", "c")

        def trouble(request: httpx.Request, ids: list[str]) -> httpx.Response | None:
            return problem(status, "Leads of the north are closed today.") if operations[1].id in ids else None

        wire.trouble = trouble
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: ready.status().pending == 0)
        results = [ready.receipt(one.id).result for one in operations]
        assert results == [Result.APPLIED, Result.REFUSED, Result.APPLIED]
        assert ready.receipt(operations[1].id).sentence == "Leads of the north are closed today."
        assert ready.status().refused == 1
        assert wire.server.leads["b"].state is State.NEW

    @pytest.mark.parametrize("status", HOPELESS)
    async def test_it_is_not_offered_again(self, ready: Desk, wire: Wire, time, status):
        (operation,) = do(ready, op.Accept(), "a")
        wire.trouble = lambda request, ids: problem(status, "No.") if ids else None
        async with running(Sync(ready, crm_over(wire), waiter=time)):
            await until(lambda: time.now > 100)
        assert wire.offered == [[operation.id]]
