"""Returns at the desk: opened for a shopper, decided, looked at by photograph, settled; the policy in plain words."""

import io

import pytest
from PIL import Image

from stowline.core import db
from stowline.orders import queries as orders
from stowline.returns import queries, service
from stowline.returns.rules import Wish
from tests.asserts import breaches
from tests.desk.conftest import House
from tests.makers import Tablet

CHOICES = {"approve": "person", "lost": "person", "exchange": "at_once", "settle": "auto"}


@pytest.fixture
def robot(any_house: House) -> Tablet:
    """Order #1042/7 with 3 mugs went out."""
    robot = any_house.robot()
    robot.stock_up({"MUG": 3})
    robot.place("#1042/7", {"MUG": 3})
    robot.ship_all()
    return robot


def photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(made, "PNG")
    return made.getvalue()


def test_a_shopper_calls_and_the_desk_sees_the_return_through(any_house: House, robot: Tablet) -> None:
    ruth = any_house.ruth()
    asked = ruth.get("/returns/new?order=%231042/7")
    form = asked.form("/returns")
    units = next(name for name in form.fields if name.startswith("units."))
    line = units.removeprefix("units.")
    over = ruth.send(asked, "/returns", **{units: "4", f"reason.{line}": "damaged", f"outcome.{line}": "refund"})
    assert (over.status, "3 of 3 may still come back" in over.text) == (409, True)
    page = ruth.send(asked, "/returns", **{units: "2", f"reason.{line}": "damaged", f"outcome.{line}": "refund", "note": "<b>Cracked</b>"})
    ref = page.path.split("/")[2].partition("?")[0]
    assert "Approved" in page.text
    assert "&lt;b&gt;Cracked" in page.answer.text
    assert ruth.file(f"/returns/{ref}/label").content.startswith(b"%PDF")
    for code in (ref, "MUG", "MUG"):
        assert robot.scan(f"return:{ref}", code).status == 200
    for _ in range(2):
        for code, kind in (("MUG", ""), ("CMD:DONE", "grade damaged"), ("CMD:DONE", "to scrap")):
            assert robot.scan(f"return:{ref}", code, kind=kind).status == 200
    ruth.ask("POST", f"/returns/{ref}/photos", data={"csrf": ruth.get(f"/returns/{ref}").form("/photos").fields["csrf"]}, files={"photos": ("a.png", photo(), "image/png")})
    here = ruth.get(f"/returns/{ref}")
    assert "1 of 24" in here.text
    refused = ruth.send(here, "/settlement", **{f"cut.{_line_of(ref)}": "1.00"})
    assert "Say why less is paid back" in refused.text
    done = ruth.send(here, "/settlement", **{f"cut.{_line_of(ref)}": "1.00", f"why.{_line_of(ref)}": "One was chipped before"})
    assert "8.00" in done.text
    assert "Settled" in done.text
    assert ref in ruth.get("/returns?view=done").text
    assert ref in ruth.file("/returns.csv?view=done").text
    with db.reading() as session:
        assert breaches(session) == {}


def _line_of(ref: str) -> int:
    with db.reading() as session:
        return queries.lines(session, queries.by_ref(session, ref).id or 0)[0].id


def test_a_manager_decides_what_a_shopper_asked_for_and_sets_the_policy(any_house: House, robot: Tablet) -> None:
    ruth = any_house.ruth()

    def ask(session: db.Session) -> str:
        order = orders.by_ref(session, "#1042/7")
        return service.request(session, order, [Wish(orders.lines(session, order.id or 0)[0].id, 1, "disliked", "exchange")], key="web:1").ref

    ref = db.run(ask)
    assert ref in ruth.get("/returns?view=requested").text
    assert "The mug was used" in ruth.send(ruth.get(f"/returns/{ref}"), "/refusal", reason="The mug was used").text
    policy = ruth.send(ruth.get("/return-policies/demo"), "/return-policies/demo", days="14", label_fee="4.90", **CHOICES)
    assert "within 14 days" in policy.text
    assert policy.form("/demo").fields["label_fee"] == "4.90"
    assert "whole number" in ruth.send(policy, "/return-policies/demo", restocking_percent="120", **CHOICES).text
