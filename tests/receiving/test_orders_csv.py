from datetime import date
from typing import Any

import pytest

from stowline.receiving import orders_csv
from stowline.receiving.orders_csv import IncomingPurchase, IncomingPurchaseLine

HEAD = "ref,supplier,sku,quantity,expected_from,expected_to"


def read(*rows: str) -> Any:
    return orders_csv.read("\n".join([HEAD, *rows]).encode())


def test_the_rows_of_a_purchase_order_come_together() -> None:
    batch = read("PO-4,Acme,MUG,12,2026-12-03,2026-12-07", "PO-5,,POT,1,,", "PO-4,,MUG,6,,")
    assert batch.things == (
        IncomingPurchase(
            "PO-4",
            "Acme",
            (IncomingPurchaseLine("MUG", 12), IncomingPurchaseLine("MUG", 6)),
            date(2026, 12, 3),
            date(2026, 12, 7),
        ),
        IncomingPurchase("PO-5", "", (IncomingPurchaseLine("POT", 1),)),
    )


@pytest.mark.parametrize(
    "row",
    ["PO-4,Other,MUG,1,,", "PO-4,,MUG,0,,", "PO-4,,,1,,", ",Acme,MUG,1,,", "PO-9,,MUG,1,2026-12-07,2026-12-03", "PO-9,,MUG,1,soon,",
     "PO-4,,MUG,1.5,,"],
)  # fmt: skip
def test_a_bad_row_is_refused_and_the_order_stands(row: Any) -> None:
    batch = read("PO-4,Acme,MUG,12,2026-12-03,", row)
    assert [refusal.number for refusal in batch.refusals] == [3]
    assert [(one.ref, len(one.lines)) for one in batch.things] == [("PO-4", 1)]


def test_only_what_was_ordered_is_needed() -> None:
    batch = orders_csv.read(b"ref,sku,quantity\nPO-4,MUG,1\n")
    assert batch.things[0].supplier == ""
