"""Labels and manifests over HTTP."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, RawBody

from stowline.core import db, web
from stowline.core.db import Session
from stowline.core.errors import NotFound
from stowline.packing import queries as packing
from stowline.shipping import paper, queries, service
from stowline.shipping.label import label_pdf


class ManifestBody(msgspec.Struct):
    """The carrier of a new manifest."""

    carrier: str


class Parcels(Controller):
    """Parcels: their label."""

    path = "/api/v1/parcels"

    @post("/{code:str}/label", opt=web.permission("floor.pack", "orders.write"), sync_to_thread=True, status_code=200)
    def label(self, code: FromPath[str]) -> Response[bytes]:
        """The label as PDF, 4 x 6 inches; asked for again, the same label."""
        def make(session: Session) -> Any:  # noqa: ANN401
            return paper.label_view(session, *service.make_label(session, web.name(code)))

        return pdf(label_pdf([db.run(make)]), f"label-{web.name(code)}.pdf")

    @get("/{code:str}/label", opt=web.permission("floor.pack", "orders.read"), sync_to_thread=True)
    def again(self, code: FromPath[str]) -> Response[bytes]:
        """The label again, for a reprint. Buys nothing."""
        with db.reading() as session:
            parcel = packing.parcel_by_code(session, web.name(code))
            label = queries.live_label(session, parcel.id or 0)
            if label is None:
                raise NotFound(f"Parcel {parcel.code} has no label yet.")
            view = paper.label_view(session, parcel, label)
        return pdf(label_pdf([view]), f"label-{parcel.code}.pdf")


class Manifests(Controller):
    """Manifests."""

    path = "/api/v1/manifests"

    @post("/", opt=web.permission("floor.handover"), sync_to_thread=True)
    def open(self, request: Request[Any, Any, Any], body: RawBody) -> Response[bytes]:
        """Open a manifest for a carrier."""
        asked = web.read_as(body, ManifestBody)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            manifest = service.open_manifest(session, asked.carrier)
            return 201, {"ref": manifest.ref, "carrier": manifest.carrier}

        return web.written(request, body, make)


def pdf(body: bytes, name: str) -> Response[bytes]:
    """A PDF that browsers show."""
    safe = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in name)
    return Response(body, media_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{safe}"'})
