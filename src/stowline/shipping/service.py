"""Verbs of shipping: label a parcel, open and close a manifest, hand over, take a handover back."""

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, hooks, outbox
from stowline.core.errors import Conflict, Refused
from stowline.inventory import service as inventory
from stowline.inventory.queries import CUSTOMER
from stowline.orders import queries as orders
from stowline.orders import refunds
from stowline.orders import service as order_service
from stowline.packing import queries as packing
from stowline.packing import service as parcels
from stowline.packing.events import ParcelEmptied
from stowline.packing.queries import Content, Parcel
from stowline.scanning import service as scanning
from stowline.shipping import queries
from stowline.shipping.carriers import house
from stowline.shipping.events import HandoverUndone, LabelMade, ManifestClosed, ParcelHandedOver, TakingBack
from stowline.shipping.models import Label, Manifest, ManifestParcel

CARRIERS = {house.KEY: house}


def carrier_name(key: str) -> str:
    """The carrier as shoppers and staff call it."""
    return CARRIERS[key].NAME if key in CARRIERS else key


def make_label(session: Session, parcel_code: str) -> tuple[Parcel, Label]:
    """The label of a parcel, made on the first call and the same ever after.

    Raises NotFound for an unknown parcel, Conflict for one that is not closed, Refused where the address lacks what a
    carrier needs.
    """
    parcel = packing.parcel_by_code(session, parcel_code)
    known = queries.live_label(session, parcel.id or 0)
    if known is not None:
        return parcel, known
    order = orders.lock(session, parcel.order_id)  # before the parcel, as at the bench: another address comes before or after
    parcel = packing.lock(session, parcel.id or 0)
    known = queries.live_label(session, parcel.id or 0)
    if known is not None:
        return parcel, known
    if parcel.state == "open":
        raise Conflict(f"Parcel {parcel.code} is still open. Close the box first.")
    _refuse_refunded(session, parcel)
    missing = [word for word, value in (("street", order.line1), ("city", order.city), ("country", order.country))
               if not value]
    if missing:
        raise Refused(f"The address of order {order.ref} has no {' and no '.join(missing)}. Complete it first.",
                      where="address")
    label = Label(parcel_id=parcel.id or 0, carrier=house.KEY, service=house.FAST if order.expedite else house.SERVICE,
                  tracking=house.tracking(parcel.id or 0), sscc=house.serial_code(parcel.id or 0), made_at=clock.now())
    session.add(label)
    parcels.become(session, parcel, "labelled")
    scanning.print_codes(session, [(label.tracking, "parcel", parcel.id or 0, f"parcel {parcel.code}"),
                                   (label.sscc, "parcel", parcel.id or 0, f"parcel {parcel.code}")])
    order_service.add_search_term(session, parcel.order_id, label.tracking)
    outbox.record(session, LabelMade(parcel.order_id, parcel.code, label.carrier, label.tracking),
                  subject=parcel.order_id)
    return parcel, label


def open_manifest(session: Session, carrier: str) -> Manifest:
    """A new manifest for a carrier. Raises Refused for a carrier nobody knows."""
    if carrier not in CARRIERS:
        raise Refused(f"There is no carrier {scanning.shown(carrier)}. There are: {', '.join(CARRIERS)}.", where="carrier")
    manifest = Manifest(ref=f"new-{clock.now().timestamp()}", carrier=carrier, opened_at=clock.now())
    session.add(manifest)
    session.flush()
    manifest.ref = f"MF-{manifest.id:05d}"
    session.add(manifest)
    session.flush()
    scanning.print_code(session, manifest.ref, "manifest", manifest.id or 0, f"manifest {manifest.ref}")
    return manifest


def close_manifest(session: Session, manifest: Manifest) -> int:
    """The carrier has taken the parcels; how many."""
    n = queries.parcels_on(session, manifest.id or 0)
    manifest.closed_at = clock.now()
    session.add(manifest)
    session.flush()
    outbox.record(session, ManifestClosed(manifest.ref, manifest.carrier, n))
    return n


def reopen_manifest(session: Session, manifest: Manifest) -> None:
    """Undo of close_manifest."""
    manifest.closed_at = None
    session.add(manifest)
    session.flush()


def hand_over(session: Session, manifest: Manifest, parcel: Parcel) -> None:
    """A parcel leaves with its carrier: its units are the customer's, its order is told. Raises Conflict for a parcel
    without label, or of another carrier.
    """
    label = queries.live_label(session, parcel.id or 0)
    if label is None or parcel.state != "labelled":
        raise Conflict(f"Parcel {parcel.code} is {parcel.state.replace('_', ' ')}; it cannot be handed over.")
    inside = packing.contents(session, parcel.id or 0)
    inventory.lock_levels(session, [item.product_id for item in inside])
    orders.lock(session, parcel.order_id)
    _refuse_refunded(session, parcel)
    for item in sorted(inside, key=lambda item: item.product_id):
        inventory.ship(session, product_id=item.product_id, from_id=parcel.at_id, to_id=CUSTOMER, qty=item.qty,
                       lot=item.lot, serial=item.serial)
    order_service.raise_stage(session, parcel.order_id, "handed_over", _units_by_line(inside))
    parcel.handed_over_at, parcel.handovers = clock.now(), parcel.handovers + 1
    parcels.become(session, parcel, "handed_over")
    session.add(ManifestParcel(parcel_id=parcel.id or 0, manifest_id=manifest.id or 0, at=clock.now()))
    session.flush()
    fact = ParcelHandedOver(parcel.order_id, parcel.id or 0, parcel.code, label.carrier, label.tracking, manifest.ref,
                            sum(item.qty for item in inside), parcel.handovers)
    outbox.record(session, fact, subject=parcel.order_id)


def _refuse_refunded(session: Session, parcel: Parcel) -> None:
    """What the shop refunded does not leave. Raises Conflict."""
    name = packing.refunded_inside(session, parcel.id or 0)
    if name:
        raise Conflict(f"The shop refunded {name} in parcel {parcel.code}. Bring it to the pack bench and put that back first.")


def on_emptied(session: Session, fact: ParcelEmptied) -> None:
    """Nothing is left in a parcel: its label is void."""
    label = queries.live_label(session, fact.parcel_id)
    if label is not None:
        label.void_at = clock.now()
        session.add(label)
        session.flush()


def _units_by_line(inside: list[Content]) -> dict[int, int]:
    units: dict[int, int] = {}
    for item in inside:
        units[item.order_line_id] = units.get(item.order_line_id, 0) + item.qty
    return units


def take_back(session: Session, parcel: Parcel) -> None:
    """Undo of hand_over: the parcel stands in the ship lane again. Raises Conflict if it is not handed over, or what was
    in it came back and went to somebody else, or a return speaks for it.
    """
    if parcel.state != "handed_over":
        raise Conflict(f"Parcel {parcel.code} is not handed over.")
    again = packing.left_again(session, parcel.id or 0)
    if again is not None:
        raise Conflict(f"Serial {again.serial} left again with parcel {again.parcel}. {parcel.code} is not here.")
    inside = packing.contents(session, parcel.id or 0)
    inventory.lock_levels(session, [item.product_id for item in inside])
    orders.lock(session, parcel.order_id)
    hooks.tell(session, TakingBack(parcel.order_id, parcel.code, tuple(sorted(_units_by_line(inside).items()))))
    for item in inside:
        inventory.unship(session, product_id=item.product_id, from_id=CUSTOMER, to_id=parcel.at_id, qty=item.qty,
                         lot=item.lot, serial=item.serial)
    back = {line_id: -units for line_id, units in _units_by_line(inside).items()}
    order_service.raise_stage(session, parcel.order_id, "handed_over", back)
    refunds.stayed(session, sorted(back))
    parcel.handed_over_at = None
    parcels.become(session, parcel, "labelled")
    session.execute(sa.delete(ManifestParcel).where(ManifestParcel.parcel_id == parcel.id))  # type: ignore[arg-type]
    fact = HandoverUndone(parcel.order_id, parcel.id or 0, parcel.code)
    outbox.record(session, fact, subject=parcel.order_id)


def numbers_of_return(n: int) -> tuple[str, str]:
    """The tracking number and the SSCC of the label that brings return `n` back, in ranges that no parcel's numbers come to."""
    return house.tracking(9_000_000_000 + n), house.serial_code(900_000_000 + n)
