"""The whole way, through real processes: orders in from three doors, goods and parcels by scans, shoppers told once."""

import csv
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.asserts import accepted, clear_no, told
from tests.makers import (
    STORE,
    Json,
    Lines,
    Send,
    Tablet,
    background,
    email_of,
    shopify_order,
    web,
    webhook,
    woo_order,
)
from tests.services import SmtpSink, cli, cli_json, stowline_process
from tests.stories.conftest import Founded, House, copy_postgres, copy_sqlite

GOODS = {"MUG": 6, "CUP BL": 8, "85123a": 4, "85123A": 4}
CSV_ORDERS = {"C-1": {"MUG": 1, "85123a": 2}, "C-2": {"CUP BL": 2}, "C-3": {"85123A": 3}}
SHOP_ORDERS = {"#2001": {"MUG": 1, "CUP BL": 1}, "#2002": {"85123a": 1}}
WOO_ORDERS = {"7001": {"85123A": 1}, "7002": {"CUP BL": 3, "MUG": 2}}
SHIP = {**CSV_ORDERS, **SHOP_ORDERS, **WOO_ORDERS}
NEVER = {
    "#2090": {"MUG": 1},
    "#2091": {"MUG": 1},
    "#2092": {"MUG": 1},
    "7090": {"MUG": 1},
    "7091": {"MUG": 1},
    "7092": {"MUG": 1},
}
LATE = {"C-8": {"MUG": 1, "TEAPOT": 1}}  # it waits, is told so, and goes out when the teapots come
WAITS = {"C-9": {"KETTLE": 1}}


@dataclass
class Town:
    """A running Stowline with its shops and its mail server."""

    urls: list[str]
    env: dict[str, str]
    database: House
    sink: SmtpSink
    lines: Lines

    def tablet(self, name: str, door: int = 0) -> Tablet:
        return Tablet(self.line(door), self.database.token, name)

    def line(self, door: int = 0) -> Send:
        return self.lines.to(self.urls[door % len(self.urls)])

    def open_work(self) -> dict[str, int]:
        """Events without all their receipts, timers that have not run (but those that always stand), messages that are not settled."""
        where = {"outbox": "due IS NOT NULL", "timer": "ref <> ''", "message": "state IN ('held', 'sending')"}
        found = {table: self.database.count(f"{table} WHERE {which}") for table, which in where.items()}
        return {table: count for table, count in found.items() if count}

    def expect_mails(self, owed: dict[tuple[str, str], int], perhaps: dict[tuple[str, str], int] | None = None) -> None:
        """Exactly these mails come, each once, and then nothing more is to be done. `perhaps` come once or not at all: what
        they tell of may be over before they go.
        """
        end = time.monotonic() + 60
        while (len(self.sink.mails) < len(owed) or self.open_work()) and time.monotonic() < end:
            time.sleep(0.1)
        came = told(self.sink.mails)
        assert came == owed | {key: 1 for key in perhaps or {} if key in came}
        assert self.open_work() == {}


def settings(url: str, sink: SmtpSink, **more: str) -> dict[str, str]:
    return {
        "STOWLINE_DATABASE_URL": url, "STOWLINE_SMTP_URL": sink.url, "STOWLINE_MESSAGE_GRACE_S": "0",
        "STOWLINE_BACKORDER_NOTICE_AFTER_S": "0", "STOWLINE_SECRET_KEY": "the same in every process", **more,
    }  # fmt: skip


@pytest.fixture(params=["sqlite", "postgres+redis", "postgres+rabbitmq"])
def town(request: pytest.FixtureRequest, tmp_path: Path, smtp_sink: SmtpSink) -> Iterator[Town]:
    """Everything in one process on SQLite; else web processes (two beside Redis), a relay and a worker on PostgreSQL."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            founded: Founded = request.getfixturevalue("founded_sqlite")
            env = settings(copy_sqlite(founded, tmp_path / "stowline.db"), smtp_sink)
            doors = [stowline_process(tmp_path, **env)]
        else:
            founded = request.getfixturevalue("founded_postgres")
            broker = request.getfixturevalue(f"{request.param.partition('+')[2]}_url")
            url = stack.enter_context(copy_postgres(founded))
            env = settings(url, smtp_sink, STOWLINE_BROKER_URL=broker)
            doors = [web(tmp_path, **env) for _ in range(2 if "redis" in request.param else 1)]
            for command in ("relay", "worker"):
                stack.enter_context(background(tmp_path, command, **env))
        urls = [stack.enter_context(door).url for door in doors]
        house = House(env["STOWLINE_DATABASE_URL"], founded.token, [])
        stack.callback(house.close)
        yield Town(urls, env | {"STOWLINE_DATA_DIR": str(tmp_path)}, house, smtp_sink, stack.enter_context(Lines()))


def lines_file(path: Path, orders: dict[str, dict[str, int]]) -> Path:
    """Orders as a shop's own export: a row for each line, headings of its own."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["Order", "Item", "Qty", "Price", "E-mail", "Name", "Street", "Town", "Zip", "Land"])
        for ref, lines in orders.items():
            for sku, units in lines.items():
                who = [email_of(ref), "Zoë Ångström", "1 Main Street", "Springfield", "SW1A 1AA", "GB"]
                out.writerow([ref, sku, units, "4.50", *who])
    return path


MAP = "order=Order,sku=Item,quantity=Qty,unit_price=Price,email=E-mail,ship_name=Name,line1=Street,city=Town,postcode=Zip,country=Land"


def come_in(town: Town, folder: Path) -> None:
    """The day's orders: a file, and two shops that call."""
    file = lines_file(folder / "day.csv", CSV_ORDERS | LATE | WAITS)
    words = ("import", "orders", str(file), "--format", "lines-csv", "--map", MAP, "--store", STORE, "--notify")
    tally = cli_json(*words, "--create-products", env=town.env)
    assert (tally["orders"], tally["rows_refused"], tally["refused"]) == (5, 0, 0)
    assert cli_json(*words, env=town.env)["orders"] == 0
    calls: list[tuple[str, Json]] = [("shopify", shopify_order(ref, lines)) for ref, lines in SHOP_ORDERS.items()]
    calls += [("woocommerce", woo_order(ref, lines)) for ref, lines in WOO_ORDERS.items()]
    calls += [("shopify", shopify_order(ref, NEVER[ref], **what)) for ref, what in {
        "#2090": {"financial_status": "pending"}, "#2091": {"cancelled_at": "2026-11-21T10:00:00Z"},
        "#2092": {"financial_status": "refunded"}}.items()]  # fmt: skip
    calls += [("woocommerce", woo_order(ref, NEVER[ref], status=status)) for ref, status in {
        "7090": "pending", "7091": "cancelled", "7092": "refunded"}.items()]  # fmt: skip
    for n, (platform, body) in enumerate(calls):
        for _ in range(2):  # shops send everything at least once
            assert webhook(town.line(n), platform, body).status == 202


def work(town: Town) -> None:
    """Pick one order by hand and the rest on carts, at two tablets; pack, label and hand over all of them."""
    maja, ruth = town.tablet("maja"), town.tablet("ruth", 1)
    maja.follow("pick:#2001")
    while any(item["task"] == "pick:CART-1" for item in ruth.tasks("pick")):
        ruth.follow("pick:CART-1")
        for item in maja.tasks("pack"):
            maja.follow(item["task"])
    van = ruth.open_manifest()
    ruth.follow(van, until="command")
    accepted(ruth.scan(van, "CMD:DONE"))


def kinds(orders: dict[str, Any], *names: str) -> dict[tuple[str, str], int]:
    return {(name, ref): 1 for ref in orders for name in names}


def check_the_mails(mails: list[EmailMessage]) -> None:
    """Each is addressed to its shopper, readable as text and as HTML, and one of a kind."""
    assert len({mail["Message-ID"] for mail in mails}) == len(mails)
    for mail in mails:
        assert email_of(mail["X-Stowline-Order"]) in mail["To"]
        text, page = mail.get_body(("plain",)), mail.get_body(("html",))
        assert text is not None
        assert page is not None
        assert mail["X-Stowline-Order"] in text.get_content()


def check_the_link(town: Town, mail: EmailMessage) -> None:
    """The link in a mail opens its order, without sign-in; with one letter changed it opens nothing."""
    text = mail.get_body(("plain",))
    assert text is not None
    found = re.search(r"/track/([0-9]+-[0-9a-f]{32})", text.get_content())
    assert found is not None, text.get_content()
    line = town.line()
    page = line("GET", found[0], None, {"Accept": "text/html"})
    assert page.status == 200
    assert mail["X-Stowline-Order"] in page.raw.decode()
    wrong = found[0][:-1] + ("0" if found[0][-1] != "0" else "1")
    assert line("GET", wrong, None, {"Accept": "text/html"}).status == 404


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_orders_come_in_and_parcels_go_out(town: Town, tmp_path: Path) -> None:
    maja = town.tablet("maja")
    maja.stock_up(GOODS)
    come_in(town, tmp_path)
    for ref in NEVER:
        clear_no(maja.get(f"/api/v1/orders/{ref.replace('#', '%23')}"), 404)
    assert {ref: maja.order(ref)["state"] for ref in SHIP} == dict.fromkeys(SHIP, "allocated")
    assert (maja.order("C-8")["state"], maja.order("C-9")["state"]) == ("part_allocated", "backordered")
    work(town)
    assert {ref: maja.order(ref)["state"] for ref in SHIP} == dict.fromkeys(SHIP, "handed_over")

    everybody = {**SHIP, **LATE, **WAITS}
    owed = kinds(everybody, "order-confirmed") | kinds(SHIP, "shipped") | kinds({**LATE, **WAITS}, "backorder-notice")
    town.expect_mails(owed)

    maja.receive({"TEAPOT": 1})  # promised at once to the order that waits
    assert maja.order("C-8")["state"] == "allocated"
    owed |= kinds(LATE, "stock-arrived")
    town.expect_mails(owed)
    maja.follow("putaway:")
    maja.ship_all()
    town.expect_mails(owed | kinds(LATE, "shipped"), perhaps=kinds(LATE, "item-processed"))
    check_the_mails(town.sink.mails)
    check_the_link(town, next(mail for mail in town.sink.mails if mail["X-Stowline-Message"] == "shipped"))
    check_the_diary(maja)
    proof = cli("check", "--json", env=town.env)
    assert '"holds": false' not in proof.stdout


def check_the_diary(maja: Tablet) -> None:
    """The timeline of an order picked by hand tells its way in the order it went, and which scan did what."""
    items = maja.get("/api/v1/orders/%232001/timeline")["items"]
    events = [item["event"] for item in items]
    way = ["OrderPlaced", "OrderReleased", "LinePicked", "ItemPacked", "ParcelPacked", "LabelMade", "ParcelHandedOver"]
    assert [name for name in dict.fromkeys(events) if name in way] == way
    assert all(item["scan_id"] for item in items if item["event"] in {"LinePicked", "ItemPacked", "ParcelHandedOver"})
    assert any(item["message_id"] for item in items)


# ---------------------------------------------------------------- orders that shops really sent


REAL = {
    "shopify": "shopify_python_api/order.json",
    "woocommerce": "woocommerce_ios/orders-load-all.json",
}


@pytest.mark.parametrize("platform", REAL)
def test_real_orders_come_in_by_signed_webhook_and_go_out(house: House, shared: Path, platform: str) -> None:
    maja = house.tablet()
    reply = webhook(house.send(), platform, (shared / "data/orders" / REAL[platform]).read_bytes())
    assert reply.status == 202
    taken = {one["ref"]: one["outcome"] for one in reply["taken"]}
    new = [ref for ref, outcome in taken.items() if outcome == "new"]
    assert new == {"shopify": ["#1001"], "woocommerce": ["961", "960"]}[platform]
    assert house.count("intake_error") == {"shopify": 0, "woocommerce": 2}[platform]
    goods: dict[str, int] = {}
    for ref in new:
        for line in maja.order(ref)["lines"]:
            goods[line["sku"]] = goods.get(line["sku"], 0) + line["quantity"]
    maja.receive(goods)
    maja.follow("putaway:")
    maja.ship_all()
    assert {maja.order(ref)["state"] for ref in new} == {"handed_over"}
    house.prove()


def test_an_order_cancelled_in_its_shop_leaves_the_picker_s_list(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2})
    assert webhook(house.send(), "shopify", shopify_order("#3001", {"MUG": 2}))["taken"][0]["outcome"] == "new"
    assert any(item["task"] == "pick:CART-1" for item in maja.tasks("pick"))
    gone = shopify_order("#3001", {"MUG": 2}, cancelled_at="2026-11-21T10:00:00Z")
    assert webhook(house.send(), "shopify", gone, "orders/cancelled")["taken"][0]["outcome"] == "cancelled"
    assert (maja.tasks("pick"), maja.order("#3001")["state"]) == ([], "cancelled")
    assert maja.stock("MUG")["free"] == 2
    house.prove()


def test_the_secret_of_a_shop_is_set_on_the_command_line(founded_sqlite: Founded, tmp_path: Path) -> None:
    env = {"STOWLINE_DATABASE_URL": copy_sqlite(founded_sqlite, tmp_path / "stowline.db")}
    said = cli("token", "webhook", "--store", STORE, "--platform", "shopify", env=env).stdout
    assert said.startswith(f"Webhooks of shopify go to /intake/{STORE}/shopify, signed with: whs_")
    assert cli("token", "webhook", "--store", "nobody", "--platform", "shopify", env=env, check=False).returncode == 2
