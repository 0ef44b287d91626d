"""The hub over HTTP: thin routes on `api.hub.service.Hub`, which does the work."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import InternalServerException
from litestar.params import FromPath
from litestar.response import Stream

import api
from api.hub.problems import HubProblem, signed_out
from api.hub.service import Hub
from api.hub.upkeep import FORGET_EVERY, RECYCLE_EVERY, AgreementFile, again_and_again
from api.hub.web import openapi
from api.hub.web.answering import HEADERS, Answer, answer, handle, may_pack
from api.hub.web.bodies import BODY_LIMIT, decode_items, decode_operations, usable_id
from api.hub.web.live import Live
from api.hub.web.pages import Pages
from api.model.ingest import CampaignIn, Ingested, IngestReply, LeadIn, OutcomeIn, TouchIn
from api.model.people import Person, Role

T = TypeVar("T")

LOOK_EVERY = 1.0
"""Seconds between two looks at what other processes and editors have changed."""


AnyRequest = Request[Any, Any, Any]


class Serving:
    """What one running server holds beside the hub: threads for blocking work, and the open streams."""

    def __init__(self, hub: Hub, agreement_file: AgreementFile | None) -> None:
        self.hub = hub
        self.agreement_file = agreement_file
        self.live: Live | None = None
        self.pages = Pages(self._page)
        self._readers: ThreadPoolExecutor | None = None
        self._importers: ThreadPoolExecutor | None = None

    async def read(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run something that reads the database, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, partial(work, *arguments))

    async def take_in(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run an import, off the event loop and apart from the readers, which must not wait for it."""
        return await asyncio.get_running_loop().run_in_executor(self._importers, partial(work, *arguments))

    async def _page(self, cursor: str, limit: int, packed: bool) -> Answer:
        return await self.read(lambda: answer(self.hub.changes(cursor, limit), packed=packed))

    def close_streams(self) -> None:
        """End the live streams, so that the server can stop; in the loop's thread."""
        if self.live is not None:
            self.live.close()

    @asynccontextmanager
    async def lifespan(self, _app: Litestar) -> AsyncIterator[None]:
        """Hold threads, streams and upkeep for as long as the server runs."""
        self._readers = ThreadPoolExecutor(4, thread_name_prefix="hub-reader")
        self._importers = ThreadPoolExecutor(2, thread_name_prefix="hub-importer")
        self.live = live = Live(await self.read(self.hub.head))
        unheard = self.hub.listen(live.tell_from_thread)
        tasks = [
            asyncio.create_task(again_and_again(self._look, LOOK_EVERY)),
            asyncio.create_task(again_and_again(self._return_due, RECYCLE_EVERY)),
            asyncio.create_task(again_and_again(self._forget, FORGET_EVERY)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            unheard()
            live.close()
            self._readers.shutdown()
            self._importers.shutdown()

    async def _look(self) -> None:
        if self.agreement_file is not None:
            await self.read(self.agreement_file.check)
        if self.live is not None:
            self.live.tell(await self.read(self.hub.head))

    async def _return_due(self) -> None:
        await self.take_in(self.hub.return_due)

    async def _forget(self) -> None:
        await self.take_in(self.hub.forget_commits)


def _serving(request: AnyRequest) -> Serving:
    serving: Serving = request.app.state.serving
    return serving


def _token_of(request: AnyRequest) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def signed_in(request: AnyRequest) -> None:
    """Let nobody pass without a good token; the actor of everything is whoever holds it."""
    # As a guard, this would be given a copy of the handler each time, which costs more than all it does.
    token = _token_of(request)
    if not token:
        raise signed_out()
    serving = _serving(request)
    person = serving.hub.remembered(token)
    if person is None:
        person = await serving.read(serving.hub.authenticate, token)
    if person is None:
        raise signed_out()
    request.scope["user"] = person


async def may_post(request: AnyRequest) -> None:
    """Let only marketers and managers bring in leads and what belongs to them."""
    await signed_in(request)
    person: Person = request.scope["user"]
    if person.role not in (Role.MARKETER, Role.MANAGER):
        raise HubProblem(
            f"A {person.role} can't post this; that is for marketers and managers.", status=403, kind="forbidden"
        )


@get("/health")
async def health() -> Answer:
    """Say that the hub serves."""
    return answer(openapi.Health("handoff hub", api.__version__))


@get("/openapi.json")
async def openapi_route() -> Response[str]:
    """Return the document that describes all this."""
    return Response(openapi.document(), media_type="application/json", headers=HEADERS)


@get("/me", before_request=signed_in)
async def me(request: AnyRequest) -> Answer:
    """Say whose token this is, and until when."""
    serving = _serving(request)
    expires = await serving.read(serving.hub.expiry, _token_of(request))
    person, hub = request.scope["user"], serving.hub
    return answer({"person": person, "epoch": hub.epoch, "at": hub.now, "expires_at": expires})


@get("/people", before_request=signed_in)
async def people(request: AnyRequest) -> Answer:
    """Return everybody."""
    serving = _serving(request)
    return answer(await serving.read(serving.hub.people))


@get("/agreement", before_request=signed_in)
async def agreement(request: AnyRequest) -> Answer:
    """Return the newest version of the agreement."""
    serving = _serving(request)
    return answer(await serving.read(serving.hub.agreement))


@get("/changes", before_request=signed_in)
async def changes(request: AnyRequest) -> Answer:
    """Return a page of changes."""
    serving = _serving(request)
    limit = request.query_params.get("limit", "500")
    # What is no number is out of bounds like any other wrong limit.
    size = int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 10 else 0
    newest = serving.live.newest if serving.live is not None else 0
    return await serving.pages.page(newest, request.query_params.get("cursor", ""), size, may_pack(request))


@get("/live", before_request=signed_in)
async def live(request: AnyRequest) -> Stream:
    """Say that something changed, whenever it does."""
    stream = _serving(request).live
    last = request.headers.get("last-event-id", "")
    known = int(last) if last.isascii() and last.isdigit() and len(last) < 20 else None
    content = stream.events(known) if stream is not None else iter(())
    return Stream(content, media_type="text/event-stream", headers={**HEADERS, "X-Accel-Buffering": "no"})


@post("/operations", before_request=signed_in, status_code=200)
async def submit(request: AnyRequest) -> Answer:
    """Do operations; one receipt each."""
    operations = decode_operations(await _body(request))
    future = _serving(request).hub.submit_later(request.scope["user"], operations)
    return answer({"receipts": await asyncio.wrap_future(future)})


@get("/operations/{operation_id:str}", before_request=signed_in)
async def read_back(request: AnyRequest, operation_id: FromPath[str]) -> Answer:
    """Return the receipt of an operation."""
    serving = _serving(request)
    receipt = await serving.read(serving.hub.receipt, operation_id) if usable_id(operation_id) else None
    if receipt is None:
        raise HubProblem("The hub has never seen an operation with this id.", status=404, kind="not-found")
    return answer(receipt)


@post("/leads", before_request=may_post, status_code=200)
async def post_leads(request: AnyRequest) -> Answer:
    """Hand leads over."""
    return await _take_in(request, LeadIn, _serving(request).hub.ingest_leads)


@post("/campaigns", before_request=may_post, status_code=200)
async def post_campaigns(request: AnyRequest) -> Answer:
    """Describe campaigns."""
    return await _take_in(request, CampaignIn, _serving(request).hub.ingest_campaigns)


@post("/touches", before_request=may_post, status_code=200)
async def post_touches(request: AnyRequest) -> Answer:
    """Tell what leads did."""
    return await _take_in(request, TouchIn, _serving(request).hub.ingest_touches)


@post("/outcomes", before_request=may_post, status_code=200)
async def post_outcomes(request: AnyRequest) -> Answer:
    """Tell how leads ended."""
    return await _take_in(request, OutcomeIn, _serving(request).hub.ingest_outcomes)


async def _body(request: AnyRequest) -> bytes:
    try:
        return await request.body()
    except InternalServerException as error:
        # That is Litestar's word for a client that hung up; nobody hears the answer, and nothing failed here.
        raise HubProblem("The request ended before all of it had come.", status=400, kind="bad-request") from error


async def _take_in(request: AnyRequest, kind: type[T], take: Callable[[Sequence[T], Person], list[Ingested]]) -> Answer:
    read = decode_items(await _body(request), kind)
    places = [index for index, item in enumerate(read) if not isinstance(item, Ingested)]
    items = [item for item in read if not isinstance(item, Ingested)]
    taken = await _serving(request).take_in(take, items, request.scope["user"])
    results = {item.index: item for item in read if isinstance(item, Ingested)}
    results |= {place: msgspec.structs.replace(done, index=place) for place, done in zip(places, taken, strict=True)}
    return answer(IngestReply(results=tuple(results[index] for index in range(len(read)))))


HANDLERS = (
    health,
    openapi_route,
    me,
    people,
    agreement,
    changes,
    live,
    submit,
    read_back,
    post_leads,
    post_campaigns,
    post_touches,
    post_outcomes,
)


def create_app(hub: Hub, *, agreement_file: AgreementFile | None = None) -> Litestar:
    """Return the ASGI application that serves `hub`; `app.state.serving` is its `Serving`."""
    serving = Serving(hub, agreement_file)
    app = Litestar(
        route_handlers=list(HANDLERS),
        exception_handlers={Exception: handle},
        lifespan=[serving.lifespan],
        request_max_body_size=BODY_LIMIT,
        openapi_config=None,
        logging_config=None,
    )
    app.state.serving = serving
    return app


def openapi_document() -> str:
    """Return the OpenAPI document as canonical JSON text."""
    return openapi.document()
