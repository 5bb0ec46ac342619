"""What deliveries were not as ordered, and what suppliers were told of it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.desk.queries.keyset import Key, Page, Place, ordered, starts_with, walk
from stowline.notifications.models import Message
from stowline.receiving import cases, report, reports
from stowline.receiving.case_models import DockCase
from stowline.receiving.models import PurchaseOrder, PurchaseOrderLine
from stowline.receiving.report_models import SupplierReport

VIEWS = {"orders": "Not as ordered", "reports": "Reports sent"}
_o, _n = PurchaseOrder.__table__.c, PurchaseOrderLine.__table__.c  # type: ignore[attr-defined]
_c, _r = DockCase.__table__.c, SupplierReport.__table__.c  # type: ignore[attr-defined]
Row = dict[str, Any]


def orders(session: Session, text: str, place: Place, supplier_id: int | None = None) -> Page[PurchaseOrder]:
    """Purchase orders that something was not as ordered on, newest first."""
    odd = sa.or_(_n.over > 0, _n.damaged > 0, sa.and_(_o.closed_at.is_not(None), _n.received < _n.quantity))
    lines = sa.select(_n.id).where(_n.purchase_order_id == _o.id, odd).exists()
    wrong = sa.select(_c.id).where(_c.purchase_order_id == _o.id, _wrong()).exists()
    query = select(PurchaseOrder).where(sa.or_(lines, wrong))
    if supplier_id is not None:
        query = query.where(_o.supplier_id == supplier_id)
    if text:
        query = query.where(sa.or_(starts_with(_o.ref, text), starts_with(_o.supplier, text)))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[PurchaseOrder]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_o.id], after, descending=not backwards, most=most)).scalars())

    return walk(place, fetch, lambda one: (one.id or 0,))


def _wrong() -> sa.ColumnElement[bool]:
    return sa.and_(_c.kind == "wrong-item", _c.product_id.is_not(None), _c.outcome != cases.TAKEN_BACK)


def order_rows(session: Session, found: Sequence[PurchaseOrder]) -> list[Row]:
    """The rows of the sheet: units of each kind, and the last report that was sent."""
    ids = [one.id or 0 for one in found]
    lines = session.execute(
        sa.select(_n.purchase_order_id, sa.func.sum(_n.quantity - _n.received), sa.func.sum(_n.over), sa.func.sum(_n.damaged))
        .where(_n.purchase_order_id.in_(ids)).group_by(_n.purchase_order_id)
    )  # fmt: skip
    sums = {row[0]: (int(row[1]), int(row[2]), int(row[3])) for row in lines}
    query = sa.select(_c.purchase_order_id, sa.func.sum(_c.units)).where(_c.purchase_order_id.in_(ids), _wrong())
    wrong = {row[0]: int(row[1]) for row in session.execute(query.group_by(_c.purchase_order_id))}
    last = _last(session, ids)
    made = []
    for one in found:
        short, over, damaged = sums[one.id or 0]
        made.append({"ref": one.ref, "supplier": one.supplier, "supplier_id": one.supplier_id, "short": short if one.closed_at else 0,
                     "over": over, "damaged": damaged, "wrong": wrong.get(one.id or 0, 0), "report": last.get(one.id or 0)})  # fmt: skip
    return made


def _last(session: Session, ids: Sequence[int]) -> dict[int, Row]:
    newest = sa.select(sa.func.max(_r.id)).where(_r.purchase_order_id.in_(list(ids))).group_by(_r.purchase_order_id)
    found = list(session.exec(select(SupplierReport).where(_r.id.in_(newest))))
    return {one.purchase_order_id: row for one, row in zip(found, report_rows(session, found), strict=True)}


def sent_reports(session: Session, text: str, place: Place, supplier_id: int | None = None) -> Page[SupplierReport]:
    """Reports that were sent, the latest first; found by purchase order or by address."""
    query = select(SupplierReport)
    if supplier_id is not None:
        query = query.where(_r.supplier_id == supplier_id)
    if text:
        whose = sa.select(_o.id).where(starts_with(_o.ref, text))
        query = query.where(sa.or_(_r.purchase_order_id.in_(whose), starts_with(_r.email, text)))

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[SupplierReport]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_r.id], after, descending=not backwards, most=most)).scalars())

    return walk(place, fetch, lambda one: (one.id or 0,))


def sent(session: Session, order_id: int) -> list[Row]:
    """The reports of a purchase order, the latest first."""
    return report_rows(session, reports.of_order(session, order_id))


def report_rows(session: Session, found: Sequence[SupplierReport]) -> list[Row]:
    """Reports with what they told, and what became of the message."""
    ids = [one.id or 0 for one in found]
    mails = {one.report_id: one for one in session.exec(select(Message).where(col(Message.report_id).in_(ids)))}
    refs = reports.order_refs(session, ids)
    made = []
    for one in found:
        mail, told = mails.get(one.id), reports.lines(one)
        made.append({
            "ref": refs[one.id or 0], "n": one.n, "at": one.at, "who": one.who, "email": one.email, "things": len(told),
            "said": ", ".join(f"{sum(line.units for line in told if line.kind == kind):,} {word.lower()}"
                              for kind, word in report.KINDS.items() if any(line.kind == kind for line in told)),
            "message": mail.id if mail else None, "state": mail.state if mail else "held", "until": mail.due if mail else one.at,
        })  # fmt: skip
    return made


def in_trail(groups: list[Row], found: Sequence[Row]) -> list[Row]:
    """The reports among what happened at a purchase order, newest first."""
    told = [{"at": one["at"], "rows": [
        {"kind": "event", "say": f"Report {one['n']} to the supplier: {one['said']}", "why": f"By {one['who']}"},
        {"kind": "message", "strong": "delivery-report", "say": f"to {one['email']}", "state": one["state"], "until": one["until"],
         "href": f"/messages/{one['message']}" if one["message"] else None},
    ]} for one in found]  # fmt: skip
    return sorted([*groups, *told], key=lambda group: group["at"], reverse=True)
