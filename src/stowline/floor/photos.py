"""A photograph of the box, taken at the pack bench: a page of its own, so that nothing of it stands in a packer's way."""

from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery

from stowline.core import db, ids, pictures, web
from stowline.core.errors import NotFound, Refused
from stowline.floor import screens
from stowline.floor.screens import AnyRequest
from stowline.packing import photos
from stowline.packing import queries as packing

PACK = web.permission("floor.pack")
Files = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
LARGEST_FORM = pictures.LARGEST + 1_000_000


class BoxPhotos(Controller):
    """Photographs of a box."""

    path = "/floor/parcels/{code:str}/photos"
    include_in_schema = False

    @get("/", opt=PACK, sync_to_thread=True)
    def ask(self, request: AnyRequest, code: FromPath[str], task: FromQuery[str] = "", kept: FromQuery[str] = "") -> Response[Any]:
        """Those there are, and a field for another."""
        return _draw(request, web.name(code), task, said="It is kept." if kept else "")

    @post("/", opt=PACK, sync_to_thread=True, request_max_body_size=LARGEST_FORM)
    def keep(self, request: AnyRequest, code: FromPath[str], data: Files, task: FromQuery[str] = "") -> Response[Any]:
        """Keep one; sent twice, it is kept once."""
        name = web.name(code)
        try:
            shot = photos.draw(web.sent_file(data.values(), pictures.LARGEST))
            db.run(lambda session: photos.keep(session, name, shot))
        except NotFound:
            raise
        except Refused as why:
            return _draw(request, name, task, trouble=why.say, code=why.status)
        return web.redirect(f"/floor/parcels/{web.segment(name)}/photos?task={web.segment(_pack(task))}&kept=1")


def _pack(task: str) -> str:
    """The pack task to go back to; "" for anything else."""
    return task[:200] if task.startswith("pack:") else ""


def _draw(request: AnyRequest, name: str, task: str, *, said: str = "", trouble: str = "", code: int = 200) -> Response[Any]:
    with db.reading() as session:
        parcel = packing.parcel_by_code(session, name)
        there = photos.of_parcels(session, [parcel.id or 0])[parcel.id or 0]
        user = screens.user(session, web.identity_of(request))
    return web.page("floor/photo.html", request, code=code, parcel=parcel.code, task=_pack(task), photos=there, most=photos.MOST, accept=pictures.ACCEPT,
                    said=said, trouble=trouble, user=user, scan_id=ids.new_uuid())  # fmt: skip
