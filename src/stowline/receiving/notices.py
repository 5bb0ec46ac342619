"""Verbs of arrival notices: take one in, receive a pallet or carton of it, take that back, close it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.catalog import kits
from stowline.catalog import queries as catalog
from stowline.core import clock, outbox
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.receiving import notice_queries, queries, rules, suppliers
from stowline.receiving.events import ArrivalAnnounced, ArrivalClosed
from stowline.receiving.models import PurchaseOrder, PurchaseOrderLine
from stowline.receiving.notice_models import Arrival, ArrivalContent, ArrivalUnit
from stowline.scanning import service as scanning

MOST_UNITS, MOST_CONTENTS = 2_000, 10_000
_u, _c = ArrivalUnit.__table__, ArrivalContent.__table__  # type: ignore[attr-defined]
_l = PurchaseOrderLine.__table__.c  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Content:
    """Units of a product, as the notice says them; `where` is their place in it."""

    sku: str
    units: int
    lot: str = ""
    expires_on: date | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class Unit:
    """A pallet or carton under its SSCC, with what is in it and, of a pallet, the cartons on it."""

    sscc: str
    kind: str
    contents: Sequence[Content] = ()
    cartons: "Sequence[Unit]" = ()
    where: str = ""


def announce(
    session: Session, *, ref: str, units: Sequence[Unit], purchase_order: str = "", supplier: str = "",
    expected_on: date | None = None, carrier: str = "",
) -> tuple[Arrival, bool]:  # fmt: skip
    """Take a notice in: (it, whether it is new). The same ref again changes nothing.

    Raises Refused for an SSCC that another notice has, a product nobody knows, one that the purchase order has not, or a
    notice without goods; NotFound for an unknown purchase order.
    """
    known = session.exec(select(Arrival).where(Arrival.ref == ref)).one_or_none()
    if known is not None:
        return known, False
    order = queries.by_ref(session, purchase_order) if purchase_order else None
    every = [*units, *(carton for unit in units for carton in unit.cartons)]
    ids = _products(session, [content for unit in every for content in unit.contents], order)
    _refuse_twins(session, every)
    name = supplier or (order.supplier if order else "")
    arrival = Arrival(
        ref=ref, purchase_order_id=order.id if order else None, supplier=name, supplier_id=suppliers.named(session, name),
        expected_on=expected_on, carrier=carrier, state="announced", created_at=clock.now(),
    )  # fmt: skip
    session.add(arrival)
    session.flush()
    tops = _put(session, arrival, units, None)
    pairs = list(zip(units, tops, strict=True))
    for unit, top in pairs:
        pairs += zip(unit.cartons, _put(session, arrival, unit.cartons, top), strict=True)
    session.execute(sa.insert(_c), [
        {"unit_id": unit_id, "product_id": ids[one.sku], "units": one.units, "lot": one.lot, "expires_on": one.expires_on}
        for unit, unit_id in pairs for one in unit.contents
    ])  # fmt: skip
    scanning.print_codes(session, [(unit.sscc, "handling-unit", unit_id, f"{unit.kind} {unit.sscc}") for unit, unit_id in pairs])
    outbox.record(session, ArrivalAnnounced(ref, name, order.ref if order else "", sum(c.units for u in every for c in u.contents)))
    return arrival, True


def _products(session: Session, contents: Sequence[Content], order: PurchaseOrder | None) -> dict[str, int]:
    """The ids of all products in the notice, by SKU."""
    if not contents:
        raise Refused("The notice says of no product that it comes. Name what is in the pallets and cartons.", where="units")
    ids = catalog.ids_of(session, [one.sku for one in contents])
    listed = sa.select(_l.product_id).where(_l.purchase_order_id == order.id) if order else None
    on_order = set(session.execute(listed).scalars()) if listed is not None else None
    for one in contents:
        if one.sku not in ids:
            raise Refused(f"There is no product {one.sku}. Add it to the catalogue first.", where=f"{one.where}.sku")
        if on_order is not None and ids[one.sku] not in on_order:
            raise Refused(f"{one.sku} is not on {order.ref if order else ''}. Ask the supplier.", where=f"{one.where}.sku")
    kits.refuse(session, ids.values(), "does not arrive as one")
    return ids


def _refuse_twins(session: Session, units: Sequence[Unit]) -> None:
    seen: set[str] = set()
    for unit in units:
        if unit.sscc in seen:
            raise Refused(f"SSCC {unit.sscc} stands twice in the notice.", where=f"{unit.where}.sscc")
        seen.add(unit.sscc)
    for part in _in_parts(sorted(seen)):
        query = sa.select(_u.c.sscc, Arrival.ref).join(Arrival, Arrival.id == _u.c.arrival_id).where(_u.c.sscc.in_(part))  # type: ignore[call-overload]
        taken = session.execute(query.limit(1)).one_or_none()
        if taken is not None:
            raise Conflict(f"SSCC {taken[0]} is in notice {taken[1]} already.", where="units")


def _in_parts(values: Sequence[str]) -> Iterable[Sequence[str]]:
    return (values[start : start + 500] for start in range(0, len(values), 500))


def _put(session: Session, arrival: Arrival, units: Sequence[Unit], parent: int | None) -> list[int]:
    """Enter pallets or cartons: their ids, in their order."""
    if not units:
        return []
    session.execute(sa.insert(_u), [
        {"arrival_id": arrival.id, "sscc": unit.sscc, "kind": unit.kind, "parent_id": parent} for unit in units
    ])  # fmt: skip
    found: dict[str, int] = {}
    for part in _in_parts([unit.sscc for unit in units]):
        found.update(session.execute(sa.select(_u.c.sscc, _u.c.id).where(_u.c.sscc.in_(part))).all())
    return [found[unit.sscc] for unit in units]


def take(session: Session, arrival_id: int, unit_ids: Sequence[int], scan_id: str) -> None:
    """These pallets and cartons are in, by this scan. Raises Conflict if somebody took one of them just now."""
    mine = sa.update(_u).where(_u.c.id.in_(list(unit_ids)), _u.c.received_at.is_(None))
    done = session.execute(mine.values(received_at=clock.now(), scan_id=scan_id)).rowcount  # type: ignore[attr-defined]
    if done < len(unit_ids):
        raise Conflict("Somebody received this just now. Look at what is still open.")
    settle(session, arrival_id)


def give_back(session: Session, scan_id: str) -> None:
    """What a scan received of a notice is not in after all."""
    mine = sa.update(_u).where(_u.c.scan_id == scan_id).values(received_at=None, scan_id=None)
    for arrival_id in set(session.execute(mine.returning(_u.c.arrival_id)).scalars()):
        settle(session, arrival_id)


def settle(session: Session, arrival_id: int) -> None:
    """The state of a notice follows what is in; one that is closed stays so."""
    arrival = session.exec(select(Arrival).where(Arrival.id == arrival_id).with_for_update()).one()
    session.refresh(arrival)
    if arrival.state != "closed":
        arrival.state = _go(arrival, rules.notice_state(*notice_queries.far(session, arrival_id)))
        session.add(arrival)
        session.flush()


def close(session: Session, ref: str) -> None:
    """Nothing more of this notice will come; again changes nothing."""
    arrival = notice_queries.by_ref(session, ref)
    if arrival.state != "closed":
        received, of = notice_queries.far(session, arrival.id or 0)
        arrival.state = _go(arrival, "closed")
        session.add(arrival)
        outbox.record(session, ArrivalClosed(ref, of - received))


def reopen(session: Session, ref: str) -> None:
    """More of it may come after all."""
    arrival = notice_queries.by_ref(session, ref)
    if arrival.state == "closed":
        arrival.state = _go(arrival, rules.notice_state(*notice_queries.far(session, arrival.id or 0)))
        session.add(arrival)


def _go(arrival: Arrival, to: str) -> str:
    if not rules.may_go(arrival.state, to):
        raise Conflict(f"Notice {arrival.ref} is {arrival.state}: it cannot be {to}.")
    return to


def of_unit(session: Session, unit_id: int) -> tuple[ArrivalUnit, Arrival, PurchaseOrder | None]:
    """A pallet or carton, its notice, and the purchase order that it belongs to."""
    unit = session.get(ArrivalUnit, unit_id)
    if unit is None:
        raise NotFound("There is no such pallet or carton.")
    arrival: Any = session.get(Arrival, unit.arrival_id)
    order = session.get(PurchaseOrder, arrival.purchase_order_id) if arrival.purchase_order_id else None
    return unit, arrival, order


def label_of(session: Session, unit_id: int) -> dict[str, Any]:
    """What the label of a pallet or carton is asked for by."""
    unit, arrival, _ = of_unit(session, unit_id)
    return {"notice": arrival.ref, "sscc": unit.sscc, "kind": unit.kind}
