"""Labels and manifests over HTTP."""

from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath, RawBody

from stowline.core import clock, db, web
from stowline.core.db import Session
from stowline.core.errors import NotFound
from stowline.packing import queries as packing
from stowline.shipping import carrier_feeds, numbers, paper, queries, service, tracking
from stowline.shipping.label import label_pdf


class ManifestBody(msgspec.Struct):
    """The carrier of a new manifest."""

    carrier: str


class NumberBody(msgspec.Struct):
    """The number that a parcel goes by with another carrier, whose name is free."""

    carrier: str
    number: str


class Parcels(Controller):
    """Parcels: their label, and their number with another carrier."""

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

    @post("/{code:str}/tracking", opt=web.permission("floor.pack", "orders.write"), sync_to_thread=True, status_code=200)
    def number(self, request: Request[Any, Any, Any], code: FromPath[str], body: RawBody) -> Response[bytes]:
        """The parcel goes with another carrier, under this number: what that carrier posts finds it."""
        asked = web.read_as(body, NumberBody)

        def make(session: Session) -> tuple[int, dict[str, Any]]:
            track = numbers.note(session, web.name(code), asked.carrier, asked.number)
            return 200, {"parcel": web.name(code), "carrier": track.carrier, "number": track.number}

        return web.written(request, body, make)


LARGEST_POST = 1_000_000


class Tracking(Controller):
    """What carriers post about parcels, guarded by the provider's signature over the raw body."""

    path = "/tracking"

    @post("/{provider:str}", opt=web.permission(web.PUBLIC, signature=True), sync_to_thread=True, status_code=202,
          request_max_body_size=LARGEST_POST)  # fmt: skip
    def take(self, request: Request[Any, Any, Any], provider: FromPath[str], body: RawBody) -> dict[str, Any]:
        """News of a parcel, kept as it came and worked at once. 202; the same event again adds nothing."""
        feed = carrier_feeds.FEEDS[carrier_feeds.known(web.name(provider))]
        with db.reading() as session:
            secrets = carrier_feeds.secrets(session, feed.KEY)
        event = feed.check(secrets, request.headers, body, clock.now())
        web.json_body(body)
        update = feed.read(body)
        number = update.number if update else ""
        return {"ok": True, "new": db.run(lambda session: tracking.take_in(session, feed.KEY, event, body, number))}


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
