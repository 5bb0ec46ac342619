"""A crew of robots that make mistakes serves ninety orders that waited, over the shelf and across the dock: none is left,
no slot stays taken, the books are true.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.makers import Lines, Tablet, found_site
from tests.services import StowlineProcess, proof_is_full

ORDERS = 90


def lines_of(n: int) -> dict[str, int]:
    return ({"MUG": 1 + n % 3}, {"MUG": 1, "POT": 2}, {"POT": 1, "CUP": 1, "JUG": 1})[n % 3]


@pytest.mark.proof
@pytest.mark.timeout(300)
@pytest.mark.skipif(not proof_is_full(), reason="a long proof: make proof")
def test_a_crew_leaves_nothing_on_the_shelf(fresh_database_url: str, tmp_path: Path) -> None:
    token = found_site(fresh_database_url)
    with StowlineProcess(tmp_path, ("up",), STOWLINE_DATABASE_URL=fresh_database_url) as house, Lines() as lines:
        boss = Tablet(lines.to(house.url), token, "boss")
        for sku in ("MUG", "POT", "CUP"):
            boss.add_product(sku)
        boss.stock_up({"JUG": 40})
        need: Counter[str] = Counter()
        for n in range(ORDERS):
            assert boss.place(f"R{n}", lines_of(n)).status == 201
            need.update({sku: units for sku, units in lines_of(n).items() if sku != "JUG"})
        for sku, units in need.items():
            order = {"ref": f"PO-{sku}", "supplier": "Kiln", "lines": [{"sku": sku, "quantity": units + 2}]}
            assert boss.post("/api/v1/purchase-orders", order).status == 201
        crew = house.cli("crew", "--url", house.url, "--token", token, "--workers", "4", "--mistakes", "0.03", "--json")
        done = json.loads(crew.stdout)
        assert (done["orders"], done["aside"]) == (ORDERS, [])
        assert {boss.order(f"R{n}")["state"] for n in range(ORDERS)} == {"handed_over"}
        events = Counter(event for n in range(ORDERS) for event in set(boss.events(f"R{n}")))
        assert events["BackorderShelved"]
        assert events["OrderCrossedDock"]
        assert [slot for slot in boss.get("/api/v1/shelf")["items"] if slot["order"] or slot["to_clear"]] == []
        assert boss.tasks("putaway") == []
        assert house.cli("check", "--json").returncode == 0
