import json
from pathlib import Path
from typing import Any

import pytest

from stowline.orders.intake import signature


def test_the_known_answer_of_shopify_s_signature(shared: Path) -> None:
    known = json.loads((shared / "data/tracking/webhook_signature_known_answers.json").read_text(encoding="utf-8"))[0]
    body, secret = known["body"].encode(), known["secret"]
    for header in ("X-Shopify-Hmac-SHA256", "x-shopify-hmac-sha256", "shopify-hmac-sha256"):
        assert signature.verify("shopify", {header: known["expected"]}, body, secret)
    assert not signature.verify(
        "shopify", {"X-Shopify-Hmac-SHA256": known["expected"]}, body, known["negative"]["secret"]
    )


def test_a_woocommerce_body_is_believed_only_as_it_was_signed() -> None:
    signed = {"X-WC-Webhook-Signature": signature.sign(b'{"id": 7}', "secret")}
    assert signature.verify("woocommerce", signed, b'{"id": 7}', "secret")
    assert not signature.verify("woocommerce", signed, b'{"id":7}', "secret")
    assert not signature.verify("shopify", signed, b'{"id": 7}', "secret")


@pytest.mark.parametrize("given", ["", "é", "x" * 5000, "\udcff", " "])
def test_a_strange_signature_is_wrong_and_no_error(given: Any) -> None:
    assert not signature.verify("shopify", {"X-Shopify-Hmac-Sha256": given}, b"", "secret")


def test_without_a_secret_a_header_or_a_known_platform_nothing_is_believed() -> None:
    assert not signature.verify("shopify", {"X-Shopify-Hmac-Sha256": signature.sign(b"", "")}, b"", "")
    assert not signature.verify("shopify", {}, b"", "secret")
    assert not signature.verify("etsy", {"X-Shopify-Hmac-Sha256": signature.sign(b"", "s")}, b"", "s")


def test_topic_and_delivery_are_read_from_the_headers() -> None:
    shopify = signature.webhook(
        "shopify", {"X-Shopify-Topic": "orders/paid", "X-Shopify-Event-Id": "e", "X-Shopify-Webhook-Id": "w"}
    )
    assert (shopify.topic, shopify.delivery_id, shopify.carries_order) == ("orders/paid", "w", True)
    woo = signature.webhook("woocommerce", {"x-wc-webhook-topic": "order.deleted", "x-wc-webhook-delivery-id": "9"})
    assert (woo.topic, woo.delivery_id, woo.carries_order) == ("order.deleted", "9", False)
    assert not signature.webhook("shopify", {"X-Shopify-Topic": "products/update"}).carries_order
    assert signature.webhook("shopify", {}) == signature.Webhook("", "")


def test_the_ping_of_a_new_woocommerce_webhook_is_known() -> None:
    assert signature.is_ping("woocommerce", b"webhook_id=12")
    assert not signature.is_ping("woocommerce", b'{"webhook_id": 12}')
    assert not signature.is_ping("shopify", b"webhook_id=12")
