"""Handing the rows of a reading over to a hub, and saying of each by its line what became of it."""

from collections import Counter
from collections.abc import Callable

import msgspec

from api.crm.http import Http
from api.crm.port import CrmError, NotTaken
from api.importing.reading import Reading, Row
from api.model.ingest import IngestReply, Status

STEP = 500
"""Rows sent in one request."""


class Said(msgspec.Struct, frozen=True):
    """What the hub said of one row."""

    line: int
    """Physical line in the file, from 1."""
    sentence: str
    field: str = ""
    """The field that was wrong, if it was one."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a reading's rows. Sending the same file again changes nothing that was taken already."""

    counts: dict[str, int]
    """How many rows were created, updated, unchanged, rejected."""
    rejected: tuple[Said, ...]
    remarks: tuple[Said, ...]
    """What the hub had to say of rows that it took."""
    problem: CrmError | None = None
    """Why the sending ended before its time."""
    next_line: int | None = None
    """Line of the first row that was not taken for certain, when it did."""


class Uploader:
    """Sends the rows of a reading over one connection, in steps that the hub can take."""

    def __init__(self, http: Http, step: int = STEP) -> None:
        self._http = http
        self._step = step
        self._counts: Counter[str] = Counter({status.value: 0 for status in Status})
        self._rejected: list[Said] = []
        self._remarks: list[Said] = []

    async def send(self, reading: Reading, progress: Callable[[int], None] = lambda _done: None) -> Sent:
        """Send all rows; `progress` hears how many are done. Ends early, saying where, when the hub does not answer."""
        rows = reading.rows
        at, step = 0, self._step
        while at < len(rows):
            part = rows[at : at + step]
            try:
                await self._post(reading.kind, part)
            except NotTaken as problem:
                if problem.status == 413 and step > 1:
                    # Long texts make a step too large for one request; shorter steps carry the same rows.
                    step = max(step // 4, 1)
                    continue
                return self._sent(problem, part[0].line)
            except CrmError as problem:
                return self._sent(problem, part[0].line)
            at += len(part)
            progress(at)
        return self._sent(None, None)

    async def _post(self, kind: str, part: tuple[Row, ...]) -> None:
        reply = await self._http.ask("POST", f"/{kind}", IngestReply, body=[row.record for row in part])
        for result in reply.results:
            self._counts[result.status.value] += 1
            if not result.sentence or not 0 <= result.index < len(part):
                continue
            said = Said(part[result.index].line, result.sentence, result.field)
            (self._rejected if result.status is Status.REJECTED else self._remarks).append(said)

    def _sent(self, problem: CrmError | None, next_line: int | None) -> Sent:
        return Sent(
            counts=dict(self._counts),
            rejected=tuple(self._rejected),
            remarks=tuple(self._remarks),
            problem=problem,
            next_line=next_line,
        )
