"""How often bins and products are picked: every pick once, whenever its transaction ends."""

import time
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from stowline.core import db
from stowline.inventory import velocity
from tests.asserts import accepted
from tests.makers import Tablet
from tests.stories.conftest import House

LEDGER = (
    "INSERT INTO ledger (at, product_id, from_id, to_id, from_condition, to_condition, qty, reason, lot, serial, who, device)"
    " SELECT at, product_id, from_id, to_id, from_condition, to_condition, {units}, reason, lot, serial, who, device"
    " FROM ledger WHERE reason = 'pick' ORDER BY id LIMIT 1"
)
NUMBERED = "UPDATE pick_list SET lines = lines WHERE id = (SELECT MIN(id) FROM pick_list)"


def units_today() -> Counter[str]:
    """Units picked today by SKU, as the daily picks say."""
    with db.reading() as session:
        rows = session.execute(
            sa.text("SELECT p.sku, SUM(d.units) FROM daily_pick d JOIN product p ON p.id = d.product_id GROUP BY p.sku")
        )
        return Counter({sku: int(units) for sku, units in rows})


def counted_all() -> None:
    """Count until all is counted. A transaction under way in another database of the server holds the count up too."""

    def lag() -> int:
        with db.reading() as session:
            return int(session.execute(sa.text("SELECT COALESCE((SELECT MAX(id) FROM ledger), 0) - counted FROM pick_mark")).scalar_one())

    end = time.monotonic() + 30
    velocity.catch_up()
    while lag() and time.monotonic() < end:
        time.sleep(0.02)
        velocity.catch_up()
    assert lag() == 0


def one_picked(tablet: Tablet, units: int = 3) -> None:
    tablet.stock_up({"MUG": 40})
    assert tablet.place("1042", {"MUG": units}).status == 201
    tablet.follow("pick:CART-1")


def test_what_is_picked_is_counted_once_and_what_is_undone_is_not(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 40, "BOWL": 5})
    assert maja.place("1042", {"MUG": 3, "BOWL": 2}).status == 201
    maja.follow("pick:CART-1", until="tote")
    accepted(maja.scan("pick:CART-1", "CMD:UNDO"))
    counted_all()
    assert sum(units_today().values()) == 0
    maja.follow("pick:CART-1")
    counted_all()
    assert units_today() == {"MUG": 3, "BOWL": 2}
    with db.reading() as session:
        since = velocity.today() - timedelta(days=7)
        assert sorted(velocity.picks_by_bin(session, since).values()) == [1, 1]
        assert velocity.picks_by_bin(session, since, []) == {}
        ids = dict(session.execute(sa.text("SELECT sku, id FROM product")).all())
        assert velocity.units_by_day(session, ids.values(), since)[ids["MUG"]] == {velocity.today(): 3}
    velocity.grade_all()
    with db.reading() as session:
        assert velocity.grades(session, [*ids.values(), 9999]) == {ids["MUG"]: "A", ids["BOWL"]: "A", 9999: "C"}
    house.prove()


def test_a_pick_that_commits_late_is_not_passed_over(house: House) -> None:
    """On PostgreSQL a ledger line may appear behind one with a higher id; SQLite lets no second writer begin."""
    maja = house.tablet()
    one_picked(maja)
    counted_all()
    if house.url.startswith("sqlite"):
        with db.transaction() as session:
            session.execute(sa.text(LEDGER.format(units=100)))
        velocity.catch_up()
        assert units_today() == {"MUG": 103}
        return
    engine = sa.create_engine(house.url)
    with engine.connect() as late, engine.connect() as quick:
        late.execute(sa.text(NUMBERED))
        late.execute(sa.text(LEDGER.format(units=100)))  # has the lower id, and is not committed
        quick.execute(sa.text(LEDGER.format(units=1000)))
        quick.commit()
        velocity.catch_up()
        velocity.catch_up()
        assert units_today() == {"MUG": 3}
        late.commit()
    engine.dispose()
    counted_all()
    assert units_today() == {"MUG": 1103}


def test_portions_end_anywhere_and_still_add_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    maja = house.tablet()
    one_picked(maja)
    with db.transaction() as session:
        for units in range(1, 26):
            session.execute(sa.text(LEDGER.format(units=units)))
    monkeypatch.setattr(velocity, "PORTION", 2)
    portions, count_some = [], velocity.count_some

    def counting(session: db.Session) -> bool:
        portions.append(found := count_some(session))
        return found

    monkeypatch.setattr(velocity, "count_some", counting)
    counted_all()
    assert sum(portions) > 12
    assert units_today() == {"MUG": 3 + sum(range(1, 26))}


def test_a_restored_copy_counts_on(house: House) -> None:
    """Transactions are numbered anew in another cluster: a mark from the old one does not stop the count for ever."""
    maja = house.tablet()
    one_picked(maja)
    with db.transaction() as session:
        session.execute(sa.text("UPDATE pick_mark SET seen = (SELECT MAX(id) FROM ledger), number = 9000000000000000"))
    velocity.catch_up()
    assert units_today() == {"MUG": 3}


def test_the_timer_stands_and_sets_its_next_run(house: House) -> None:
    maja = house.tablet()
    one_picked(maja)
    velocity.catch_up()
    with db.reading() as session:
        assert session.execute(sa.text("SELECT COUNT(*) FROM timer WHERE kind = 'daily-picks'")).scalar_one() == 1
