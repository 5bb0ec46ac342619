"""A shift that Hypothesis plays: it places orders, scans right and wrong codes on every kind of task, by three workers;
managers hold and release lots, adjust, approve and decide.

After each step `stowline check` must find nothing; besides, a refusal changes nothing, an undo restores the books to
the last unit, and a scan sent twice counts once.
"""

import uuid
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from stowline.allocation import reserves, substitution, urgent
from stowline.catalog import details, kits, substitutes
from stowline.catalog import queries as catalog
from stowline.catalog import service as products
from stowline.core import author, clock, db
from stowline.core.access import Identity
from stowline.core.errors import Refused
from stowline.desk.integrity import rebuild
from stowline.desk.queries import counting
from stowline.floor import scans, work
from stowline.floor.forms import holder
from stowline.inventory import adjustments, count_plan, lots, settling
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.queries import Lies
from stowline.inventory.wishes import Wish
from stowline.orders import policies
from stowline.orders import queries as orders
from stowline.orders import service as order_service
from stowline.orders.intake import api
from stowline.orders.intake.shape import IncomingOrder
from stowline.people.rules import PERMISSIONS
from stowline.people.somebody import Somebody
from stowline.scanning.service import Asked
from stowline.shipping import service as shipping
from stowline.stores import queries as stores
from stowline.stores import service as store_service
from tests.asserts import books, breaches
from tests.makers import STORE, api_order
from tests.stories.conftest import fresh

CLUB = "club"  # a store that serves by the day orders must leave, and ships in parts
PLAIN, INK, CAM, KIT = ("MUG", "CUP"), "INK", "CAM", "GIFT"
GOODS = (*PLAIN, INK, CAM)
GTIN = {INK: "09506000134352", CAM: "09506000134369"}
LOTS, SERIALS = ("A", "B", "C"), ("S1", "S2", "S3", "S4")
ENDS = {lot: clock.now().date() + timedelta(days=days) for lot, days in zip(LOTS, (20, 90, -3), strict=True)}
BEGIN = (("MUG", "A-01-1", 4, ""), ("CUP", "A-01-2", 5, ""), (INK, "A-01-1", 2, "A"), (INK, "A-01-2", 3, "B"),
         (CAM, "B-02-1", 1, "S1"), (CAM, "B-02-1", 1, "S2"), ("MUG", "B-02-1", 2, ""))
WORKERS = ("maja", "ruth", "tom")
BINS = ("A-01-1", "A-01-2", "B-02-1")
CARTS = ("CART-1", "CART-2")
AISLES = ("move:", "scrap:", "quarantine:", "release:", "replenish:", "count:", "putaway:", "receive:")
SHELF = ("S-01", "S-02", "STAGE-1", "CMD:SKIP", "CMD:UNDO")
SLOTS = 3  # of the shelf, so that orders stand in line for them
COMMANDS = ("CMD:DONE", "CMD:SHORT", "CMD:SKIP", "CMD:FULL", "CMD:UNDO")
Json = dict[str, Any]


workers, units = st.sampled_from(WORKERS), st.integers(1, 4)
bins = st.sampled_from(BINS)


def code_of(sku: str, which: str = "") -> str:
    """What a scanner reads off one unit: the SKU, or a GS1 code with its lot and last day, or with its serial."""
    if sku == INK and which:
        return f"]C101{GTIN[INK]}17{ENDS[which]:%y%m%d}10{which}"
    if sku == CAM and which:
        return f"]C101{GTIN[CAM]}21{which}"
    return GTIN.get(sku, sku)


CODES = (*PLAIN, KIT, *(code_of(INK, lot) for lot in ("", *LOTS)), *(code_of(CAM, one) for one in ("", *SERIALS)))
codes = st.sampled_from(CODES)


def lying(here: Lies) -> str:
    """The code on units that lie in a bin."""
    return code_of(here.sku, here.lot or here.serial)


class Shift(RuleBasedStateMachine):
    """One warehouse, three workers. `open_site` gives a fresh founded database and closes it in the end."""

    open_site: Callable[[ExitStack], str]
    placed: Bundle[str] = Bundle("placed")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.callback(fresh)
        patch = self.stack.enter_context(pytest.MonkeyPatch.context())
        patch.setenv("STOWLINE_DATABASE_URL", type(self).open_site(self.stack))
        fresh()
        self.refs: list[str] = []
        self.vans: list[str] = []
        self.asked: list[str] = []

    @initialize(target=placed)
    def begin_the_day(self) -> str:
        """Some of everything lies in the bins, and one order wants some of everything."""
        with db.transaction() as session:
            policies.set_policy(session, store_service.open_store(session, CLUB), serves="ship_by", ships="parts", most_parcels=None)
            for sku in (*GOODS, KIT):
                products.add_product(session, sku=sku, name=f"Thing {sku}", barcodes=[(GTIN[sku], 1)] if sku in GTIN else [])
            details.change(session, INK, {"lots": True, "expires": True, "fefo": True})
            details.change(session, CAM, {"serials": True})
            substitutes.add(session, "MUG", "CUP")
            substitutes.add(session, INK, "CUP")
            kits.set_parts(session, KIT, [("MUG", 1), ("CUP", 2)])
            session.connection().exec_driver_sql(f"UPDATE location SET active = FALSE WHERE kind = 'backorder' AND code > 'S-0{SLOTS}'")
            for sku, bin_, many, which in BEGIN:
                lot, serial = (which, "") if sku == INK else ("", which)
                product = catalog.product_by_sku(session, sku).id or 0
                place = stock.location_by_code(session, bin_).id or 0
                lots.named(session, product, many, lot=lot, serial=serial, expires_on=ENDS.get(lot))
                inventory.move(session, product_id=product, from_id=stock.ADJUSTMENT, to_id=place, qty=many,
                               because="import", lot=lot, serial=serial)  # fmt: skip
        return self.order({"MUG": 2, KIT: 1, INK: 2, CAM: 1})

    def teardown(self) -> None:
        """In the end all books are added up from zero: nothing differs."""
        try:
            with db.reading() as session:
                assert [rebuild.say(session, drift) for drift in rebuild.drifts(session)] == []
        finally:
            self.stack.close()

    # ------------------------------------------------------------ asking

    def scan(self, who: str, task: str, code: str, quantity: int = 1, kind: str = "") -> Json:
        """One scan, sent twice; refused, it must leave the books alone."""
        asked = Asked(uuid.uuid4().hex, task, code, quantity, kind=kind)
        before = self.books()
        status, reply = scans.carry_out(asked, worker(who))
        after = self.books()
        assert status in {200, 409, 422}, (asked, reply)
        assert status == 200 or after == before, (asked, reply)
        again = scans.carry_out(asked, worker(who))
        assert again == (status, reply | {"duplicate": True})
        assert self.books() == after
        return reply

    def books(self) -> Any:
        with db.reading() as session:
            return books(session)

    def wanted(self, who: str, task: str) -> Json | None:
        """What a task wants of this worker, who takes it; None where it is not to be had."""
        try:
            lease: Json = db.run(lambda session: work.lease(session, task, holder(worker(who), "")))
        except Refused:
            return None
        step: Json = lease["next"]
        return step

    def do(self, who: str, task: str, steps: int, part: int) -> None:
        """Follow what a task wants for so many scans, taking at most `part` units at a time."""
        step = self.wanted(who, task)
        for _ in range(steps):
            if step is None or step["want"] == "nothing":
                return
            if step["want"] == "label":
                db.run(lambda session, parcel=step["parcel"]: shipping.make_label(session, parcel))  # type: ignore[misc]
                return
            many = min(step.get("left", 1), part) if step["want"] == "product" else 1
            step = self.scan(who, task, answer(step), many)["next"]

    def choose(self, who: str, task: str, code: str, quantity: int, which: int) -> Json:
        """One scan; where it is answered with a question, one of the answers."""
        reply = self.scan(who, task, code, quantity)
        for _ in range(3):
            choices = reply.get("choices")
            if not choices:
                return reply
            reply = self.scan(who, task, code, quantity, kind=choices[which % len(choices)]["kind"])
        return reply

    def there(self, bin_: str) -> list[Lies]:
        with db.reading() as session:
            return stock.in_bin(session, stock.location_by_code(session, bin_).id or 0)

    def task_of(self, data: st.DataObject, kind: str) -> str:
        """One of the tasks of this kind that a tablet would list."""
        with db.reading() as session:
            items, _ = work.tasks(session, kind, holder(worker("maja"), ""), "", 50)
        names = sorted({item["task"] for item in items} - {"handover:"})
        assume(names)
        return str(data.draw(st.sampled_from(names)))

    # ------------------------------------------------------------ the day

    @rule(target=placed, lines=st.dictionaries(st.sampled_from((*GOODS, KIT)), units, min_size=1), urgent=st.booleans(),
          store=st.sampled_from((STORE, CLUB)), agreed=st.booleans())  # fmt: skip
    def place(self, lines: dict[str, int], urgent: bool, store: str, agreed: bool) -> str:  # noqa: FBT001  (Hypothesis names it)
        return self.order(lines, urgent=urgent, store=store, agreed=agreed)

    def order(self, lines: dict[str, int], *, urgent: bool = False, store: str = STORE, agreed: bool = False) -> str:
        ref = f"O-{len(self.refs)}"
        body = api_order(ref, lines, priority=1 if urgent else 5)
        read = api.read(body | {"lines": [line | {"substitute": agreed} for line in body["lines"]]})
        assert isinstance(read, IncomingOrder)
        numbered = tuple(replace(line, external_id=f"{ref}.{n}") for n, line in enumerate(read.lines))
        place = replace(read, platform="shopify", external_id=ref, lines=numbered)
        db.run(lambda s: order_service.place(s, stores.store_by_key(s, store), place))
        self.refs.append(ref)
        return ref

    @rule(who=workers, code=codes, many=units)
    def receive(self, who: str, code: str, many: int) -> None:
        """What the code does not say is asked for, and answered."""
        step = self.scan(who, "receive:", code, many)["next"]
        for _ in range(3):
            if step and step["want"] in {"lot", "expiry", "serial"}:
                step = self.scan(who, "receive:", answer(step))["next"]

    @rule(who=workers, task=st.sampled_from(("receive:", "putaway:")), codes=st.lists(st.sampled_from((None, None, *SHELF)), max_size=4))
    def shelve(self, who: str, task: str, codes: list[str | None]) -> None:
        """What came for an order goes into its slot or to the bench (None), or a wrong one, is put aside or taken out again."""
        for code in codes:
            step = self.wanted(who, task)
            if step and step["want"] == "bin" and step.get("splits"):
                self.scan(who, task, code or step["code"])

    @rule(who=workers, sku=st.sampled_from(PLAIN), many=units)
    def receive_shelve_and_take_back(self, who: str, sku: str, many: int) -> None:
        """One step to the shelf is taken back, whole."""
        step = self.scan(who, "receive:", sku, many)["next"]
        if step and step.get("splits"):
            before = self.books()
            if self.scan(who, "receive:", step["code"])["fate"] == "accepted":
                assert self.scan(who, "receive:", "CMD:UNDO")["fate"] == "accepted"
                after = self.books()
                assert {k: after[k] for k in after if k not in {"picks", "lists"}} == {k: before[k] for k in before if k not in {"picks", "lists"}}

    @rule(who=workers, bin_=st.sampled_from((*BINS, None)), part=units, which=st.integers(0, 3))
    def put_away(self, who: str, bin_: str | None, part: int, which: int) -> None:
        step = self.wanted(who, "putaway:")
        if step and step["want"] == "product":
            step = self.choose(who, "putaway:", answer(step), min(step["left"], part), which)["next"]
        if step and step["want"] == "bin":
            self.scan(who, "putaway:", bin_ or step["code"])

    # ------------------------------------------------------------ in the aisles

    @rule(who=workers, source=bins, into=bins, data=st.data(), part=units)
    def move(self, who: str, source: str, into: str, data: st.DataObject, part: int) -> None:
        inside = self.there(source)
        assume(inside)
        here = data.draw(st.sampled_from(inside))
        self.scan(who, "move:", source)
        self.scan(who, "move:", lying(here), 1 if here.serial else part)
        self.scan(who, "move:", into)

    @rule(who=workers, bin_=bins, data=st.data())
    def count(self, who: str, bin_: str, data: st.DataObject) -> None:
        """Somebody counts what lies there, now and then a unit more or less; a second counter may be asked for."""
        task = f"count:{bin_}"
        if self.scan(who, task, bin_)["fate"] != "accepted":
            return
        for here in self.there(bin_):
            found = here.qty + data.draw(st.sampled_from((0, 0, 0, -1, 1)))
            if found > 0 and here.condition != "damaged":
                self.scan(who, task, lying(here), 1 if here.serial else found)
        if self.scan(who, task, "CMD:DONE")["next"] and data.draw(st.booleans()):
            self.scan(who, task, bin_)  # "is it empty?" is answered by the bin

    @rule(who=workers, task=st.sampled_from(("scrap:", "quarantine:")), bin_=bins, data=st.data(), which=st.integers(0, 5))
    def set_aside(self, who: str, task: str, bin_: str, data: st.DataObject, which: int) -> None:
        inside = self.there(bin_)
        assume(inside)
        self.scan(who, task, bin_)
        step = self.choose(who, task, lying(data.draw(st.sampled_from(inside))), 1, which)["next"]
        if step and step["want"] == "bin" and step.get("code"):
            self.scan(who, task, step["code"])

    @rule(who=workers, data=st.data(), into=bins, which=st.integers(0, 5))
    def release(self, who: str, data: st.DataObject, into: str, which: int) -> None:
        with db.reading() as session:
            place = stock.first_of_kind(session, "quarantine").code
        inside = self.there(place)
        assume(inside)
        self.scan(who, "release:", place)
        self.choose(who, "release:", lying(data.draw(st.sampled_from(inside))), 1, which)
        self.choose(who, "release:", into, 1, which)

    @rule(who=workers, steps=st.integers(1, 6), part=units)
    def replenish(self, who: str, steps: int, part: int) -> None:
        self.do(who, "replenish:", steps, part)

    @rule(who=workers, task=st.sampled_from(AISLES), scanned=st.lists(st.sampled_from((*CODES, *BINS, *COMMANDS)), max_size=4))
    def meddle_in_the_aisles(self, who: str, task: str, scanned: list[str]) -> None:
        for code in scanned:
            self.scan(who, task, code)

    # ------------------------------------------------------------ at the desk

    @rule(who=workers, bin_=bins, data=st.data(), delta=st.sampled_from((-12, -2, -1, 1, 2)))
    def adjust(self, who: str, bin_: str, data: st.DataObject, delta: int) -> None:
        inside = [here for here in self.there(bin_) if not here.serial]
        sku, lot = next(((here.sku, here.lot) for here in inside), ("MUG", ""))
        with db.reading() as session:
            product, place = catalog.product_by_sku(session, sku).id or 0, stock.location_by_code(session, bin_).id or 0
        reason = data.draw(st.sampled_from(("found",) if delta > 0 else ("lost", "scrap", "damaged")))
        wish = Wish(product, place, delta, reason, lot=lot)
        ref = self.at_the_desk(who, lambda session: adjustments.ask(session, wish, who).ref)
        self.asked += [ref] if ref else []

    @rule(who=workers, data=st.data(), how=st.sampled_from(("approve", "refuse", "withdraw", "take_back")))
    def decide_adjustment(self, who: str, data: st.DataObject, how: str) -> None:
        assume(self.asked)
        ref = data.draw(st.sampled_from(self.asked))
        if how == "refuse":
            self.at_the_desk(who, lambda session: adjustments.refuse(session, ref, who, "look again"))
        else:
            self.at_the_desk(who, lambda session: getattr(adjustments, how)(session, ref, who))

    @rule(who=workers, lot=st.sampled_from(LOTS), held=st.booleans())
    def hold_or_release_a_lot(self, who: str, lot: str, held: bool) -> None:  # noqa: FBT001
        def decide(session: Any) -> None:
            found = lots.by_code(session, catalog.product_by_sku(session, INK).id or 0, lot)
            if held:
                lots.hold(session, found, "glass in it")
            else:
                lots.release(session, found)

        self.at_the_desk(who, decide)

    @rule(who=workers, data=st.data(), difference=st.integers(-3, 3))
    def decide_between_counts(self, who: str, data: st.DataObject, difference: int) -> None:
        with db.reading() as session:
            open_ = [row["id"] for row in counting.to_decide(session, Somebody(who, who))]
        assume(open_)
        which = data.draw(st.sampled_from(open_))
        self.at_the_desk(who, lambda session: settling.decide(session, which, difference, Somebody(who, who)))

    @rule(who=workers, bin_=bins, wanted=st.booleans())
    def have_a_bin_counted_or_not(self, who: str, bin_: str, wanted: bool) -> None:  # noqa: FBT001
        def decide(session: Any) -> None:
            asked = settling.ask(session, stock.location_by_code(session, bin_), "looks odd")
            if not wanted:
                settling.cancel(session, asked.id or 0, who)

        self.at_the_desk(who, decide)

    @rule()
    def the_plan_asks_for_counts(self) -> None:
        db.run(lambda session: count_plan.every_hour(session, ""))

    def at_the_desk(self, who: str, verb: Callable[[Any], Any]) -> Any:
        """Somebody decides; a refusal leaves the books alone."""
        before = self.books()
        try:
            with author.acting(who):
                return db.run(verb)
        except Refused:
            assert self.books() == before
            return None

    # ------------------------------------------------------------ at the carts, the bench and the van

    @rule(who=workers, cart=st.sampled_from(CARTS), steps=st.integers(1, 12), part=units)
    def pick(self, who: str, cart: str, steps: int, part: int) -> None:
        self.do(who, f"pick:{cart}", steps, part)

    @rule(who=workers, ref=placed, steps=st.integers(1, 6), part=units)
    def pick_by_hand(self, who: str, ref: str, steps: int, part: int) -> None:
        self.do(who, f"pick:{ref}", steps, part)

    @rule(who=workers, data=st.data())
    def run_short(self, who: str, data: st.DataObject) -> None:
        task = self.task_of(data, "pick")
        step = self.wanted(who, task)
        if step and step["want"] == "bin":
            self.scan(who, task, step["code"])
        self.scan(who, task, "CMD:SHORT")

    @rule(who=workers, data=st.data(), steps=st.integers(1, 8), part=units)
    def pack(self, who: str, data: st.DataObject, steps: int, part: int) -> None:
        self.do(who, self.task_of(data, "pack"), steps, part)

    @rule(who=workers, ref=placed, code=st.sampled_from((*CODES, "CMD:DONE", "CMD:UNDO")))
    def meddle_at_the_bench(self, who: str, ref: str, code: str) -> None:
        self.scan(who, f"pack:{ref}", code)

    @rule()
    def open_van(self) -> None:
        self.vans.append(f"handover:{db.run(lambda s: shipping.open_manifest(s, 'house').ref)}")

    @rule(who=workers, data=st.data(), steps=st.integers(1, 3))
    def hand_over(self, who: str, data: st.DataObject, steps: int) -> None:
        assume(self.vans)
        self.do(who, data.draw(st.sampled_from(self.vans)), steps, 1)

    @rule(who=workers, data=st.data())
    def undo(self, who: str, data: st.DataObject) -> None:
        with db.reading() as session:
            names = session.connection().exec_driver_sql("SELECT DISTINCT task FROM scan").scalars().all()
        assume(names)
        self.scan(who, data.draw(st.sampled_from(sorted(names))), "CMD:UNDO")

    @rule(who=workers, sku=st.sampled_from(PLAIN), many=units)
    def receive_and_take_back(self, who: str, sku: str, many: int) -> None:
        """An undo at once restores everything, unless the goods were never new to anybody who waits."""
        before = self.books()
        reply = self.scan(who, "receive:", sku, many)
        if reply["fate"] == "accepted":
            assert self.scan(who, "receive:", "CMD:UNDO")["fate"] == "accepted"
            after = self.books()
            assert after["bins"] == before["bins"]
            assert [row[:2] for row in after["levels"]] == [row[:2] for row in before["levels"]]

    @rule(who=workers, data=st.data(), kind=st.sampled_from(["pick", "pack"]), part=units)
    def step_and_take_back(self, who: str, data: st.DataObject, kind: str, part: int) -> None:
        task = self.task_of(data, kind)
        step = self.wanted(who, task)
        if step is None or step["want"] not in {"bin", "product", "tote", "command"}:
            return
        before = self.books()
        many = min(step.get("left", 1), part) if step["want"] == "product" else 1
        told_apart = step.get("lot") or step.get("serial")  # the line may have changed to the lot that was taken
        if self.scan(who, task, answer(step), many)["fate"] == "accepted":
            assert self.scan(who, task, "CMD:UNDO")["fate"] == "accepted"
            assert told_apart or self.books() == before

    @rule(ref=consumes(placed))
    def cancel(self, ref: str) -> None:
        self.decide(ref, lambda s, i: order_service.cancel(s, i, "changed my mind"))

    @rule(ref=placed)
    def hold(self, ref: str) -> None:
        self.decide(ref, lambda s, i: order_service.hold(s, i, "is the address right?"))

    @rule(ref=placed)
    def lift_hold(self, ref: str) -> None:
        self.decide(ref, order_service.lift_hold)

    @rule(ref=placed, how=st.sampled_from((("complete", None), ("parts", None), ("parts", None), ("at_most", 2))))
    def ship_another_way(self, ref: str, how: tuple[str, int | None]) -> None:
        self.decide(ref, lambda s, i: order_service.set_shipping(s, i, parts=how[0], at_most=how[1]))

    @rule(ref=placed, data=st.data(), many=units, swapped=st.booleans())
    def change_what_waits(self, ref: str, data: st.DataObject, many: int, swapped: bool) -> None:  # noqa: FBT001
        """Units of a line are swapped for a mug, or taken off the order."""
        with db.reading() as session:
            line = data.draw(st.sampled_from(orders.lines(session, orders.by_ref(session, ref).id or 0)))
            mug = catalog.product_by_sku(session, "MUG").id or 0
        if swapped:
            self.decide(ref, lambda s, _: order_service.swap(s, line.id, mug, many, why="the shopper chose it"))
        else:
            self.decide(ref, lambda s, _: order_service.cancel_units(s, line.id, many, "the shopper chose it"))

    @rule(who=workers, sku=st.sampled_from(PLAIN), store=st.sampled_from((STORE, CLUB)), many=st.integers(0, 4))
    def keep_for_a_store(self, who: str, sku: str, store: str, many: int) -> None:
        """Units are kept for one store, more, fewer, or none any more."""

        def decide(session: Any) -> None:
            ids = catalog.product_by_sku(session, sku).id or 0, stores.store_by_key(session, store).id or 0
            if many:
                reserves.keep(session, *ids, many, None, who)
            else:
                reserves.end(session, *ids)

        self.at_the_desk(who, decide)

    @rule(who=workers, ref=placed)
    def take_for_an_urgent_order(self, who: str, ref: str) -> None:
        self.at_the_desk(who, lambda s: urgent.take_for(s, orders.by_ref(s, ref).id or 0, why="a wedding", who=who))

    @rule()
    def free_units_take_the_place_of_others(self) -> None:
        with db.reading() as session:
            cup = catalog.product_by_sku(session, "CUP").id
        db.run(lambda session: substitution.on_time(session, str(cup)))

    def decide(self, ref: str, verb: Callable[[Any, int], Any]) -> None:
        """A person at the desk decides about an order."""
        self.at_the_desk("ruth", lambda session: verb(session, orders.by_ref(session, ref).id or 0))

    @invariant()
    def every_invariant_holds(self) -> None:
        """All but those of the tables themselves, which no step changes."""
        with db.reading() as session:
            assert breaches(session) == {}


def worker(name: str) -> Identity:
    return Identity("token", 1, "stories", PERMISSIONS, worker=name)


def answer(step: Json) -> str:
    """The code that a task wants."""
    if step["want"] in {"lot", "expiry", "serial"}:
        lot = step.get("lot") or "A"
        return {"lot": "A", "expiry": ENDS.get(lot, ENDS["A"]).isoformat(), "serial": "S1"}[step["want"]]
    if step["want"] == "product" and (step.get("lot") or step.get("serial")):
        return code_of(step["sku"], step.get("lot") or step.get("serial") or "")
    return str(step.get("code") or step.get("bin") or step.get("sku") or "CMD:DONE")
