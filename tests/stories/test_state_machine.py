"""Any sequence of scans, orders, cancellations, holds and undos leaves every invariant of the floor intact.

Hypothesis plays the shift: it places orders and scans right and wrong codes on every kind of task, by three workers.
After each step `stowline check` must find nothing; besides, a refusal changes nothing, an undo restores the books to
the last unit, and a scan sent twice counts once.
"""

import shutil
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule, run_state_machine_as_test

from stowline.core import db
from stowline.core.access import Identity
from stowline.core.errors import Conflict, Refused
from stowline.floor import scans, work
from stowline.floor.forms import holder
from stowline.orders import queries as orders
from stowline.orders import service as order_service
from stowline.orders.intake import api
from stowline.orders.intake.shape import IncomingOrder
from stowline.people.rules import PERMISSIONS
from stowline.scanning.service import Asked
from stowline.shipping import service as shipping
from stowline.stores import queries as stores
from tests.asserts import books, breaches
from tests.makers import STORE, api_order
from tests.services import proof_is_full
from tests.stories.conftest import Founded, copy_postgres, fresh

GOODS = ("MUG", "CUP", "POT")
WORKERS = ("maja", "ruth", "tom")
BINS = ("A-01-1", "A-01-2", "B-02-1")
CARTS = ("CART-1", "CART-2")
Json = dict[str, Any]
CALM = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]

goods, workers, units = st.sampled_from(GOODS), st.sampled_from(WORKERS), st.integers(1, 4)


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

    def teardown(self) -> None:
        self.stack.close()

    # ------------------------------------------------------------ asking

    def scan(self, who: str, task: str, code: str, quantity: int = 1) -> Json:
        """One scan, sent twice; refused, it must leave the books alone."""
        asked = Asked(uuid.uuid4().hex, task, code, quantity)
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
            reply = self.scan(who, task, step["code"], many)
            step = reply["next"]

    def task_of(self, data: st.DataObject, kind: str) -> str:
        """One of the tasks of this kind that a tablet would list."""
        with db.reading() as session:
            items, _ = work.tasks(session, kind, holder(worker("maja"), ""), "", 50)
        names = sorted({item["task"] for item in items} - {"handover:"})
        assume(names)
        return str(data.draw(st.sampled_from(names)))

    # ------------------------------------------------------------ the day

    @rule(target=placed, lines=st.dictionaries(goods, units, min_size=1), urgent=st.booleans())
    def place(self, lines: dict[str, int], urgent: bool) -> str:  # noqa: FBT001  (Hypothesis names it)
        ref = f"O-{len(self.refs)}"
        read = api.read(api_order(ref, lines, priority=1 if urgent else 5))
        assert isinstance(read, IncomingOrder)
        place: IncomingOrder = read
        db.run(lambda s: order_service.place(s, stores.store_by_key(s, STORE), place, create_products=True))
        self.refs.append(ref)
        return ref

    @rule(who=workers, sku=goods, many=units)
    def receive(self, who: str, sku: str, many: int) -> None:
        self.scan(who, "receive:", sku, many)

    @rule(who=workers, bin_=st.sampled_from((*BINS, None)), part=units)
    def put_away(self, who: str, bin_: str | None, part: int) -> None:
        step = self.wanted(who, "putaway:")
        if step and step["want"] == "product":
            step = self.scan(who, "putaway:", step["code"], min(step["left"], part))["next"]
        if step and step["want"] == "bin":
            self.scan(who, "putaway:", bin_ or step["code"])

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

    @rule(who=workers, ref=placed, code=st.sampled_from((*GOODS, "CMD:DONE", "CMD:UNDO")))
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

    @rule(who=workers, sku=goods, many=units)
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
        if self.scan(who, task, step["code"], many)["fate"] == "accepted":
            assert self.scan(who, task, "CMD:UNDO")["fate"] == "accepted"
            assert self.books() == before

    @rule(ref=consumes(placed))
    def cancel(self, ref: str) -> None:
        self.decide(ref, lambda s, i: order_service.cancel(s, i, "changed my mind"))

    @rule(ref=placed)
    def hold(self, ref: str) -> None:
        self.decide(ref, lambda s, i: order_service.hold(s, i, "is the address right?"))

    @rule(ref=placed)
    def lift_hold(self, ref: str) -> None:
        self.decide(ref, order_service.lift_hold)

    def decide(self, ref: str, verb: Callable[[Any, int], Any]) -> None:
        """A person at the desk decides; a refusal leaves the books alone."""
        before = self.books()
        try:
            db.run(lambda session: verb(session, orders.by_ref(session, ref).id or 0))
        except Conflict:
            assert self.books() == before

    @invariant()
    def every_invariant_holds(self) -> None:
        with db.reading() as session:
            assert breaches(session) == {}


def worker(name: str) -> Identity:
    return Identity("token", 1, "stories", PERMISSIONS, worker=name)


def play(open_site: Callable[[ExitStack], str], examples: int, steps: int) -> None:
    machine = type("Shift", (Shift,), {"open_site": staticmethod(open_site)})
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=CALM, database=None,
        print_blob=True, derandomize=not proof_is_full(),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=chosen)


@pytest.fixture
def sqlite_sites(founded_sqlite: Founded, tmp_path: Path) -> Callable[[ExitStack], str]:
    def open_site(stack: ExitStack) -> str:
        file = tmp_path / f"{uuid.uuid4().hex}.db"
        shutil.copy(founded_sqlite.where, file)
        stack.callback(file.unlink)
        return f"sqlite:///{file}"

    return open_site


@pytest.fixture
def postgres_sites(founded_postgres: Founded) -> Callable[[ExitStack], str]:
    return lambda stack: stack.enter_context(copy_postgres(founded_postgres))


def test_no_shift_breaks_an_invariant(sqlite_sites: Callable[[ExitStack], str]) -> None:
    play(sqlite_sites, examples=10, steps=20)


def test_no_shift_breaks_an_invariant_on_postgresql(postgres_sites: Callable[[ExitStack], str]) -> None:
    play(postgres_sites, examples=3, steps=15)


@pytest.mark.proof
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not proof_is_full(), reason="a long proof: make proof")
def test_no_long_shift_breaks_an_invariant(sqlite_sites: Callable[[ExitStack], str]) -> None:
    play(sqlite_sites, examples=100, steps=50)


@pytest.mark.proof
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not proof_is_full(), reason="a long proof: make proof")
def test_no_long_shift_breaks_an_invariant_on_postgresql(postgres_sites: Callable[[ExitStack], str]) -> None:
    play(postgres_sites, examples=30, steps=40)
