"""Makers: what stories are made of. Callers of the public contract, orders in the form each shop sends them, sites.

A `Tablet` speaks the contract and nothing else, over HTTP to a real process (`Lines`) or to the app in this process
(`in_process`); it is a robot's, a person's or a program's alike.
"""

import base64
import hashlib
import hmac
import http.client
import json
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlsplit

from litestar.testing import TestClient

from stowline import site, wiring
from stowline.core import db
from stowline.people import service as people
from stowline.stores import service as stores
from tests import tables
from tests.forked import Forked
from tests.services import StowlineProcess, clean_env

Json = dict[str, Any]
Send = Callable[[str, str, bytes | None, Mapping[str, str]], "Reply"]
STORE = "demo"
SECRETS = {"shopify": "shpss_0f1e2d3c4b5a", "woocommerce": "wc-secret-of-the-shop"}
JSON_TYPE = {"Content-Type": "application/json"}
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


# ---------------------------------------------------------------- asking


@dataclass(frozen=True)
class Reply:
    """An answer: its HTTP status, its headers in lower case and its body."""

    status: int
    raw: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> Any:
        """The JSON in it."""
        return json.loads(self.raw)

    def __getitem__(self, name: str | int) -> Any:
        return self.body[name]


@dataclass
class Lines:
    """Kept connections to real processes; hung up at the end of the block."""

    opened: list[http.client.HTTPConnection] = field(default_factory=list)

    def to(self, url: str) -> Send:
        """A new connection to the process at this address."""
        line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self.opened.append(line)

        def send(method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Reply:
            line.request(method, path, content, dict(headers))
            answer = line.getresponse()
            return Reply(answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()})

        return send

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for line in self.opened:
            line.close()


def in_process(client: TestClient[Any]) -> Send:
    """The app in this process."""

    def send(method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Reply:
        answer = client.request(method, path, content=content, headers=dict(headers), follow_redirects=False)
        return Reply(answer.status_code, answer.content, {k.lower(): v for k, v in answer.headers.items()})

    return send


class Tablet:
    """Somebody at work: a connection, a token, and the name that the token's owner gives to this worker."""

    def __init__(self, send: Send, token: str, name: str = "") -> None:
        self.send = send
        self.name = name
        self.headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if name:
            self.headers["X-Worker"] = name

    def get(self, path: str) -> Reply:
        return self.send("GET", path, None, self.headers)

    def post(self, path: str, body: object = None, headers: Mapping[str, str] = JSON_TYPE) -> Reply:
        content = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        return self.send("POST", path, content, {**self.headers, **headers})

    def scan(self, task: str, code: str, quantity: int = 1, **more: Any) -> Reply:
        scan = {"scan_id": str(uuid.uuid4()), "task": task, "code": code, "quantity": quantity}
        return self.post("/scans", scan | more)

    def lease(self, task: str) -> Reply:
        return self.post(f"/api/v1/tasks/{quote(task, safe='')}/lease")

    def tasks(self, kind: str) -> list[Json]:
        found: list[Json] = self.get(f"/api/v1/tasks?kind={kind}")["items"]
        return found

    def order(self, ref: str) -> Json:
        found: Json = self.get(f"/api/v1/orders/{quote(ref, safe='')}").body
        return found

    def stock(self, sku: str) -> Json:
        found: Json = self.get(f"/api/v1/stock?sku={quote(sku)}")[0]
        return {name: found[name] for name in ("on_hand", "promised", "free", "waiting")}

    def events(self, ref: str) -> list[str]:
        return [item["event"] for item in self.get(f"/api/v1/orders/{quote(ref, safe='')}/timeline")["items"]]

    # ------------------------------------------------------------ whole pieces of work

    def add_product(self, sku: str, **more: Any) -> None:
        assert self.post("/api/v1/products", {"sku": sku, "name": f"Thing {sku}"} | more).status == 201

    def follow(self, task: str, until: str = "nothing") -> int:
        """Take a task and scan what it wants until it wants `until`: how many scans. Every one must be accepted."""
        lease = self.lease(task)
        assert lease.status == 200, lease.raw
        step, scans = lease["next"], 0
        while step["want"] not in {until, "nothing"}:
            if step["want"] == "label":
                assert self.post(f"/api/v1/parcels/{step['parcel']}/label").raw.startswith(b"%PDF")
                step = self.lease(task)["next"]
                continue
            reply = self.scan(task, step["code"], step.get("left", 1) if step["want"] == "product" else 1)
            assert reply.status == 200, (step, reply.raw)
            step, scans = reply["next"], scans + 1
        return scans

    def receive(self, goods: Mapping[str, int], ref: str = "") -> None:
        """A purchase order comes in by scans."""
        ref = ref or f"PO-{uuid.uuid4().hex[:8]}"
        lines = [{"sku": sku, "quantity": units} for sku, units in goods.items()]
        entered = self.post("/api/v1/purchase-orders", {"ref": ref, "supplier": "Potters & Co", "lines": lines})
        assert entered.status == 201, entered.raw
        self.follow(f"receive:{ref}")

    def stock_up(self, goods: Mapping[str, int]) -> None:
        """New products with their units in bins."""
        for sku in goods:
            self.add_product(sku)
        self.receive(goods)
        self.follow("putaway:")

    def place(self, ref: str, lines: Mapping[str, int], **changes: Any) -> Reply:
        return self.post("/api/v1/orders", api_order(ref, lines, **changes))

    def open_manifest(self) -> str:
        return f"handover:{self.post('/api/v1/manifests', {'carrier': 'house'})['ref']}"

    def ship_all(self) -> None:
        """Pick, pack, label and hand over all that can go: from the backorder shelf by hand, else on the first cart."""
        while True:
            picks = [item["task"] for item in self.tasks("pick") if item["task"] == "pick:CART-1" or item["next"].get("order")]
            packs = [item["task"] for item in self.tasks("pack")]
            for task in [*picks[:1], *packs]:
                self.follow(task)
            if not picks and not packs:
                break
        self.follow(self.open_manifest())


def at_once(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all of them at the same moment, each in a thread of its own: what each gave, in order."""
    results: list[Any] = [None] * len(jobs)
    ready = threading.Barrier(len(jobs))

    def run(n: int) -> None:
        ready.wait(30)
        try:
            results[n] = jobs[n]()
        except BaseException as why:  # noqa: BLE001  (told by the thread that asked)
            results[n] = why

    threads = [threading.Thread(target=run, args=(n,), daemon=True) for n in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(90)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


# ---------------------------------------------------------------- orders, as they are sent


ADDRESS = {"name": "Ada Byron", "line1": "12 St James's Sq", "city": "London", "postcode": "SW1Y 4JH", "country": "GB"}


def api_order(ref: str, lines: Mapping[str, int], **changes: Any) -> Json:
    """The body of `POST /api/v1/orders`."""
    return {
        "ref": ref,
        "store": STORE,
        "customer": {"name": "Ada Byron", "email": email_of(ref)},
        "address": ADDRESS,
        "lines": [{"sku": sku, "quantity": units, "unit_price": "4.50"} for sku, units in lines.items()],
    } | changes


def email_of(ref: str) -> str:
    """Each order has a shopper of its own."""
    return f"shopper-{''.join(c for c in ref.lower() if c.isascii() and c.isalnum())}@example.test"


def shopify_order(ref: str, lines: Mapping[str, int], **changes: Any) -> Json:
    """An order as Shopify's `orders/create` and `orders/paid` webhooks carry it."""
    number = int("".join(c for c in ref if c.isdigit()) or "1")
    ship_to = {
        "first_name": "Grace", "last_name": "Hopper", "address1": "1 Navy Yard", "address2": "", "phone": None,
        "city": "Arlington", "zip": "22202", "province": "Virginia", "country": "United States", "country_code": "US",
        "province_code": "VA", "name": "Grace Hopper", "company": None,
    }  # fmt: skip
    items: list[Json] = [
        {
            "id": number * 100 + n, "admin_graphql_api_id": f"gid://shopify/LineItem/{number * 100 + n}", "sku": sku,
            "current_quantity": units, "fulfillable_quantity": units, "fulfillment_service": "manual", "quantity": units,
            "fulfillment_status": None, "gift_card": False, "grams": 350, "name": f"Thing {sku}", "price": "4.50",
            "product_exists": True, "product_id": 7000 + n, "requires_shipping": True, "taxable": True,
            "title": f"Thing {sku}", "total_discount": "0.00", "variant_id": 8000 + n, "variant_title": None,
            "vendor": "Kiln", "tax_lines": [], "duties": [], "discount_allocations": [],
        }
        for n, (sku, units) in enumerate(lines.items())
    ]  # fmt: skip
    return {
        "id": 450789000 + number, "admin_graphql_api_id": f"gid://shopify/Order/{450789000 + number}", "name": ref,
        "order_number": number, "email": email_of(ref), "contact_email": email_of(ref), "currency": "EUR",
        "created_at": "2026-11-20T09:15:00-05:00", "processed_at": "2026-11-20T09:15:00-05:00", "cancelled_at": None,
        "cancel_reason": None, "closed_at": None, "confirmed": True, "financial_status": "paid", "test": False,
        "fulfillment_status": None, "note": None, "source_name": "web", "tags": "", "taxes_included": True,
        "customer": {"id": 207119551, "email": email_of(ref), "first_name": "Grace", "last_name": "Hopper"},
        "shipping_address": ship_to, "billing_address": ship_to, "line_items": items, "fulfillments": [], "refunds": [],
        "shipping_lines": [{"id": 369256396, "code": "standard", "price": "0.00", "title": "Standard"}],
    } | changes  # fmt: skip


def woo_order(ref: str, lines: Mapping[str, int], **changes: Any) -> Json:
    """An order as WooCommerce's `order.created` and `order.updated` webhooks carry it."""
    number = int(ref)
    ship_to = {
        "first_name": "Emmy", "last_name": "Noether", "company": "", "address_1": "Bunsenstraße 3", "address_2": "",
        "city": "Göttingen", "state": "DE-NI", "postcode": "37073", "country": "DE", "phone": "",
    }  # fmt: skip
    items: list[Json] = [
        {
            "id": number * 10 + n, "name": f"Thing {sku}", "product_id": 900 + n, "variation_id": 0, "quantity": units,
            "tax_class": "", "subtotal": f"{4.5 * units:.2f}", "subtotal_tax": "0.00", "total": f"{4.5 * units:.2f}",
            "total_tax": "0.00", "taxes": [], "meta_data": [], "sku": sku, "price": 4.5, "parent_name": None,
        }
        for n, (sku, units) in enumerate(lines.items())
    ]  # fmt: skip
    return {
        "id": number, "parent_id": 0, "number": ref, "order_key": f"wc_order_{ref}", "status": "processing",
        "currency": "EUR", "version": "9.4.2", "prices_include_tax": True, "date_created": "2026-11-20T14:15:00",
        "date_created_gmt": "2026-11-20T14:15:00", "discount_total": "0.00", "shipping_total": "0.00",
        "customer_id": 5, "customer_note": "", "payment_method": "stripe", "date_paid_gmt": "2026-11-20T14:15:02",
        "billing": {**ship_to, "email": email_of(ref)}, "shipping": ship_to, "line_items": items, "tax_lines": [],
        "shipping_lines": [], "fee_lines": [], "coupon_lines": [], "refunds": [], "meta_data": [],
    } | changes  # fmt: skip


def signed(platform: str, body: Json | bytes, topic: str = "") -> tuple[bytes, dict[str, str]]:
    """A webhook's raw body and its headers, with the signature over exactly these bytes."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    mark = base64.b64encode(hmac.new(SECRETS[platform].encode(), raw, hashlib.sha256).digest()).decode()
    names = {"shopify": ("X-Shopify-Hmac-Sha256", "X-Shopify-Topic", "orders/paid"),
             "woocommerce": ("X-WC-Webhook-Signature", "X-WC-Webhook-Topic", "order.updated")}[platform]  # fmt: skip
    return raw, {**JSON_TYPE, names[0]: mark, names[1]: topic or names[2]}


def webhook(send: Send, platform: str, body: Json | bytes, topic: str = "") -> Reply:
    """A shop's platform calls."""
    raw, headers = signed(platform, body, topic)
    return send("POST", f"/intake/{STORE}/{platform}", raw, headers)


# ---------------------------------------------------------------- sites and processes


def found_site(url: str) -> str:
    """Migrate an empty database, put up the starter site with its store and the shops' secrets: a token for all work."""
    wiring.connect()
    tables.lay(url)
    house = db.Database(url)
    try:
        with house.transaction() as session:
            site.init(session, STORE)
            for platform, secret in SECRETS.items():
                stores.set_webhook_secret(session, STORE, platform, secret)
            return people.add_token(session, "stories", ["scan", "api"])
    finally:
        house.close()


@contextmanager
def background(data_dir: Path, command: str, **env: str) -> Iterator[Forked]:
    """A part of Stowline that listens to no port (`relay`, `worker`), until the block ends."""
    log_path = data_dir / f"stowline-{command}.log"
    process = Forked([command], clean_env(STOWLINE_DATA_DIR=str(data_dir), **env), log_path, log_path)
    try:
        yield process
        assert process.poll() is None, f"stowline {command} ended\n{log_path.read_text()}"
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def web(data_dir: Path, **env: str) -> StowlineProcess:
    """One `stowline web` process."""
    return StowlineProcess(data_dir, ("web",), **env)
