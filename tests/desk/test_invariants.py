"""Each invariant holds in a house at work, and each one breaks when somebody spoils the books: no proof that cannot fail."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from litestar import Litestar
from sqlalchemy import Engine
from sqlmodel import Session

from stowline.desk.integrity.boxes import BOXES
from stowline.desk.integrity.invariant import ask
from stowline.desk.integrity.prove import BY_NAME, INVARIANTS, prove
from tests import services
from tests.desk.books import fill, unguarded
from tests.desk.conftest import _found, running

ROOT = Path(__file__).resolve().parents[2]


class Crime(NamedTuple):
    """What somebody does to the rows, on which tables without their guards, and a word of what the proof says to it."""

    breaks: str
    deed: str
    says: str
    bare: tuple[str, ...] = ()


CRIMES = (
    Crime("what stands is the last promise", "UPDATE promise_standing SET revision = revision + 1", "revision 2 stands"),
    Crime("what stands is the last promise", "DELETE FROM promise", "revision 1 stands"),
    Crime("balance is the sum of the ledger", "UPDATE balance SET qty = qty + 1 WHERE qty > 0 AND lot = ''", "MUG in A-"),
    Crime("balance is the sum of the ledger", "DELETE FROM balance WHERE lot = 'L-1'", "MILK in A-01-1, lot L-1: the books have 0, the ledger adds up to 6"),
    Crime("balance is the sum of the ledger", "INSERT INTO balance SELECT product_id, location_id, 'L-2', serial, condition, 1, 0 FROM balance WHERE lot = 'L-1'", "lot L-2: the books have 1, the ledger adds up to 0"),
    Crime("the ledger has whole moves", "UPDATE ledger SET qty = 0", "move ", ("ledger",)),
    Crime("the ledger has whole moves", "UPDATE ledger SET to_id = from_id, to_condition = from_condition", "move ", ("ledger",)),
    Crime("every move names who", "UPDATE ledger SET who = '' WHERE id = (SELECT MAX(id) FROM ledger)", "move ", ("ledger",)),
    Crime("one move for an accepted scan", "UPDATE ledger SET scan_id = 'nobody'", "scan nobody", ("ledger",)),
    Crime("nothing is below zero", "UPDATE balance SET qty = -1, bound = 0 WHERE lot = 'L-1'", "-1 units", ("balance",)),
    Crime("nothing is below zero", "UPDATE balance SET bound = qty + 1", "spoken for", ("balance",)),
    Crime("a serial is in one place", "UPDATE balance SET serial = 'S-1' WHERE qty > 0", "serial S-1", ("balance",)),
    Crime("told apart where the product says so", "UPDATE product SET lots = true", "units without lot"),
    Crime("told apart where the product says so", "UPDATE product SET serials = true", "units without serial"),
    Crime("told apart where the product says so", "UPDATE lot SET code = 'L-9'", "MILK in A-01-1, lot L-1: 6 units of a lot that nobody entered"),
    Crime("a held lot is not for sale", "UPDATE lot SET held = 'recall'", "6 good units, though the lot is held: recall"),
    Crime("a held lot is not for sale", "UPDATE lot SET expires_on = '2020-01-31'", "MILK, lot L-1 ended on 2020-01-31 and is not held"),
    Crime("on hand is the sum of the bins", "UPDATE stock_level SET on_hand = on_hand + 1", "on hand "),
    Crime("promised is the sum of the orders", "UPDATE stock_level SET promised = promised - 1 WHERE promised > 0", "MUG: promised "),
    Crime("promised is the sum of the orders", "UPDATE stock_level SET on_hand = 0", "of 0 on hand", ("stock_level",)),
    Crime("bound is the sum of the work", "UPDATE balance SET bound = bound - 1 WHERE bound > 0", "spoken for "),
    Crime("bound is the sum of the work", "UPDATE pick_line SET lot = 'L-1' WHERE picked > 0", "MUG in ", ()),
    Crime("a short bin is to be counted", "DELETE FROM count_request", "BOWL ran short in"),
    Crime("a short bin is to be counted", "UPDATE count_request SET missing = missing + 1", "BOWL in "),
    Crime("a purchase order is the sum of its receipts", "UPDATE purchase_order_line SET received = received - 1", "PO-V, line 1, VASE: 5 came, 1 of them damaged; its receipts add up to 6, 1 of them damaged"),
    Crime("a purchase order is the sum of its receipts", "UPDATE goods_receipt SET undone_at = NULL WHERE undone_at IS NOT NULL", "its receipts add up to 9"),
    Crime("a purchase order is the sum of its receipts", "UPDATE purchase_order_line SET damaged = 0", "6 came, 0 of them damaged; its receipts add up to 6, 1"),
    Crime("a purchase order is the sum of its receipts", "DELETE FROM goods_receipt", "its receipts add up to 0"),
    Crime("a purchase order is the sum of its receipts", "UPDATE goods_receipt SET product_id = (SELECT id FROM product WHERE sku = 'MUG') WHERE condition = 'damaged'", "PO-V: a receipt of MUG stands on its line of another product"),
    Crime("a receipt is in the ledger", "UPDATE goods_receipt SET units = units + 1 WHERE condition = 'damaged'", "receipts of 2, the ledger has 1"),
    Crime("a receipt is in the ledger", "UPDATE goods_receipt SET undone_at = NULL", "its receipt stands, the scan was taken back"),
    Crime("counts post their difference", "UPDATE count_entry SET posted = posted + 1 WHERE posted <> 0", "JAR in A-05-1: counts posted 2, the ledger has 1"),
    Crime("counts post their difference", "UPDATE ledger SET qty = qty + 3 WHERE reason = 'count'", "JAR in A-05-1: counts posted 1, the ledger has 4", ("ledger",)),
    Crime("a second count is somebody else's", "UPDATE count_sheet SET holder = 'u1'", "JAR in A-05-2: maja counted it 2 times"),
    Crime("a second count is somebody else's", "UPDATE count_sheet SET who = 'Maja' WHERE who = 'maja' OR who = 'tom'", "JAR in A-05-2: Maja counted it 2 times"),
    Crime("stages go down the line", "UPDATE order_line SET handed_over = packed + 1", "order ", ("order_line",)),
    Crime("an order is the sum of its lines", "UPDATE orders SET packed = packed + 1", "order left"),
    Crime("an order's parcels are counted", "UPDATE orders SET parcels = parcels + 1 WHERE ref = 'left'", "order left: counts 2 closed parcels, there are 1"),
    Crime("a state is derived", "UPDATE orders SET state = 'delivered' WHERE ref = 'left'", "is delivered, its counters mean handed_over"),
    Crime("what is refunded does not leave", "UPDATE order_line SET take_out = 99", "99 of ", ("order_line",)),
    Crime("what is refunded does not leave", "INSERT INTO shop_refund_line (refund_id, order_line_id, off, gone) SELECT 1, MAX(id), 5, 0 FROM order_line", "5 of ", ("shop_refund_line",)),
    Crime("a kit is sold whole", "UPDATE order_line SET per_kit = 3 WHERE kit_id IS NOT NULL", "order a present, kit GIFT: 2 of MUG, 0 cancelled, for 1 kits of 3"),
    Crime("a kit is sold whole", "UPDATE order_line SET kit_id = NULL", "order a present, kit GIFT has no parts"),
    Crime("a kit is sold whole", "UPDATE order_line SET cancelled = 1 WHERE kit_id IS NOT NULL", "1 cancelled"),
    Crime("a kit lies nowhere", "UPDATE balance SET product_id = (SELECT kit_id FROM kit_part) WHERE lot = 'L-1'", "6 of kit GIFT lie in A-01-1"),
    Crime("a kit lies nowhere", "UPDATE order_line SET product_id = (SELECT kit_id FROM kit_part) WHERE kit_id IS NOT NULL", "order a present waits for kit GIFT as one piece"),
    Crime("a kit lies nowhere", "INSERT INTO kit_part (kit_id, part_id, position, units) SELECT part_id, kit_id, 2, 1 FROM kit_part", "kit GIFT is part of another kit"),
    Crime("a slot holds one order", "INSERT INTO shelf_line (order_id, order_line_id, product_id, lot, serial, slot_id, at_id, qty, state, since) SELECT k.order_id, k.id, k.product_id, '', '', (SELECT MIN(id) FROM location WHERE kind = 'backorder'), (SELECT MIN(id) FROM location WHERE kind = 'dock'), 1, 'open', k.placed_at FROM order_line k JOIN orders o ON o.id = k.order_id WHERE o.ref = 'waits'", "is for order none, kept there: order "),
    Crime("what is on the shelf belongs to its order", "INSERT INTO shelf_line (order_id, order_line_id, product_id, lot, serial, slot_id, at_id, qty, state, since) SELECT k.order_id, k.id, k.product_id, '', '', (SELECT MIN(id) FROM location WHERE kind = 'backorder'), (SELECT MIN(id) FROM location WHERE kind = 'dock'), 999, 'open', k.placed_at FROM order_line k JOIN orders o ON o.id = k.order_id WHERE o.ref = 'waits'", ": kept 999, promised "),
    Crime("a hold is for an open offer", "UPDATE offer SET state = 'ended' WHERE state = 'open'", "1 of MILK are held for offer 1, which is ended"),
    Crime("one open offer for an order", "INSERT INTO offer (order_id, store_id, key, because, state, options, made_at, made_by, ends_at, choice, answer, chosen_by, why) SELECT order_id, store_id, 'again', because, state, options, made_at, made_by, ends_at, choice, answer, chosen_by, why FROM offer WHERE state = 'open'", "order waits has 2 open offers"),
    Crime("no money without a choice", "UPDATE offer SET state = 'ended' WHERE state = 'chosen'", "about order left has no choice"),
    Crime("nobody waits beside free stock", "UPDATE stock_level SET on_hand = promised + 5", "order waits waits for "),
    Crime("one order for a ref", "UPDATE orders SET ref = 'again'", "order again stands 6 times", ("orders",)),
    Crime("an order that was not taken can be retried", "UPDATE intake_error SET payload = ''", "intake error "),
    Crime("a line is picked once", "UPDATE pick_line SET picked = picked - 1 WHERE picked > 0", "by pick lists "),
    Crime("one list for a task", "UPDATE pick_list SET closed_at = NULL", "pick lists", ("pick_list",)),
    Crime("one list for a task", "INSERT INTO task_lease SELECT * FROM task_lease", "has 2 holders", ("task_lease",)),
    Crime("a tote holds one order", "UPDATE tote SET order_id = NULL", "holds goods and no order"),
    Crime("a tote holds one order", "UPDATE tote SET order_id = 1", "order 1 has ", ("tote",)),
    Crime("parcels hold what was packed", "UPDATE parcel_line SET qty = qty + 1", "packed "),
    Crime("a parcel is handed over once", "DELETE FROM manifest_parcel", "is handed_over, on no manifest"),
    Crime("one live label for a parcel", "UPDATE label SET void_at = made_at", "has 0 live labels"),
    Crime("one live label for a parcel", "UPDATE label SET parcel_id = (SELECT MIN(parcel_id) FROM label)", "has 2 live labels", ("label",)),
    Crime("a return is the sum of what came", "UPDATE rma_line SET arrived = 0, inspected = 0", "0 came by the line, 1 by its arrivals"),
    Crime("what is returned came back by a return", "UPDATE order_line SET returned = 0 WHERE returned > 0", "order left: 0 returned by the line, 1 by its returns"),
    Crime("no more is asked back than left", "UPDATE rma_line SET spared = 9", "order left: 2 left, 10 are returned or in returns", ("rma_line",)),
    Crime("only what is restocked is sold again", "UPDATE rma_inspection SET condition = 'good'", "made good units of what goes to scrap"),
    Crime("nobody is paid back more than they paid", "UPDATE rma_settlement SET amount_minor = 5000", "5000 minor units are paid back", ("rma_settlement",)),
    Crime("one answer for a scan", "UPDATE scan SET scan_id = 'same'", "scan same", ("scan",)),
    Crime("every change has its event", "DELETE FROM outbox WHERE name = 'OrderPlaced'", "order left", ("outbox",)),
    Crime("every change has its event", "DELETE FROM outbox WHERE name = 'ParcelHandedOver'", "parcel P", ("outbox",)),
    Crime("every event has its receipts", "UPDATE outbox SET due = at, at = '2020-01-01 00:00:00.000000' WHERE name = 'OrderPlaced'", "OrderPlaced "),
    Crime("one message for a fact", "UPDATE message SET key = 'same'", "same stands ", ("message",)),
    Crime("one message for a fact", "UPDATE message SET state = 'dead', reason = ''", "is dead without a reason"),
    Crime("the guards stand", "UPDATE balance SET qty = qty", "balance has no CHECK ck_balance_bound", ("balance",)),
    Crime("the guards stand", "UPDATE ledger SET qty = qty", "the ledger has no trigger ledger_final", ("ledger",)),
    Crime("the guards stand", "UPDATE scan SET task = task", "scan takes the same (scan_id) twice", ("scan",)),
)  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house_at_work(
    request: pytest.FixtureRequest, app: Litestar, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """The database of a house in the middle of its day, without foreign keys; each test takes back what it does."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path_factory.mktemp('crimes') / 'stowline.db'}"
        else:
            request.getfixturevalue("postgres_url")
            url = stack.enter_context(services.postgres_database(str(services.postgres().url)))
        for house in running(app, _found(url), url, patch):
            fill(house)
        engine = sa.create_engine(url)
        if request.param == "sqlite":
            sa.event.listen(engine, "connect", _by_hand)
            sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
        stack.callback(engine.dispose)
        yield engine


def _by_hand(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA ignore_check_constraints = ON")


def test_all_hold_in_a_house_at_work(house_at_work: Engine) -> None:
    with Session(house_at_work) as session:
        assert {row["name"]: row["breaches"] for row in prove(session) if not row["holds"]} == {}


@pytest.mark.parametrize("crime", CRIMES, ids=lambda crime: f"{crime.breaks}: {crime.deed[:40]}")
def test_spoiled_books_are_found_out(house_at_work: Engine, crime: Crime) -> None:
    with house_at_work.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in crime.bare:
            unguarded(connection, table)
        done = connection.exec_driver_sql(crime.deed)
        assert done.rowcount > 0, "there was nothing to spoil"
        with Session(connection) as session:
            found = ask(session, BY_NAME[crime.breaks])
        assert found.n >= len(found.shown) > 0
        assert any(crime.says in breach for breach in found.shown), found.shown
        connection.rollback()


def test_a_trigger_that_is_switched_off_is_missed(house_at_work: Engine) -> None:
    off, name = {
        "sqlite": ("DROP TRIGGER ledger_final_delete", "ledger_final_delete"),
        "postgresql": ("ALTER TABLE ledger DISABLE TRIGGER ledger_final", "ledger_final"),
    }[house_at_work.dialect.name]
    with house_at_work.connect() as connection:
        connection.exec_driver_sql(off)
        with Session(connection) as session:
            found = ask(session, BY_NAME["the guards stand"])
        assert found.shown == [f"the ledger has no trigger {name}: its lines can be changed"]
        connection.rollback()


def test_thousands_of_breaches_are_counted_and_twenty_are_told(house_at_work: Engine) -> None:
    with house_at_work.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        unguarded(connection, "parcel")
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
        connection.exec_driver_sql(f"INSERT INTO parcel (id, code, order_id, state) {numbers} SELECT 1000 + i, 'X' || i, 1, 'labelled' FROM n")
        with Session(connection) as session:
            found = ask(session, BY_NAME["one live label for a parcel"])
        assert (found.n, len(found.shown)) == (10_000, 20)
        connection.rollback()


def test_every_invariant_has_somebody_who_breaks_it() -> None:
    assert {one.name for one in INVARIANTS} - {crime.breaks for crime in CRIMES} == set()


def test_every_promise_says_how_it_is_proved_and_every_invariant_stands_under_one() -> None:
    shown = {name for box in BOXES for name in box.live}
    assert shown - BY_NAME.keys() == set()
    assert BY_NAME.keys() - shown == {"the guards stand"}
    assert [box.say for box in BOXES if not (box.live or box.tests)] == []
    assert len(BOXES) == 23


def test_the_tests_that_promises_rest_on_are_there() -> None:
    for name in (test for box in BOXES for _, test in box.tests):
        file, _, test = name.partition("::")
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), name
