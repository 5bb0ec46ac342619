"""Somebody is forgotten who complained, reviewed and sent back: no word that she typed and no photograph of hers is in any table."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa

from stowline.core import clock, db
from tests.asserts import breaches
from tests.desk.conftest import House
from tests.portal.lived import Words, complains, got, line, link, reviews, sends_back
from tests.portal.test_changing_an_order import NEW
from tests.portal.test_erasure import everything

MAIL = "wilhelmina@querido.example"
WORDS = Words("zarfling one", "zarfling two", "zarfling three", "zarfling four", "Zarfling Five", "zarfling six", "zarfling-seven.png")
HERS = {"ship_name": "Zarfling Eight", "company": "Zarfling Nine & Co", "line1": "Zarfling Ten 11", "line2": "zarfling twelve", "proof": MAIL}
OTHERS = Words(*(f"otterly {n}" for n in ("one", "two", "three", "four", "five", "six", "seven")))
MARK, OTHER = "zarfling", "otterly"


def says(word: str) -> list[tuple[str, str]]:
    """The rows that hold a word: table and text."""
    with db.reading() as session:
        return sorted((where.partition(" ")[0], text) for where, text in everything(session).items() if word in text)


def tables(rows: list[tuple[str, str]]) -> set[str]:
    return {table for table, _ in rows}


def pictures() -> int:
    with db.reading() as session:
        return int(session.execute(sa.text("SELECT (SELECT count(*) FROM case_photo) + (SELECT count(*) FROM rma_photo)")).scalar_one())


def customer(ref: str) -> int:
    with db.reading() as session:
        return int(session.execute(sa.text("SELECT customer_id FROM orders WHERE ref = :r"), {"r": ref}).scalar_one())


@pytest.fixture
def lived(any_house: House) -> House:
    """She moved house, complained, reviewed, sent back and was sent a new one; so did somebody else."""
    robot, ruth = any_house.robot(), any_house.ruth()
    robot.stock_up({"SPARE": 1})
    robot.place("7001", {"SPARE": 1}, customer={"name": "Wilhelmina Querido", "email": MAIL})
    browser = any_house.somebody()
    moved = browser.send(browser.get(f"{link('7001')}/change/address"), "address", **NEW | HERS)
    assert "It goes to the new address" in moved.text
    ruth.send(ruth.get("/orders/7001?store=demo"), "/cancellation", reason="by telephone")
    for n, (ref, words, mail) in enumerate((("7002", WORDS, MAIL), ("8001", OTHERS, "otto@querling.example"))):
        got(any_house, ref, {f"MUG{n}": 2}, customer={"name": words.name, "email": mail})
        complains(any_house, ref, words)
        reviews(any_house, ref, f"MUG{n}", words)
        sends_back(any_house, ref, f"MUG{n}", words, wish="replacement" if n == 0 else "refund")
        said = {"store": "demo", "channel": "phone", "order": ref, "kind": "where", "text": f"{words.more}, said on the telephone", "ref": f"call-{ref}"}
        assert robot.post("/api/v1/contacts", said).status == 201
        ruth.send(ruth.get(f"/cases/Q-{n * 2 + 1}"), "/notes", text=f"{words.problem}, I would say")
    any_house.deliver()
    robot.ship_all()
    any_house.deliver()
    return any_house


def test_nothing_that_she_typed_or_showed_is_in_any_table(lived: House) -> None:
    ident, ruth = customer("7002"), lived.ruth()
    assert customer("7001") == ident
    kept = lived.ruth().file(f"/customers/{ident}/data").text
    for word in (WORDS.problem, WORDS.more, WORDS.verdict, WORDS.review, WORDS.name, WORDS.note, HERS["line1"]):
        assert word in kept, word
    assert {"case_entry", "case_photo", "shopper_case", "review", "rma", "rma_photo"} <= {row["table"] for row in json.loads(kept)}
    assert WORDS.file not in kept, "what her files were called is not even kept"
    assert {"case_entry", "shopper_case", "review", "rma", "orders", "contact"} <= tables(says(MARK))
    assert says("zarfling-seven") == []
    before, shown, theirs = says(OTHER), lived.robot().get("/api/v1/products/MUG0/reviews?store=demo"), pictures()
    assert (shown["count"], shown["items"][0]["name"]) == (1, "Zarfling Five")
    erased = ruth.send(ruth.get(f"/customers/{ident}"), "/erasure", typed=MAIL)
    assert "Erased." in erased.text, erased.text
    assert says(MARK) == []
    assert pictures() == theirs / 2
    assert says(OTHER) == before, "nobody else is touched"
    with db.reading() as session:
        assert session.execute(sa.text("SELECT stars, state, name FROM review WHERE order_line_id = :l"), {"l": line("7002", "MUG0")}).one() == (4, "erased", "")
        assert breaches(session) == {}
    assert lived.robot().get("/api/v1/products/MUG0/reviews?store=demo")["items"] == []


def test_it_stays_so_whatever_happens_afterwards_and_every_page_still_opens(lived: House) -> None:
    ident, ruth = customer("7002"), lived.ruth()
    ruth.send(ruth.get(f"/customers/{ident}"), "/erasure", typed=MAIL)
    lived.deliver()
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        lived.deliver()
    assert says(MARK) == []
    pages = ("/cases?view=all", "/cases/Q-1", "/reviews?view=all", "/returns?view=all", "/orders/7002?store=demo", "/support?q=7002", f"/customers/{ident}", "/messages", "/support/contacts")
    assert {path: page.status for path in pages if (page := ruth.get(path)).status != 200 or MARK in page.text.lower()} == {}
    here = link("7002")
    assert {path: page.status for path in (here, f"{here}/reviews", f"{here}/problem", f"{here}/cases/1/verdict") if (page := lived.somebody().get(path)).status != 200 or MARK in page.text.lower()} == {}
    assert [form.action for form in ruth.get("/reviews?view=all").forms if form.action.startswith("/reviews/1/")] == [], "there is nothing left to decide"
    assert lived.somebody().ask("POST", f"{here}/reviews", data={"line": str(line("7002", "MUG0")), "stars": "1", "text": "again"}).status_code == 409
