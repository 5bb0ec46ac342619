"""Files that come in by the command line: products, stock, purchase orders, and orders as CSV or as a shop gives them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import House, house_at, stowline
from tests.makers import found_site, shopify_order, woo_order

GOODS = "sku,barcode,name,weight_g,length_mm,width_mm,height_mm\nMUG,4006381333931,Mug,350,120,90,95\nCUP,,Cup,,,,\n"
ORDERS = (
    "order,sku,quantity,unit_price,email,ship_name,line1,city,postcode,country\n"
    "1001,MUG,2,4.50,ada@example.test,Ada Byron,12 St James's Sq,London,SW1Y 4JH,GB\n"
    "1001,CUP,1,3.00,,,,,,\n"
    "1002,MUG,1,4.50,,Alan Turing,Bletchley Park,Bletchley,MK3 6EB,GB\n"
)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter site, made once."""
    file = tmp_path_factory.mktemp("founded") / "stowline.db"
    found_site(f"sqlite:///{file}")
    return file


@pytest.fixture
def house(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with house_at(tmp_path, monkeypatch, like=founded) as house:
        yield house


@pytest.fixture
def stocked(house: House) -> House:
    """It knows mugs and cups."""
    assert stowline("import", "products", house.write("goods.csv", GOODS)).code == 0
    return house


def said_of(row: object, tally: dict[str, object]) -> str:
    """Why a row was refused."""
    (say,) = [reason["say"] for reason in tally["reasons"] if reason["row"] == row]  # type: ignore[attr-defined]
    return str(say)


# ---------------------------------------------------------------- products


def test_the_keys_of_an_import_are_those_of_the_contract(house: House) -> None:
    tally = stowline("import", "products", house.write("goods.csv", GOODS), "--format", "csv", "--json").json
    assert tally == {
        "rows": 2, "rows_refused": 0, "accepted": 2, "duplicates": 0, "refused": 0, "orders": 0, "products": 2,
        "would_tell": 0, "reasons": [],
    }  # fmt: skip


def test_products_come_with_barcode_weight_and_dimensions_and_a_second_time_change_nothing(stocked: House) -> None:
    known = stocked.rows("SELECT sku, name, weight_g, length_mm, width_mm, height_mm FROM product ORDER BY sku")
    assert known == [("CUP", "Cup", None, None, None, None), ("MUG", "Mug", 350, 120, 90, 95)]
    assert stocked.rows("SELECT shown, quantity FROM barcode WHERE kind = 'barcode'") == [("4006381333931", 1)]
    again = stowline("import", "products", str(stocked.folder / "goods.csv"), "--json").json
    assert (again["accepted"], again["duplicates"], again["products"]) == (0, 2, 0)


def test_a_product_that_cannot_be_is_refused_with_its_row_and_the_others_stand(house: House) -> None:
    file = house.write(
        "goods.csv",
        "sku,name,weight_g,barcode\nA,One,-5,\n,Two,1,\nC,Three,1.5,\nD,Four,9,4006381333931\nE,Five,9,4006381333931\nF,Six,9,\n",
    )
    tally = stowline("import", "products", file, "--json").json
    assert (tally["rows"], tally["rows_refused"], tally["refused"], tally["accepted"]) == (6, 4, 4, 2)
    assert sorted(reason["row"] for reason in tally["reasons"]) == [2, 3, 4, 6]
    assert "4006381333931" in said_of(6, tally)
    assert house.rows("SELECT sku FROM product ORDER BY sku") == [("D",), ("F",)]


def test_a_barcode_of_two_products_goes_to_the_first_wherever_the_rows_stand(house: House) -> None:
    rows = "".join(f"P{n},Thing {n},\n" for n in range(250))
    file = house.write("goods.csv", f"sku,name,barcode\nA,One,4006381333931\n{rows}B,Two,4006381333931\nA,One,96385074\n")
    tally = stowline("import", "products", file, "--json").json
    assert (tally["accepted"], tally["duplicates"], tally["refused"]) == (251, 1, 1)
    assert said_of(253, tally) == "Barcode 4006381333931 means another product or pack already."
    assert house.rows("SELECT shown FROM barcode WHERE kind = 'barcode'") == [("4006381333931",)]


def test_the_real_catalogue_comes_in_and_again_changes_nothing(house: House, shared: Path) -> None:
    file = str(shared / "data/catalogue/open_food_facts/off_products_sample.csv")
    words = ["import", "products", file, "--format", "csv", "--map", "sku=barcode,barcode=barcode,name=product_name", "--json"]
    tally = stowline(*words).json
    assert (tally["accepted"], tally["duplicates"], tally["refused"], tally["rows"]) == (8127, 2, 40, 8169)
    assert len({reason["row"] for reason in tally["reasons"]}) == 40
    assert all("GTIN" in reason["say"] for reason in tally["reasons"])
    assert house.rows("SELECT COUNT(*) FROM product") == [(8127,)]
    again = stowline(*words).json
    assert (again["accepted"], again["duplicates"], again["refused"]) == (0, 8129, 40)


def test_case_and_spaces_tell_skus_apart(house: House) -> None:
    file = house.write("goods.csv", "sku\n85123a\n85123A\n85123 A\n85123_A\n")
    assert stowline("import", "products", file, "--json").json["products"] == 4


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"sku;name\nMUG;Becher, blau\n", "Becher, blau"),
        (b"sku\tname\nMUG\tBecher\n", "Becher"),
        ("\ufeffsku,name\r\nMUG,Becher\r\n".encode(), "Becher"),
        ("sku,name\nMUG,Blauer Töpfer für 5 €\n".encode("cp1252"), "Blauer Töpfer für 5 €"),
        ("sku,name\nMUG,青い湯呑み كوب\n".encode(), "青い湯呑み كوب"),
        ('sku,name\nMUG,"Becher ""blau"", groß"\n'.encode(), 'Becher "blau", groß'),
    ],
    ids=["semicolons", "tabs", "BOM and CRLF", "cp1252", "CJK and Arabic", "quotes"],
)
def test_files_are_read_as_other_programs_write_them(house: House, content: bytes, name: str) -> None:
    assert stowline("import", "products", house.write("goods.csv", content)).code == 0
    assert house.rows("SELECT sku, name FROM product") == [("MUG", name)]


def test_columns_of_other_names_are_mapped_and_rows_that_match_are_turned_away(house: House) -> None:
    file = house.write("goods.csv", "Artikel,Bezeichnung,Art\nM1,Becher,Ware\nV1,Versand,Dienst\n")
    words = ["--map", "sku=Artikel,name=Bezeichnung", "--refuse", "Art=^Dienst$", "--json"]
    tally = stowline("import", "products", file, *words).json
    assert (tally["accepted"], tally["rows_refused"]) == (1, 1)
    assert "Dienst" in said_of(3, tally)


def test_a_dry_run_counts_as_the_import_will_and_changes_nothing(house: House) -> None:
    """Across the batches too: row 42 names the SKU of row 2 again."""
    rows = "".join(f"SKU-{n},Thing {n}\n" for n in range(40))
    file = house.write("goods.csv", f"sku,name\n{rows}SKU-0,Thing 0\n,nameless\n")
    rehearsed = stowline("import", "products", file, "--dry-run", "--json").json
    assert house.rows("SELECT count(*) FROM product") == [(0,)]
    assert (rehearsed["accepted"], rehearsed["duplicates"], rehearsed["refused"]) == (40, 1, 1)
    assert stowline("import", "products", file, "--json").json == rehearsed


# ---------------------------------------------------------------- stock


def test_opening_stock_lies_in_its_bins_by_moves_that_can_be_checked(stocked: House) -> None:
    file = stocked.write("stock.csv", "sku,bin,quantity\nMUG,A-01-1,12\nCUP,B-01-1,3\n")
    assert stowline("import", "stock", file, "--json").json["accepted"] == 2
    laid = "SELECT p.sku, l.code, b.qty FROM balance b JOIN product p ON p.id = b.product_id JOIN location l ON l.id = b.location_id"
    assert sorted(stocked.rows(f"{laid} WHERE b.qty > 0")) == [("CUP", "B-01-1", 3), ("MUG", "A-01-1", 12)]
    assert stowline("check", "--rebuild").code == 0


def test_stock_that_cannot_lie_there_is_refused_with_its_row(stocked: House) -> None:
    file = stocked.write(
        "stock.csv",
        "sku,bin,quantity\nMUG,A-01-1,0\nMUG,A-01-1,-1\nMUG,A-01-1,1.5\nMUG,A-01-1,1000000000000\nMUG,NO-BIN,1\nNONE,A-01-1,1\n",
    )
    tally = stowline("import", "stock", file, "--json").json
    assert (tally["accepted"], tally["refused"], tally["rows_refused"]) == (0, 6, 6)
    assert [reason["row"] for reason in tally["reasons"]] == [2, 3, 4, 5, 6, 7]
    assert "NO-BIN" in said_of(6, tally)
    assert "NONE" in said_of(7, tally)
    assert stocked.rows("SELECT count(*) FROM ledger") == [(0,)]


def test_stock_that_comes_by_file_goes_to_the_orders_that_wait(stocked: House) -> None:
    stowline("import", "orders", stocked.write("orders.csv", ORDERS))
    assert stocked.rows("SELECT ref, state FROM orders") == [("1001", "backordered"), ("1002", "backordered")]
    stowline("import", "stock", stocked.write("stock.csv", "sku,bin,quantity\nMUG,A-01-1,3\n"))
    assert stocked.rows("SELECT ref, state FROM orders") == [("1001", "part_allocated"), ("1002", "allocated")]
    assert stowline("check").code == 0


# ---------------------------------------------------------------- purchase orders


def test_purchase_orders_come_in_and_a_known_one_stays_as_it_is(stocked: House) -> None:
    file = stocked.write(
        "purchases.csv",
        "ref,supplier,sku,quantity,expected_from,expected_to\nPO-1,Kiln,MUG,12,2026-12-01,2026-12-03\nPO-1,,CUP,4,,\nPO-2,Kiln,MUG,x,,\n",
    )
    tally = stowline("import", "purchase-orders", file, "--json").json
    assert (tally["rows"], tally["accepted"], tally["rows_refused"]) == (3, 1, 1)
    again = stowline("import", "purchase-orders", file, "--json").json
    assert (again["accepted"], again["duplicates"]) == (0, 1)
    assert stocked.rows("SELECT ref, supplier FROM purchase_order") == [("PO-1", "Kiln")]


def test_a_purchase_orders_row_with_an_unknown_product_is_refused_alone_unless_products_are_made(
    stocked: House,
) -> None:
    file = stocked.write("purchases.csv", "ref,sku,quantity\nPO-1,MUG,12\nPO-1,NEW,4\n")
    rehearsed = stowline("import", "purchase-orders", file, "--create-products", "--dry-run", "--json").json
    assert (rehearsed["products"], rehearsed["accepted"], rehearsed["rows_refused"]) == (1, 1, 0)
    tally = stowline("import", "purchase-orders", file, "--json").json
    assert (tally["accepted"], said_of(3, tally)) == (1, "There is no product “NEW”. Add it to the catalogue first.")
    assert stocked.rows("SELECT quantity FROM purchase_order_line") == [(12,)]


# ---------------------------------------------------------------- orders


def test_orders_come_in_silence_and_are_told_only_when_asked(stocked: House) -> None:
    file = stocked.write("orders.csv", ORDERS)
    rehearsed = stowline("import", "orders", file, "--format", "lines-csv", "--dry-run", "--json").json
    assert (rehearsed["orders"], rehearsed["would_tell"], stocked.orders()) == (2, 1, {})
    assert stowline("import", "orders", file, "--format", "lines-csv", "--json").json == rehearsed
    assert stocked.orders() == {"1001": {"MUG": 2, "CUP": 1}, "1002": {"MUG": 1}}
    assert stocked.rows("SELECT ref, tell FROM orders") == [("1001", 0), ("1002", 0)]
    more = stocked.write("more.csv", ORDERS.replace("100", "200"))
    assert stowline("import", "orders", more, "--notify", "--json").json["would_tell"] == 1
    assert stocked.rows("SELECT ref FROM orders WHERE tell ORDER BY ref") == [("2001",), ("2002",)]


def test_the_store_may_be_left_out_where_there_is_only_one(stocked: House) -> None:
    file = stocked.write("orders.csv", ORDERS)
    assert stowline("init", "--store", "other").code == 0
    assert stowline("import", "orders", file).refusal == "Say which store, with --store: demo, other."
    assert stowline("import", "orders", file, "--store", "other", "--json").json["orders"] == 2
    query = "SELECT DISTINCT s.key FROM orders o JOIN store s ON s.id = o.store_id"
    assert stocked.rows(query) == [("other",)]
    assert stowline("import", "orders", file, "--store", "demo", "--json").json["orders"] == 2, "a ref is a store's own"


def test_the_same_file_again_is_the_same_orders(stocked: House) -> None:
    file = stocked.write("orders.csv", ORDERS)
    stowline("import", "orders", file)
    again = stowline("import", "orders", file, "--json").json
    assert (again["orders"], again["accepted"], again["duplicates"]) == (0, 0, 2)
    assert stocked.orders() == {"1001": {"MUG": 2, "CUP": 1}, "1002": {"MUG": 1}}


def test_a_row_that_cannot_be_taken_is_refused_and_the_rest_of_its_order_stands(stocked: House) -> None:
    bad = [
        "1001,MUG,0,1",
        "1001,MUG,-1,1",
        "1001,MUG,1.5,1",
        "1001,MUG,1000000000000,1",
        "1001,MUG,1,-0.01",
        "1001,NONE,1,1",
    ]
    file = stocked.write(
        "orders.csv", "order,sku,quantity,unit_price\n1001,CUP,1,3\n" + "\n".join([*bad, "1003,NONE,1,1\n"])
    )
    tally = stowline("import", "orders", file, "--json").json
    assert (tally["rows"], tally["rows_refused"], tally["orders"]) == (8, 7, 1)
    assert [reason["row"] for reason in tally["reasons"]] == [3, 4, 5, 6, 7, 8, 9]
    assert said_of(8, tally) == "There is no product “NONE”. Add it to the catalogue first."
    assert stocked.orders() == {"1001": {"CUP": 1}}


def test_products_that_only_orders_know_are_made_when_asked_and_counted_once(house: House) -> None:
    rows = "".join(f"{n},NEW-{n % 2},1,Thing {n % 2}\n" for n in range(1, 31))
    file = house.write("orders.csv", f"order,sku,quantity,name\n{rows}")
    rehearsed = stowline("import", "orders", file, "--create-products", "--dry-run", "--json").json
    assert (rehearsed["orders"], rehearsed["products"]) == (30, 2)
    assert stowline("import", "orders", file, "--create-products", "--json").json == rehearsed
    assert house.rows("SELECT sku, name FROM product ORDER BY sku") == [("NEW-0", "Thing 0"), ("NEW-1", "Thing 1")]


def test_people_read_a_summary_with_the_reasons(stocked: House) -> None:
    file = stocked.write("orders.csv", ORDERS + "1003,MUG,none,1,,,,,,\n")
    said = stowline("import", "orders", file, "--dry-run").out.splitlines()
    assert said[0] == "Orders: 2 would be taken, 0 known already; 1 of 4 rows refused."
    assert said[1] == "Shoppers with an e-mail address: 1. They hear of it with --notify only."
    assert said[2].startswith("  row 5: ")
    told = stowline("import", "orders", file, "--notify").out.splitlines()
    assert told[1] == "Shoppers with an e-mail address: 1. They hear of it."


def test_the_real_day_as_the_command_line_takes_it(house: House, shared: Path) -> None:
    mapping = (
        "order=InvoiceNo,sku=StockCode,name=Description,quantity=Quantity,placed_at=InvoiceDate,unit_price=UnitPrice,"
        "customer=CustomerID,country=Country"
    )
    day = shared / "data/history/uci_online_retail/raw_day_2011-09-15.csv"
    words = ["--format", "lines-csv", "--map", mapping, "--refuse", "InvoiceNo=^[CA]", "--refuse",
             r"UnitPrice=^-|^0(\.0+)?$", "--create-products", "--json"]  # fmt: skip
    tally = stowline("import", "orders", str(day), *words).json
    assert (tally["rows"], tally["rows_refused"], len(tally["reasons"]), tally["orders"]) == (2197, 47, 47, 83)
    assert len(house.orders()) == 83


# ---------------------------------------------------------------- as the shops' platforms give them


def test_shop_orders_that_are_cancelled_refunded_or_unpaid_never_come_near_a_picker(stocked: House) -> None:
    shopify = [
        shopify_order("#1", {"MUG": 1}),
        shopify_order("#2", {"MUG": 1}, cancelled_at="2026-11-20T10:00:00Z"),
        shopify_order("#3", {"MUG": 1}, financial_status="refunded"),
        shopify_order("#4", {"MUG": 1}, financial_status="pending"),
        shopify_order("#5", {"MUG": 1}, fulfillment_status="fulfilled"),
    ]
    woo = [woo_order("11", {"CUP": 1})] + [
        woo_order(str(n), {"CUP": 1}, status=status)
        for n, status in enumerate(("cancelled", "refunded", "pending", "on-hold", "failed", "trash"), 12)
    ]
    for platform, bodies in (("shopify", shopify), ("woocommerce", woo)):
        file = stocked.write(f"{platform}.json", json.dumps(bodies))
        tally = stowline("import", "orders", file, "--format", platform, "--json").json
        assert (tally["orders"], tally["refused"], len(tally["reasons"])) == (1, len(bodies) - 1, len(bodies) - 1)
    assert stocked.orders() == {"#1": {"MUG": 1}, "11": {"CUP": 1}}


def test_a_platforms_file_may_hold_one_order_a_line(stocked: House) -> None:
    lines = [json.dumps(shopify_order(f"#{n}", {"MUG": n})) for n in (1, 2)]
    file = stocked.write("orders.jsonl", "\n".join([lines[0], "{broken", lines[1]]))
    tally = stowline("import", "orders", file, "--format", "shopify", "--json").json
    assert (tally["rows"], tally["orders"], tally["refused"]) == (3, 2, 1)
    assert "line 2" in tally["reasons"][0]["say"]


def test_real_shopify_orders_come_in_and_again_change_nothing(house: House, shared: Path) -> None:
    folder = shared / "data/orders"
    for file in (folder / "shopify_python_api/order.json", folder / "shopify_api_ruby_2026-07/order_responses.jsonl"):
        words = ["import", "orders", str(file), "--format", "shopify", "--create-products", "--json"]
        first, again = stowline(*words).json, stowline(*words).json
        assert first["accepted"] + first["duplicates"] + first["refused"] == first["rows"]
        assert (again["orders"], again["refused"]) == (0, first["refused"])
    assert stowline("check").code == 0


def test_real_woocommerce_orders_come_in_without_halves(house: House, shared: Path) -> None:
    file = shared / "data/orders/woocommerce_ios/orders-load-all.json"
    tally = stowline("import", "orders", str(file), "--format", "woocommerce", "--create-products", "--json").json
    assert tally["rows"] == 4
    assert tally["orders"] == len(house.orders())
    assert any("1.5" in reason["say"] for reason in tally["reasons"])
    assert stowline("check").code == 0


@pytest.mark.parametrize(
    "name", ["order-fully-refunded", "order-560-all-refunds", "refund-single", "products-load-all"]
)
def test_refunds_and_other_things_of_a_real_shop_are_no_orders(house: House, shared: Path, name: str) -> None:
    file = shared / f"data/orders/woocommerce_ios/{name}.json"
    stowline("import", "orders", str(file), "--format", "woocommerce", "--create-products")
    assert house.orders() == {}


# ---------------------------------------------------------------- files that are none


@pytest.mark.parametrize(
    ("words", "content", "say"),
    [
        (["products"], b"", "The file has no header row."),
        (["products"], b"\xff\xfes\x00k\x00u\x00", "The file is UTF-16. Save it as CSV in UTF-8."),
        (["products"], b"name\nMug\n", "The file has no column “sku”. Its columns are “name”."),
        (["orders"], b"sku,quantity\nMUG,1\n", "The file has no column “order”. Its columns are “sku”, “quantity”."),
        (["stock"], b"sku,quantity\nMUG,1\n", "The file has no column “bin”. Its columns are “sku”, “quantity”."),
        (["orders", "--format", "shopify"], b"order,sku\n1,MUG\n", "The body is not JSON: line 1, column 1."),
        (["orders", "--format", "woocommerce"], b"\xff\xd8\xff\xe0", "The body is not UTF-8 text."),
        (["orders", "--store", "nope"], b"order,sku,quantity\n", "There is no store nope."),
        (["orders", "--format", "shopify", "--store", "nope"], b"[]", "There is no store nope."),
        (["products", "--format", "shopify"], b"[]", "A file of format shopify holds orders, not products."),
        (["orders", "--format", "shopify", "--map", "sku=SKU"], b"[]",
         "--map and --refuse name columns; a file of format shopify has none."),
        (["products", "--map", "sku"], b"sku\n", "“sku” is not of the form field=Column."),
        (["products", "--refuse", "sku=("], b"sku\n", "“(”, for column “sku”, is not a regular expression."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_a_sentence(house: House, words: list[str], content: bytes, say: str) -> None:
    file = house.write("file", content)
    assert stowline("import", words[0], file, *words[1:]).refusal == say
    assert stowline("import", words[0], file, *words[1:], "--json").refusal == say


def test_a_field_that_does_not_exist_is_told_with_those_that_do(house: House) -> None:
    say = stowline("import", "products", house.write("f", "sku\n"), "--map", "colour=Farbe").refusal
    assert say == (
        "There is no field “colour”. The fields are sku, barcode, name, weight_g, length_mm, width_mm, height_mm, "
        "description, sold_as, guide, specs, locale, price."
    )


# ---------------------------------------------------------------- bins

BINS = (
    "code,kind,zone,aisle,bay,level,x_mm,y_mm,sequence,max_units,max_weight_g,max_volume_cm3,mixing\n"
    "K-01-1,pick,K,K,1,1,1000,2000,500,40,20000,,one_product\nK-01-2,storage,K,K,1,2,1000,2000,501,,,,\n"
)


def test_a_building_comes_in_and_a_second_time_changes_what_changed(house: House) -> None:
    tally = stowline("import", "bins", house.write("bins.csv", BINS), "--format", "csv", "--json").json
    assert (tally["rows"], tally["accepted"], tally["duplicates"], tally["refused"]) == (2, 2, 0, 0)
    again = stowline("import", "bins", house.write("bins.csv", BINS.replace("500,40", "500,60")), "--json").json
    assert (again["accepted"], again["duplicates"]) == (1, 1)
    found = house.rows("SELECT code, kind, zone, aisle, bay, level, x_mm, y_mm, sequence, max_units, max_weight_g, mixing"
                       " FROM location WHERE zone = 'K' ORDER BY code")  # fmt: skip
    assert found == [("K-01-1", "pick", "K", "K", 1, 1, 1000, 2000, 500, 60, 20000, "one_product"),
                     ("K-01-2", "storage", "K", "K", 1, 2, 1000, 2000, 501, None, None, "")]  # fmt: skip
    assert house.rows("SELECT who, detail FROM audit WHERE what = 'Bins imported' ORDER BY id DESC LIMIT 1") == [
        ("command line", "bins.csv: 1 new or changed")]  # fmt: skip


def test_a_bin_that_cannot_be_is_refused_with_its_row_and_the_others_stand(stocked: House) -> None:
    assert stowline("import", "stock", stocked.write("stock.csv", "sku,bin,quantity\nMUG,A-01-1,5\n")).code == 0
    file = stocked.write("bins.csv", "code,kind,max_units\nA-01-1,storage,9\nA-01-2,storage,9\nN-1,,9\nN-2,shelf,9\nN-3,pick,-1\n"
                                     "TOTE-01,pick,1\nA-01-2,pick,9\n,pick,9\n")  # fmt: skip
    tally = stowline("import", "bins", file, "--json").json
    assert (tally["accepted"], tally["refused"], tally["rows_refused"]) == (1, 7, 7)
    assert said_of(2, tally) == "A-01-1 holds stock, so it stays a pick bin. Empty it first."
    assert said_of(4, tally).startswith("There is no bin N-1 yet. Say its kind, one of: dock,")
    assert said_of(5, tally).startswith("A bin is one of: dock,")
    assert "whole number from 1" in said_of(6, tally)
    assert "is a tote" in said_of(7, tally)
    assert said_of(8, tally) == "“A-01-2” stands in row 3 already."
    assert said_of(9, tally) == "The code is missing."
    assert stocked.rows("SELECT code, kind, max_units FROM location WHERE code IN ('A-01-1', 'A-01-2') ORDER BY code") == [
        ("A-01-1", "pick", None), ("A-01-2", "storage", 9)]  # fmt: skip


def test_a_column_that_the_file_lacks_leaves_the_bins_as_they_are(house: House) -> None:
    stowline("import", "bins", house.write("bins.csv", BINS))
    stowline("import", "bins", house.write("more.csv", "Platz;max_units\nK-01-1;\n"), "--map", "code=Platz")
    assert house.rows("SELECT zone, max_units, max_weight_g FROM location WHERE code = 'K-01-1'") == [("K", None, 20000)]


def test_a_dry_run_builds_nothing(house: House) -> None:
    before = house.rows("SELECT COUNT(*) FROM location"), house.rows("SELECT COUNT(*) FROM audit")
    said = stowline("import", "bins", house.write("bins.csv", BINS), "--dry-run").out
    assert "Bins: 2 would be taken, 0 known already; 0 of 2 rows refused." in said
    assert (house.rows("SELECT COUNT(*) FROM location"), house.rows("SELECT COUNT(*) FROM audit")) == before


# ---------------------------------------------------------------- kits


def test_kits_come_whole_and_a_second_time_change_nothing(stocked: House) -> None:
    file = stocked.write("kits.csv", "kit,part,units\nGIFT,MUG,2\nGIFT,CUP,1\nTORN,MUG,1\nTORN,CUP,0\nNEST,GIFT,1\n")
    refused = stowline("import", "kits", file, "--json").json
    assert (refused["accepted"], refused["rows"], refused["rows_refused"]) == (0, 5, 5)
    assert said_of("GIFT", refused) == "There is no product GIFT. Add it to the catalogue first."
    tally = stowline("import", "kits", file, "--create-products", "--json").json
    assert (tally["accepted"], tally["duplicates"], tally["rows_refused"], tally["products"]) == (1, 0, 3, 1)
    assert said_of("NEST", tally) == "GIFT is a kit itself. Put its parts into NEST: 2 × Mug, 1 × Cup."
    recipe = "SELECT k.sku, p.sku, units FROM kit_part JOIN product k ON k.id = kit_id JOIN product p ON p.id = part_id ORDER BY position"
    assert stocked.rows(recipe) == [("GIFT", "MUG", 2), ("GIFT", "CUP", 1)]
    again = stowline("import", "kits", file, "--create-products", "--json").json
    assert (again["accepted"], again["duplicates"]) == (0, 1)


def test_a_kit_has_no_opening_stock(stocked: House) -> None:
    stowline("import", "kits", stocked.write("kits.csv", "kit,part,units\nGIFT,MUG,2\n"), "--create-products")
    tally = stowline("import", "stock", stocked.write("stock.csv", "sku,bin,quantity\nGIFT,A-01-1,3\nMUG,A-01-1,3\n"), "--json").json
    assert (tally["accepted"], said_of(2, tally)) == (1, "Kit GIFT has no stock of its own. Take its parts: 2 × Mug.")


# ---------------------------------------------------------------- substitutes


def test_substitutes_come_from_a_file_in_its_order(stocked: House) -> None:
    file = stocked.write("stands.csv", "sku,substitute,from_month,to_month\nMUG,CUP,11,2\nMUG,MUG,,\nMUG,GONE,,\nGONE,CUP,,\nMUG,CUP,13,1\n")
    tally = stowline("import", "substitutes", file, "--json").json
    assert (tally["rows"], tally["accepted"], tally["rows_refused"]) == (5, 1, 4)
    assert said_of(3, tally) == "A product cannot take its own place."
    assert "from 1 to 12" in said_of(6, tally)
    again = stowline("import", "substitutes", file, "--json").json
    assert (again["accepted"], again["duplicates"]) == (0, 1)
    later = stocked.write("later.csv", "sku,substitute\nMUG,CUP\n")
    assert stowline("import", "substitutes", later, "--json").json["accepted"] == 1
    assert stocked.rows("SELECT from_month, to_month FROM substitute") == [(None, None)]


# ---------------------------------------------------------------- pick faces


def test_pick_faces_come_from_a_file_and_a_second_time_change_nothing(stocked: House) -> None:
    file = stocked.write("faces.csv", "sku,bin,min,max\nMUG,A-01-1,5,20\nMUG,A-01-1,6,20\nCUP,DOCK-1,1,2\nNONE,A-01-2,1,2\n"
                         "CUP,A-01-2,9,2\nCUP,A-01-3,1.5,2\n")  # fmt: skip
    tally = stowline("import", "faces", file, "--json").json
    assert (tally["rows"], tally["accepted"], tally["refused"]) == (6, 1, 5)
    assert said_of(3, tally) == "This product and bin stand in row 2 already."
    assert "no open picking bin" in said_of(4, tally)
    assert "a fewest from 0 up to that" in said_of(6, tally)
    assert "whole number" in said_of(7, tally)
    again = stowline("import", "faces", file, "--json").json
    assert (again["accepted"], again["duplicates"]) == (0, 1)
    assert stocked.rows("SELECT min_units, max_units FROM pick_face") == [(5, 20)]
