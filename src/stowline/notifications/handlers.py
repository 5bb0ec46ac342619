"""Where mail providers tell of bounces, and shops hand on what their shoppers answer: guarded by what they sign or know, and safe to repeat."""

import base64
import binascii
import json
from typing import Any

import structlog
from litestar import Controller, Request, post
from litestar.params import FromPath, RawBody

from stowline.core import clock, db, ids, signing, web
from stowline.core.access import Unauthorized
from stowline.core.config import settings
from stowline.core.errors import BadRequest, NotFound
from stowline.notifications import bounces, postmark_rules, replies, reply_forms, ses_rules, sns
from stowline.notifications.bounce_rules import Notice
from stowline.shipping import carrier_feeds
from stowline.stores import queries as stores

log = structlog.get_logger("stowline.bounces")
AnyRequest = Request[Any, Any, Any]


class Bounces(Controller):
    """Bounces and complaints, told by mail providers."""

    path = "/bounces"
    include_in_schema = False  # what providers send is theirs to say

    @post("/{provider:str}", opt=web.permission(web.PUBLIC, signature=True), sync_to_thread=True, status_code=200)
    def webhook(self, request: AnyRequest, provider: FromPath[str], body: RawBody) -> dict[str, Any]:
        """What a provider reports about mails. One that was told already changes nothing."""
        if provider == "ses" and settings().ses_topic_arn:
            found = _ses(body)
        elif provider == "postmark" and settings().postmark_token:
            found = _postmark(request, body)
        else:
            raise NotFound("There is no provider of that name here, or it is not set up.")
        return {"ok": True, "new": db.run(lambda session: bounces.take(session, found, source=provider, vouched=True))}


class Replies(Controller):
    """Shoppers' answers, handed on by shops."""

    path = "/replies"

    @post("/{store:str}", opt=web.permission(web.PUBLIC, signature=True), sync_to_thread=True, status_code=200)
    def take(self, request: AnyRequest, store: FromPath[str], body: RawBody) -> dict[str, Any]:
        """A mail that a shopper wrote to a shop, as JSON. The same again (by `message_id`): nothing changes."""
        key = web.name(store)
        with db.reading() as session:
            secret = stores.webhook_secret(session, key, "replies")
        carrier_feeds.FEEDS["signed"].check([secret] if signing.is_secret(secret) else [], request.headers, body, clock.now())
        reply = reply_forms.read(web.json_body(body), clock.now())
        if reply is None:
            return {"ok": True, "new": False, "say": "A program wrote it. It was not kept."}
        kept = db.run(lambda session: replies.take(session, reply, source="http", store_id=stores.store_by_key(session, key).id))
        if kept is None:
            return {"ok": True, "new": False, "say": "It is a mail of the shop's own. It was not kept."}
        return {"ok": True, "new": kept[1], "contact": kept[0]}


def _ses(body: bytes) -> list[Notice]:
    """Only the topic that is set may speak: anybody can sign through a topic of their own."""
    said = {name: value for name, value in _object(body).items() if isinstance(value, str)}
    if not ids.same(said.get("TopicArn", ""), settings().ses_topic_arn):
        raise Unauthorized("This is not the topic of STOWLINE_SES_TOPIC_ARN.")
    try:
        sns.verify(said)
        if said["Type"] == ses_rules.SUBSCRIPTION:
            _confirm(said.get("SubscribeURL", ""))
    except sns.NotSigned as why:
        raise Unauthorized(why.say) from why
    if said["Type"] != ses_rules.NOTIFICATION:
        return []
    return _read(lambda: ses_rules.notices(_object(said["Message"].encode()), clock.now()))


def _confirm(url: str) -> None:
    """Amazon asks once whether this address wants the topic; the answer is a visit to an address of Amazon's own."""
    if not ses_rules.is_amazons(url):
        raise sns.NotSigned("Its confirmation does not lead to Amazon SNS.")
    sns.fetch(url)
    log.info("ses_topic_confirmed")


def _postmark(request: AnyRequest, body: bytes) -> list[Notice]:
    sent = _password(request.headers.get("authorization", "")) or request.query_params.get("token", "")
    if not ids.same(sent, settings().postmark_token):
        raise Unauthorized("The password does not fit STOWLINE_POSTMARK_TOKEN.")
    return _read(lambda: postmark_rules.notices(_object(body), clock.now()))


def _password(header: str) -> str:
    """The password of basic authentication, whatever the user's name."""
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(secret, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise BadRequest("The body is no JSON object.")
    return said


def _read(reader: Any) -> list[Notice]:  # noqa: ANN401  (a function without arguments)
    try:
        found: list[Notice] = reader()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadRequest("This is no notification that the provider sends.") from error
    return found
