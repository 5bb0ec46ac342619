"""What somebody who answers a shopper needs on one page: what waits and until when, what was told, ready answers."""

from typing import Any

from sqlmodel import Session

from stowline.cases import contact_log
from stowline.cases import queries as cases
from stowline.cases.contact_rules import ABOUT
from stowline.core import clock, i18n
from stowline.desk import words as desk_words
from stowline.desk.queries import messages as mails
from stowline.desk.queries import offers
from stowline.desk.queries.orders import customer
from stowline.notifications import facts, waits
from stowline.notifications import queries as messages
from stowline.notifications.render import mail_dir
from stowline.orders import kits
from stowline.orders import queries as orders
from stowline.orders.queries import Order, Search
from stowline.packing import queries as packing
from stowline.packing.queries import Parcel
from stowline.shipping import queries as shipping
from stowline.shipping import service as carriers
from stowline.shipping import tracking_queries as tracking
from stowline.shipping.queries import Label
from stowline.shipping.tracking_queries import Way
from stowline.stores import queries as stores
from stowline.stores.queries import Store

MOST_FOUND, MOST_MAILS = 20, 30
ENDS = {"sent": "told", "unknown": "perhaps told", "held": "to be told", "sending": "being told", "skipped": "not told", "dead": "not told"}
Row = dict[str, Any]


def found(session: Session, text: str) -> list[Row]:
    """Orders that a search finds (ref, e-mail, name, tracking number, SKU), newest first."""
    shops = {shop.id: shop for shop in stores.all_stores(session)}
    hits = orders.search(session, Search(states=(), text=text, newest_first=True), MOST_FOUND)
    tags = cases.tags(session, "order", [order.id or 0 for order in hits])
    return [
        {"id": order.id, "ref": order.ref, "store": shops[order.store_id].name, "customer": customer(order), "state": order.state,
         "placed_at": order.placed_at, "tags": tags[order.id or 0]}
        for order in hits
    ]  # fmt: skip


def one(session: Session, order_id: int) -> Row:
    """One order as support sees it. Raises NotFound."""
    order = orders.order(session, order_id)
    store = stores.store(session, order.store_id)
    words = Words(order)
    lines, told = _lines(session, order_id), _mails(session, order_id)
    values = _values(order, store, words, lines, told)
    return {
        "order": {"id": order_id, "ref": order.ref, "store": store.name, "store_key": store.key, "customer": customer(order),
                  "email": order.email, "state": order.state, "placed_at": order.placed_at, "held": order.held,
                  "status_href": facts.status_path(order_id)},
        "tags": cases.tags(session, "order", [order_id])[order_id],
        "waiting": [{"sku": line["sku"], "name": line["name"], "units": line["quantity"], "place": line["place_in_line"],
                     "when": words.window(line["expected"])} for line in lines],
        "parcels": _parcels(session, order_id), "told": told, "said": _said(session, order_id), "choices": (offers.card(session, order) or {"rows": []})["rows"],
        "answers": [{"key": one.key, "title": one.title, "text": cases.filled(one.text, values)} for one in cases.snippets(session, order.locale)],
    }  # fmt: skip


def filling(session: Session, order: Order) -> dict[str, str]:
    """What the placeholders of snippets stand for in an answer about this order."""
    store = stores.store(session, order.store_id)
    return _values(order, store, Words(order), _lines(session, order.id or 0), _mails(session, order.id or 0))


def _lines(session: Session, order_id: int) -> list[Row]:
    return waits.rows(session, kits.sold(session, order_id))


def _mails(session: Session, order_id: int) -> list[Row]:
    return [_told(mail) for mail in reversed(messages.of_order(session, order_id)[-MOST_MAILS:])]


def _said(session: Session, order_id: int) -> list[Row]:
    """What the shopper wrote and asked about it."""
    return [{"at": one.at, "word": ABOUT[one.about], "text": one.text, "open": one.handled_at is None} for one in contact_log.of_order(session, order_id)]


def _parcels(session: Session, order_id: int) -> list[Row]:
    """Where each parcel is by its carrier, or where it stands in the house."""
    parcels = packing.parcels_of(session, order_id)
    ids = [one.id or 0 for one in parcels]
    ways, labels = tracking.ways(session, ids, most=1), shipping.live_labels(session, ids)
    return [_parcel(one, ways.get(one.id or 0, tracking.NO_WAY), labels.get(one.id or 0)) for one in parcels]


def _parcel(one: Parcel, way: Way, label: Label | None) -> Row:
    return {"code": one.code, "state": one.state, "word": way.word, "kind": way.kind, "at": way.at, "place": way.place,
            "eta": desk_words.day(way.eta) if way.eta and way.open else "", "tracking": way.number or (label.tracking if label else ""),
            "carrier": way.carrier or (carriers.carrier_name(label.carrier) if label else "")}  # fmt: skip


class Words:
    """Days in the language and the time zone of an order, as its mails write them."""

    def __init__(self, order: Order) -> None:
        self._words, self._zone = i18n.words(mail_dir() / "words", order.locale), order.time_zone
        self._year = i18n.local_date(clock.now(), self._zone).year

    def day(self, moment: Any) -> str:  # noqa: ANN401  (a moment, or a day)
        """A day."""
        return i18n.day_name(i18n.local_date(moment, self._zone), self._words, this_year=self._year)

    def window(self, window: Any) -> str:  # noqa: ANN401  ({"from", "to"} or None)
        """A range of days, or that there is none."""
        if not window:
            return "no date yet"
        first, last = (i18n.local_date(window[end], self._zone) for end in ("from", "to"))
        return i18n.day_range(first, last, self._words, this_year=self._year)


def _told(mail: messages.Message) -> Row:
    return {"id": mail.id, "at": mail.sent_at or mail.made_at, "what": mails.SUBJECTS.get(mail.kind, mail.kind), "subject": mail.subject, "state": mail.state,
            "until": mail.due if mail.state == "held" else None, "reason": mail.reason, "end": ENDS.get(mail.state, mail.state)}


def _values(order: Order, store: Store, words: Words, lines: list[Row], told: list[Row]) -> dict[str, str]:
    """What the placeholders of snippets stand for."""
    waiting = [f"{one['quantity']} × {one['name']} (number {one['place_in_line']:,} in line, {words.window(one['expected'])})" for one in lines]
    dated = [one["expected"] for one in lines if one["expected"]]
    if not lines:
        when = "Nothing waits for stock."
    elif len(dated) < len(lines):
        when = "For all of it we have no date yet that we could stand behind." if not dated else "For a part of it there is no date yet."
    else:
        whole = {"from": min(one["from"] for one in dated), "to": max(one["to"] for one in dated)}
        when = f"We expect it to leave our warehouse {words.window(whole)}."
    last = next((one for one in told if one["state"] == "sent"), None)
    return {
        "customer": order.customer_name or order.ship_name, "order": order.ref, "store": store.name, "placed": words.day(order.placed_at),
        "waiting": "; ".join(waiting) or "nothing", "when": when, "status_page": facts.status_url(order.id or 0),
        "told": f"Our last message was “{last['subject'] or last['what']}” on {words.day(last['at'])}." if last else "We have not written about it yet.",
    }  # fmt: skip
