"""Everything that the web needs of the app, in one plugin: `Litestar(plugins=[Web(identify, permissions)], …)`."""

from collections.abc import Iterable

from litestar.config.app import AppConfig
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.plugins import InitPlugin, ReceiveRoutePlugin
from litestar.routes import BaseRoute
from sqlalchemy.exc import DataError

from stowline.core.errors import Refused
from stowline.core.fields import Bad
from stowline.core.web import headers
from stowline.core.web.answers import answer_bad, answer_defect, answer_http, answer_refused, answer_unfit
from stowline.core.web.door import Door, Identify, check_route


class Web(InitPlugin, ReceiveRoutePlugin):
    """Puts the door in front, answers refusals and defects, adds headers, and checks every route.

    `identify` looks up whom a secret belongs to; `permissions` are all names that handlers may ask for.
    """

    __slots__ = ("identify", "permissions")

    def __init__(self, identify: Identify, permissions: Iterable[str]) -> None:
        self.identify = identify
        self.permissions = frozenset(permissions)

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Set up the app."""
        app_config.middleware.insert(0, DefineMiddleware(Door, identify=self.identify))
        app_config.exception_handlers = {
            **app_config.exception_handlers,
            Refused: answer_refused,
            Bad: answer_bad,
            DataError: answer_unfit,
            HTTPException: answer_http,
            Exception: answer_defect,
        }
        app_config.before_send.append(headers.add)
        return app_config

    def receive_route(self, route: BaseRoute) -> None:
        """Stop the start at a route whose permission is missing or misspelt."""
        check_route(route, self.permissions)
