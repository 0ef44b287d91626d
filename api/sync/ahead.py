"""Asking for the next page while the last one is taken in, so that neither side waits for the other."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Any, cast

from api.model.changes import Page


async def one_ahead(pages: AsyncIterator[Page], arrived: Callable[[], None]) -> AsyncGenerator[Page, None]:
    """Yield the pages in their order, each while the one after it is on its way; `arrived` is called for every page.

    What goes wrong with a page is raised in its place, once all before it were yielded. Whoever stops taking pages,
    by closing this, ends the request that is on its way.
    """
    coming = asyncio.create_task(_next(pages, arrived))
    try:
        while (page := await coming) is not None:
            coming = asyncio.create_task(_next(pages, arrived))
            yield page
    finally:
        coming.cancel()
        await asyncio.wait({coming})
        if not coming.cancelled():
            # Nobody asks any more why it failed.
            coming.exception()
        await cast(Any, pages).aclose()


async def _next(pages: AsyncIterator[Page], arrived: Callable[[], None]) -> Page | None:
    page = await anext(pages, None)
    if page is not None:
        arrived()
    return page
