"""The shopper's pages."""

from litestar import Controller


class Track(Controller):
    """Order status by signed link."""

    path = "/track"
