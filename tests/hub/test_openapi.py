"""The document that describes the API: it tells all of it, and the committed copy is what is served."""

import json
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from api.hub.app import HANDLERS, openapi_document

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"


def test_the_committed_document_is_the_served_one(client: TestClient[Any]) -> None:
    served = client.get("/openapi.json").text
    assert COMMITTED.read_text(encoding="utf-8") == served, "docs/openapi.json is stale: run make docs"


def test_the_document_tells_every_route_and_no_other() -> None:
    told = {
        (method.upper(), path)
        for path, methods in json.loads(openapi_document())["paths"].items()
        for method in methods
    }
    served = {
        (method, path.replace("{operation_id:str}", "{id}"))
        for handler in HANDLERS
        for method in handler.http_methods
        for path in handler.paths
    }
    assert told == {(str(method.value if hasattr(method, "value") else method), path) for method, path in served}


def test_every_reference_leads_somewhere() -> None:
    document = json.loads(openapi_document())
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    def references(value: Any) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*(references(inner) for inner in value.values()))
        return set().union(*(references(inner) for inner in value)) if isinstance(value, list) else set()

    assert references(document) <= known
    assert len(known) > 30
