"""A test of a message while a store is set up: to one's own address or number, through the channel that shoppers will get."""

from typing import Any

from litestar import Controller, Response, post
from litestar.params import FromPath, RawBody

from stowline.core import db, fields, web
from stowline.core.errors import NotFound, Refused
from stowline.core.fields import Bad
from stowline.desk.handlers import pages
from stowline.desk.handlers.message_setup import WRITE, Form, draw
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import kinds as catalogue
from stowline.desk.queries import message_setup as reads
from stowline.desk.queries import message_setup_live as live_reads
from stowline.notifications import channel_settings, facts, message_hooks, previews, setups
from stowline.notifications.channels import DeliveryFailed
from stowline.notifications.policy_rules import CHANNELS
from stowline.notifications.render import Brand, Rendered
from stowline.stores import queries as stores

NAMES = ("kind", "ref", "locale")


class MessageSetupTests(Controller):
    """Tests while a store is set up."""

    path = "/stores/{key:str}/messages/setup/tests"
    include_in_schema = False

    @post("/", opt=WRITE, sync_to_thread=True)
    def test(self, request: AnyRequest, key: FromPath[str], body: RawBody) -> Response[Any]:
        """Send one, marked as a test. No message of an order comes of it."""
        form, name = web.read_form(body), web.name(key)
        asked = {one: pages.text(form.get(one, "")) for one in NAMES}
        try:
            to = _send(name, {**form, **asked}, web.identity_of(request).label)
        except (Refused, Bad, DeliveryFailed) as why:
            if web.wants_json(request) or isinstance(why, NotFound):
                raise
            refused = why if isinstance(why, Refused) else Refused(getattr(why, "say", str(why)), where="to")
            return draw(request, name, "preview", flash=refused.say, refused=refused, typed=form, asked=asked)
        return web.redirect(f"/stores/{web.segment(name)}/messages/setup/preview{pages.query({**asked, 'sent': to})}")


def _send(key: str, form: Form, who: str) -> str:
    """Send it; where to, in words. Raises Refused, Bad, DeliveryFailed, NotFound."""
    channel = pages.one_of(form.get("channel", "email"), CHANNELS, "channel")
    to = fields.email(form.get("to", ""), "to") if channel == "email" else form.get("to", "").strip()[:60]
    if channel == "webhook":
        to = "the webhook"
    rendered, own, of = db.run(lambda session: _ready(session, key, form, who, channel, to))
    with db.reading() as session:
        store = stores.store_by_key(session, key)
    if channel == "email":
        previews.send_test(form["kind"], rendered, own, to)
    elif channel == "webhook":
        told = message_hooks.test(store.id or 0)
        if told.status is None or not 200 <= told.status < 300:
            raise Refused(f"It was not taken: {told.say}.", where="channel")
    elif failed := channel_settings.try_text(store.id or 0, channel, to, f"[Test] {rendered.short}"):
        raise Refused(failed, where="to")
    db.run(lambda session: setups.tested(session, store, channel, of))
    return to


def _ready(session: db.Session, key: str, form: Form, who: str, channel: str, to: str) -> tuple[Rendered, Brand, str]:
    """A test as it goes out, and through what: the sender, or the gateway as it is set."""
    store = stores.store_by_key(session, key)
    one = reads.way(session, setups.dressed(session, store), channel)
    if not one["ready"] or channel == channel_settings.IN_APP:
        raise Refused(f"{one['label']}: {one['word']}.", where="channel")
    if form["kind"] not in live_reads.sent(session, store):
        raise Refused("Choose a message that this store will send.", where="kind")
    previews.allow_test(session, who, form["kind"], to, store, channel)
    dressed = setups.dressed(session, store)
    order = catalogue.found(session, form["ref"], store)
    locale = form["locale"] or (order.locale if order else dressed.locale)
    real = order if order and form["kind"] in previews.fitting(session, order) else None
    shown = live_reads.draw(session, form["kind"], dressed, real, locale, test=True)
    if shown.trouble:
        raise Refused(shown.trouble[:300], where="kind")
    return shown.mail, facts.brand(dressed), one["of"]
