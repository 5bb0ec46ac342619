"""Stock by bin, one bin, and the bins that somebody must count."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.catalog.models import Product
from stowline.desk.queries import building, products
from stowline.desk.queries.keyset import SIZE, Key, Page, Place, ordered, starts_with, walk
from stowline.inventory import queries as inventory
from stowline.inventory.models import Balance, CountRequest, Location

_l, _b, _p = Location.__table__.c, Balance.__table__.c, Product.__table__.c  # type: ignore[attr-defined]
_c = CountRequest.__table__.c  # type: ignore[attr-defined]
KINDS = ("dock", "pick", "storage", "staging", "tote", "pack", "ship", "backorder", "quarantine", "returns")
MOST_FOUND, MOST_INSIDE = 500, 500
Row = dict[str, Any]


def page(session: Session, kind: str, text: str, place: Place, zone: str = "", size: int = SIZE) -> Page[Location]:
    """Real bins in order of their code; text is the beginning of a code, or a product that lies there."""
    query = select(Location).where(_l.kind.in_((kind,) if kind else KINDS))
    if text:
        query = query.where(_l.id.in_(found_by(session, text)))
    if zone:
        query = query.where(_l.zone == zone)

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[Location]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_l.code], after, descending=backwards, most=most)).scalars())

    return walk(place, fetch, lambda bin_: (bin_.code,), size)


def found_by(session: Session, text: str) -> list[int]:
    """Ids of bins whose code begins so, or in which a product lies that is found by this text; at most 1,000."""
    ids = list(session.execute(sa.select(_l.id).where(starts_with(_l.code, text)).limit(MOST_FOUND)).scalars())
    goods = products.found_by(session, text)
    there = sa.select(_b.location_id).where(_b.product_id.in_(goods), _b.qty > 0).distinct().limit(MOST_FOUND)
    return [*ids, *session.execute(there).scalars()]


def rows(session: Session, bins: Sequence[Location]) -> list[Row]:
    """A row for each product in each bin; an empty bin has one row too. What is said of the bin stands in its first."""
    query = (
        sa.select(_b.location_id, _p.sku, _p.name, _b.condition, _b.qty, _b.bound)
        .join(Product, _p.id == _b.product_id)
        .where(_b.location_id.in_([bin_.id for bin_ in bins]), _b.qty > 0)
        .order_by(_b.location_id, _p.sku)
        .limit(MOST_INSIDE)
    )
    inside: dict[int, list[Row]] = {}
    for location_id, sku, name, condition, qty, bound in session.execute(query):
        row = {"sku": sku, "name": name, "condition": condition, "on_hand": qty, "promised": bound}
        inside.setdefault(location_id, []).append(row)
    nothing = {"sku": None, "name": None, "condition": "", "on_hand": 0, "promised": 0}
    said = building.said_of(session, bins)
    return [{"bin": bin_.code, "kind": bin_.kind, **said[bin_.id or 0], "first": n == 0, **row}
            for bin_ in bins for n, row in enumerate(inside.get(bin_.id or 0, [nothing]))]


def one(session: Session, code: str) -> Row:
    """A bin with what lies in it. Raises NotFound."""
    bin_ = inventory.location_by_code(session, code)
    inside = inventory.in_bin(session, bin_.id or 0, limit=MOST_INSIDE)
    asked = session.exec(select(CountRequest).where(CountRequest.location_id == bin_.id, col(CountRequest.done_at).is_(None)))
    return {
        "bin": {"code": bin_.code, "kind": bin_.kind, "units": sum(here.qty for here in inside),
                **building.said_of(session, [bin_])[bin_.id or 0]},
        "rows": [{"sku": here.sku, "name": here.name, "condition": here.condition, "on_hand": here.qty,
                  "promised": here.bound, "lot": here.lot, "serial": here.serial, "expires_on": here.expires_on}
                 for here in inside],
        "counts": [{"why": request.why, "at": request.at} for request in asked],
    }  # fmt: skip
