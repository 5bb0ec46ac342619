"""The public contract as types, and how `/schema` tells it.

Handlers read their bodies themselves, so that a refusal is a sentence; OpenAPI learns here what they take and answer.
A test sends the bodies to the real handlers and reads their answers by these types.
"""

from copy import deepcopy
from typing import Any

import msgspec
from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin
from msgspec import Struct

from stowline.core.web.inputs import LARGEST_PAGE, PAGE_SIZE
from stowline.schema.calls import CALLS, PDF, Call
from stowline.schema.floor import Error

REF = "#/components/schemas/{name}"
_LIMIT = {
    "name": "limit", "in": "query", "required": False, "description": "Items in a page.",
    "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE},
}  # fmt: skip
_ONCE = {
    "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "The same key with the same body again gets the first answer again.",
}  # fmt: skip


class ContractPlugin(JsonRenderPlugin):
    """Renders the document with the contract's bodies and answers in it."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as JSON."""
        return super().render(request, document(openapi_schema))


def document(plain: dict[str, Any]) -> dict[str, Any]:
    """Litestar's document (paths and their parameters) with names, bodies and answers of the contract."""
    told = deepcopy(plain)
    told["paths"] = {path: item for path, item in told["paths"].items() if not path.startswith("/schema")}
    kinds = [kind for call in CALLS.values() for kind in (call.body, *call.answers.values()) if kind and kind != PDF]
    shapes, schemas = msgspec.json.schema_components([*kinds, Error], ref_template=REF)
    schema_of = dict(zip(map(str, [*kinds, Error]), shapes, strict=True))
    told.setdefault("components", {})["schemas"] = schemas
    for path, item in told["paths"].items():
        for method, operation in item.items():
            _tell(operation, CALLS[method, path], schema_of)
            if method in ("post", "patch") and path.startswith("/api/"):
                operation.setdefault("parameters", []).append(_ONCE)
    return told


def _tell(operation: dict[str, Any], call: Call, schema_of: dict[str, Any]) -> None:
    operation["operationId"] = call.name
    operation["responses"] = {str(status): _answer(kind, schema_of) for status, kind in call.answers.items()}
    operation["responses"]["default"] = _answer(Error, schema_of)
    if call.body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema_of[str(call.body)]}}}
    if call.paged:
        operation.setdefault("parameters", []).append(_LIMIT)
    if call.public:
        operation["security"] = []


def _answer(kind: Any, schema_of: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401  (a type, or the PDF's media type)
    if kind == PDF:
        return {"description": "A PDF of 4 × 6 inches.", "content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
    said = kind.__doc__ if isinstance(kind, type) and issubclass(kind, Struct) else "One of these."
    return {"description": said, "content": {"application/json": {"schema": schema_of[str(kind)]}}}
