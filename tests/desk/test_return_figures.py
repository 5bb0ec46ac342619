"""Figures of returns: what comes back for what left, why, of which lot, what it costs."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowline.core import db
from stowline.orders import queries as orders
from stowline.returns import service
from stowline.returns.cause_rules import Cost, Counted, Story, at_least, bad_lot, cause, worst_first
from stowline.returns.rules import Wish
from tests.desk.conftest import House
from tests.makers import Tablet

JAM = {"lots": True}
YOGHURT = "09506000134352"


@pytest.fixture
def robot(any_house: House) -> Tablet:
    """Four jars of jam went out, of two lots, and four mugs."""
    robot = any_house.robot()
    robot.add_product("JAM", **JAM)
    robot.stock_up({"MUG": 4})
    return robot


def asked(ref: str, units: int, reason: str, outcome: str = "refund") -> str:
    """A return that is approved; all of them may be asked for, in whatever way."""
    with db.transaction() as session:
        order = orders.by_ref(session, ref)
        line = orders.lines(session, order.id or 0)[0]
        rma = service.request(session, order, [Wish(line.id, units, reason, outcome)], key=f"{ref}-{reason}", by="the test")
        if rma.state == "requested":
            service.approve(session, rma.ref)
        return rma.ref


def test_the_worst_product_stands_first_with_its_likely_cause_and_what_it_cost(any_house: House, robot: Tablet) -> None:
    for ref, goods in (("#1", {"MUG": 3}), ("#2", {"MUG": 1})):
        robot.place(ref, goods)
    robot.ship_all()
    ref = asked("#1", 3, "damaged")
    for code in (ref, "MUG"):
        assert robot.scan(f"return:{ref}", code, 3 if code == "MUG" else 1).status == 200
    for _ in range(3):
        for code, kind in (("MUG", ""), ("CMD:DONE", "grade damaged"), ("CMD:DONE", "to scrap")):
            assert robot.scan(f"return:{ref}", code, kind=kind).status == 200
    ruth = any_house.ruth()
    page = ruth.get("/return-figures?way=4.90&work=2")
    assert "3 damaged" in page.text
    assert "It breaks on the way" in page.text
    assert "75.0 %" in page.text
    price = 450
    assert f"{(3 * price + 490 + 3 * 200) / 100:.2f}" in page.text
    sheet = ruth.file("/return-figures.csv?view=products").content.decode("utf-8-sig").splitlines()
    assert sheet[1].split(",")[:5] == ["MUG", "Thing MUG", "4", "3", "75.0"]
    assert "Damaged" in ruth.get("/return-figures?view=reasons").text
    assert "75.0 %" in ruth.get("/return-figures?view=stores").text
    assert "Nothing came back" in ruth.get("/return-figures?view=lots").text
    assert ruth.get("/return-figures?way=free").status == 422
    assert ruth.get("/return-figures?view=moods").status in {400, 404, 422}


def test_a_lot_is_told_with_who_delivered_it_and_what_a_return_of_it_costs(any_house: House, robot: Tablet) -> None:
    robot.add_product("YOG", name="Yoghurt", barcodes=[{"code": YOGHURT}], lots=True)
    for ref, supplier, lot, units in (("PO-1", "Dairy & Co", "L7", 3), ("PO-2", "Hill Farm", "L8", 2)):
        assert robot.post("/api/v1/purchase-orders", {"ref": ref, "supplier": supplier, "lines": [{"sku": "YOG", "quantity": units}]}).status == 201
        assert robot.scan(f"receive:{ref}", f"]C101{YOGHURT}10{lot}", units).status == 200
    robot.follow("putaway:")
    for ref, goods in (("#1", {"YOG": 5}), ("#2", {"MUG": 1})):
        robot.place(ref, goods)
    robot.ship_all()
    bad, fine = asked("#1", 3, "damaged"), asked("#2", 1, "disliked")
    for task, code, units in ((bad, "L7", 2), (bad, "L8", 1), (fine, "", 1)):
        assert robot.scan(f"return:{task}", f"]C101{YOGHURT}10{code}" if code else "MUG", units).status == 200
    for code in ("L7", "L7", "L8"):
        for scanned, kind in ((f"]C101{YOGHURT}10{code}", ""), ("CMD:DONE", "grade damaged"), ("CMD:DONE", "to scrap")):
            assert robot.scan(f"return:{bad}", scanned, kind=kind).status == 200
    ruth = any_house.ruth()
    sheet = ruth.file("/return-figures.csv?view=lots").content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[:7] for line in sheet[1:]] == [
        ["L7", "YOG", "Yoghurt", "Dairy & Co", "3", "2", "66.7"], ["L8", "YOG", "Yoghurt", "Hill Farm", "2", "1", "50.0"],
    ]  # fmt: skip
    page = ruth.get("/return-figures?view=lots&way=4.90&work=2").text
    assert re.search(r"L7\s*Yoghurt\s*YOG\s*Dairy & Co\s*3\s*2\s*66\.7 %", page), page
    total = 3 * 450 + 2 * 490 + 3 * 200  # the goods that are lost, the ways back that this store pays, the units looked at
    assert re.search(rf"2 returns, each\D*{total // 2 / 100:.2f}\b", page), page


# --- rules ------------------------------------------------------------------------------------------------------------


def test_one_of_one_does_not_stand_above_fifty_of_a_thousand() -> None:
    assert worst_first([("one", Counted(1, 1)), ("fifty", Counted(1000, 50)), ("half", Counted(100, 50)), ("none", Counted(9, 0))]) == ["half", "fifty", "one"]


def test_a_lot_that_comes_back_more_than_the_others_is_named() -> None:
    lots = {"L1": Counted(40, 8), "L2": Counted(400, 4), "": Counted(10, 0)}
    assert bad_lot(lots) == "L1"
    assert cause(Story(Counted(450, 12), {"damaged": 12}, lots))[0] == "lot"
    assert bad_lot({"L1": Counted(40, 8), "L2": Counted(40, 7)}) == ""
    assert bad_lot({"L1": Counted(40, 8)}) == ""


@pytest.mark.parametrize(
    ("reasons", "grades", "said"),
    [
        ({"damaged": 2}, {}, ""), ({"damaged": 3}, {}, "damaged"), ({"wrong": 3, "other": 2}, {}, "wrong"), ({"not_received": 4}, {}, "not_received"),
        ({"disliked": 4}, {"as_new": 3, "worn": 1}, "disliked"), ({"disliked": 4}, {"as_new": 1, "worn": 3}, "used"), ({"damaged": 2, "wrong": 2, "other": 2}, {}, "mixed"),
    ],
)  # fmt: skip
def test_the_likely_cause_is_said_where_the_figures_say_one(reasons: dict[str, int], grades: dict[str, int], said: str) -> None:
    assert cause(Story(Counted(100, sum(reasons.values())), reasons, {}, grades))[0] == said


@given(st.integers(0, 5000), st.integers(0, 6000))
def test_what_is_proven_is_never_more_than_what_was_seen(sent: int, back: int) -> None:
    assert 0.0 <= at_least(Counted(sent, back)) <= min(1.0, Counted(sent, back).rate) + 1e-12


def test_a_return_costs_its_share_of_all_rounded_half_up() -> None:
    assert (Cost(100, 50, 20, 5).each(2), Cost().each(0)) == (88, 0)
