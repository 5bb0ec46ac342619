"""Reads of snippets and tags, and the tag that is derived."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.cases.models import Snippet, Tag
from stowline.cases.rules import BACKORDER, PLACEHOLDERS, faults, filled
from stowline.core import i18n
from stowline.core.errors import NotFound
from stowline.orders.models import Customer, Order, OrderLine
from stowline.receiving.models import PurchaseOrder, PurchaseOrderLine

# For the desk, which fills them.
__all__ = ["PLACEHOLDERS", "faults", "filled"]

MOST = 500
_t = Tag.__table__.c  # type: ignore[attr-defined]
_o, _l, _c = Order.__table__.c, OrderLine.__table__.c, Customer.__table__.c  # type: ignore[attr-defined]
_po, _pl = PurchaseOrder.__table__.c, PurchaseOrderLine.__table__.c  # type: ignore[attr-defined]
_LINE_WAITS = _l.ordered - _l.cancelled > _l.allocated
_ORDER_WAITS = _o.ordered - _o.cancelled > _o.allocated


def snippets(session: Session, locale: str) -> list[Snippet]:
    """Each snippet once, in the language closest to `locale` that it is written in."""
    rows = list(session.exec(select(Snippet).order_by(col(Snippet.title), col(Snippet.id)).limit(MOST)))
    chosen = {}
    for key in dict.fromkeys(row.key for row in rows):
        known = {row.locale: row for row in rows if row.key == key}
        best = i18n.best_locale(locale, list(known))
        chosen[key] = known.get(best) or next(iter(known.values()))
    return list(chosen.values())


MOST_ASKED = 8


def asked_often(session: Session, locale: str) -> list[Snippet]:
    """What stands on every order's page: each public snippet once, only in the reader's own language or the closest to it."""
    rows = list(session.exec(select(Snippet).where(col(Snippet.public).is_(True)).order_by(col(Snippet.key), col(Snippet.id)).limit(MOST)))
    chosen = []
    for key in dict.fromkeys(row.key for row in rows):
        known = {row.locale: row for row in rows if row.key == key}
        if i18n.holds(locale, list(known)):
            chosen.append(known[i18n.best_locale(locale, list(known))])
    return chosen[:MOST_ASKED]


def all_snippets(session: Session) -> list[Snippet]:
    """Every snippet in every language, by key."""
    return list(session.exec(select(Snippet).order_by(col(Snippet.key), col(Snippet.locale)).limit(MOST)))


def snippet(session: Session, ident: int) -> Snippet:
    """A snippet by its id. Raises NotFound."""
    found = session.get(Snippet, ident)
    if found is None:
        raise NotFound("There is no such snippet.")
    return found


def given(session: Session, noun: str, ids: Sequence[int]) -> dict[int, list[str]]:
    """The tags that people gave to each of these, in the order of the alphabet."""
    found: dict[int, list[str]] = {ident: [] for ident in ids}
    query = sa.select(_t.noun_id, _t.tag).where(_t.noun == noun, _t.noun_id.in_(list(ids))).order_by(_t.tag)
    for ident, tag in session.execute(query):
        found[ident].append(tag)
    return found


def tags(session: Session, noun: str, ids: Sequence[int]) -> dict[int, list[str]]:
    """The same, before them the derived tag of those with something that waits; looked at now, so it is never stale."""
    waiting = _waiting(session, noun, ids)
    return {ident: [BACKORDER] * (ident in waiting) + tags for ident, tags in given(session, noun, ids).items()}


def _waiting(session: Session, noun: str, ids: Sequence[int]) -> set[int]:
    if noun == "order":
        query = sa.select(_o.id).where(_o.id.in_(ids), _ORDER_WAITS)
    elif noun == "customer":
        query = sa.select(_o.customer_id).where(_o.customer_id.in_(ids), _ORDER_WAITS).distinct()
    else:
        wanted = sa.select(_l.id).where(_l.product_id == _pl.product_id, _LINE_WAITS).exists()
        query = (
            sa.select(_pl.purchase_order_id).join(PurchaseOrder, _po.id == _pl.purchase_order_id).distinct()
            .where(_pl.purchase_order_id.in_(ids), _po.closed_at.is_(None), _pl.received < _pl.quantity, wanted)
        )  # fmt: skip
    return set(session.execute(query).scalars())


def tagged(session: Session, noun: str, tag: str) -> list[int]:
    """The newest 500 that people gave this tag."""
    query = sa.select(_t.noun_id).where(_t.noun == noun, _t.tag == tag).order_by(_t.noun_id.desc()).limit(MOST)
    return list(session.execute(query).scalars())


def known_tags(session: Session, noun: str, most: int = 50) -> list[str]:
    """Tags that are in use, in the order of the alphabet."""
    query = sa.select(_t.tag).where(_t.noun == noun).distinct().order_by(_t.tag).limit(most)
    return list(session.execute(query).scalars())
