"""Parcels as their shopper sees them: what is inside, where each has been, when it is expected."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from stowline.notifications import facts
from stowline.orders import kits
from stowline.orders.kits import Sold
from stowline.orders.queries import Order
from stowline.packing import photos
from stowline.packing import queries as packing
from stowline.packing.photos import Photo
from stowline.packing.queries import Content, Parcel
from stowline.portal.reader import Reader
from stowline.shipping import queries as shipping
from stowline.shipping import service as carriers
from stowline.shipping.queries import Label
from stowline.shipping.tracking_queries import NO_WAY, Step, Way

MOST_SHOWN = 300
MOST_STEPS = 12
CHIPS = {"": "ok", "attempt_failed": "warn", "delayed": "warn", "lost": "warn", "returning": "warn", "returned_to_sender": "done"}
View = dict[str, Any]


def views(
    session: Session, order: Order, lines: Sequence[Sold], parcels: Sequence[Parcel], ways: Mapping[int, Way], reader: Reader
) -> list[View]:
    """A card for each parcel."""
    ids = [parcel.id or 0 for parcel in parcels]
    within, labels, shown_of = packing.contents_of(session, ids), shipping.live_labels(session, ids), photos.of_parcels(session, ids)
    none_left = _without_refunded(lines, parcels, within)
    whole = len(parcels) > 1 and order.packed >= order.ordered - order.cancelled
    made = []
    for parcel in (one for one in parcels if one.id not in none_left):
        way = ways.get(parcel.id or 0, NO_WAY) if parcel.handed_over_at else NO_WAY
        state = "handed_over" if parcel.handed_over_at else "open" if parcel.state == "open" else "packed"
        word = f"milestone.{way.milestone}" if way.milestone else f"parcel.{state}"
        made.append({
            "title": reader.say("parcel.title_of" if whole else "parcel.title", number=parcel.n, of=len(parcels)),
            "kind": "go" if state == "open" else CHIPS.get(way.milestone, "ok"), "word": reader.say(word),
            "expected": reader.say("parcel.expected", day=reader.date(way.eta)) if way.eta and way.open else None,
            **shown(_inside(lines, within[parcel.id or 0], reader), reader), **_carrier(parcel, labels.get(parcel.id or 0), way),
            "events": [*_where(way.steps, reader), *_ours(parcel, reader)], "photos": _photos(order, shown_of[parcel.id or 0], reader),
            "lost": way.milestone == "lost",
        })  # fmt: skip
    return made


def _photos(order: Order, taken: Sequence[Photo], reader: Reader) -> list[View]:
    """How the packed box looked: small ones on the page, each leads to the large one."""
    here = f"{facts.status_path(order.id or 0)}/photos"
    return [{"src": f"{here}/{one.id}/small", "href": f"{here}/{one.id}/large", "width": one.width, "height": one.height, "say": reader.say("parcel.photo", n=n)}
            for n, one in enumerate(taken, 1)]  # fmt: skip


def _without_refunded(lines: Sequence[Sold], parcels: Sequence[Parcel], within: dict[int, list[Content]]) -> set[int]:
    """What the shop refunded is in a box still, and will be taken out: it does not come. The boxes of which nothing is left."""
    out = {part.id: max(0, part.take_out - (part.picked - part.packed)) for line in lines for part in line.lines if part.take_out}
    none_left: set[int] = set()
    for parcel in reversed(parcels) if out else ():
        rest = []
        for item in within[parcel.id or 0]:
            n = 0 if parcel.handed_over_at else min(out.get(item.order_line_id, 0), item.qty)
            out[item.order_line_id] = out.get(item.order_line_id, 0) - n
            rest += [replace(item, qty=item.qty - n)] if item.qty > n else []
        if within[parcel.id or 0] and not rest:
            none_left.add(parcel.id or 0)
        within[parcel.id or 0] = rest
    return none_left


AT_THE_DOOR = ("out_for_delivery", "attempt_failed", "delivered")
"""Whoever knows a number alone is not told where these were: it is near somebody's home."""


def public(session: Session, parcel: Parcel, way: Way, reader: Reader) -> View:
    """A parcel for whoever has its number: how far it is, its day and its carrier, nothing of whose it is or what is inside."""
    way = way if parcel.handed_over_at else NO_WAY
    label = shipping.live_label(session, parcel.id or 0)
    kept = [replace(one, place="") if one.milestone in AT_THE_DOOR else one for one in way.steps]
    known = headline([parcel], {parcel.id or 0: way}, reader)
    state = "handed_over" if parcel.handed_over_at else "packed"
    title = known[0] if known else reader.say(f"milestone.{way.milestone}" if way.milestone else f"parcel.{state}")
    due = way.eta is not None and way.open and way.milestone not in ("", "in_transit")  # else the headline says the day
    return {
        "headline": title, "say": reader.say("parcel.expected", day=reader.date(way.eta)) if due and way.eta else "",
        "steps": _bar(parcel, way, reader), "carrier": _carrier(parcel, label, way)["carrier"],
        "events": [*_where(kept, reader), *_ours(parcel, reader)],
    }  # fmt: skip


def _bar(parcel: Parcel, way: Way, reader: Reader) -> list[View]:
    """Packed, handed over, on its way, delivered: the step under way is the first that was not reached."""
    reached = [parcel.sealed_at is not None, parcel.handed_over_at is not None, bool(way.milestone), way.milestone == "delivered"]
    now = (reached.index(False) - (reached[1] and not reached[3])) if False in reached else len(reached)
    names = ("packed", "handed_over", "on_its_way", "delivered")
    return [{"label": reader.say(f"steps.{name}"), "say": None, "state": "done" if n < now else "now" if n == now else ""} for n, name in enumerate(names)]


def _carrier(parcel: Parcel, label: Label | None, way: Way) -> View:
    """Who has it and under which number, once it has left."""
    name = way.carrier or (carriers.carrier_name(label.carrier) if label else None)
    number = way.number or (label.tracking if label else None)
    return {"carrier": name, "tracking": number if parcel.handed_over_at else None, "tracking_href": None}


def _where(steps: Sequence[Step], reader: Reader) -> list[View]:
    """The carrier's steps; of several in a row that say the same at one place, the last."""
    rows: list[View] = []
    for one in steps:
        row = {"say": reader.say(f"milestone.{one.milestone}"), "place": one.place}
        if not rows or {name: rows[-1][name] for name in row} != row:
            rows.append({"at": reader.moment(one.at), **row})
    return rows


def _ours(parcel: Parcel, reader: Reader) -> list[View]:
    events = ((parcel.handed_over_at, "parcel.at_carrier"), (parcel.sealed_at, "parcel.at_pack"))
    return [{"at": reader.moment(at), "say": reader.say(key), "place": ""} for at, key in events if at]


# --- the whole order --------------------------------------------------------------------------------------------------


def headline(parcels: Sequence[Parcel], ways: Mapping[int, Way], reader: Reader) -> tuple[str, str] | None:
    """What the carrier's news add up to once all has left: where all parcels say the same, that; else the first that is
    no good news. None where nothing is known of one of them.
    """
    known = [ways.get(parcel.id or 0, NO_WAY) for parcel in parcels if parcel.handed_over_at]
    said = {way.milestone for way in known}
    troubles = [name for name in ("lost", "attempt_failed", "returning", "delayed", "returned_to_sender") if name in said]
    if troubles:
        return reader.say(f"milestone_headline.{troubles[0]}"), reader.say(f"milestone_say.{troubles[0]}")
    days = [way.eta for way in known if way.eta]
    if said <= {"in_transit", ""} and len(days) == len(known):
        return reader.say("milestone_headline.expected", day=reader.date(max(days))), reader.say("milestone_say.expected")
    if said == {"delivered"}:
        day = reader.day(max(way.at for way in known if way.at))
        return reader.say("milestone_headline.delivered", day=day), reader.say("milestone_say.delivered")
    if said == {"out_for_delivery"}:
        return reader.say("milestone_headline.out_for_delivery"), reader.say("milestone_say.out_for_delivery")
    return None


def further_steps(order: Order, parcels: Sequence[Parcel], ways: Mapping[int, Way], reader: Reader) -> list[View]:
    """On its way, delivered: drawn once everything has left and a carrier says where it is."""
    known = [ways.get(parcel.id or 0, NO_WAY) for parcel in parcels if parcel.handed_over_at]
    if order.state not in ("handed_over", "delivered") or not any(way.milestone for way in known):
        return []
    done = all(way.milestone == "delivered" for way in known)
    last = max((way for way in known if way.at), key=lambda way: str(way.at))
    on, there = reader.say("steps.on_its_way"), reader.say("steps.delivered")
    reached = reader.day(last.at) if done and last.at else None
    return [{"label": on, "say": None if done else last.place or None, "state": "done" if done else "now"},
            {"label": there, "say": reached, "state": "done" if done else ""}]  # fmt: skip


# --- goods ------------------------------------------------------------------------------------------------------------


def _inside(lines: Sequence[Sold], contents: Sequence[packing.Content], reader: Reader) -> list[View]:
    """What is in a parcel, as it was sold: whole kits with their parts."""
    return [
        {"sku": item.sku, "name": item.name, "say": reader.say("page.for_kit", name=item.kit) if item.kit else None,
         "quantity": item.quantity, "parts": [a_part(name, n, reader) for _, name, n in item.parts]}
        for item in kits.gathered(lines, packing.by_line(contents))
    ]


def a_part(name: str, quantity: int, reader: Reader) -> View:
    """So many of a kit's part."""
    return {"name": name, "times": reader.say("page.times", n=f"{quantity:,}")}


def shown(goods: list[View], reader: Reader) -> View:
    """As many lines as a page shows, and how many more there are."""
    over = len(goods) - MOST_SHOWN
    return {"goods": goods[:MOST_SHOWN], "more": reader.say("page.more", n=over) if over > 0 else ""}
