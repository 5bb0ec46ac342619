"""Signatures and headers of shop webhooks: who sent it, what it is about, and which delivery it is.

Shopify signs with `X-Shopify-Hmac-Sha256` (or `shopify-hmac-sha256`), WooCommerce with `X-WC-Webhook-Signature`; both
are the base64 of HMAC-SHA256 over the raw body with the shared secret in UTF-8.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

PLATFORMS = ("shopify", "woocommerce")

_SIGNATURE = {
    "shopify": ("x-shopify-hmac-sha256", "shopify-hmac-sha256"),
    "woocommerce": ("x-wc-webhook-signature",),
}
_TOPIC = {"shopify": ("x-shopify-topic", "shopify-topic"), "woocommerce": ("x-wc-webhook-topic",)}
_DELIVERY = {
    "shopify": ("x-shopify-webhook-id", "shopify-webhook-id", "x-shopify-event-id", "shopify-event-id"),
    "woocommerce": ("x-wc-webhook-delivery-id",),
}
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Webhook:
    """What the headers say: the topic ("orders/create", "order.updated") and the delivery's id, `""` if absent."""

    topic: str
    delivery_id: str

    @property
    def carries_order(self) -> bool:
        """True if the body is an order or a refund: any topic of theirs but a deletion, or no topic at all."""
        return not self.topic or (
            self.topic.startswith(("orders/", "order.", "refunds/", "refund.", "order_refund."))
            and not self.topic.endswith(("delete", "deleted"))
        )


def sign(raw_body: bytes, secret: str) -> str:
    """The signature of a body, as both platforms write it."""
    return base64.b64encode(hmac.new(secret.encode(), raw_body, hashlib.sha256).digest()).decode()


def verify(platform: str, headers: Mapping[str, str], raw_body: bytes, secret: str) -> bool:
    """True if the body was signed with the secret. Compared in constant time; False without a secret or a header."""
    given = _header(headers, _SIGNATURE.get(platform, ()))
    if not secret or not given:
        return False
    return hmac.compare_digest(sign(raw_body, secret).encode(), given.encode("utf-8", "replace"))


def webhook(platform: str, headers: Mapping[str, str]) -> Webhook:
    """Topic and delivery id of a webhook, each cut at 100 characters."""
    topic = _header(headers, _TOPIC.get(platform, ()))
    return Webhook(topic=topic[:100], delivery_id=_header(headers, _DELIVERY.get(platform, ()))[:100])


def is_ping(platform: str, raw_body: bytes) -> bool:
    """True for the unsigned form that WooCommerce posts once, when a webhook is saved (`webhook_id=…`)."""
    return platform == "woocommerce" and _PING.fullmatch(raw_body.strip()) is not None


def _header(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    lowered = {name.lower(): value for name, value in headers.items()}
    return next((lowered[name].strip() for name in names if lowered.get(name)), "")
