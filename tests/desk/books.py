"""A house whose books say everything that an invariant speaks of, and hands that spoil them past every guard."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy import Connection

from stowline.backorders import holds, offers
from stowline.backorders.offers import Offer
from stowline.catalog import queries as catalog
from stowline.catalog.models import Product
from stowline.core import clock, db, timers
from stowline.inventory import lots
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.orders import instructions
from stowline.orders import queries as orders
from stowline.returns import service as returns
from stowline.returns import settling
from stowline.returns.rules import Wish
from tests.desk.conftest import House
from tests.makers import Tablet, webhook

_timers = timers.Timer.__table__  # type: ignore[attr-defined]


def fill(house: House) -> None:
    """Goods in bins, a lot, a short pick, parcels that left and one that did not, a full tote, a line and a kit that wait."""
    robot = house.robot()
    robot.stock_up({"MUG": 20, "BOWL": 3})
    robot.place("left", {"MUG": 2})
    robot.ship_all()
    robot.place("boxed", {"MUG": 1})
    robot.follow("pick:CART-1")
    robot.follow(robot.tasks("pack")[0]["task"])
    robot.place("short", {"BOWL": 3})
    robot.follow("pick:CART-1", until="product")
    assert robot.scan("pick:CART-1", "CMD:SHORT").status == 200
    robot.place("in its tote", {"MUG": 3})
    robot.follow("pick:CART-1")
    assert robot.lease(robot.tasks("pack")[0]["task"]).status == 200
    robot.place("waits", {"MUG": 40})
    robot.add_product("GIFT", parts=[{"sku": "MUG", "units": 2}])
    robot.place("a present", {"GIFT": 1})
    webhook(robot.send, "shopify", b"this is no order")
    bought(robot)
    with_a_lot()
    counted(house)
    offered()
    came_back(robot)
    house.catch_up()


def bought(robot: Tablet) -> None:
    """A purchase order that came in part, one unit damaged, one scan taken back, one more than ordered."""
    robot.add_product("VASE")
    lines = [{"sku": "VASE", "quantity": 5}]
    assert robot.post("/api/v1/purchase-orders", {"ref": "PO-V", "supplier": "Kiln", "lines": lines}).status == 201
    for units, kind in ((2, ""), (1, "condition damaged"), (3, "units over")):
        assert robot.scan("receive:PO-V", "VASE", units, **({"kind": kind} if kind else {})).status == 200
    assert robot.scan("receive:PO-V", "CMD:UNDO").status == 200
    assert robot.scan("receive:PO-V", "VASE", 3, kind="units over").status == 200


def counted(house: House) -> None:
    """One unit is found in an empty bin, and two people disagree on another one."""
    house.robot().add_product("JAR")
    for who, bin_, units in (("maja", "A-05-1", 1), ("maja", "A-05-2", 30), ("tom", "A-05-2", 31)):
        for code, n in ((bin_, 1), ("JAR", units), ("CMD:DONE", 1)):
            assert house.robot(who).scan(f"count:{bin_}", code, n).status == 200


def offered() -> None:
    """A shopper may choose, with a unit held for it; another one chose long ago, and the shop was told."""
    with db.transaction() as session:
        made = offers.make(session, orders.by_ref(session, "waits").id or 0, "support", "1")
        assert made is not None
        milk = catalog.product_by_sku(session, "MILK").id or 0
        inventory.lock_levels(session, [milk])
        holds.hold(session, made.id or 0, {milk: 1}, made.ends_at)
        order = orders.by_ref(session, "left")
        chosen = Offer(order_id=order.id or 0, store_id=order.store_id, key="long ago", because="support", state="chosen",
                       made_at=clock.now(), ends_at=clock.now(), choice="cancel", answer={"kind": "cancel"})  # fmt: skip
        session.add(chosen)
        session.flush()
        instructions.owe(session, order, "refund", key=f"offer:{chosen.id}:refund", amount_minor=100)


def came_back(robot: Tablet) -> None:
    """One unit of what left came back damaged; it was looked at, scrapped and paid back."""

    def ask(session: db.Session) -> str:
        order = orders.by_ref(session, "left")
        line = orders.lines(session, order.id or 0)[0]
        ref = returns.request(session, order, [Wish(line.id or 0, 1, "damaged", "refund")], key="left", by="Ruth").ref
        returns.approve(session, ref)
        return ref

    ref = db.run(ask)
    for code, kind in ((ref, ""), ("MUG", ""), ("MUG", ""), ("CMD:DONE", "grade damaged"), ("CMD:DONE", "to scrap")):
        more = {"kind": kind} if kind else {}
        assert robot.scan(f"return:{ref}", code, 1, **more).status == 200
    db.run(lambda session: settling.settle(session, ref))


def with_a_lot(sku: str = "MILK", lot: str = "L-1", units: int = 6) -> None:
    """A product that is told apart by lots, with units of one in a bin."""
    with db.transaction() as session:
        product = Product(sku=sku, name=f"Thing {sku}", lots=True, created_at=clock.now())
        session.add(product)
        session.flush()
        lots.know(session, product.id or 0, lot)
        bin_id = stock.location_by_code(session, "A-01-1").id or 0
        inventory.move(session, product_id=product.id or 0, from_id=stock.SUPPLIER, to_id=bin_id, qty=units,
                       because="receive", lot=lot)  # fmt: skip


def ring(kind: str) -> None:
    """The relay's and the worker's part for every timer of a kind, due or not."""
    with db.transaction() as session:
        session.execute(sa.update(_timers).where(_timers.c.kind == kind).values(due=clock.now()))
        ids = list(session.execute(sa.text("SELECT id FROM timer WHERE kind = :kind"), {"kind": kind}).scalars())
    for timer_id in ids:
        timers.fire(timer_id)


def spoil(statement: str, *, bare: Iterable[str] = ()) -> None:
    """Write into the database past Stowline; the tables named lose every guard that they have."""
    with db.transaction() as session:
        connection = session.connection()
        for table in bare:
            unguarded(connection, table)
        connection.exec_driver_sql(statement)


def unguarded(connection: Connection, table: str) -> None:
    """A table without CHECKs, keys and triggers, with the same rows."""
    connection.exec_driver_sql(f"CREATE TABLE bare AS SELECT * FROM {table}")
    connection.exec_driver_sql(f"DROP TABLE {table}{'' if connection.dialect.name == 'sqlite' else ' CASCADE'}")
    connection.exec_driver_sql(f"ALTER TABLE bare RENAME TO {table}")
