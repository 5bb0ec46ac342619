"""Sending a discrepancy report to its supplier: once for each press of the key, kept as it stood then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import author, clock, outbox
from stowline.core.config import settings
from stowline.core.errors import BadRequest, Conflict, NotFound, Refused
from stowline.inventory import velocity
from stowline.receiving import report, rules
from stowline.receiving.events import DiscrepanciesReported
from stowline.receiving.models import PurchaseOrder, Supplier
from stowline.receiving.report_models import SupplierReport
from stowline.receiving.rules import Discrepancy
from stowline.stores import queries as stores

_r = SupplierReport.__table__.c  # type: ignore[attr-defined]
_LINES = list[Discrepancy]


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name suppliers are written to: a name and a plain address."""

    name: str
    email: str


def sender(session: Session) -> Sender | None:
    """The warehouse by its settings; what they leave out is the first store's. None where nobody has an address."""
    chosen = settings()
    store = next(iter(sorted(stores.all_stores(session), key=lambda one: one.id or 0)), None)
    email = chosen.warehouse_email or (store.sender_email if store else "")
    name = chosen.warehouse_name or (store.name if store else email)
    return Sender(name, email) if email else None


def send(session: Session, order: PurchaseOrder, *, press: str) -> SupplierReport:
    """Tell the supplier by e-mail what came otherwise than ordered. The same press again sends nothing and answers the
    report that it sent.

    Raises Refused where the supplier has no address or nothing is to be told, Conflict for another order's press.
    """
    if not 8 <= len(press) <= 64:
        raise BadRequest("This page is incomplete. Load it again, then send the report.", where="press")
    session.execute(sa.select(PurchaseOrder.id).where(col(PurchaseOrder.id) == order.id).with_for_update())  # type: ignore[call-overload]
    known = session.exec(select(SupplierReport).where(SupplierReport.press == press)).one_or_none()
    if known is not None:
        if known.purchase_order_id != order.id:
            raise Conflict("This press sent the report of another purchase order. Load the page again.")
        return known
    supplier, found = _addressed(session, order), report.of_order(session, order)
    if not found:
        raise Refused(f"Everything on {order.ref} came as ordered so far: there is nothing to tell.")
    made = SupplierReport(
        purchase_order_id=order.id or 0, supplier_id=supplier.id or 0, n=count(session, order.id or 0) + 1, at=clock.now(),
        who=author.current().who, email=supplier.email, press=press,
        expected=rules.window(order.expected_from, order.expected_to), lines=msgspec.json.encode(found).decode(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    outbox.record(session, DiscrepanciesReported(order.ref, supplier.name, supplier.email, made.who, made.id or 0, made.n))
    return made


def _addressed(session: Session, order: PurchaseOrder) -> Supplier:
    """The supplier, who can be written to."""
    supplier = session.get(Supplier, order.supplier_id) if order.supplier_id else None
    if supplier is None:
        raise Refused(f"{order.ref} names no supplier, so the report can be sent to nobody. Print it instead.")
    if not supplier.email:
        raise Refused(f"{supplier.name} has no e-mail address. Give one on the supplier's page, then send the report.")
    if sender(session) is None:
        raise Refused("There is no address to write from. Set STOWLINE_WAREHOUSE_EMAIL, or add a store.")
    return supplier


def count(session: Session, order_id: int) -> int:
    """How many reports of a purchase order were sent."""
    query = sa.select(sa.func.coalesce(sa.func.max(_r.n), 0)).where(_r.purchase_order_id == order_id)
    return int(session.execute(query).scalar_one())


def by_id(session: Session, report_id: int) -> SupplierReport:
    """A report by its id. Raises NotFound."""
    found = session.get(SupplierReport, report_id)
    if found is None:
        raise NotFound("There is no such report.")
    return found


def order_refs(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """The refs of the purchase orders that these reports are about, by report."""
    query = sa.select(_r.id, col(PurchaseOrder.ref)).join(PurchaseOrder, col(PurchaseOrder.id) == _r.purchase_order_id)
    return dict(session.execute(query.where(_r.id.in_(list(ids)))).all())


def of_order(session: Session, order_id: int, *, limit: int = 50) -> list[SupplierReport]:
    """The reports of a purchase order, the latest first."""
    query = select(SupplierReport).where(SupplierReport.purchase_order_id == order_id)
    return list(session.exec(query.order_by(col(SupplierReport.n).desc()).limit(limit)))


def of_number(session: Session, order: PurchaseOrder, n: int) -> SupplierReport:
    """Report `n` of a purchase order. Raises NotFound."""
    query = select(SupplierReport).where(SupplierReport.purchase_order_id == order.id, SupplierReport.n == n)
    found = session.exec(query).one_or_none() if n < 2**31 else None
    if found is None:
        raise NotFound(f"No report {n} of {order.ref} was sent.")
    return found


def lines(kept: SupplierReport) -> list[Discrepancy]:
    """What a report told."""
    return msgspec.json.decode(kept.lines, type=_LINES)


def paper(session: Session, kept: SupplierReport) -> bytes:
    """A report as the PDF that was sent."""
    order, supplier = session.get(PurchaseOrder, kept.purchase_order_id), session.get(Supplier, kept.supplier_id)
    if order is None or supplier is None:
        raise NotFound("There is no such report.")
    said = report.Report(order.ref, supplier.name, kept.expected, stands_on(kept.at), tuple(lines(kept)))
    return report.report_pdf(said)


def stands_on(at: datetime) -> str:
    """The day of a report, by the warehouse's clock: "9 May 2027"."""
    return rules.day(velocity.day_of(at))
