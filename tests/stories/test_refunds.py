"""A shop pays something back: what is here still is not sent, what had left is written down, and each refund counts once."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from stowline.catalog import queries as catalog
from stowline.core import db
from stowline.inventory import lots
from stowline.orders import dropping, merging, queries, refunds
from stowline.returns import policies, service, settling
from stowline.returns.policies import Policy
from stowline.returns.rules import Wish
from tests.asserts import accepted, conflict, refused
from tests.makers import Tablet, shopify_order, webhook, woo_order
from tests.stories.conftest import House

Json = dict[str, Any]


def refund(order: Json, units: dict[int, int], number: int = 5001, **how: Any) -> Json:
    """A refund as Shopify's `refunds/create` carries it: units by the place of the line."""
    rows = [{"id": number * 10 + n, "line_item_id": order["line_items"][n]["id"], "quantity": many, "location_id": 487838322,
             "restock_type": how.get("type", "cancel"), "subtotal": 4.5 * many, "line_item": order["line_items"][n]}
            for n, many in units.items()]  # fmt: skip
    paid = f"{sum(4.5 * many for many in units.values()):.2f}"
    return {"id": number, "order_id": order["id"], "created_at": "2026-11-21T10:00:00-05:00", "note": None, "restock": True,
            "refund_line_items": rows, "transactions": [{"amount": paid, "currency": "EUR", "kind": "refund", "status": "success"}]}


def tell(house: House, body: Json, platform: str = "shopify", topic: str = "") -> list[tuple[str, str]]:
    """The shop calls: what became of each thing in the body."""
    said = topic or ("refunds/create" if "refund_line_items" in body else "orders/updated")
    reply = webhook(house.send(), platform, body, said)
    assert reply.status == 202, reply.raw
    return [(one["ref"], one["outcome"]) for one in reply["taken"]]


def left(tablet: Tablet, ref: str) -> dict[str, int]:
    """Units that may still be picked or are on their way out, by SKU: less what is to be put back."""
    with db.reading() as session:
        found = queries.lines(session, queries.by_ref(session, ref).id or 0)
        return {line.sku: n for line in found if (n := line.ordered - line.cancelled - line.take_out)}


def lies(sku: str) -> dict[str, int]:
    with db.reading() as session:
        rows = session.execute(sa.text("SELECT l.code, SUM(b.qty) FROM balance b JOIN location l ON l.id = b.location_id JOIN product p"
                                       " ON p.id = b.product_id WHERE p.sku = :s AND b.qty > 0 GROUP BY l.code"), {"s": sku})  # fmt: skip
        return {code: int(n) for code, n in rows}


def said(tablet: Tablet, ref: str) -> list[str]:
    return [item["say"] for item in tablet.get(f"/api/v1/orders/{ref.replace('#', '%23')}/timeline")["items"] if item["event"] == "RefundedByShop"]


def test_before_picking_the_units_go_to_whoever_waits_and_the_refund_counts_once(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 3, "CUP": 1})
    order = shopify_order("#1001", {"MUG": 3, "CUP": 1})
    tell(house, order)
    maja.place("1002", {"MUG": 2})
    assert maja.order("1002")["state"] == "backordered"
    told = refund(order, {0: 2})
    assert tell(house, told) == [("#1001", "refunded")]
    assert (left(maja, "#1001"), maja.order("1002")["state"]) == ({"MUG": 1, "CUP": 1}, "allocated")
    within = {**order, "financial_status": "partially_refunded", "refunds": [told]}
    assert [tell(house, body) for body in (told, within, {"refund": told})] == [[("#1001", "known")], [("#1001", "known"), ("#1001", "known")], [("#1001", "known")]]
    assert left(maja, "#1001") == {"MUG": 1, "CUP": 1}
    assert said(maja, "#1001") == ["Shopify refunded 2 Thing MUG, 9.00 EUR on 21 November 2026 at 15:00 UTC: 2 are not sent"]
    tell(house, refund(order, {0: 1, 1: 1}, 5002, type="no_restock"))
    assert maja.order("#1001")["state"] == "cancelled"
    assert maja.events("#1001").count("OrderCancelled") == 1
    house.prove()


def test_a_refund_within_the_order_alone_is_worked_too(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 3})
    order = shopify_order("#1001", {"MUG": 3})
    tell(house, order)
    assert tell(house, {**order, "financial_status": "partially_refunded", "refunds": [refund(order, {0: 1})]}) == [("#1001", "known"), ("#1001", "refunded")]
    assert left(maja, "#1001") == {"MUG": 2}
    house.prove()


def test_a_refund_that_comes_before_its_order_waits_for_it(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 9})
    order, later = shopify_order("#1001", {"MUG": 3}), shopify_order("#1002", {"MUG": 3})
    assert tell(house, refund(order, {0: 1})) == [(str(order["id"]), "waits")]
    assert tell(house, refund(later, {0: 1}, 5002)) == [(str(later["id"]), "waits")]
    tell(house, order)
    assert left(maja, "#1001") == {"MUG": 2}
    less = {**later, "line_items": [{**later["line_items"][0], "current_quantity": 2, "fulfillable_quantity": 2}], "refunds": [refund(later, {0: 1}, 5002)]}
    tell(house, {**less, "financial_status": "partially_refunded"})
    assert left(maja, "#1002") == {"MUG": 2}, "its order was told without that unit already"
    assert tell(house, refund(later, {0: 1}, 5002)) == [("#1002", "known")]
    tell(house, refund(order, {0: 1}, 5003) | {"order_id": 7})
    with db.transaction() as session:  # the order is placed at the very moment: neither sees the other
        session.execute(sa.text("UPDATE shop_refund SET shop_order = :o WHERE shop_id = '5003'"), {"o": str(order["id"])})
    db.run(lambda session: refunds.look(session, "3"))
    assert left(maja, "#1001") == {"MUG": 1}
    house.prove()


def test_what_the_shopper_took_off_here_is_what_the_shop_pays_for(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 3, "CUP": 2})
    order = shopify_order("#1001", {"MUG": 3, "CUP": 2})
    tell(house, order)
    with db.transaction() as session:
        line = queries.lines(session, queries.by_ref(session, "#1001").id or 0)[0]
        dropping.drop_line(session, line.id, "by the shopper")
    tell(house, refund(order, {0: 3, 1: 1}))
    assert left(maja, "#1001") == {"CUP": 1}
    house.prove()


def test_under_way_on_a_pick_list_it_is_not_picked_and_a_tote_gives_it_back_at_the_bench(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 3, "CUP": 2})
    order = shopify_order("#1001", {"MUG": 3, "CUP": 2})
    tell(house, order)
    step = maja.lease("pick:CART-1")["next"]
    while step["sku"] != "MUG" or step["want"] != "product":
        step = accepted(maja.scan("pick:CART-1", step["code"], step.get("left", 1) if step["want"] == "product" else 1))["next"]
    accepted(maja.scan("pick:CART-1", "MUG", 2))
    tell(house, refund(order, {0: 2}))
    assert left(maja, "#1001") == {"MUG": 1, "CUP": 2}
    assert maja.stock("MUG") == {"on_hand": 3, "promised": 2, "free": 1, "waiting": 0}
    maja.follow("pick:CART-1")
    house.prove()
    tote = next(item["task"] for item in maja.tasks("pack"))
    next_ = maja.lease(tote)["next"]
    assert (next_["sku"], next_["left"]) == ("MUG", 1)
    assert next_["say"].startswith("Put back 1 Thing MUG: the shop refunded it")
    refused(maja.scan(tote, "CMD:DONE"), "put it back first")
    refused(maja.scan(tote, "MUG", 2), "1 is to be put back")
    accepted(maja.scan(tote, "MUG"), "Put back: 1 Thing MUG")
    assert maja.stock("MUG") == {"on_hand": 3, "promised": 1, "free": 2, "waiting": 0}
    conflict(maja.scan(tote, "CMD:UNDO"), "The shop refunded it")
    maja.follow(tote)
    maja.follow("putaway:")
    maja.follow(maja.open_manifest())
    assert (maja.order("#1001")["state"], maja.order("#1001")["parcels"][0]["lines"]) == ("handed_over", [
        {"sku": "MUG", "name": "Thing MUG", "quantity": 1, "lot": None, "serial": None},
        {"sku": "CUP", "name": "Thing CUP", "quantity": 2, "lot": None, "serial": None}])  # fmt: skip
    house.prove()


def test_a_picker_who_takes_it_back_out_of_the_tote_is_done_with_it(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2})
    order = shopify_order("#1001", {"MUG": 2})
    tell(house, order)
    step = maja.lease("pick:#1001")["next"]
    accepted(maja.scan("pick:#1001", step["code"]))
    accepted(maja.scan("pick:#1001", "MUG"))
    tell(house, refund(order, {0: 2}))
    assert left(maja, "#1001") == {}
    house.prove()
    accepted(maja.scan("pick:#1001", "CMD:UNDO"), "Put it back into")
    assert (maja.order("#1001")["state"], maja.stock("MUG")["free"]) == ("cancelled", 2)
    house.prove()


@pytest.mark.parametrize("closed", ["open", "sealed", "labelled"])
def test_out_of_a_box_it_is_taken_before_the_box_leaves(house: House, closed: str) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 3})
    order = shopify_order("#1001", {"MUG": 3})
    tell(house, order)
    maja.follow("pick:#1001")
    if closed == "open":
        maja.lease("pack:#1001")
        accepted(maja.scan("pack:#1001", "MUG", 3))
    else:
        maja.follow("pack:#1001", until="label")
    parcel = maja.order("#1001")["parcels"][0]["code"]
    if closed == "labelled":
        maja.follow("pack:#1001")
    tell(house, refund(order, {0: 1}))
    house.prove()
    assert [item["task"] for item in maja.tasks("pack")] == ["pack:demo/#1001"]
    van = maja.open_manifest()
    if closed == "labelled":
        conflict(maja.scan(van, parcel), "refunded Thing MUG", "pack bench")
    elif closed == "sealed":
        assert maja.post(f"/api/v1/parcels/{parcel}/label").status == 409
    maja.lease("pack:#1001")
    accepted(maja.scan("pack:#1001", "MUG"), "Put back: 1")
    maja.follow("pack:#1001")
    maja.follow(van)
    assert [(one["code"], one["lines"][0]["quantity"]) for one in maja.order("#1001")["parcels"]] == [(parcel, 2)]
    house.prove()
    maja.follow("putaway:")
    assert maja.stock("MUG")["free"] == 1


@pytest.mark.parametrize("closed", ["open", "sealed", "labelled"])
def test_a_box_of_which_all_is_refunded_never_leaves(house: House, closed: str) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2})
    order = shopify_order("#1001", {"MUG": 2})
    tell(house, order)
    maja.follow("pick:CART-1")
    tote = maja.tasks("pack")[0]["task"]
    if closed == "open":
        maja.lease(tote)
        accepted(maja.scan(tote, "MUG", 2))
    else:
        maja.follow(tote, until="label" if closed == "sealed" else "nothing")
    tell(house, {**order, "financial_status": "refunded", "refunds": [refund(order, {0: 2})]})
    assert left(maja, "#1001") == {}
    maja.lease("pack:#1001")
    accepted(maja.scan("pack:#1001", "MUG", 2))
    assert (maja.order("#1001")["state"], maja.order("#1001")["parcels"], maja.tasks("pack")) == ("cancelled", [], [])
    assert maja.lease(maja.open_manifest())["next"]["want"] == "command", "no parcel waits for the van"
    assert lies("MUG") == {"DOCK-1": 2}
    house.prove()
    maja.place("1002", {"MUG": 2})
    maja.follow("putaway:")
    maja.ship_all()
    assert maja.order("1002")["state"] == "handed_over"
    house.prove()


def test_what_had_left_stays_gone_and_a_return_of_it_is_not_paid_again(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 3})
    order = shopify_order("#1001", {"MUG": 3})
    tell(house, order)
    maja.ship_all()
    tell(house, refund(order, {0: 1}, type="return"))
    assert left(maja, "#1001") == {"MUG": 3}
    assert said(maja, "#1001")[0].endswith("1 had left already")
    db.run(lambda session: policies.set_policy(session, 1, policies.with_changes(Policy(), approve="auto", settle="auto")))
    with db.reading() as session:
        found = queries.by_ref(session, "#1001")
        line = queries.lines(session, found.id or 0)[0].id
        assert [settling.worth_of(session, found)(line, n) for n in (1, 2, 3)] == [0, 450, 900]
    for n in range(3):
        with db.transaction() as session:
            rma = service.request(session, queries.by_ref(session, "#1001"), [Wish(line, 1, "disliked", "refund")], key=f"web:{n}").ref
        _comes_back(maja, rma)
        house.prove()
    with db.reading() as session:
        assert session.execute(sa.text("SELECT refunded, amount_minor FROM rma_settlement ORDER BY id")).all() == [(1, 0), (0, 450), (0, 450)]
    tell(house, refund(order, {0: 1}, 5002, type="return"))
    tell(house, refund(order, {0: 1}, 5003, type="return"))
    house.prove()


def _comes_back(maja: Tablet, rma: str) -> None:
    """One unit is counted, looked at and put back to stock."""
    task = f"return:{rma}"
    step = maja.lease(task)["next"]
    for _ in range(12):
        if step["want"] == "nothing":
            break
        reply = maja.scan(task, step["code"] or "MUG", kind=(step.get("choices") or [{}])[0].get("kind", ""))
        if reply.status == 422 and reply.body.get("choices"):
            first = reply["choices"][0]
            reply = maja.scan(task, first["ref"], kind=first["kind"])
        step = accepted(reply)["next"]


def test_a_refunded_kit_takes_its_parts(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 4, "BOX": 2})
    maja.add_product("GIFT", parts=[{"sku": "MUG", "units": 2}, {"sku": "BOX", "units": 1}])
    order = shopify_order("#1001", {"GIFT": 2})
    tell(house, order)
    step = maja.lease("pick:#1001")["next"]
    accepted(maja.scan("pick:#1001", step["code"]))
    accepted(maja.scan("pick:#1001", step["sku"], step["left"]))
    tell(house, refund(order, {0: 1}))
    assert left(maja, "#1001") == {"MUG": 2, "BOX": 1}
    assert said(maja, "#1001")[0].startswith("Shopify refunded 1 Thing GIFT, 4.50 EUR")
    house.prove()
    maja.follow("pick:#1001")
    maja.follow("pack:#1001")
    maja.follow(maja.open_manifest())
    house.prove()
    assert maja.order("#1001")["state"] == "handed_over"
    assert {one["sku"]: one["quantity"] for one in maja.order("#1001")["parcels"][0]["lines"]} == {"MUG": 2, "BOX": 1}
    tell(house, refund(order, {0: 1}, 5002))
    assert said(maja, "#1001")[1].endswith("3 had left already")
    house.prove()


def test_of_a_lot_and_a_serial_the_unit_in_hand_is_put_back(house: House) -> None:
    maja = house.tablet()
    maja.add_product("CAM", name="Camera", barcodes=[{"code": "09506000134369"}], serials=True)
    for serial in ("A1", "A2"):
        accepted(maja.scan("receive:", f"]C1010950600013436921{serial}"))
    _put_away(maja)
    order = shopify_order("#1001", {"CAM": 2})
    tell(house, order)
    maja.follow("pick:#1001")
    maja.follow("pack:#1001", until="label")
    tell(house, refund(order, {0: 1}))
    maja.lease("pack:#1001")
    refused(maja.scan("pack:#1001", "]C1010950600013436921A9"), "not of order #1001")
    accepted(maja.scan("pack:#1001", "]C1010950600013436921A2"), "Put back: 1 Thing CAM")
    maja.follow("pack:#1001")
    maja.follow(maja.open_manifest())
    assert [one["serial"] for one in maja.order("#1001")["parcels"][0]["lines"]] == ["A1"]
    house.prove()


def _put_away(maja: Tablet) -> None:
    step = maja.lease("putaway:")["next"]
    while step["want"] != "nothing":
        step = accepted(maja.scan("putaway:", step["code"]))["next"]


def test_of_a_recalled_lot_what_is_put_back_is_not_for_sale(house: House) -> None:
    maja = house.tablet()
    maja.add_product("YOG", name="Yoghurt", barcodes=[{"code": "09506000134352"}], lots=True)
    accepted(maja.scan("receive:", "]C1010950600013435210L7", 2))
    _put_away(maja)
    order = shopify_order("#1001", {"YOG": 2})
    tell(house, order)
    maja.follow("pick:#1001")
    db.run(lambda session: lots.hold(session, lots.by_code(session, catalog.product_by_sku(session, "YOG").id or 0, "L7"), "glass in it"))
    tell(house, refund(order, {0: 1}))
    maja.lease("pack:#1001")
    accepted(maja.scan("pack:#1001", "]C1010950600013435210L7"), "Put back")
    assert maja.stock("YOG") == {"on_hand": 1, "promised": 1, "free": 0, "waiting": 0}
    house.prove()


def test_the_shopper_s_page_and_the_desk_say_what_does_not_come(house: House, ruth: Tablet) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 3, "CUP": 1})
    order = shopify_order("#1001", {"MUG": 3, "CUP": 1})
    tell(house, order)
    maja.follow("pick:#1001")
    maja.follow("pack:#1001", until="label")
    tell(house, refund(order, {0: 1}))
    ruth.headers["Accept"] = "text/html"
    desk = ruth.get("/orders/%231001").raw.decode()
    assert "Shopify refunded 1 Thing MUG, 4.50 EUR on 21 November 2026" in desk
    assert "1 is to be put back at the pack bench" in desk
    page = "/track/" + desk.split("/track/")[1].split('"')[0]
    shown = ruth.get(page).raw.decode()
    assert _goods(shown) == {"parcel": [("2", "Thing MUG"), ("1", "Thing CUP")], "cancelled": [("1", "Thing MUG")]}
    tell(house, refund(order, {0: 2, 1: 1}, 5002))
    shown = ruth.get(page).raw.decode()
    assert _goods(shown) == {"cancelled": [("3", "Thing MUG"), ("1", "Thing CUP")]}
    assert "Your order was cancelled" in shown
    house.prove()


def _goods(page: str) -> dict[str, list[tuple[str, str]]]:
    """What stands on the cards of the shopper's page."""
    cards = re.findall(r'aria-labelledby="(parcel|cancelled)[^>]*>(.*?)</section>', page, re.DOTALL)
    row = r'<strong><bdi>(.*?)</bdi></strong>.*?<span aria-hidden="true">([0-9]+)</span><span class="visually-hidden"'
    return {name: [(n, thing) for thing, n in re.findall(row, card, re.DOTALL)] for name, card in cards}


def test_a_refund_of_an_order_that_went_with_another_follows_it(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 3, "CUP": 1})
    same = {"email": "grace@example.test", "contact_email": "grace@example.test"}
    one, other = shopify_order("#1001", {"CUP": 1}, **same), shopify_order("#1002", {"MUG": 3}, **same)
    tell(house, one)
    tell(house, other)
    with db.transaction() as session:
        ids = [queries.by_ref(session, ref).id or 0 for ref in ("#1001", "#1002")]
        assert merging.merge(session, *ids, by="Ruth") == 3
    assert tell(house, refund(other, {0: 2})) == [("#1002", "refunded")]
    assert left(maja, "#1001") == {"MUG": 1, "CUP": 1}
    assert len(said(maja, "#1001")) == len(said(maja, "#1002")) == 1
    tell(house, {**other, "financial_status": "refunded", "refunds": [refund(other, {0: 2}), refund(other, {0: 1}, 5002)]})
    assert left(maja, "#1001") == {"CUP": 1}
    house.prove()


def woo_refund(order: Json, units: dict[int, int], number: int = 901) -> Json:
    """An order-refund object of WooCommerce: negative quantities and totals."""
    rows = [{"id": number * 10 + n, "name": "x", "quantity": -many, "total": f"{-4.5 * many:.2f}", "sku": order["line_items"][n]["sku"],
             "meta_data": [{"id": 1, "key": "_refunded_item_id", "value": str(order["line_items"][n]["id"])}]} for n, many in units.items()]  # fmt: skip
    return {"id": number, "date_created_gmt": "2026-11-21T15:00:00", "amount": f"{sum(4.5 * m for m in units.values()):.2f}", "reason": "", "refunded_by": 1,
            "refunded_payment": True, "meta_data": [], "line_items": rows,
            "_links": {"up": [{"href": f"https://shop.example.test/wp-json/wc/v3/orders/{order['id']}"}]}}  # fmt: skip


def test_woocommerce_names_its_refunds_and_tells_their_lines_apart(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 6, "CUP": 1})
    order, other = woo_order("1001", {"MUG": 3, "CUP": 1}), woo_order("1002", {"MUG": 2})
    tell(house, order, "woocommerce", "order.created")
    named = {**order, "refunds": [{"id": 901, "reason": "", "total": "-9.00"}]}
    assert tell(house, named, "woocommerce", "order.updated") == [("1001", "error")], "which units is not known yet"
    assert tell(house, {**other, "refunds": [{"id": 902, "reason": "", "total": "-4.50"}]}, "woocommerce", "order.created") == [("1002", "error")]
    assert tell(house, woo_refund(order, {0: 2}), "woocommerce", "refund.created") == [("1001", "refunded")]
    assert left(maja, "1001") == {"MUG": 1, "CUP": 1}
    assert tell(house, {"data": [woo_refund(other, {0: 1}, 902)]}, "woocommerce", "refund.created") == [("1002", "waits")]
    assert left(maja, "1002") == {"MUG": 1}, "the order is read again, less its refund"
    with db.reading() as session:
        assert session.execute(sa.text("SELECT COUNT(*) FROM intake_error WHERE solved_at IS NULL")).scalar_one() == 0
    assert tell(house, named, "woocommerce", "order.updated") == [("1001", "known")]
    assert said(maja, "1001") == ["WooCommerce refunded 2 Thing MUG, 9.00 EUR on 21 November 2026 at 15:00 UTC: 2 are not sent"]
    maja.follow("pick:1001")
    tell(house, {**named, "status": "refunded"}, "woocommerce", "order.updated")
    assert left(maja, "1001") == {}
    assert maja.lease("pack:1001")["next"]["say"].startswith("Put back 1 Thing MUG")
    house.prove()


def test_a_woocommerce_order_that_is_refunded_after_it_left_is_not_paid_back_again(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2, "CUP": 1})
    order = woo_order("1001", {"MUG": 2, "CUP": 1})
    tell(house, order, "woocommerce", "order.created")
    tell(house, woo_refund(order, {1: 1}), "woocommerce", "refund.created")
    maja.ship_all()
    whole = {**order, "status": "refunded", "refunds": [{"id": 901, "total": "-4.50"}, {"id": 902, "total": "-9.00"}]}
    assert tell(house, whole, "woocommerce", "order.updated") == [("1001", "refunded")]
    assert tell(house, whole, "woocommerce", "order.updated") == [("1001", "skipped")]
    assert tell(house, woo_refund(order, {0: 2}, 902), "woocommerce", "refund.created") == [("1001", "refunded")]
    with db.reading() as session:
        found = queries.by_ref(session, "1001")
        assert settling.worth_of(session, found)(queries.lines(session, found.id or 0)[0].id, 2) == 0
        assert session.execute(sa.text("SELECT SUM(off), SUM(gone) FROM shop_refund_line")).one() == (1, 2), "the cup counts once"
    assert said(maja, "1001")[1].endswith("2 had left already")
    house.prove()


@pytest.mark.parametrize("when", ["before", "during", "after"])
def test_the_real_refund_leaves_exactly_one_unit_to_pick(house: House, shared: Path, when: str) -> None:
    folder = shared / "data/orders/shopify_api_ruby_2026-07"
    line = (folder / "order_responses.jsonl").read_text().splitlines()[5]
    order = json.loads(line)["body"]["order"]
    real = json.loads((folder / "refund_responses.jsonl").read_text().splitlines()[3])["body"]["refund"]
    maja = house.tablet()
    maja.stock_up({one["sku"]: 1 for one in order["line_items"]})
    whole = [{**one, "current_quantity": one["quantity"], "fulfillable_quantity": one["quantity"]} for one in order["line_items"]]
    tell(house, {**order, "financial_status": "paid", "line_items": whole, "refunds": []})
    assert sum(left(maja, "#1001").values()) == 3
    if when != "before":
        step = maja.lease("pick:#1001")["next"]
    if when == "during":
        accepted(maja.scan("pick:#1001", step["code"]))
        accepted(maja.scan("pick:#1001", step["sku"]))
    if when == "after":
        maja.follow("pick:#1001")
    assert tell(house, {"refund": real}, topic="refunds/create") == [("#1001", "refunded")]
    assert tell(house, {"order": order}) == [("#1001", "known"), ("#1001", "known")]
    assert left(maja, "#1001") == {"IPOD2008RED": 1}
    house.prove()
    maja.ship_all()
    assert [one["sku"] for one in maja.order("#1001")["parcels"][0]["lines"]] == ["IPOD2008RED"]
    house.prove()


@pytest.mark.parametrize("when", ["before", "during", "after"])
def test_the_real_refunds_of_order_560_take_eight_units_off(house: House, shared: Path, when: str) -> None:
    folder = shared / "data/orders/woocommerce_ios"
    order = json.loads((folder / "orders-load-all.json").read_text())["data"][3]
    told = json.loads((folder / "order-560-all-refunds.json").read_text())["data"]
    assert sum(float(one["amount"]) for one in told) == 225
    maja = house.tablet()
    maja.stock_up({one["sku"]: one["quantity"] for one in order["line_items"]})
    tell(house, {**order, "refunds": []}, "woocommerce", "order.created")
    before = left(maja, "560")
    if when != "before":
        step = maja.lease("pick:560")["next"]
    if when == "during":
        accepted(maja.scan("pick:560", step["code"]))
        accepted(maja.scan("pick:560", step["sku"], step["left"]))
    if when == "after":
        maja.follow("pick:560")
    for one in (*told[:2], told[0], *told[2:]):
        tell(house, {"data": one}, "woocommerce", "refund.created")
    tell(house, order, "woocommerce", "order.updated")
    off = {sku: n - left(maja, "560").get(sku, 0) for sku, n in before.items()}
    assert {sku: n for sku, n in off.items() if n} == {"HOODIE-WOO-LOGO": 2, "HOODIE-HAPPY-NINJA": 1, "HOODIE-SHIP-YOUR-IDEA-BLACK-L": 1,
                                                       "HOODIE-SHIP-YOUR-IDEA-BLUE-XL": 3, "T-SHIRT-NINJA-SILHOUETTE": 1}  # fmt: skip
    house.prove()
    maja.ship_all()
    assert maja.order("560")["state"] == "handed_over"
    house.prove()


def test_a_refund_that_cannot_be_read_is_kept_and_money_alone_takes_nothing_off(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2})
    order = shopify_order("#1001", {"MUG": 2})
    tell(house, order)
    bad = refund(order, {0: 1})
    assert tell(house, {**bad, "refund_line_items": [{"quantity": 1.5, "line_item_id": 3}]}) == [("", "error")]
    assert tell(house, {**bad, "id": None}) == [("", "error")]
    assert tell(house, {**bad, "refund_line_items": []}) == [("#1001", "refunded")]
    assert left(maja, "#1001") == {"MUG": 2}
    assert said(maja, "#1001") == ["Shopify refunded money only, 4.50 EUR on 21 November 2026 at 15:00 UTC"]
    house.prove()
