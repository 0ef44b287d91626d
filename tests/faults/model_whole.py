"""The whole as one state machine: two people, two windows each, a hub, and everything that can go wrong in between."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from api.desk import CannotDo, NothingToRedo, NothingToUndo, UnknownLead, Way
from api.model import operation as op
from api.model.operation import LeadVerb, Reopen
from tests.factories import MANAGER, MARKETER
from tests.faults.model_acts import ACTS, REFUSALS, WISH, Refusal
from tests.faults.model_hub import AT_FIRST
from tests.faults.model_line import Fault
from tests.faults.model_table import Table, decided_in, entries_of
from tests.faults.model_window import Window

DAY = 86_400.0
LONGEST = 20 * DAY
"""Nobody is away for longer: what is settled is kept for 30 days."""

WAYS = (Way.YIELD, Way.INSIST, Way.REROUTE, Way.ASK, Way.RETRY, Way.DISCARD)

whose = st.integers(0, 1)
which = st.integers(0, 1)
lead_names = st.sampled_from(AT_FIRST)


class Whole(Table):
    """Whatever happens in whatever order: nothing is lost, nothing is done twice, and what is shown is right."""

    # --- people at their windows ----------------------------------------------------------------------------------

    @rule(who=whose, window=which, name=lead_names, verb=st.sampled_from(ACTS))
    def do(self, who: int, window: int, name: str, verb: LeadVerb) -> None:
        self.act(who, window, [name], verb)

    @rule(who=whose, window=which, name=lead_names, refusal=st.sampled_from(REFUSALS))
    def refuse(self, who: int, window: int, name: str, refusal: Refusal) -> None:
        try:
            lead = self.window(who, window).desk.lead(self.ids[name])
        except UnknownLead:
            return
        self.act(who, window, [name], refusal.verb(lead, self.ids, self.world.now().date()))

    @rule(who=whose, window=which, name=lead_names)
    def person_asks_to_be_left_alone(self, who: int, window: int, name: str) -> None:
        self.refuse(who, window, name, WISH)

    @rule(who=whose, window=which, verb=st.sampled_from([op.Accept(), op.Note(text="All of them."), op.Claim()]))
    def do_to_all(self, who: int, window: int, verb: LeadVerb) -> None:
        self.act(who, window, AT_FIRST, verb)

    @rule(who=whose, window=which)
    def undo(self, who: int, window: int) -> None:
        chosen = self.window(who, window)
        try:
            undone = chosen.desk.undo()
        except NothingToUndo:
            return
        self.homes[who].account.withdrawn |= set(undone.withdrawn)
        chosen.stale = False
        self.committed(who, chosen, undone.operations, self._shown(chosen))

    @rule(who=whose, window=which)
    def redo(self, who: int, window: int) -> None:
        chosen, account = self.window(who, window), self.homes[who].account
        try:
            redone = chosen.desk.redo()
        except NothingToRedo:
            return
        gone = [entry.operation for entry in entries_of(self.homes[who]) if entry.withdrawn]
        for operation in gone:
            assert operation.id in account.withdrawn or isinstance(operation.verb, Reopen)
        account.withdrawn |= {operation.id for operation in gone}
        chosen.stale = False
        self.committed(who, chosen, redone.operations, self._shown(chosen))

    @rule(who=whose, window=which, way=st.sampled_from(WAYS), first=st.booleans())
    def settle(self, who: int, window: int, way: Way, first: bool) -> None:
        """Somebody answers what did not take effect, what was put out of effect, or who asks for a lead of theirs."""
        chosen = self.window(who, window)
        desk = chosen.desk
        matters, wishes = [*desk.unsettled(), *desk.overturned()], desk.wishes()
        try:
            if matters:
                to = "person:max" if way is Way.REROUTE else ""
                text = "Please?" if way is Way.ASK else ""
                settled = desk.resolve(matters[0 if first else -1].operation.id, way, to=to, text=text)
            elif wishes:
                settled = desk.answer(wishes[0].lead_id, Way.HAND_OVER if first else Way.KEEP)
            else:
                answered = (entry.operation.id for entry in entries_of(self.homes[who]) if entry.resolution)
                settled = desk.reconsider(next(answered, ""))
        except (CannotDo, UnknownLead):
            return
        chosen.stale = False
        self.committed(who, chosen, settled.operations, self._shown(chosen))

    @rule(who=whose, window=which, times=st.integers(1, 4))
    def exchange(self, who: int, window: int, times: int) -> None:
        self.step(who, self.window(who, window), times)

    @rule(who=whose)
    def exchange_beside_the_window(self, who: int) -> None:
        """The command line does it, while windows may stand open."""
        beside = self.open(who)
        self.windows[who].remove(beside)
        beside.once()
        beside.close()
        self.wrote(who, None)

    @rule(who=whose)
    def look_at_the_other_window(self, who: int) -> None:
        for window in self.windows[who]:
            window.desk.refresh()
            window.stale = False

    @rule(who=whose, window=which)
    def open_or_close_a_window(self, who: int, window: int) -> None:
        if len(self.windows[who]) > 1:
            self.windows[who].pop(window).close()
        else:
            self.open(who)

    # --- faults ---------------------------------------------------------------------------------------------------

    @rule(
        who=whose,
        window=which,
        names=st.sampled_from([(), ("a",), AT_FIRST]),
        good=st.integers(0, 3),
        faults=st.lists(st.sampled_from(Fault), min_size=1, max_size=2),
        times=st.integers(1, 4),
        undo=st.booleans(),
    )
    def exchange_on_a_bad_line(
        self, who: int, window: int, names: tuple[str, ...], good: int, faults: list[Fault], times: int, undo: bool
    ) -> None:
        """After so many requests that go well, some do not; somebody may just have written and take it back then."""
        self.act(who, window, names, op.Note(text="Once more."))
        chosen = self.window(who, window)
        chosen.line.troubles.extend([*good * [Fault.NONE], *faults])
        self.step(who, chosen, times)
        if undo:
            self.undo(who, window)

    @rule(who=whose, window=which, at=st.integers(0, 8), after=st.booleans(), times=st.integers(1, 3))
    def die(self, who: int, window: int, at: int, after: bool, times: int) -> None:
        """The process dies at once, or just before or after its sync has been to the disk for the `at`-th time."""
        chosen = self.window(who, window)
        if not at:
            self.replace(who, chosen)
            return
        self.disk.die(at, after=after)
        self.step(who, chosen, times)
        self.disk.calm()

    @rule(who=whose)
    def token_is_renewed(self, who: int) -> None:
        self.renew(who)

    @rule(seconds=st.sampled_from([1.0, 60.0, 3_600.0, DAY]))
    def time_passes(self, seconds: float) -> None:
        if self.world.seconds + seconds < LONGEST:
            self.world.seconds += seconds

    @rule(returns=st.booleans())
    def hub_restarts(self, returns: bool) -> None:
        """Recycled leads come back on their date, whichever process of the hub sees to it."""
        self.house.restart()
        if returns:
            self.house.bring_back()

    @precondition(lambda self: self.house.backups < 3)
    @rule()
    def hub_is_backed_up(self) -> None:
        self.house.back_up()

    @precondition(lambda self: self.house.backups)
    @rule(back=st.integers(1, 3), who=whose, dies_at=st.integers(0, 8), after=st.booleans())
    def hub_is_restored(self, back: int, who: int, dies_at: int, after: bool) -> None:
        """A backup takes the place of the hub's database; who finds out may die of it."""
        self.house.restore(max(self.house.backups - back, 0))
        if dies_at:
            self.die(who, 0, dies_at, after, 2)

    @precondition(lambda self: self.house.epochs < 2)
    @rule()
    def hub_begins_another_history(self) -> None:
        self.house.begin_new_epoch()

    @rule()
    def faults_stop(self) -> None:
        self.come_to_rest()

    # --- what others do -------------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(("b", "c", "d", "e")), message=st.sampled_from(["Hello.", "Please call."]))
    def lead_comes_in(self, name: str, message: str) -> None:
        self.house.hand_over(name, message)

    @rule(name=lead_names, title=st.sampled_from(["Prices", "Contact"]))
    def lead_does_something(self, name: str, title: str) -> None:
        self.house.touch(name, title)

    @rule(name=lead_names, manager=st.booleans())
    def others_decide(self, name: str, manager: bool) -> None:
        """A manager takes back what was decided last, or marketing hands the lead over again."""
        lead = self.house.leads[self.ids[name]]
        if not manager:
            self.at_the_hub(op.HandAgain(), lead, MARKETER)
        elif lead.trail:
            self.at_the_hub(op.Reopen(), lead, MANAGER, undoes=lead.trail[-1].operation_id)

    @rule(who=whose, window=which, name=lead_names, later=st.booleans())
    def others_act_meanwhile(self, who: int, window: int, name: str, later: bool) -> None:
        """Something happens between two requests, or two pages, of the next exchange."""
        lead_id = self.ids[name]

        def act() -> None:
            self.house.touch(name, "Meanwhile")
            self.at_the_hub(op.Claim(), self.house.leads[lead_id], MANAGER)

        line = self.window(who, window).line
        if len(line.meanwhile) < 4:
            line.meanwhile.extend([_nothing, act] if later else [act])

    def _shown(self, window: Window) -> dict[str, frozenset[str]]:
        return {lead_id: decided_in(window.desk.lead(lead_id)) for lead_id in window.desk.rows()}


def _nothing() -> None:
    return
