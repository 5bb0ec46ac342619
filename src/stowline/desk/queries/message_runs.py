"""Runs of messages as managers see them: whom one may be for, the list, one with its recipients and what became of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.core import db, fields
from stowline.core.errors import Refused
from stowline.desk import words
from stowline.desk.queries import diary
from stowline.desk.queries import orders as lists
from stowline.desk.queries.keyset import Key, Page, Place, walk
from stowline.notifications import policies, previews, run_queries, runs
from stowline.notifications.models import Message
from stowline.notifications.render import Rendered, RenderFailed
from stowline.notifications.run_models import NoteRun
from stowline.notifications.run_queries import Recipient
from stowline.notifications.run_rules import MOST_ORDERS, lasts
from stowline.orders import queries as orders
from stowline.orders.models import Order, OrderKit, OrderLine
from stowline.stores import queries as stores

_l, _o, _k = OrderLine.__table__.c, Order.__table__.c, OrderKit.__table__.c  # type: ignore[attr-defined]
WAYS = {"product": "Who wait for a product", "filter": "Orders by a filter", "refs": "A list of orders"}
STATES = {"": "All", "sent": "Sent", "held": "Held", "skipped": "Skipped", "unknown": "Not certain", "dead": "Dead"}
PORTION, MOST_READ, MOST_REFS = 500, 50_000, 2_000
COLOURS = {"draft": "", "running": "go", "paused": "warn", "stopped": "done", "finished": "ok"}
Row = dict[str, Any]


# -- whom it is for --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """How a run's orders are chosen: who wait for `sku`, what a filter of the orders list finds, or `refs`; in one store or in all."""

    whom: str
    store: str = ""
    sku: str = ""
    view: str = "open"
    state: str = ""
    text: str = ""
    tag: str = ""
    refs: str = ""

    def plain(self) -> dict[str, Any]:
        """As it is kept with the run, without the list that was pasted: that is the run's own."""
        said = {"store": self.store, "sku": self.sku, "view": self.view if self.whom == "filter" else "", "state": self.state, "q": self.text, "tag": self.tag}
        return {"whom": self.whom, **{name: value for name, value in said.items() if value}}


@dataclass(frozen=True, slots=True)
class Found:
    """An order that a run may be for."""

    id: int
    store_id: int
    email: str


def gather(asked: Asked) -> list[Found]:
    """All that fit, each portion read by itself. Raises Refused with the field, NotFound for a product or store nobody knows."""
    found: list[Found] = []
    for portion in _portions(asked):
        found += portion
        if len(found) > MOST_READ:
            raise Refused(f"More than {MOST_READ:,} orders fit. Choose fewer.", where="whom")
    return found


def _portions(asked: Asked) -> Iterator[list[Found]]:
    if asked.whom == "refs":
        yield from _by_refs(asked)
    elif asked.whom == "product":
        yield from _who_wait(asked)
    else:
        after: Any = None
        while after is not False:
            with db.reading() as session:
                search = lists.Asked(asked.view, asked.store, asked.state, asked.text, asked.tag).search(session)
                rows = orders.search(session, replace(search, after=after), PORTION)
                yield [Found(one.id or 0, one.store_id, one.email) for one in rows]
                after = lists.key(rows[-1]) if len(rows) == PORTION else False


def _who_wait(asked: Asked) -> Iterator[list[Found]]:
    if not asked.sku:
        raise Refused("Choose a product.", where="sku")
    last, more = 0, True
    while more:
        with db.reading() as session:
            query = _waiting(session, asked).where(_o.id > last).order_by(_o.id).limit(PORTION)
            portion = [Found(*row) for row in session.execute(query)]
        yield portion
        more, last = len(portion) == PORTION, portion[-1].id if portion else 0


def _waiting(session: Session, asked: Asked) -> sa.Select[Any]:
    """The orders with a line that waits for the product, by itself or as the part of a kit that was sold."""
    product_id = catalog.product_by_sku(session, asked.sku).id or 0
    short = _l.ordered - _l.cancelled > _l.allocated
    plain = sa.select(_l.order_id).where(_l.product_id == product_id, short)
    in_kits = sa.select(_l.order_id).join(OrderKit, _k.id == _l.kit_id).where(_k.product_id == product_id, short)
    query = sa.select(_o.id, _o.store_id, _o.email).where(_o.id.in_(plain.union(in_kits)))
    return query.where(_o.store_id == stores.store_by_key(session, asked.store).id) if asked.store else query


def waiting_count(session: Session, asked: Asked) -> int:
    """How many orders wait for the product, counted to one more than a run may be for."""
    some = _waiting(session, asked).limit(MOST_ORDERS + 1).subquery()
    return int(session.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def _by_refs(asked: Asked) -> Iterator[list[Found]]:
    wanted = list(dict.fromkeys(filter(None, (fields.text(one, "refs", what="An order's number") for one in re.split(r"[,;\r\n]", asked.refs)))))
    if not wanted:
        raise Refused("Name the orders, each on its own line.", where="refs")
    if len(wanted) > MOST_REFS:
        raise Refused(f"A list has at most {MOST_REFS:,} orders.", where="refs")
    for n in range(0, len(wanted), PORTION):
        with db.reading() as session:
            yield _of_refs(session, wanted[n : n + PORTION], asked.store)


def _of_refs(session: Session, wanted: Sequence[str], store: str) -> list[Found]:
    query = sa.select(_o.ref, _o.id, _o.store_id, _o.email).where(_o.ref.in_(wanted)).limit(PORTION * 20)
    if store:
        query = query.where(_o.store_id == stores.store_by_key(session, store).id)
    found: dict[str, Found] = {}
    for ref, *rest in session.execute(query):
        if ref in found:
            raise Refused(f"Several stores have an order {fields.shown(ref)}. Choose the store.", where="store")
        found[ref] = Found(*rest)
    if missing := [one for one in wanted if one not in found]:
        raise Refused(f"There is no order {', '.join(fields.shown(one) for one in missing[:3])}{' and others' if len(missing) > 3 else ''}.", where="refs")
    return [found[one] for one in wanted]


def say(session: Session, found: Sequence[NoteRun]) -> list[str]:
    """How the orders of each run were chosen, in words."""
    names = ("whom", "store", "sku", "view", "state", "q", "tag")
    asked = [Asked(**{"whom": "refs"} | {{"q": "text"}.get(name, name): str(value) for name, value in run.asked.items() if name in names}) for run in found]
    shops = {one.key: one.name for one in stores.all_stores(session)}
    known = catalog.ids_of(session, [one.sku for one in asked if one.sku])
    products = {one.sku: f"{one.name} ({one.sku})" for one in catalog.by_ids(session, known.values()).values()}
    return [_say(one, products.get(one.sku, one.sku)) + (f", of {shops.get(one.store, one.store)}" if one.store else "") for one in asked]


def _say(ask: Asked, product: str) -> str:
    if ask.whom == "product":
        return f"who wait for {product}"
    if ask.whom == "refs":
        return "a list of orders"
    view = lists.VIEWS.get(ask.view)
    narrowed = [f"in state {ask.state.replace('_', ' ')}" if ask.state else "", f"tagged {ask.tag}" if ask.tag else "", f"that fit “{ask.text}”" if ask.text else ""]
    base = "those" if any(narrowed) else f"the view {view.label if view else ask.view}"
    return " ".join(filter(None, [base, *narrowed]))


# -- the list, and one -----------------------------------------------------------------------------------------------


def page(session: Session, place: Place) -> Page[NoteRun]:
    """Runs, newest first."""

    def fetch(after: Key | None, backwards: bool, most: int) -> list[NoteRun]:  # noqa: FBT001
        return run_queries.listed(session, after[0] if after else None, most, backwards=backwards)

    return walk(place, fetch, lambda run: (run.id or 0,))


def rows(session: Session, found: Sequence[NoteRun]) -> list[Row]:
    """What both pages say of runs."""
    return [_row(run, whom) for run, whom in zip(found, say(session, found), strict=True)]


def _row(run: NoteRun, whom: str) -> Row:
    return {
        "id": run.id, "mark": runs.mark(run), "subject": run.subject, "body": run.body, "whom": whom, "state": run.state, "colour": COLOURS[run.state],
        "total": run.total, "done": run.done, "per_minute": run.per_minute, "lasts": lasts(run.total - run.done, run.per_minute),
        "made_by": run.made_by, "made_at": run.made_at, "started_at": run.started_at, "ended_at": run.ended_at,
    }  # fmt: skip


def recipients(session: Session, run: NoteRun, state: str, place: Place) -> Page[Recipient]:
    """The orders of a run in their order; with a state only those with a message in it."""

    def fetch(after: Key | None, backwards: bool, most: int) -> list[Recipient]:  # noqa: FBT001
        return run_queries.recipients(session, run.id or 0, after[0] if after else 0, most, backwards=backwards, state=state)

    return walk(place, fetch, lambda one: (one.n,))


def recipient_rows(session: Session, run: NoteRun, found: Sequence[Recipient]) -> list[Row]:
    """Each with the messages that it got."""
    shops = {shop.id: shop for shop in stores.all_stores(session)}
    told = run_queries.messages_to(session, run.id or 0, [one.order.id or 0 for one in found])
    return [
        {"n": one.n, "ref": one.order.ref, "store_key": shops[one.order.store_id].key, "store": shops[one.order.store_id].name,
         "customer": lists.customer(one.order), "to": one.order.email or "no e-mail address", "messages": [_told(message) for message in told[one.order.id or 0]]}
        for one in found
    ]  # fmt: skip


def _told(message: Message) -> Row:
    return {"id": message.id, "state": message.state, "channel": diary.CHANNELS.get(message.channel, message.channel), "reason": words.capital(message.reason) if message.reason else "",
            "until": message.due if message.state == "held" else None}  # fmt: skip


def cautions(session: Session, run: NoteRun) -> list[Row]:
    """What keeps a run from some of those it is for, with where that is changed."""
    found: list[Row] = []
    for one in run_queries.reach(session, run.id or 0):
        store, policy = stores.store(session, one.store_id), policies.policy(session, one.store_id, runs.KIND)
        n = words.units(one.orders, "order")
        if not policy.on:
            found.append({"say": f"{store.name} does not send this kind of message: nothing goes to its {n}.", "href": f"/stores/{store.key}/messages"})
        elif one.addressless and policy.channels == ("email",):
            found.append({"say": f"{store.name}: of {words.units(one.addressless, 'order')} no e-mail address is known. They are skipped.", "href": ""})
    return found


def fates(session: Session, run: NoteRun) -> list[Row]:
    """What became of the messages, commonest first."""
    return [{"state": one.state, "reason": words.capital(one.reason) if one.reason else "", "n": one.n} for one in run_queries.fates(session, [run.id or 0])[run.id or 0]]


def preview(session: Session, run: NoteRun, n: int, *, test: bool = False) -> tuple[Order | None, Rendered, str]:
    """(the order at this place, what it is told, why there is nothing)."""
    order = run_queries.recipient(session, run.id or 0, n)
    if order is None:
        return None, Rendered(run.subject, "", "", ""), "There is no such order in this run."
    try:
        return order, previews.of_run(session, run, order, test=test), ""
    except RenderFailed as why:
        return order, Rendered(run.subject, "", "", ""), str(why)
