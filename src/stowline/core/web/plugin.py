"""Everything that the web needs of the app, in one plugin: `Litestar(plugins=[Web(identify, permissions)], …)`."""

from collections.abc import Iterable

from litestar import Litestar
from litestar.config.app import AppConfig
from litestar.exceptions import HTTPException
from litestar.middleware import DefineMiddleware
from litestar.plugins import InitPlugin

from stowline.core.config import settings
from stowline.core.errors import Refused
from stowline.core.fields import Bad
from stowline.core.web import headers
from stowline.core.web.answers import answer_bad, answer_defect, answer_http, answer_refused
from stowline.core.web.door import Door, Identify, check_routes


class Web(InitPlugin):
    """Puts the door in front, answers refusals and defects, adds headers, limits bodies, and checks every route.

    `identify` looks up whom a secret belongs to; `permissions` are all names that handlers may ask for.
    """

    __slots__ = ("identify", "permissions")

    def __init__(self, identify: Identify, permissions: Iterable[str]) -> None:
        self.identify = identify
        self.permissions = frozenset(permissions)

    def on_app_init(self, app_config: AppConfig) -> AppConfig:
        """Set up the app. A route without a permission stops the start."""
        app_config.middleware.insert(0, DefineMiddleware(Door, identify=self.identify))
        app_config.exception_handlers = {
            **app_config.exception_handlers,
            Refused: answer_refused,
            Bad: answer_bad,
            HTTPException: answer_http,
            Exception: answer_defect,
        }
        app_config.before_send.append(headers.add)
        app_config.request_max_body_size = settings().upload_limit_bytes
        app_config.on_startup.append(self._check)
        return app_config

    def _check(self, app: Litestar) -> None:
        check_routes(app, self.permissions)
