"""The back-in-stock list for managers: products that people want to hear of, and who they are."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.backorders.sign_up_models import Restock, SignUp
from stowline.catalog import queries as catalog
from stowline.catalog.models import Product
from stowline.desk import words
from stowline.desk.queries import products
from stowline.desk.queries.keyset import SIZE, Key, Page, Place, ordered, walk
from stowline.inventory import for_sale
from stowline.receiving import queries as receiving
from stowline.stores import queries as stores

_p, _s, _r = Product.__table__.c, SignUp.__table__.c, Restock.__table__.c  # type: ignore[attr-defined]
VIEWS = {"waiting": "Waited for", "all": "All"}
WORDS = {"waiting": ("warn", "Waiting"), "told": ("ok", "Told"), "left": ("done", "Left")}
Row = dict[str, Any]


def page(session: Session, view: str, text: str, place: Place) -> Page[Any]:
    """Products with somebody on their list, by SKU."""
    wanted = sa.select(_s.product_id).where(_s.state == "waiting") if view == "waiting" else sa.select(_s.product_id)
    query = sa.select(_p.id, _p.sku, _p.name).where(_p.id.in_(wanted))
    if text:
        query = query.where(_p.id.in_(products.found_by(session, text)))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Any]:  # noqa: FBT001
        return session.execute(ordered(query, [_p.sku], after, descending=backwards, most=most)).all()

    return walk(place, fetch, lambda row: (row.sku,))


def rows(session: Session, found: Sequence[Any]) -> list[Row]:
    """The rows of the sheet: how many wait, were told, left; what is free, and what comes next."""
    ids = [row.id for row in found]
    counted = _counts(session, ids)
    free, due = for_sale.free(session, ids), receiving.incoming(session, ids, each=1)
    return [
        {"sku": row.sku, "name": row.name, **counted[row.id], "free": free.get(row.id, 0),
         "due": words.due(due[row.id][0]) or "no date" if row.id in due else "", "late": row.id in due and due[row.id][0].late()}
        for row in found
    ]  # fmt: skip


def _counts(session: Session, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    counted = {ident: dict.fromkeys(WORDS, 0) for ident in ids}
    query = sa.select(_s.product_id, _s.state, sa.func.count()).where(_s.product_id.in_(ids)).group_by(_s.product_id, _s.state)
    for ident, state, n in session.execute(query):
        counted[ident][state] = int(n)
    return counted


def waiting(session: Session, at_most: int = 10_000) -> int:
    """How many people wait to hear, counted to `at_most`."""
    some = sa.select(_s.id).where(_s.state == "waiting").limit(at_most).subquery()
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def one(session: Session, sku: str, place: Place) -> tuple[Row, Page[SignUp]]:
    """One product with a page of its list, first in line first. Raises NotFound."""
    product = catalog.product_by_sku(session, sku)
    ident = product.id or 0
    query = sa.select(SignUp).where(_s.product_id == ident)

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[SignUp]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_s.since, _s.id], after, descending=backwards, most=most)).scalars())

    page = walk(place, fetch, lambda row: (row.since, row.id), SIZE)
    shops = {shop.id: shop.name for shop in stores.all_stores(session)}
    heard = session.execute(sa.select(_r.told).where(_r.product_id == ident)).scalar_one_or_none()
    return {
        "product": {"sku": product.sku, "name": product.name, "free": for_sale.free(session, [ident])[ident]},
        "counted": _counts(session, [ident])[ident], "heard": heard or 0,
        "rows": [_told(row, shops) for row in page.rows],
    }, page  # fmt: skip


def _told(row: SignUp, shops: dict[int | None, str]) -> Row:
    kind, word = WORDS[row.state]
    return {"id": row.id, "email": row.email, "store": shops.get(row.store_id, ""), "since": row.since, "state": row.state,
            "kind": kind, "word": word, "told_at": row.told_at}


def shop_rows(session: Session) -> list[Row]:
    """Each store with what its pages may ask and show."""
    return [
        {"key": shop.key, "name": shop.name, "url": shop.url, "public": shop.public_availability, "units_shown": shop.units_shown,
         "notices": shop.notices_per_unit}
        for shop in stores.all_stores(session)
    ]  # fmt: skip

