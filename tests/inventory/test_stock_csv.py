from typing import Any

import pytest

from stowline.inventory import stock_csv
from stowline.inventory.stock_csv import Counted


def test_stock_is_so_many_units_in_a_bin() -> None:
    batch = stock_csv.read(b"sku;bin;quantity\nMUG;A-03-2;12.0\n", None)
    assert batch.things == (Counted(2, "MUG", "A-03-2", 12),)


@pytest.mark.parametrize("row", [",A-1,1", "MUG,,1", "MUG,A-1,0", "MUG,A-1,-1", "MUG,A-1,1.5", "MUG,A-1,", "MUG,A-1"])
def test_a_row_that_counts_nothing_is_refused(row: Any) -> None:
    batch = stock_csv.read(f"sku,bin,quantity\n{row}\nPOT,A-1,1\n".encode())
    assert [refusal.number for refusal in batch.refusals] == [2]
    assert [one.sku for one in batch.things] == ["POT"]
