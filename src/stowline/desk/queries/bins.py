"""Stock by bin, one bin, and the bins that somebody must count."""

from collections.abc import Iterator, Sequence
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
MOST_FOUND, MOST_INSIDE, MOST_LISTED = 500, 500, 10
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
    """A row for each product in each bin, and one for an empty bin; of a bin with many products the first ten, and how
    many `more` there are. What is said of the bin stands in its first row.
    """
    inside: dict[int, list[Row]] = {}
    for location_id, row in _listed(session, [bin_.id or 0 for bin_ in bins]):
        inside.setdefault(location_id, []).append(row)
    said = building.said_of(session, bins)
    return [{"bin": bin_.code, "kind": bin_.kind, **said[bin_.id or 0], "first": n == 0, **row}
            for bin_ in bins for n, row in enumerate(_with_rest(inside.get(bin_.id or 0, [NOTHING])))]


NOTHING: Row = {"sku": None, "name": None, "condition": "", "on_hand": 0, "promised": 0, "apart": "", "more": 0}


def _listed(session: Session, ids: Sequence[int]) -> Iterator[tuple[int, Row]]:
    """(bin, the units of one product in one condition), the first ten of each bin by SKU."""
    here = {"partition_by": _b.location_id}
    lots, serials = (sa.func.count(sa.distinct(sa.func.nullif(column, ""))) for column in (_b.lot, _b.serial))
    kinds = (
        sa.select(_b.location_id, _p.sku, _p.name, _b.condition, sa.func.sum(_b.qty).label("on_hand"),
                  sa.func.sum(_b.bound).label("promised"), lots.label("lots"), sa.func.max(_b.lot).label("lot"),
                  serials.label("serials"), sa.func.max(_b.serial).label("serial"),
                  sa.func.row_number().over(**here, order_by=(_p.sku, _b.condition)).label("n"),
                  sa.func.count().over(**here).label("kinds"))
        .join(Product, _p.id == _b.product_id).where(_b.location_id.in_(ids), _b.qty > 0)
        .group_by(_b.location_id, _b.product_id, _p.sku, _p.name, _b.condition).subquery()
    )  # fmt: skip
    for row in session.execute(sa.select(kinds).where(kinds.c.n <= MOST_LISTED).order_by(kinds.c.location_id, kinds.c.n)):
        apart = [words for words in (_apart(row.lots, row.lot, "lot"), _apart(row.serials, row.serial, "serial")) if words]
        yield row.location_id, {
            "sku": row.sku, "name": row.name, "condition": row.condition, "on_hand": int(row.on_hand),
            "promised": int(row.promised), "apart": ", ".join(apart), "more": int(row.kinds) - MOST_LISTED,
        }  # fmt: skip


def _apart(many: int, one: str, what: str) -> str:
    """ "lot L-7", "3 lots", or "" where units are not told apart so."""
    return f"{many:,} {what}s" if many > 1 else f"{what} {one}" if many else ""


def _with_rest(inside: Sequence[Row]) -> list[Row]:
    more = max(inside[0]["more"], 0)
    return [*inside, NOTHING | {"more": more}] if more else list(inside)


def one(session: Session, code: str) -> Row:
    """A bin with what lies in it. Raises NotFound."""
    bin_ = inventory.location_by_code(session, code)
    inside = inventory.in_bin(session, bin_.id or 0, limit=MOST_INSIDE)
    sums = (sa.func.coalesce(sa.func.sum(_b.qty), 0), sa.func.count(sa.distinct(_b.product_id)), sa.func.count())
    units, kinds, there = session.execute(sa.select(*sums).where(_b.location_id == bin_.id, _b.qty > 0)).one()
    asked = session.exec(select(CountRequest).where(CountRequest.location_id == bin_.id, col(CountRequest.done_at).is_(None)))
    return {
        "bin": {"code": bin_.code, "kind": bin_.kind, "units": int(units), "products": kinds, "there": there,
                **building.said_of(session, [bin_])[bin_.id or 0]},
        "rows": [{"sku": here.sku, "name": here.name, "condition": here.condition, "on_hand": here.qty,
                  "promised": here.bound, "lot": here.lot, "serial": here.serial, "expires_on": here.expires_on}
                 for here in inside],
        "counts": [{"why": request.why, "at": request.at} for request in asked],
    }  # fmt: skip
