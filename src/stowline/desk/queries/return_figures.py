"""Figures of returns as the desk shows them: by product, reason, lot and store, and what they cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from stowline.core import clock, money
from stowline.desk.queries import return_sums as figures
from stowline.desk.queries.return_sums import Asked
from stowline.returns.cause_rules import Counted, at_least, cause
from stowline.returns.queries import GRADES, REASONS
from stowline.stores import queries as stores

VIEWS = {"products": "Products", "reasons": "Reasons", "lots": "Supplier lots", "stores": "Stores"}
DAYS = {"30": "Last 30 days", "90": "Last 90 days", "365": "Last 365 days"}
HEADS = {
    "products": ("sku", "name", "sent", "back", "rate_percent", "at_least_percent", "reasons", "grades", "likely_cause"),
    "reasons": ("reason", "back", "share_percent"),
    "lots": ("lot", "sku", "name", "supplier", "sent", "back", "rate_percent", "at_least_percent"),
    "stores": ("store", "name", "sent", "back", "rate_percent"),
}
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What the page was asked for; `way` and `work` are amounts in major units, as typed."""

    days: int
    store_id: int | None = None
    way: str = ""
    work: str = ""

    def asked(self) -> Asked:
        """Since when, and of which store."""
        return Asked(clock.now() - timedelta(days=self.days), self.store_id)


def rows(session: Session, view: str, question: Question) -> list[Row]:
    """The rows of a view."""
    return _ROWS[view](session, question.asked())


def total(session: Session, question: Question) -> Row:
    """All that was sent and came back."""
    return _rate(figures.totals(session, question.asked()))


def costs(session: Session, question: Question) -> list[Row]:
    """What the returns cost, by currency. Raises ValueError for a rate that is no amount."""
    currencies = {shop.currency for shop in stores.all_stores(session)}
    way, work = (_rates(said, currencies) for said in (question.way, question.work))
    return [
        {"currency": one.currency, "returns": one.returns, "each": one.cost.each(one.returns), "total": one.cost.total,
         "lost": one.cost.lost, "replaced": one.cost.replaced, "ways": one.cost.ways, "work": one.cost.work}
        for one in figures.spent(session, question.asked(), way=way, work=work)
    ]  # fmt: skip


def _rates(said: str, currencies: set[str]) -> Mapping[str, int]:
    """The same amount in each currency's minor units."""
    return {code: money.line_total(money.unit_price(said), 1, code) if said else 0 for code in currencies}


def _rate(one: Counted) -> Row:
    return {"sent": one.sent, "back": one.back, "rate": one.rate, "least": at_least(one)}


def _products(session: Session, asked: Asked) -> list[Row]:
    return [
        {"sku": one.sku, "name": one.name, **_rate(one.story.all), "reasons": _words(one.story.reasons, REASONS), "grades": _words(one.story.grades, GRADES),
         "cause": cause(one.story)[1]}
        for one in figures.by_product(session, asked)
    ]  # fmt: skip


def _words(counted: Mapping[str, int], words: Mapping[str, str]) -> list[tuple[int, str]]:
    return [(n, words[key]) for key, n in sorted(counted.items(), key=lambda item: (-item[1], item[0]))]


def _reasons(session: Session, asked: Asked) -> list[Row]:
    found = figures.by_reason(session, asked)
    all_back = sum(found.values())
    return [{"reason": words, "back": n, "share": n / all_back} for n, words in _words(found, REASONS)]


def _lots(session: Session, asked: Asked) -> list[Row]:
    return [{"lot": one.lot, "sku": one.sku, "name": one.name, "supplier": one.supplier, **_rate(one.counted)} for one in figures.by_lot(session, asked)]


def _stores(session: Session, asked: Asked) -> list[Row]:
    shops = {shop.id: shop for shop in stores.all_stores(session)}
    found = [{"store": shops[ident].key, "name": shops[ident].name, **_rate(one)} for ident, one in figures.by_store(session, asked).items()]
    return sorted(found, key=lambda row: (-row["rate"], row["store"]))


_ROWS = {"products": _products, "reasons": _reasons, "lots": _lots, "stores": _stores}


def export(session: Session, view: str, question: Question) -> list[tuple[Any, ...]]:
    """The same for a spreadsheet, in the columns of HEADS."""
    return [_cells(view, row) for row in rows(session, view, question)]


def _cells(view: str, row: Row) -> tuple[Any, ...]:
    if view == "reasons":
        return row["reason"], row["back"], _percent(row["share"])
    counted = (row["sent"], row["back"], _percent(row["rate"]))
    if view == "stores":
        return row["store"], row["name"], *counted
    if view == "lots":
        return row["lot"], row["sku"], row["name"], row["supplier"], *counted, _percent(row["least"])
    said = ("; ".join(f"{n} {word}" for n, word in row[key]) for key in ("reasons", "grades"))
    return row["sku"], row["name"], *counted, _percent(row["least"]), *said, row["cause"]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
