"""The ledger as a file."""

from litestar import Controller, get
from litestar.params import FromPath
from litestar.response import Stream

from stowline.core import web
from stowline.desk.handlers import pages
from stowline.desk.queries import ledger


class LedgerFile(Controller):
    """Moves of a product."""

    include_in_schema = False

    @get("/stock/{sku:str}/moves.csv", opt=web.permission("stock.read"), sync_to_thread=True)
    def moves(self, sku: FromPath[str]) -> Stream:
        """Every move, with who, device and scan."""
        return pages.spreadsheet("moves", ledger.HEAD, ledger.exported(web.name(sku)))
