"""Every route names its permission: a page that nobody thought about is a page that everybody can open."""

from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute


def test_every_route_names_its_permission() -> None:
    from stowline.app import create_app  # noqa: PLC0415  (an app that does not import fails this test, not them all)

    handlers = [
        (route.path, handler)
        for route in create_app().routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        if set(handler.http_methods) != {"OPTIONS"}
    ]
    assert handlers
    assert [f"{sorted(handler.http_methods)} {path}" for path, handler in handlers if not _names_one(handler)] == []


def _names_one(handler: HTTPRouteHandler) -> bool:
    named = handler.opt.get("permission")
    return isinstance(named, str) and bool(named)
