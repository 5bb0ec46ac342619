"""The return policy of each store: one page, in plain sentences, with the form that changes it."""

from collections.abc import Mapping
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, i18n, money, web
from stowline.core.access import may
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import prose, whole
from stowline.desk.handlers.pages import AnyRequest
from stowline.portal.reader import words_dir
from stowline.returns import policies, texts
from stowline.returns.policies import Policy
from stowline.returns.queries import OUTCOMES, REASONS
from stowline.stores import queries as stores

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")
DONE = {"said": "Saved. Shoppers read it on their returns and on the policy's page from now on.",
        "saved": "Saved. Returns that are approved already keep what was promised."}
_NUMBERS = {"days": "The days to return", "fault_days": "The days for faults", "lost_after_days": "The days until a parcel is lost",
            "restocking_percent": "The share that is kept"}  # fmt: skip
_AMOUNTS = {"keep_below": "keep_below_minor", "label_fee": "label_fee_minor"}


class ReturnPolicies(Controller):
    """Return policies."""

    path = "/return-policies"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def all(self, request: AnyRequest) -> Response[Any]:
        """Every store with its rules in words."""
        with db.reading() as session:
            rows = [_row(session, shop) for shop in stores.all_stores(session)]
        return web.page("desk/return_policies.html", request, rows=rows)

    @get("/{store:str}", opt=READ, sync_to_thread=True)
    def one(self, request: AnyRequest, store: FromPath[str], done: FromQuery[str] = "") -> Response[Any]:
        """The rules of one store."""
        return _draw(request, web.name(store), flash=DONE.get(done))

    @post("/{store:str}", opt=WRITE, sync_to_thread=True)
    def save(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> Response[Any]:
        """What holds from now on."""
        key, form = web.name(store), web.read_form(body)

        def change(session: db.Session) -> bool:
            shop = stores.store_by_key(session, key)
            return policies.set_policy(session, shop.id or 0, _policy(form, shop.currency))

        try:
            db.run(change)
        except Refused as why:
            if why.status == 404 or web.wants_json(request):
                raise
            return _draw(request, key, flash=why.say, code=why.status)
        return web.redirect(f"/return-policies/{web.segment(key)}?done=saved")


    @post("/{store:str}/texts/{locale:str}", opt=WRITE, sync_to_thread=True)
    def tell(self, store: FromPath[str], locale: FromPath[str], body: RawBody) -> Response[Any]:
        """What the store says to whoever sends something back, in one language."""
        key, form = web.name(store), web.read_form(body)
        if locale not in i18n.locales(words_dir()):
            raise NotFound("Shoppers' pages do not speak that language.", where="locale")
        places, packing = (prose(form.get(name), name, longest=2000) for name in ("places", "packing"))
        db.run(lambda session: texts.say(session, stores.store_by_key(session, key).id or 0, locale, places=places, packing=packing))
        return web.redirect(f"/return-policies/{web.segment(key)}?done=said")


def _policy(form: Mapping[str, str], currency: str) -> Policy:
    """The policy that a form says. Raises Refused with the field."""
    values: dict[str, Any] = {name: whole(form.get(name), name, what=what, most=3650) for name, what in _NUMBERS.items()}
    for name, column in _AMOUNTS.items():
        try:
            values[column] = money.minor(form.get(name) or "0", currency)
        except ValueError as why:
            raise Refused(str(why), where=name) from None
    return Policy(
        **values, free_reasons=tuple(one for one in REASONS if f"free.{one}" in form), outcomes=tuple(one for one in OUTCOMES if f"outcome.{one}" in form),
        approve=form.get("approve", ""), lost=form.get("lost", ""), exchange=form.get("exchange", ""), settle=form.get("settle", ""),
        damaged_at_once="damaged_at_once" in form,
        photos_for=tuple(one for one in REASONS if f"photo.{one}" in form),
    )  # fmt: skip


def _row(session: db.Session, shop: Any) -> dict[str, Any]:  # noqa: ANN401  (a store)
    policy = policies.of(session, shop.id or 0)
    return {"key": shop.key, "name": shop.name, "says": [policies.in_english(said, shop.currency) for said in policies.explained(policy)]}


def _said(session: db.Session, store_id: int) -> list[dict[str, str]]:
    """What the store says in each language that shoppers' pages speak."""
    said = texts.all_of(session, store_id)
    return [{"locale": one, "name": i18n.words(words_dir(), one).text("page.language"), "places": said.get(one, ("", ""))[0],
             "packing": said.get(one, ("", ""))[1]} for one in i18n.locales(words_dir())]  # fmt: skip


def _draw(request: AnyRequest, key: str, *, flash: str | None = None, code: int = 200) -> Response[Any]:
    with db.reading() as session:
        shop = stores.store_by_key(session, key)
        row, policy = _row(session, shop), policies.of(session, shop.id or 0)
        amounts = {name: money.amount_text(getattr(policy, column), shop.currency) for name, column in _AMOUNTS.items()}
        currency, said = shop.currency, _said(session, shop.id or 0)
    return web.page(
        "desk/return_policy.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad", store=row, policy=policy, amounts=amounts,
        currency=currency, texts=said, reasons=REASONS, outcomes=OUTCOMES, may_write=may(web.identity_of(request), "orders.write"),
    )  # fmt: skip
