"""What shoppers type as a formula leaves as text in every spreadsheet of the house, from the list of routes."""

import csv
import io
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute

from stowline.core import db
from stowline.orders import queries as orders
from tests.desk.conftest import House
from tests.desk.test_formulas_in_spreadsheets import FORMULA, NAMES, NUMBER
from tests.portal.lived import Words, complains, got, moves, reviews, sends_back
from tests.portal.test_the_order_page import INES


def test_no_cell_of_any_spreadsheet_begins_like_a_formula(house: House, app: Litestar) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"CUP": len(NAMES) + 9})
    for n, name in enumerate(NAMES):
        robot.place(f"F-{n}", {"CUP": 1}, customer={"name": name, "email": "ines@example.test"}, address=INES["address"])
        moves(house, f"G-{n}", name, name, name, name)
        call = {"store": "demo", "channel": "phone", "kind": "thanks", "text": name, "name": name, "subject": name, "ref": f"c{n}", "order": f"F-{n}"}
        assert robot.post("/api/v1/contacts", call).status == 201
        ruth.send(ruth.get("/support/contacts"), "/testimonial", consent=name)
    got(house, "1042", {"MUG": 1})
    formula = Words(NAMES[0], NAMES[1], NAMES[2], NAMES[3], NAMES[4], NAMES[9], "=1.png")
    complains(house, "1042", formula)
    reviews(house, "1042", "MUG", formula)
    sends_back(house, "1042", "MUG", formula)
    with db.reading() as session:
        assert orders.by_ref(session, "G-0").ship_name == NAMES[0]
    files = sorted(one.path for one in app.routes if isinstance(one, HTTPRoute) and one.path.endswith(".csv") and "{" not in one.path)
    assert {"/returns.csv", "/return-figures.csv", "/support/testimonials.csv", "/orders.csv"} <= set(files)
    asked = [*files, "/orders.csv?view=all", "/returns.csv?view=all", *(f"/return-figures.csv?view={view}" for view in ("products", "reasons", "lots", "stores"))]
    answers: dict[str, Any] = {path: ruth.file(path) for path in asked}
    assert {path: answer.status_code for path, answer in answers.items() if answer.status_code not in {200, 404}} == {}
    alive = {path: cells for path, answer in answers.items() if answer.status_code == 200 and (cells := formulas(answer.content.decode("utf-8-sig")))}
    assert alive == {}
    assert "'=1+1" in answers["/support/testimonials.csv"].text


def formulas(text: str) -> list[str]:
    """The cells that some spreadsheet would run, however it splits them."""
    found = [cell for delimiter in ",;\t" for row in csv.reader(io.StringIO(text), delimiter=delimiter) for cell in row]
    return [cell for cell in found if FORMULA.match(cell) and not NUMBER.fullmatch(cell)]
