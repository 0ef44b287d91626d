"""Saying how the line stands, and how often each decision was offered: to this desk and to other processes."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from api.crm.port import CrmError, SignedOut
from api.desk import Desk
from api.desk.exchange import TRIES_KEPT, LineNote
from api.desk.news import Changed, Link, Try
from api.sync.doubt import Doubt
from api.sync.patience import Patience

ELSEWHERE = "Another window of this profile talks to the CRM."
STUCK = "Some decisions stay without an answer; they are offered again."


class Tries:
    """The attempts of the oldest decisions that wait; of more nobody could read."""

    def __init__(self) -> None:
        self._of: dict[str, Try] = {}

    def restore(self, known: Mapping[str, Try]) -> None:
        """Go on counting where another process, or an earlier one, has stopped."""
        self._of = dict(known) | self._of

    def failed(self, operation_ids: Iterable[str], problem: str, next_at: datetime | None) -> None:
        """Count an attempt that brought these no answer."""
        for one in operation_ids:
            count = self._of[one].count if one in self._of else 0
            if one in self._of or len(self._of) < TRIES_KEPT:
                self._of[one] = Try(count + 1, problem, next_at)

    def paused(self, operation_ids: Iterable[str], problem: str) -> None:
        """Note why these wait without having been offered: nothing is counted, and no time is set."""
        for one in operation_ids:
            if one in self._of or len(self._of) < TRIES_KEPT:
                self._of[one] = replace(self._of.get(one, Try(0)), problem=problem, next_at=None)

    def keep(self, pending: Iterable[str]) -> None:
        """Forget all but these, which are still without an answer."""
        still = set(pending)
        self._of = {key: one for key, one in self._of.items() if key in still}

    def told(self) -> Mapping[str, Try]:
        """Return what is known of each, by operation id."""
        return dict(self._of)


class Telling:
    """The one voice about the line to the CRM."""

    def __init__(self, desk: Desk, *, doubt: Doubt, tries: Tries, line: Patience) -> None:
        self._desk = desk
        self._doubt = doubt
        self._tries = tries
        self._line = line
        self._note = LineNote(desk.profile)

    # while this process talks to the CRM

    def begin(self) -> None:
        """Take over from whoever talked to the CRM before: their count of attempts goes on, their line does not."""
        before = self._note.left()
        self._tries.restore(before.tries if before is not None else {})
        self._desk.set_link(Link())
        self._note.asked()

    def pass_on(self, changed: Changed | None = None) -> None:
        """Let the other processes know how the line stands, when it may have changed; nothing before it is known."""
        if (changed is None or changed.status) and self._desk.link != Link():
            self._note.keep(self._desk.link)

    def end(self) -> None:
        """Leave word of how the line stood last: from now on another process may talk to the CRM."""
        self._note.finish(self._desk.link)

    def connected(self, *, live: bool, stuck: bool, skewed: str) -> None:
        """Say that the line holds, and what is odd about it all the same."""
        link = self._doubt.settle()
        since = link.since if link.connected else self._desk.now()
        self._tries.keep(one.id for one in self._desk.ledger.pending())
        message = STUCK if stuck else skewed
        self._desk.set_link(Link(connected=True, since=since, live=live, message=message, tries=self._tries.told()))

    def failed(self, error: CrmError, *, sent: bool) -> None:
        """Say that the line does not hold; `sent`: what waits had been offered before it broke."""
        link = self._doubt.settle()
        since = link.since if link.connected is False else self._desk.now()
        pending = [one.id for one in self._desk.ledger.pending()]
        self._tries.keep(pending)
        signed_out = isinstance(error, SignedOut)
        next_try: datetime | None = None
        if signed_out:
            self._tries.paused(pending, error.sentence)
        else:
            next_try = self._desk.now() + timedelta(seconds=self._line.left)
            if not sent:
                self._tries.failed(pending, error.sentence, next_try)
        self._desk.set_link(
            Link(
                connected=False,
                since=since,
                message=error.sentence,
                signed_out=signed_out,
                failures=self._line.failures,
                next_try=next_try,
                tries=self._tries.told(),
            )
        )

    # while another process does, and between them

    def of_the_other(self) -> None:
        """Say what the process that talks to the CRM says of its line."""
        link = self._note.told() or Link(elsewhere=True)
        self._desk.set_link(replace(link, message=link.message or ELSEWHERE))

    def failure_of_the_other(self) -> Link | None:
        """Return how the line of the process that talks to the CRM stands, when it does not hold."""
        link = self._note.told()
        return link if link is not None and link.connected is False else None

    def ask(self) -> None:
        """Ask the process that talks to the CRM to try at once."""
        self._note.ask()

    def asked(self) -> bool:
        """Say whether another process has asked for an attempt since the last call."""
        return self._note.asked()
