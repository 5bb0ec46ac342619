"""Whatever happens in a shift, somebody who asks the change feed after each step knows what the books say, figure by
figure: nothing that changes a figure of any product, kits included, escapes the feed.
"""

import shutil
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from stowline.catalog import kits
from stowline.core import db
from stowline.desk.queries import levels
from stowline.inventory import feed
from stowline.inventory import queries as stock
from stowline.receiving import queries as receipts
from stowline.receiving import service as receiving
from tests.services import proof_is_full
from tests.stories.conftest import Founded, copy_postgres
from tests.stories.shift import GOODS, KIT, Shift, units, workers
from tests.stories.test_state_machine import CALM

FIGURES = ("on_hand", "promised", "free", "waiting", "incoming")
NOTHING = (0,) * len(FIGURES)
Sites = Callable[[ExitStack], str]


class Told(Shift):
    """A shift with purchase orders and changing recipes, and a shop that polls after each step, two products at a time."""

    def __init__(self) -> None:
        self.cursor = 0
        self.knows: dict[str, tuple[int, ...]] = {}
        self.bought: list[str] = []
        super().__init__()

    @rule(sku=st.sampled_from(GOODS), many=units)
    def buy(self, sku: str, many: int) -> None:
        ref = f"PO-{len(self.bought)}"
        db.run(lambda session: receiving.enter(session, ref=ref, supplier="Kiln", lines=[(sku, many)]))
        self.bought.append(ref)

    @rule(data=st.data(), how=st.sampled_from(("close", "reopen")))
    def decide_purchase(self, data: st.DataObject, how: str) -> None:
        assume(self.bought)
        ref = data.draw(st.sampled_from(self.bought))
        db.run(lambda session: getattr(receiving, how)(session, receipts.by_ref(session, ref).id))

    @rule(who=workers, data=st.data(), steps=st.integers(1, 4), part=units)
    def receive_purchase(self, who: str, data: st.DataObject, steps: int, part: int) -> None:
        assume(self.bought)
        self.do(who, f"receive:{data.draw(st.sampled_from(self.bought))}", steps, part)

    @rule(who=workers, mugs=st.integers(1, 3))
    def other_recipe(self, who: str, mugs: int) -> None:
        self.at_the_desk(who, lambda session: kits.set_parts(session, KIT, [("MUG", mugs), ("CUP", 2)]))

    def every_invariant_holds(self) -> None:
        """That is looked at in `test_state_machine`."""

    @invariant()
    def who_polls_knows_the_books(self) -> None:
        feed.keep_up()
        with db.reading() as session:
            while True:
                items, self.cursor = levels.changed(session, after=self.cursor, limit=2)
                self.knows |= {item["sku"]: tuple(item[name] for name in FIGURES) for item in items}
                if not items:
                    break
            truth = levels.figures(session, stock.levels(session, limit=50))
        for row in truth:
            assert self.knows.get(row["sku"], NOTHING) == tuple(row[name] for name in FIGURES), row["sku"]


@pytest.fixture(params=["sqlite", "postgres"])
def sites(request: pytest.FixtureRequest, tmp_path: Path) -> Sites:
    """Opens a founded site of its own, as often as it is called."""
    founded: Founded = request.getfixturevalue(f"founded_{request.param}")

    def open_file(stack: ExitStack) -> str:
        file = tmp_path / f"{uuid.uuid4().hex}.db"
        shutil.copy(founded.where, file)
        stack.callback(file.unlink)
        return f"sqlite:///{file}"

    return open_file if request.param == "sqlite" else lambda stack: stack.enter_context(copy_postgres(founded))


def play(open_site: Sites, examples: int, steps: int) -> None:
    machine = type("Told", (Told,), {"open_site": staticmethod(open_site)})
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=CALM, database=None,
        print_blob=True, derandomize=not proof_is_full(),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=chosen)


def test_the_feed_hides_nothing_that_a_shift_changes(sites: Sites) -> None:
    play(sites, examples=3, steps=15)


@pytest.mark.proof
@pytest.mark.timeout(7200)
@pytest.mark.skipif(not proof_is_full(), reason="a long proof: make proof")
def test_the_feed_hides_nothing_that_a_long_shift_changes(sites: Sites) -> None:
    play(sites, examples=50, steps=50)
