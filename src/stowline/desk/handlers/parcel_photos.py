"""Photographs of packed boxes at the desk: kept with an order's parcel, looked at, thrown away."""

from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery, RawBody

from stowline.core import db, pictures, web
from stowline.core.errors import Refused
from stowline.desk.handlers import order as order_page
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.packing import photos
from stowline.packing import queries as packing

WRITE = web.permission("orders.write")
READ = web.permission("orders.read", "floor.pack")
Files = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
LARGEST_FORM = pictures.LARGEST + 1_000_000


class ParcelPhotos(Controller):
    """Photographs of an order's parcels."""

    include_in_schema = False

    @post("/orders/{ref:str}/photos", opt=WRITE, sync_to_thread=True, request_max_body_size=LARGEST_FORM)
    def show(self, request: AnyRequest, ref: FromPath[str], data: Files, store: FromQuery[str] = "") -> Response[Any]:
        """Keep a photograph with one of the order's parcels."""
        said = {name: value for name, value in data.items() if isinstance(value, str)}

        def work(session: db.Session, order_id: int, shot: photos.Shot) -> None:
            photos.keep(session, order_page.own_parcel(session, order_id, said), shot)

        try:
            shot = photos.draw(web.sent_file(data.values(), pictures.LARGEST))
        except Refused as why:
            return order_page.refused(request, ref, store, why)
        return order_page.carried_out(request, ref, store, "shown", lambda session, order_id: work(session, order_id, shot))

    @post("/orders/{ref:str}/photos/{photo_id:int}/removal", opt=WRITE, sync_to_thread=True)
    def drop(self, request: AnyRequest, ref: FromPath[str], photo_id: FromPath[int], body: RawBody, store: FromQuery[str] = "") -> Response[Any]:
        """Throw one away; again, it is gone already."""
        said = web.read_form(body)

        def work(session: db.Session, order_id: int) -> None:
            photos.drop(session, packing.parcel_by_code(session, order_page.own_parcel(session, order_id, said)), photo_id)

        return order_page.carried_out(request, ref, store, "unshown", work)

    @get("/parcels/{code:str}/photos/{photo_id:int}/{size:str}", opt=READ, sync_to_thread=True)
    def photo(self, code: FromPath[str], photo_id: FromPath[int], size: FromPath[str]) -> Response[bytes]:
        """One of them, `large` or `small`, never to be opened as a page of ours."""
        pages.one_of(size, photos.SIZES, "size")
        with db.reading() as session:
            parcel = packing.parcel_by_code(session, web.name(code))
            mime, content = photos.content(session, photo_id, [parcel.id or 0], small=size == "small")
        name = f'attachment; filename="{parcel.code}-{photo_id}.jpg"'
        return Response(content, media_type=mime, headers={"Content-Disposition": name, "Cache-Control": "private, no-store", **photos.ONLY_PIXELS})
