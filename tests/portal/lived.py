"""A shopper who did all that the page of an order offers, in words of her own: a case, a review, a return, each with what she showed."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from PIL import Image

from stowline.cases import case_reads, casework
from stowline.cases.case_models import Case
from stowline.core import clock, db
from stowline.notifications import facts
from stowline.orders import queries as orders
from stowline.portal.screens import change
from stowline.returns import queries as returns
from stowline.returns import service
from tests.desk.conftest import House
from tests.desk.pages import Page
from tests.portal.test_reviews import delivered


@dataclass(frozen=True, slots=True)
class Words:
    """What she types, field by field; `file` is what her photographs are called."""

    problem: str = "The cup has a chip."
    more: str = "And its saucer, too."
    verdict: str = "You were quick."
    review: str = "It holds the warmth."
    name: str = "Ines M."
    note: str = "It came in two pieces."
    file: str = "chip.png"


def link(ref: str) -> str:
    """The signed link of an order."""
    with db.reading() as session:
        return facts.status_path(orders.by_ref(session, ref).id or 0)


def photo(colour: str = "teal") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(made, "PNG")
    return made.getvalue()


def got(house: House, ref: str, goods: dict[str, int], **changes: Any) -> None:
    """An order left, and its parcel is at the door; one more of each thing is here."""
    robot = house.robot()
    robot.stock_up({sku: units + 1 for sku, units in goods.items()})
    assert robot.place(ref, goods, **changes).status == 201
    robot.ship_all()
    delivered(house, ref)


def sends(house: House, path: str, form: dict[str, str], files: Sequence[tuple[str, bytes]] = ()) -> Page:
    """A form in parts, as a browser sends it: a field of files that is left empty is sent empty."""
    shown = [("photos", (name, content, "image/png")) for name, content in files] or [("photos", ("", b"", "application/octet-stream"))]
    return Page(house.somebody().ask("POST", path, data=form, files=shown))


def line(ref: str, sku: str) -> int:
    with db.reading() as session:
        return next(one.id for one in orders.lines(session, orders.by_ref(session, ref).id or 0) if one.sku == sku)


def case_of(ref: str) -> Case:
    """The first case of an order."""
    with db.reading() as session:
        return case_reads.of_order(session, orders.by_ref(session, ref).id or 0)[-1]


def return_of(ref: str) -> str:
    with db.reading() as session:
        return returns.of_order(session, orders.by_ref(session, ref).id or 0)[0].ref


def complains(house: House, ref: str, words: Words) -> None:
    """She reports what is damaged, goes on, is answered, and judges the case when it is closed."""
    here = link(ref)
    for n, (path, form) in enumerate(((f"{here}/problem", {"kind": "damaged", "text": words.problem}), ("", {"text": words.more}))):
        said = sends(house, path or f"{here}/cases/{case_of(ref).id}/entries", form | {"press": f"{ref}-{n}"}, [(words.file, photo("teal" if n else "red"))])
        assert said.status == 200, said.text
    ident = case_of(ref).id or 0
    with db.transaction() as session:
        casework.answer(session, ident, "Dear Ines, a new one leaves today.", f"answer-{ref}")
        casework.solve(session, ident)
    house.deliver()
    with clock.stopped_at(clock.now() + timedelta(hours=49)):
        db.run(lambda session: casework.close_solved(session, ""))
    judged = house.somebody().ask("POST", f"{here}/cases/{ident}/verdict", data={"verdict": "good", "text": words.verdict})
    assert "Thank you" in judged.text


def reviews(house: House, ref: str, sku: str, words: Words) -> None:
    """She rates what came, and staff approve it."""
    said = house.somebody().ask("POST", f"{link(ref)}/reviews", data={"line": str(line(ref, sku)), "stars": "4", "text": words.review, "name": words.name})
    assert said.status_code == 200, said.text
    ruth = house.ruth()
    assert ruth.send(ruth.get("/reviews"), "/approval").status == 200


def sends_back(house: House, ref: str, sku: str, words: Words, *, wish: str = "refund") -> str:
    """She asks for a return of one unit, with its photograph, and it is approved."""
    one = line(ref, sku)
    made = sends(house, f"{link(ref)}/return", {f"u{one}": "1", f"r{one}": "damaged", f"o{one}": wish, "after": "0", "note": words.note}, [(words.file, photo())])
    assert made.status == 200, made.text
    code = return_of(ref)
    db.run(lambda session: service.approve(session, code))
    return code


def moves(house: House, ref: str, name: str, firm: str, street: str, floor: str, **place: str) -> None:
    """An order whose shopper moved, under a name and to a street of her own making."""
    house.robot().place(ref, {"CUP": 1}, customer={"name": name, "email": "ines@example.test"})
    change.PROOFS.forget()
    browser, new = house.somebody(), {"ship_name": name, "company": firm, "line1": street, "line2": floor, "city": "Nantes", "postcode": "44100", "proof": "ines@example.test"} | place
    moved = browser.send(browser.get(f"{link(ref)}/change/address"), "address", **new)
    assert "It goes to the new address" in moved.text, moved.text
