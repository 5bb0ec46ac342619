"""Litestar is assembled here, once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from litestar import Litestar, Request, Response, Router, get
from litestar.config.compression import CompressionConfig
from litestar.enums import ScopeType
from litestar.middleware import DefineMiddleware
from litestar.middleware.compression import CompressionMiddleware
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme
from litestar.static_files import create_static_files_router
from litestar.types import Receive, Scope, Send

from stowline import __version__, wiring
from stowline.allocation.handlers import Allocation
from stowline.backorders.handlers import Shelf
from stowline.cases.handlers import Contacts, OrderTags, PurchaseOrderTags
from stowline.catalog.handlers import Products
from stowline.core import db, web
from stowline.core.config import asset_dir, settings
from stowline.desk import handlers as desk
from stowline.desk.api import Read
from stowline.floor.api import Scans, Tasks
from stowline.floor.handlers import BoxPhotos, Floor
from stowline.notifications.api import Carts, Customers, Points
from stowline.notifications.handlers import Bounces, Replies
from stowline.orders.handlers import Intake, Orders
from stowline.people.handlers import SignIn, Staff
from stowline.people.rules import PERMISSIONS, home
from stowline.people.signin import identify
from stowline.portal.api import Availability, BackInStock
from stowline.portal.handlers import Track
from stowline.portal.screens.account import AccountPages, SignInPages
from stowline.portal.screens.account_order import AccountOrder
from stowline.portal.screens.change import Change
from stowline.portal.screens.look_up import LookUp, ParcelPage
from stowline.portal.screens.notify import Notify, NotifyOff
from stowline.portal.screens.preferences import Preferences, Unsubscribe
from stowline.portal.screens.problem import Problem
from stowline.portal.screens.products import Embeds, Photos, ProductPage
from stowline.portal.screens.return_status import ReturnStatus
from stowline.portal.screens.reviews import Reviews
from stowline.portal.screens.sendback import ReturnPolicyPage, SendBack
from stowline.receiving.api import Arrivals
from stowline.receiving.handlers import PurchaseOrders
from stowline.schema import ContractPlugin
from stowline.shipping.handlers import Manifests, Parcels, Tracking


class App(Litestar):
    """Litestar, with encoded slashes kept inside names."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        """Every request comes through here."""
        if scope["type"] == ScopeType.HTTP:
            web.hold(scope)
        await super().__call__(scope, receive, send)


@get("/healthz", opt=web.permission(web.PUBLIC), sync_to_thread=False)
def healthz() -> dict[str, bool]:
    """The process lives."""
    return {"ok": True}


@get("/readyz", opt=web.permission(web.PUBLIC), sync_to_thread=True)
def readyz() -> Response[dict[str, Any]]:
    """The database answers and has its tables."""
    try:
        with db.reading() as session:
            session.execute(sa.text("SELECT 1 FROM outbox LIMIT 1"))
    except sa.exc.SQLAlchemyError:
        return Response({"ok": False, "say": "The database does not answer, or has no tables yet."}, status_code=503)
    return Response({"ok": True})


@get("/", opt=web.permission(web.SIGNED_IN), include_in_schema=False, sync_to_thread=False)
def front(request: Request[Any, Any, Any]) -> Response[str]:
    """To where this person works."""
    return web.redirect(home(web.identity_of(request).permissions))


def create_app() -> Litestar:
    """The web side of Stowline."""
    wiring.connect()
    desk.fill_rail()
    static = create_static_files_router(
        path="/static", directories=[asset_dir("static")], opt=web.permission(web.PUBLIC), include_in_schema=False,
        cache_control=None, middleware=[DefineMiddleware(CompressionMiddleware, config=CompressionConfig(backend="gzip", gzip_compress_level=6))],
    )  # files alone: a page holds secrets beside what a stranger typed, and its length would tell of them

    rooms = [Products, PurchaseOrders, Arrivals, Orders, Allocation, Intake, Bounces, Read, Scans, Tasks, Parcels, Manifests, Tracking, Shelf, Floor, BoxPhotos, SignIn, Staff,
             *desk.CONTROLLERS, Availability, BackInStock, OrderTags, PurchaseOrderTags, Contacts, Replies, Customers, Points, Carts, Notify, NotifyOff, Preferences, Unsubscribe, ProductPage, Photos, Embeds, LookUp, ParcelPage, Change, SendBack, ReturnStatus, ReturnPolicyPage, Track, Problem, Reviews]
    return App(
        route_handlers=[healthz, readyz, front, static, SignInPages, AccountPages, AccountOrder, *rooms],
        plugins=[web.Web(identify, PERMISSIONS)],
        openapi_config=OpenAPIConfig(
            title="Stowline", version=__version__, render_plugins=[ContractPlugin()],
            openapi_router=Router("/schema", route_handlers=[], opt=web.permission(web.PUBLIC)),
            components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
            security=[{"token": []}], use_handler_docstrings=True,
        ),
        on_startup=[_enough_threads],
        request_max_body_size=settings().upload_limit_bytes,  # Litestar takes it here only, not from a plugin
        logging_config=None,
    )


def _enough_threads() -> None:
    pool = ThreadPoolExecutor(settings().web_threads, thread_name_prefix="web")
    asyncio.get_running_loop().set_default_executor(pool)
