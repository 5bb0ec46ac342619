"""How a store keeps its cases, and what shoppers' pages say while very many ask."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromQuery, RawBody

from stowline.cases import case_policies, case_rules
from stowline.cases.case_rules import Policy
from stowline.core import db, i18n, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, text, whole
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.portal.reader import words_dir
from stowline.stores import queries as stores

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")


class CasePolicyPage(Controller):
    """How cases are kept."""

    path = "/cases/policy"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def shown(self, request: AnyRequest, store: FromQuery[str] = "", done: FromQuery[str] = "") -> Response[Any]:
        """One store's policy; the first store's, where none is named."""
        return _draw(request, store, flash="It holds from now on." if done == "kept" else None)

    @post("/", opt=WRITE, sync_to_thread=True)
    def keep(self, request: AnyRequest, body: RawBody) -> Response[Any]:
        """Say how cases are kept."""
        form = web.read_form(body)
        key = form.get("store", "")
        try:
            policy = _read(form)
            db.run(lambda session: case_policies.keep(session, stores.store_by_key(session, key).id or 0, policy))
        except (Refused, Bad) as why:
            if not web.accepts_html(request) or getattr(why, "status", 422) == 404:
                raise
            return _draw(request, key, flash=why.say, typed=form, code=getattr(why, "status", 422))
        return web.redirect(f"/cases/policy?store={web.segment(key)}&done=kept")


def _read(form: dict[str, str]) -> Policy:
    hours = {kind: whole(form.get(f"hours.{kind}"), f"hours.{kind}", what="The number of hours", least=1, most=case_rules.MOST_HOURS) for kind in case_rules.KINDS}
    closes = whole(form.get("close_after_h"), "close_after_h", what="The number of hours", least=1, most=case_rules.LONGEST_OPEN_H)
    words = {lang: text(form.get(f"busy_words.{lang}"), f"busy_words.{lang}", what="The sentence", longest=case_rules.LONGEST_BUSY) for lang in i18n.locales(words_dir())}
    return Policy(hours, closes, form.get("busy", "off"), words)


def _draw(request: AnyRequest, key: str, *, flash: str | None, typed: dict[str, str] | None = None, code: int = 200) -> Response[Any]:
    with db.reading() as session:
        shops = {shop.key: shop for shop in stores.all_stores(session)}
        shop = shops[key] if key in shops else stores.store_by_key(session, key) if key else next(iter(shops.values()))
        policy = case_policies.of_store(session, shop.id or 0)
    said = typed or {}
    return web.page(
        "desk/case_policy.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad", store={"key": shop.key, "name": shop.name},
        stores=pages.choices({one: found.name for one, found in shops.items()}, shop.key), most_hours=case_rules.MOST_HOURS, longest=case_rules.LONGEST_BUSY,
        hours=[{"kind": kind, "label": label, "n": said.get(f"hours.{kind}", policy.hours_of(kind))} for kind, label in case_rules.KINDS.items()],
        close_after_h=said.get("close_after_h", policy.close_after_h), most_close=case_rules.LONGEST_OPEN_H, busy=pages.choices(case_rules.BUSY, said.get("busy", policy.busy)),
        words=[{"lang": lang, "name": i18n.words(words_dir(), lang).text("page.language"), "own": said.get(f"busy_words.{lang}", policy.busy_words.get(lang, "")),
                "house": i18n.words(words_dir(), lang).text("talk.busy")} for lang in i18n.locales(words_dir())],
        may_write="orders.write" in web.identity_of(request).permissions,
    )  # fmt: skip
