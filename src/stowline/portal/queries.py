"""An order as its own shopper may see it: the day or the state first, then parcels, what waits, and whom to ask."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from stowline.backorders import queries as backorders
from stowline.backorders.queries import Promised
from stowline.cases import queries as cases
from stowline.catalog import page_queries
from stowline.core import places
from stowline.notifications import waits as waits_of
from stowline.orders import kits
from stowline.orders import queries as orders
from stowline.orders.kits import Sold
from stowline.orders.models import Order
from stowline.packing import queries as packing
from stowline.packing.models import Parcel
from stowline.portal import parcels as portal_parcels
from stowline.portal.parcels import a_part, shown
from stowline.portal.reader import Reader
from stowline.receiving import queries as receiving
from stowline.shipping import tracking_queries as tracking
from stowline.shipping.tracking_queries import Way
from stowline.stores import queries as stores
from stowline.stores.models import Store

PLACES_COUNTED = 1000
View = dict[str, Any]


def status(session: Session, order: Order, reader: Reader) -> tuple[View, Store]:
    """Everything the status page shows, and the store in whose name."""
    order_id = order.id or 0
    store = stores.store(session, order.store_id)
    lines = kits.sold(session, order_id)
    parcels = packing.parcels_of(session, order_id)
    waits = _waiting(session, order, lines)
    ways = tracking.ways(session, [parcel.id or 0 for parcel in parcels], most=portal_parcels.MOST_STEPS)
    headline, say = _merged(session, order, reader) or _refunded(order, lines, reader) or _headline(order, parcels, waits, ways, reader)
    view = {
        **_named(store),
        "order": {"ref": order.ref, "placed": reader.day(order.placed_at), "total": reader.money(order.total_minor, order.currency)},
        "eyebrow": reader.say("page.eyebrow", ref=order.ref), "headline": headline, "say": say,
        "steps": [*([] if _refunded(order, lines, reader) else _steps(order, parcels, reader, stock_lacks=bool(waits))), *portal_parcels.further_steps(order, parcels, ways, reader)],
        "parcels": portal_parcels.views(session, order, lines, parcels, ways, reader),
        "cards": _cards(order, lines, reader), "waiting": _still_to_come(waits, reader), "address": _address(order, reader),
        "parts_say": _why_parts(order, parcels, reader), "asked": _asked(session, order, store, reader), **reader.frame(),
    }  # fmt: skip
    _put_photos(session, lines, [*view["parcels"], *view["cards"], *([view["waiting"]] if view["waiting"] else [])])
    return view, store


def _put_photos(session: Session, lines: Sequence[Sold], cards: Sequence[View]) -> None:
    """Each good with the photograph that the catalogue has of it, if there is one."""
    known = page_queries.first_photos(session, list({line.product_id for line in lines}))
    by_sku = {line.sku: known[line.product_id] for line in lines if line.product_id in known}
    for card in cards:
        for row in card["goods"]:
            row["photo"] = f"/photos/{by_sku[row['sku']]}.jpg" if row["sku"] in by_sku else ""


def _merged(session: Session, order: Order, reader: Reader) -> tuple[str, str] | None:
    """Of an order that goes with another one: with which."""
    if order.merged_into is None or order.state != "cancelled":
        return None
    ref = orders.order(session, order.merged_into).ref
    return reader.say("headline.merged", ref=ref), reader.say("say.merged", ref=ref)


def _refunded(order: Order, lines: Sequence[Sold], reader: Reader) -> tuple[str, str] | None:
    """Of an order of which all is refunded, and still to be put back: what is said of a cancelled one."""
    units = sum(part.take_out for line in lines for part in line.lines)
    if not units or order.ordered - order.cancelled > units:
        return None
    return reader.say("headline.cancelled"), reader.say("say.cancelled")


def _named(store: Store) -> View:
    return {"store": {"name": store.name, "href": store.url or None, "email": store.support_email or None, "phone": store.support_phone, "hours": store.support_hours}}


def _why_parts(order: Order, parcels: Sequence[Parcel], reader: Reader) -> str:
    """Why there are several parcels; "" where there is one."""
    return reader.say("parcel.why_stock" if order.ships != "complete" else "parcel.why_boxes") if len(parcels) > 1 else ""


def _asked(session: Session, order: Order, store: Store, reader: Reader) -> list[View]:
    """What is asked often, with the store's answers in the reader's language."""
    facts = {"order": order.ref, "store": store.name, "placed": reader.day(order.placed_at)}
    return [{"question": one.title, "says": [part for part in cases.filled(one.text, facts).split("\n") if part.strip()]}
            for one in cases.asked_often(session, reader.words.locale)]  # fmt: skip


def frame(store: Store, order: Order, reader: Reader) -> View:
    """What a page about an order has around it, in the store's name."""
    return {**_named(store), "eyebrow": reader.say("page.eyebrow", ref=order.ref), "order": {"ref": order.ref}, **reader.frame()}


# --- what has no stock yet --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wait:
    """A line that waits: its place in line, the days that are known for it (None: no date), and units on their way.

    A kit waits for the part that comes last.
    """

    line: Sold
    place: int
    window: View | None
    due: int
    first: View | None = None


def _waiting(session: Session, order: Order, lines: Sequence[Sold]) -> list[Wait]:
    if order.state in ("on_hold", "cancelled"):
        return []
    short = [part for line in lines for part in line.lines if part.waiting > 0]
    places = orders.places_in_line(session, [part.id for part in short], at_most=PLACES_COUNTED)
    due = receiving.incoming(session, [part.product_id for part in short]) if short else {}
    standing = backorders.standing(session, [part.id for part in short])
    waits = []
    for line in lines:
        if line.waiting <= 0:
            continue
        coming = 0 if line.is_kit else sum(one.units for one in due.get(line.product_id, []))
        waits.append(Wait(line, waits_of.place_of(line, places), waits_of.expected_of(line, standing), coming, _first_told(line, standing)))
    return waits


def _first_told(line: Sold, standing: Mapping[int, Promised]) -> View | None:
    """The days that were told first of what is late now, of a kit the latest of its parts'; None where it is not later."""
    parts = [standing[part.id] for part in line.lines if part.waiting > 0 and part.id in standing]
    late = [one.first_told for one in parts if one.first_told and (one.window.p90 is None or one.window.p90 > one.first_told[1])]
    return {"from": max(late)[0].isoformat(), "to": max(late)[1].isoformat()} if late else None


def _still_to_come(waits: Sequence[Wait], reader: Reader) -> View | None:
    """The card of what waits; the picture of the line is drawn where one line waits and its date is known."""
    if not waits:
        return None
    goods = [_good(one.line, one.line.waiting, reader) | {"say": _place(one, reader)} for one in waits]
    alone = waits[0] if len(waits) == 1 and waits[0].window and waits[0].due and waits[0].place <= PLACES_COUNTED else None
    return {
        **_card("waiting", "warn", goods, reader), "say": reader.say("card.served"),
        "ahead": alone.place - 1 if alone else None, "due": alone.due if alone else None,
    }  # fmt: skip


def _place(one: Wait, reader: Reader) -> str:
    far, dated = one.place > PLACES_COUNTED, "dated" if one.window else "undated"
    values = {"place": f"{min(one.place, PLACES_COUNTED):,}"} | ({"range": reader.window(one.window)} if one.window else {})
    stands = reader.say(f"card.{'far' if far else 'place'}_{dated}", **values)
    return stands + reader.say(f"card.late_{dated}", range=reader.window(one.first)) if one.first else stands


# --- where it stands --------------------------------------------------------------------------------------------------


def standing(session: Session, order: Order, reader: Reader) -> tuple[str, str]:
    """Where an order stands, for a list: the day first where there is one; and a sentence or two."""
    parcels, lines = packing.parcels_of(session, order.id or 0), kits.sold(session, order.id or 0)
    ways = tracking.ways(session, [parcel.id or 0 for parcel in parcels], most=portal_parcels.MOST_STEPS)
    return _refunded(order, lines, reader) or _headline(order, parcels, _waiting(session, order, lines), ways, reader)


def _headline(
    order: Order, parcels: Sequence[Parcel], waits: Sequence[Wait], ways: Mapping[int, Way], reader: Reader
) -> tuple[str, str]:
    """The day first where there is one, else where the order stands; then a sentence or two."""
    left = [parcel.handed_over_at for parcel in parcels if parcel.handed_over_at]
    if order.state in ("cancelled", "on_hold", "returned"):
        return reader.say(f"headline.{order.state}"), reader.say(f"say.{order.state}")
    if order.state in ("handed_over", "delivered") and left:
        if known := portal_parcels.headline(parcels, ways, reader):
            return known
        say = "say.handed_over_part" if order.cancelled else "say.handed_over"
        return reader.say("headline.handed_over", day=reader.day(max(left))), reader.say(say)
    begun = reader.say("say.some_left") if left else ""
    if waits:
        headline, say = _when_it_comes(waits, reader, some_left=bool(left))
        return headline, reader.together(begun, say)
    if order.packed >= order.ordered - order.cancelled:
        return reader.say("headline.packed"), reader.together(begun, reader.say("say.packed"))
    if order.picked > order.handed_over:
        return reader.say("headline.picking"), reader.together(begun, reader.say("say.picking"))
    return reader.say("headline.ready"), reader.together(begun, reader.say("say.ready_rest" if left else "say.ready"))


def _when_it_comes(waits: Sequence[Wait], reader: Reader, *, some_left: bool) -> tuple[str, str]:
    known = [one.window for one in waits if one.window]
    if len(known) < len(waits):
        kind = "mixed" if known else "undated"
        return reader.say(f"headline.{kind}"), reader.say(f"say.{kind}")
    whole = {"from": min(one["from"] for one in known), "to": max(one["to"] for one in known)}
    kind = "dated_rest" if some_left else "dated"
    return reader.say(f"headline.{kind}", range=reader.window(whole)), reader.say(f"say.{kind}")


def _steps(order: Order, parcels: Sequence[Parcel], reader: Reader, *, stock_lacks: bool) -> list[View]:
    """Ordered, in stock, packed, handed over: where the order as a whole is; the step under way says what is done now."""
    if order.state in ("cancelled", "on_hold", "returned"):
        return []
    wanted = order.ordered - order.cancelled
    reached = (True, not stock_lacks, order.packed >= wanted, order.handed_over >= wanted)
    days = (order.placed_at, None, _last(parcel.sealed_at for parcel in parcels), _last(p.handed_over_at for p in parcels))
    now = reached.index(False) if False in reached else len(reached)
    steps = []
    for n, name in enumerate(("ordered", "in_stock", "packed", "handed_over")):
        under_way = "now_picking" if name == "packed" and order.picked > order.handed_over else f"now_{name}"
        day, label = days[n] if n < now else None, under_way if n == now else name
        state = "done" if n < now else "now" if n == now else ""
        steps.append({"label": reader.say(f"steps.{label}"), "say": reader.day(day) if day else None, "state": state})
    return steps


def _last(moments: Any) -> datetime | None:  # noqa: ANN401  (moments, some not known)
    return max((moment for moment in moments if moment), default=None)


# --- goods ------------------------------------------------------------------------------------------------------------


def _cards(order: Order, lines: Sequence[Sold], reader: Reader) -> list[View]:
    """Goods that are in no parcel and do not wait: set aside, held, cancelled; and what came back. What was swapped is
    not cancelled: what came in its place says so. What the shop refunded does not come, though it is in a tote or a box.
    """
    held = order.state == "on_hold"
    names = {line.lines[0].id: line.name for line in lines}
    swapped = Counter[int]()
    for line in lines:
        swapped[line.lines[0].substitute_for or 0] += line.ordered
    kinds = (
        ("ready", "ok", [(line, line.allocated - line.packed - line.out_of_tote) for line in lines if not held]),
        ("on_hold", "warn", [(line, line.ordered - line.cancelled - line.packed - line.out_of_tote) for line in lines if held]),
        ("cancelled", "done", [(line, line.cancelled + line.take_out - swapped[line.lines[0].id]) for line in lines]),
        ("returned", "done", [(line, line.returned) for line in lines]),
    )
    cards = []
    for name, kind, units in kinds:
        goods = [_good(line, n, reader) | _instead(line, names, reader) for line, n in units if n > 0]
        if goods:
            cards.append({"id": name.replace("_", "-"), **_card(name, kind, goods, reader)})
    return cards


def _instead(line: Sold, names: Mapping[int, str], reader: Reader) -> View:
    """What a substitute says of itself."""
    old = line.lines[0].substitute_for
    return {"say": reader.say("page.instead", name=names[old])} if old is not None and old in names else {}


def _good(line: Sold, quantity: int, reader: Reader) -> View:
    """Units or whole kits of one thing sold; a kit with its parts."""
    parts = [a_part(part.name, quantity * part.per_kit, reader) for part in line.parts]
    return {"sku": line.sku, "name": line.name, "say": None, "quantity": quantity, "parts": parts}


def _card(name: str, kind: str, goods: list[View], reader: Reader) -> View:
    return {"title": reader.say(f"card.{name}"), "kind": kind, "word": reader.say(f"card.{name}_chip"), **shown(goods, reader)}


def _address(order: Order, reader: Reader) -> list[str]:
    """Whom and where to, without the street: a link may be passed on."""
    place = " ".join(part for part in (order.postcode, order.city) if part)
    return [line for line in (order.ship_name, place, places.country(order.country, reader.calendar)) if line]
