import csv
import io
import lzma
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from stowline.core import csvfile
from stowline.core.errors import Refused
from stowline.orders.intake import lines_csv

MAPPING = csvfile.parse_mapping(
    "order=InvoiceNo,sku=StockCode,name=Description,quantity=Quantity,placed_at=InvoiceDate,unit_price=UnitPrice,"
    "customer=CustomerID,country=Country",
    lines_csv.FIELDS,
)
REFUSE = csvfile.parse_refuse(["InvoiceNo=^[CA]", r"UnitPrice=^-|^0(\.0+)?$"])


def read(*rows: str, **more: Any) -> Any:
    return lines_csv.read("\n".join(rows).encode(), **more)


def reasons(batch: csvfile.Batch[Any]) -> dict[int, str]:
    return {refusal.number: refusal.say for refusal in batch.refusals}


def counted(orders: Any) -> dict[str, dict[str, int]]:
    return {
        order.ref: dict(sum((Counter({line.sku: line.quantity}) for line in order.lines), Counter()))
        for order in orders
    }


def sales(table: Any) -> tuple[dict[str, dict[str, int]], int]:
    """What a day holds, counted apart from the reader: a sale is no C or A invoice, with units, at a price."""
    orders: dict[str, Counter[str]] = defaultdict(Counter)
    bad = 0
    for row in table:
        sale = row["InvoiceNo"][0] not in "CA" and int(row["Quantity"]) > 0 and float(row["UnitPrice"]) > 0
        bad += not sale
        if sale:
            orders[row["InvoiceNo"]][row["StockCode"]] += int(row["Quantity"])
    return {ref: dict(units) for ref, units in orders.items()}, bad


def test_the_real_day_holds_83_orders_and_47_rows_that_are_no_sales(shared: Path) -> None:
    day = shared / "data/history/uci_online_retail/raw_day_2011-09-15.csv"
    batch = lines_csv.read(day, MAPPING, REFUSE, time_zone="Europe/London")
    with day.open(encoding="utf-8", newline="") as file:
        orders, bad = sales(csv.DictReader(file))
    assert (batch.rows, len(batch.things), len(batch.refusals)) == (2197, 83, 47)
    assert (counted(batch.things), len(batch.refusals)) == (orders, bad)
    assert batch.things[0].placed_at == datetime(2011, 9, 15, 7, 27, tzinfo=UTC)
    assert {order.address.country for order in batch.things} == {"GB", "CH", "FR", "IE", "NO"}


@pytest.mark.parametrize("day", ["2010-12-01", "2011-01-04", "2011-05-10", "2011-08-11", "2011-11-13"])
def test_other_days_of_the_real_history_come_out_as_counted_apart(shared: Path, day: str) -> None:
    packed = shared / "data/history/uci_online_retail/online_retail_train_to_2011-11-13.csv.xz"
    with lzma.open(packed, "rt", encoding="utf-8", newline="") as file:
        head = next(file)
        text = head + "".join(line for line in file if f",{day} " in line)
    orders, bad = sales(csv.DictReader(io.StringIO(text)))
    batch = lines_csv.read(text.encode(), MAPPING, REFUSE, time_zone="Europe/London")
    assert orders
    assert (counted(batch.things), len(batch.refusals)) == (orders, bad)


def test_rows_of_one_order_may_be_scattered_and_the_same_sku_stays_two_lines() -> None:
    batch = read("order,sku,quantity", "1,A,2", "2,B,1", "1,A,3")
    assert [(order.ref, [(line.sku, line.quantity) for line in order.lines]) for order in batch.things] == [
        ("1", [("A", 2), ("A", 3)]),
        ("2", [("B", 1)]),
    ]


def test_a_refused_row_leaves_the_others_of_its_order_and_an_order_of_refused_rows_does_not_exist() -> None:
    batch = read("order,sku,quantity", "1,A,1.5", "1,B,1", "2,A,0")
    assert [(order.ref, len(order.lines)) for order in batch.things] == [("1", 1)]
    assert reasons(batch) == {
        2: "The quantity is “1.5”. Stock is counted in whole units: “1.5” is not a whole number. "
        "Count it in a smaller unit (a piece, 100 g) and give how many of those.",
        4: "The quantity is “0”. Give a whole number from 1 to 1,000,000.",
    }


@pytest.mark.parametrize("quantity", ["0", "-1", "1.5", "1000000000000", "", "NaN", "one", "1,5"])
def test_a_quantity_that_is_no_positive_whole_number_is_refused(quantity: Any) -> None:
    assert reasons(read("order;sku;quantity", f"1;A;{quantity}"))[2].startswith("The quantity is ")


def test_a_spreadsheet_s_12_point_0_is_12() -> None:
    assert read("order,sku,quantity", "1,A,12.0").things[0].lines[0].quantity == 12


def test_an_order_takes_from_each_row_what_the_rows_before_left_open() -> None:
    batch = read(
        "order,sku,quantity,email,ship_name,line1,city,country,placed_at,currency,priority,customer",
        "1,A,1,,,,,,,,,",
        "1,B,1,a@b.c,Ana,1 Main,Oslo,Norway,2026-01-02 03:04,NOK,2,C-7",
        "1,C,1,x@y.z,Bo,9 Other,Bergen,NO,2027-01-01,,3,C-8",
        "1,D,1,,,,,,,SEK,,",
    )
    (order,) = batch.things
    assert (order.customer.name, order.customer.email, order.customer.shop_id) == ("Ana", "a@b.c", "C-7")
    assert (order.address.name, order.address.line1, order.address.city, order.address.country) == (
        "Ana",
        "1 Main",
        "Oslo",
        "NO",
    )
    assert (order.currency, order.priority, len(order.lines)) == ("NOK", 2, 3)
    assert reasons(batch) == {5: "Order 1 is in NOK and this row in SEK."}


def test_times_without_an_offset_are_of_the_store_s_zone() -> None:
    (order,) = read("order,sku,quantity,placed_at", "1,A,1,2026-07-01", time_zone="America/New_York").things
    assert order.placed_at == datetime(2026, 7, 1, 4, tzinfo=UTC)
    with pytest.raises(Refused, match="not a time zone"):
        read("order,sku,quantity", time_zone="Nowhere")


def test_an_unknown_country_leaves_it_to_the_label_to_ask() -> None:
    batch = read("order,sku,quantity,country", "1,A,1,Unspecified")
    assert batch.things[0].address.country == ""
    assert batch.refusals == ()


def test_a_file_in_windows_1252_and_names_of_other_scripts() -> None:
    batch = lines_csv.read("order,sku,quantity,ship_name\n1,A,1,Zoë Müller\n".encode("cp1252"))
    assert batch.things[0].customer.name == "Zoë Müller"
    assert read("order,sku,quantity,ship_name", "1,A,1,山田 محمد").things[0].customer.name == "山田 محمد"


@pytest.mark.parametrize("cell", ["a@b@c", "a b@c", "x"])
def test_a_row_whose_address_no_mail_can_go_to_is_refused(cell: Any) -> None:
    assert "not an e-mail address" in reasons(read("order,sku,quantity,email", f"1,A,1,{cell}"))[2]


def test_a_needed_column_that_is_absent_is_named() -> None:
    with pytest.raises(Refused, match="has no column “quantity”"):
        read("order,sku", "1,A")
    with pytest.raises(Refused, match="has no column “Mail”"):
        read("order,sku,quantity", "1,A,1", mapping={"email": "Mail"})


def test_an_order_cannot_grow_beyond_what_a_ledger_can_count() -> None:
    batch = read("order,sku,quantity,unit_price", "1,A,1000000,99999.9999", "1,B,1,100")
    assert [len(order.lines) for order in batch.things] == [1]
    assert "The order costs" in reasons(batch)[3]
