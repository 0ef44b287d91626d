"""The hub over HTTP: thin routes on `api.hub.service.Hub`, which does the work."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeVar

import msgspec
from litestar import Litestar, Request, Response, get, post
from litestar.connection import ASGIConnection
from litestar.exceptions import InternalServerException
from litestar.handlers.base import BaseRouteHandler
from litestar.params import FromPath
from litestar.response import Stream

import api
from api.hub.problems import HubProblem, signed_out
from api.hub.service import Hub
from api.hub.upkeep import FORGET_EVERY, RECYCLE_EVERY, AgreementFile, again_and_again
from api.hub.web import openapi
from api.hub.web.answering import handle
from api.hub.web.bodies import BODY_LIMIT, decode_items, decode_operations, usable_id
from api.hub.web.live import Live
from api.model.ingest import CampaignIn, Ingested, IngestReply, LeadIn, OutcomeIn, TouchIn
from api.model.people import Person, Role

T = TypeVar("T")

LOOK_EVERY = 1.0
"""Seconds between two looks at what other processes and editors have changed."""

_JSON = "application/json"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

AnyRequest = Request[Any, Any, Any]


class Serving:
    """What one running server holds beside the hub: threads for blocking work, and the open streams."""

    def __init__(self, hub: Hub, agreement_file: AgreementFile | None) -> None:
        self.hub = hub
        self.agreement_file = agreement_file
        self.live: Live | None = None
        self._readers: ThreadPoolExecutor | None = None
        self._importers: ThreadPoolExecutor | None = None

    async def read(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run something that reads the database, off the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, partial(work, *arguments))

    async def take_in(self, work: Callable[..., T], *arguments: Any) -> T:
        """Run an import, off the event loop and apart from the readers, which must not wait for it."""
        return await asyncio.get_running_loop().run_in_executor(self._importers, partial(work, *arguments))

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


def _serving(connection: ASGIConnection[Any, Any, Any, Any]) -> Serving:
    serving: Serving = connection.app.state.serving
    return serving


def _json(record: Any) -> Response[bytes]:
    return Response(msgspec.json.encode(record), media_type=_JSON, headers=_HEADERS)


async def signed_in(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Let nobody pass without a good token; the actor of everything is whoever holds it."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise signed_out()
    serving = _serving(connection)
    person = serving.hub.remembered(token.strip())
    if person is None:
        person = await serving.read(serving.hub.authenticate, token.strip())
    if person is None:
        raise signed_out()
    connection.scope["user"] = person


async def may_post(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
    """Let only marketers and managers bring in leads and what belongs to them."""
    person: Person = connection.scope["user"]
    if person.role not in (Role.MARKETER, Role.MANAGER):
        raise HubProblem(
            f"A {person.role} can't post this; that is for marketers and managers.", status=403, kind="forbidden"
        )


@get("/health")
async def health() -> Response[bytes]:
    """Say that the hub serves."""
    return _json(openapi.Health("handoff hub", api.__version__))


@get("/openapi.json")
async def openapi_route() -> Response[str]:
    """Return the document that describes all this."""
    return Response(openapi.document(), media_type=_JSON, headers=_HEADERS)


@get("/me", guards=[signed_in])
async def me(request: AnyRequest) -> Response[bytes]:
    """Say whose token this is."""
    hub = _serving(request).hub
    return _json({"person": request.scope["user"], "epoch": hub.epoch, "at": hub.now})


@get("/people", guards=[signed_in])
async def people(request: AnyRequest) -> Response[bytes]:
    """Return everybody."""
    serving = _serving(request)
    return _json(await serving.read(serving.hub.people))


@get("/agreement", guards=[signed_in])
async def agreement(request: AnyRequest) -> Response[bytes]:
    """Return the newest version of the agreement."""
    serving = _serving(request)
    return _json(await serving.read(serving.hub.agreement))


@get("/changes", guards=[signed_in])
async def changes(request: AnyRequest) -> Response[bytes]:
    """Return a page of changes."""
    serving = _serving(request)
    limit = request.query_params.get("limit", "500")
    # What is no number is out of bounds like any other wrong limit.
    size = int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 10 else 0
    return _json(await serving.read(serving.hub.changes, request.query_params.get("cursor", ""), size))


@get("/live", guards=[signed_in])
async def live(request: AnyRequest) -> Stream:
    """Say that something changed, whenever it does."""
    stream = _serving(request).live
    last = request.headers.get("last-event-id", "")
    known = int(last) if last.isascii() and last.isdigit() and len(last) < 20 else None
    content = stream.events(known) if stream is not None else iter(())
    return Stream(content, media_type="text/event-stream", headers={**_HEADERS, "X-Accel-Buffering": "no"})


@post("/operations", guards=[signed_in], status_code=200)
async def submit(request: AnyRequest) -> Response[bytes]:
    """Do operations; one receipt each."""
    operations = decode_operations(await _body(request))
    future = _serving(request).hub.submit_later(request.scope["user"], operations)
    return _json({"receipts": await asyncio.wrap_future(future)})


@get("/operations/{operation_id:str}", guards=[signed_in])
async def read_back(request: AnyRequest, operation_id: FromPath[str]) -> Response[bytes]:
    """Return the receipt of an operation."""
    serving = _serving(request)
    receipt = await serving.read(serving.hub.receipt, operation_id) if usable_id(operation_id) else None
    if receipt is None:
        raise HubProblem("The hub has never seen an operation with this id.", status=404, kind="not-found")
    return _json(receipt)


@post("/leads", guards=[signed_in, may_post], status_code=200)
async def post_leads(request: AnyRequest) -> Response[bytes]:
    """Hand leads over."""
    return await _take_in(request, LeadIn, _serving(request).hub.ingest_leads)


@post("/campaigns", guards=[signed_in, may_post], status_code=200)
async def post_campaigns(request: AnyRequest) -> Response[bytes]:
    """Describe campaigns."""
    return await _take_in(request, CampaignIn, _serving(request).hub.ingest_campaigns)


@post("/touches", guards=[signed_in, may_post], status_code=200)
async def post_touches(request: AnyRequest) -> Response[bytes]:
    """Tell what leads did."""
    return await _take_in(request, TouchIn, _serving(request).hub.ingest_touches)


@post("/outcomes", guards=[signed_in, may_post], status_code=200)
async def post_outcomes(request: AnyRequest) -> Response[bytes]:
    """Tell how leads ended."""
    return await _take_in(request, OutcomeIn, _serving(request).hub.ingest_outcomes)


async def _body(request: AnyRequest) -> bytes:
    try:
        return await request.body()
    except InternalServerException as error:
        # That is Litestar's word for a client that hung up; nobody hears the answer, and nothing failed here.
        raise HubProblem("The request ended before all of it had come.", status=400, kind="bad-request") from error


async def _take_in(
    request: AnyRequest, kind: type[T], take: Callable[[Sequence[T], Person], list[Ingested]]
) -> Response[bytes]:
    read = decode_items(await _body(request), kind)
    places = [index for index, item in enumerate(read) if not isinstance(item, Ingested)]
    items = [item for item in read if not isinstance(item, Ingested)]
    taken = await _serving(request).take_in(take, items, request.scope["user"])
    results = {item.index: item for item in read if isinstance(item, Ingested)}
    results |= {place: msgspec.structs.replace(done, index=place) for place, done in zip(places, taken, strict=True)}
    return _json(IngestReply(results=tuple(results[index] for index in range(len(read)))))


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
