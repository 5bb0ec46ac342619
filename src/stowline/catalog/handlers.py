"""The catalogue over HTTP."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, RawBody

from stowline.catalog import queries, service
from stowline.catalog.models import Product
from stowline.core import web
from stowline.core.db import Session, reading


class BarcodeBody(msgspec.Struct):
    """A code and the units it stands for."""

    code: str
    quantity: int = 1


class ProductBody(msgspec.Struct):
    """A product of the public contract. Weight in g; dims_mm length, width, height."""

    sku: str
    name: str
    barcodes: list[BarcodeBody] = []
    weight_g: int | None = None
    dims_mm: tuple[int, int, int] | None = None
    detail: str = ""


class Products(Controller):
    """Products."""

    path = "/api/v1/products"

    @post("/", opt=web.permission("products.write"), sync_to_thread=True)
    def add(self, request: Request[Any, Any, Any], body: RawBody) -> Response[bytes]:
        """Add a product: 201; a SKU that is known: 200, and it keeps what it has."""
        asked = web.read_as(body, ProductBody)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            product, new = service.add_product(
                session, sku=asked.sku, name=asked.name, detail=asked.detail, weight_g=asked.weight_g,
                dims_mm=asked.dims_mm, barcodes=[(b.code, b.quantity) for b in asked.barcodes],
            )
            return (201 if new else 200), _told(session, product)

        return web.written(request, body, make)

    @get("/{sku:str}", opt=web.permission("products.read"), sync_to_thread=True)
    def one(self, sku: FromPath[str]) -> dict[str, Any]:
        """One product by its SKU."""
        with reading() as session:
            return _told(session, queries.product_by_sku(session, web.name(sku)))


def _told(session: Session, product: Product) -> dict[str, Any]:
    return {
        "sku": product.sku, "name": product.name, "detail": product.detail, "weight_g": product.weight_g,
        "dims_mm": [product.length_mm, product.width_mm, product.height_mm] if product.length_mm else None,
        "barcodes": [{"code": b.shown, "quantity": b.quantity} for b in queries.barcodes_of(session, product.id or 0)],
    }
