"""The catalogue of messages: every kind, one as it reads in each look and language, and a test to one's own address."""

from dataclasses import dataclass
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody
from sqlmodel import Session

from stowline.core import db, fields, web
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import Bad
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import kinds as reads
from stowline.notifications import facts, previews
from stowline.notifications.catalogue import CATALOGUE
from stowline.notifications.channels import DeliveryFailed
from stowline.notifications.render import Brand, Rendered, RenderFailed
from stowline.orders.queries import Order
from stowline.people import queries as people
from stowline.stores import queries as stores
from stowline.stores.queries import Store

READ, WRITE = web.permission("messages.read"), web.permission("orders.write")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which preview: of a kind, in whose brand, of which order (or made up), in which language and look."""

    kind: str
    store: str
    ref: str
    locale: str
    look: str


class Kinds(Controller):
    """Kinds of messages."""

    path = "/messages/kinds"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def kinds(self, request: AnyRequest, store: FromQuery[str] = "") -> Response[Any]:
        """Every kind, by group, as a store sends it."""
        with db.reading() as session:
            every = stores.all_stores(session)
            chosen = stores.store_by_key(session, store) if store else (every[0] if every else None)
            groups = reads.groups(session, chosen)
        shops = pages.choices({one.key: one.name for one in every}, chosen.key if chosen else "")
        return web.page("desk/kinds.html", request, groups=groups, locales=list(reads.locales().values()), stores=shops, store=chosen.key if chosen else "")

    @get("/{kind:str}", opt=READ, sync_to_thread=True)
    def one(
        self, request: AnyRequest, kind: FromPath[str], store: FromQuery[str] = "", ref: FromQuery[str] = "",
        locale: FromQuery[str] = "", look: FromQuery[str] = "", sent: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """One kind as it reads."""
        asked = _asked(kind, {"store": store, "ref": ref, "locale": locale, "look": look})
        flash = f"The test is on its way to {pages.text(sent)}." if sent else None
        return _draw(request, asked, flash=flash)

    @post("/{kind:str}/tests", opt=WRITE, sync_to_thread=True)
    def test(self, request: AnyRequest, kind: FromPath[str], body: RawBody) -> Response[Any]:
        """Send it, marked as a test, to an address. No message of an order comes of it."""
        form = web.read_form(body)
        asked, who = _asked(kind, form), web.identity_of(request).label
        try:
            to = fields.email(form.get("to", ""), "to")
            rendered, brand = db.run(lambda session: _ready(session, asked, who, to))
            previews.send_test(asked.kind, rendered, brand, to)
        except (Refused, Bad, RenderFailed, DeliveryFailed) as why:
            if web.wants_json(request) or isinstance(why, NotFound):
                raise
            return _draw(request, asked, flash=getattr(why, "say", str(why)), code=getattr(why, "status", 422), to=form.get("to", ""))
        kept = {"store": asked.store, "ref": asked.ref, "locale": asked.locale, "look": asked.look, "sent": to}
        return web.redirect(f"/messages/kinds/{web.segment(asked.kind)}{pages.query(kept)}")


def _asked(kind: str, said: dict[str, str]) -> Asked:
    kind = web.name(kind)
    if kind not in CATALOGUE:
        raise NotFound(f"There is no message named {kind}.", where="kind")
    ask = {name: pages.text(said.get(name, "")) for name in ("store", "ref", "locale", "look")}
    pages.one_of(ask["locale"] or "en", reads.locales(), "locale")
    pages.one_of(ask["look"] or "", {"": "", **reads.looks(kind)}, "look")
    return Asked(kind, **ask)


def _store(session: Session, asked: Asked) -> Store:
    """The store that is asked for, else the first. Raises NotFound where there is none."""
    if asked.store:
        return stores.store_by_key(session, asked.store)
    every = stores.all_stores(session)
    if not every:
        raise NotFound("There is no store yet.", where="store")
    return every[0]


def _ready(session: Session, asked: Asked, who: str, to: str) -> tuple[Rendered, Brand]:
    """A test as it goes out. Raises Refused, NotFound, RenderFailed."""
    store = _store(session, asked)
    previews.allow_test(session, who, asked.kind, to, store)
    rendered = reads.drawn(session, asked.kind, store, reads.found(session, asked.ref, store), asked.locale, _look(asked, store), test=True)
    return rendered, facts.brand(store)


def _look(asked: Asked, store: Store) -> str:
    return asked.look or (store.confirmation_look if reads.looks(asked.kind) else "")


def _draw(request: AnyRequest, asked: Asked, *, flash: str | None = None, code: int = 200, to: str = "") -> Response[Any]:
    who = web.identity_of(request)
    with db.reading() as session:
        store = _store(session, asked)
        order, lost = _order(session, asked, store)
        look, locale = _look(asked, store), asked.locale or (order.locale if order else store.locale)
        rendered, trouble = reads.shown(session, asked.kind, store, order, locale, look)
        row = reads.one(session, store, asked.kind)
        person = people.by_id(session, who.id) if who.kind == "user" else None
        shops = {one.key: one.name for one in stores.all_stores(session)}
    return web.page(
        "desk/kind.html", request, code=code, headers=web.MAIL_PREVIEW, flash=flash, flash_kind="bad" if code != 200 else "ok",
        one=row, mail=rendered, trouble=lost or trouble, ref=asked.ref, to=to or (person.email if person else "") or "",
        stores=pages.choices(shops, store.key), locales=pages.choices(reads.locales(), reads.closest(locale)),
        looks=pages.choices(reads.looks(asked.kind), look), chosen={"store": store.key, "ref": asked.ref, "locale": asked.locale, "look": look},
        may_write="orders.write" in who.permissions,
    )  # fmt: skip


def _order(session: Session, asked: Asked, store: Store) -> tuple[Order | None, str]:
    """(the order, why there is none): a page with made-up facts is better than an error."""
    try:
        return reads.found(session, asked.ref, store), ""
    except NotFound as why:
        return None, f"{why.say} What stands here is made up."

