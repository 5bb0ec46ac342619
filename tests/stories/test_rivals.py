"""Somebody else acts at the worst moment: right before or right after each step that locks or claims something.

A deed is done once to see which locking steps it takes; then it is done again for each of them with a rival who acts
there, on a connection of their own, and is waited for as long as they can go on. Whoever comes first, every invariant
holds, and both get a clear answer. The suite plays a share of the cases, `make proof` all of them.
"""

import os
import random
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from stowline import wiring
from stowline.catalog import queries as catalog
from stowline.core import author, db
from stowline.core.errors import Refused
from stowline.floor import scans, work
from stowline.floor.forms import holder
from stowline.inventory import adjustments
from stowline.inventory import queries as stock
from stowline.inventory import service as inventory
from stowline.inventory.wishes import Wish
from stowline.orders import queries as orders
from stowline.orders import service as order_service
from stowline.picking import service as picking
from stowline.scanning import service as scanning
from stowline.scanning.service import Asked
from tests.asserts import breaches
from tests.services import proof_is_full
from tests.stories.conftest import Founded, copy_postgres, copy_sqlite, fresh
from tests.stories.shift import worker

# Every step that locks rows or claims units.
STEPS = (
    (inventory, "lock_levels"), (inventory, "_take"), (inventory, "bind"), (inventory, "unbind"), (inventory, "promise"),
    (orders, "lock"), (order_service, "raise_stage"), (picking, "finish_line"), (scanning, "lease"),
)  # fmt: skip
SHARE = 1.0 if proof_is_full() else 0.03
QUEUED = 0.2  # of them on SQLite, where a rival waits in the queue of writers whatever the step
Deed = Callable[[], object]


def scan(who: str, task: str, code: str, quantity: int = 1) -> int:
    status, _ = scans.carry_out(Asked(uuid.uuid4().hex, task, code, quantity), worker(who))
    assert status in {200, 409, 422}
    return status


def place(ref: str, units: int) -> None:
    from stowline.orders.intake import api  # noqa: PLC0415
    from stowline.stores import queries as stores  # noqa: PLC0415
    from tests.makers import STORE, api_order  # noqa: PLC0415

    read: Any = api.read(api_order(ref, {"MUG": units}))
    db.run(lambda s: order_service.place(s, stores.store_by_key(s, STORE), read, create_products=True))


def cancel(ref: str) -> None:
    db.run(lambda s: order_service.cancel(s, orders.by_ref(s, ref).id or 0, "changed my mind"))


def adjust(bin_: str, units: int) -> None:
    def ask(session: Any) -> None:
        product = catalog.product_by_sku(session, "MUG").id or 0
        place_ = stock.location_by_code(session, bin_).id or 0
        adjustments.ask(session, Wish(product, place_, units, "found" if units > 0 else "lost"), "ruth")

    with author.acting("ruth"):
        db.run(ask)


def move_all(who: str) -> None:
    for code in ("A-01-2", "MUG", "A-02-1"):
        scan(who, "move:", code)


def count(who: str, units: int) -> None:
    for code, n in (("A-01-1", 1), ("MUG", units), ("CMD:DONE", 1)):
        scan(who, "count:A-01-1", code, n)


# Six mugs: four in A-01-1 (two of them on the pick list of O-1), two in A-01-2. O-1, O-2 and O-3 want two, two and three.
DEEDS: dict[str, Deed] = {
    "an order is placed": lambda: place("O-4", 1),
    "the released order is picked": lambda: scan("maja", "pick:O-1", "MUG", 2),
    "the released order runs short": lambda: scan("maja", "pick:O-1", "CMD:SHORT"),
    "the released order is cancelled": lambda: cancel("O-1"),
    "a promised order is cancelled": lambda: cancel("O-2"),
    "a promised order is released": lambda: db.run(lambda s: work.lease(s, "pick:O-2", holder(worker("tom"), ""))),
    "mugs come in": lambda: scan("tom", "receive:", "MUG", 2),
    "a bin is emptied into another": lambda: move_all("tom"),
    "a bin is counted one short": lambda: count("tom", 3),
    "two mugs are lost": lambda: adjust("A-01-1", -2),
    "a mug is found": lambda: adjust("A-01-2", 1),
}
RIVALS: dict[str, Deed] = {
    **DEEDS,
    "an order is placed": lambda: place("O-5", 2),
    "a bin is emptied into another": lambda: move_all("ruth"),
    "a bin is counted one short": lambda: count("ruth", 3),
    "mugs come in": lambda: scan("ruth", "receive:", "MUG", 1),
}


def prepare() -> None:
    """The house before the deed."""
    scan("maja", "receive:", "MUG", 1)  # nobody knows it yet: refused
    place("O-1", 2)
    adjust("A-01-1", 4)
    adjust("A-01-2", 2)
    for ref, units in (("O-2", 2), ("O-3", 3)):
        place(ref, units)
    db.run(lambda s: work.lease(s, "pick:O-1", holder(worker("maja"), "")))
    scan("maja", "pick:O-1", "A-01-1")


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def prepared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[ExitStack], str]]:
    """Opens copies of the prepared house."""
    folder: Path = tmp_path_factory.mktemp("rivals")
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        if request.param == "sqlite":
            url = copy_sqlite(request.getfixturevalue("founded_sqlite"), folder / "before.db")
        else:
            url = stack.enter_context(copy_postgres(request.getfixturevalue("founded_postgres")))
        wiring.connect()
        patch.setenv("STOWLINE_DATABASE_URL", url)
        fresh()
        prepare()
        fresh()

        def copy(inner: ExitStack) -> str:
            if request.param == "postgres":
                return inner.enter_context(copy_postgres(Founded(url.replace("+psycopg", ""), "")))
            file = folder / f"{uuid.uuid4().hex}.db"
            shutil.copy(folder / "before.db", file)
            inner.callback(file.unlink)
            return f"sqlite:///{file}"

        yield copy
    fresh()


@contextmanager
def at_work(copy: Callable[[ExitStack], str]) -> Iterator[None]:
    """A house of this case's own; at the end its books are proved."""
    with ExitStack() as stack, pytest.MonkeyPatch.context() as patch:
        patch.setenv("STOWLINE_DATABASE_URL", copy(stack))
        fresh()
        stack.callback(fresh)
        yield
        with db.reading() as session:
            assert breaches(session) == {}


def done(deed: Deed) -> str:
    """Do it; a refusal is an answer too."""
    try:
        deed()
    except Refused as why:
        return why.say
    return "done"


def steps_of(deed: Deed) -> list[tuple[Any, str]]:
    """The locking steps that a deed takes."""
    seen: list[tuple[Any, str]] = []
    with pytest.MonkeyPatch.context() as patch:
        for room, name in STEPS:
            _wrap(patch, room, name, before=partial(seen.append, (room, name)))
        done(deed)
    return sorted(set(seen), key=lambda one: one[1])


def _wrap(
    patch: pytest.MonkeyPatch, room: Any, name: str, *, before: Deed | None = None, after: Deed | None = None
) -> None:
    real = getattr(room, name)

    def wrapped(*said: Any, **more: Any) -> Any:
        if before is not None:
            before()
        answer = real(*said, **more)
        if after is not None:
            after()
        return answer

    patch.setattr(room, name, wrapped)


class Rival:
    """Acts once, on a thread and a connection of their own, when the other one reaches the step."""

    def __init__(self, deed: Deed, patience_s: float) -> None:
        self.deed, self.patience_s = deed, patience_s
        self.thread: threading.Thread | None = None
        self.main = threading.get_ident()
        self.answer = ""

    def act(self) -> None:
        if self.thread is None and threading.get_ident() == self.main:
            self.thread = threading.Thread(target=self._run, daemon=True)
            self.thread.start()
            self.thread.join(self.patience_s)  # they may have to wait for us

    def _run(self) -> None:
        self.answer = done(self.deed)

    def leave(self) -> str:
        assert self.thread is not None, "the step was never reached"
        self.thread.join(30)
        assert self.answer, "the rival was never answered"
        return self.answer


@pytest.mark.proof
@pytest.mark.timeout(3600)
def test_whoever_acts_at_the_worst_moment_the_books_are_right(prepared: Callable[[ExitStack], str]) -> None:
    dice, played = random.Random(7), 0
    share = SHARE * (QUEUED if proof_is_full() and "sqlite" in os.environ["STOWLINE_DATABASE_URL"] else 1)
    for name, deed in DEEDS.items():
        with at_work(prepared):
            steps = steps_of(deed)
        assert steps, f"{name}: no locking step at all"
        cases = [(step, when, rival) for step in steps for when in ("before", "after") for rival in RIVALS]
        for (room, step), when, rival in [one for one in cases if dice.random() < share]:
            with at_work(prepared), pytest.MonkeyPatch.context() as patch:
                other = Rival(RIVALS[rival], 0.1)
                _wrap(patch, room, step, **{when: other.act})
                assert done(deed)
                assert other.leave(), (name, step, when, rival)
            played += 1
    assert played > len(DEEDS)


def test_the_last_unit_there_is_settles_a_line_that_was_shortened_meanwhile(prepared: Callable[[ExitStack], str]) -> None:
    """One of two mugs is taken just as three of the bin's four are written off: nothing is left to take, nor to ask for."""
    with at_work(prepared), pytest.MonkeyPatch.context() as patch:
        other = Rival(lambda: adjust("A-01-1", -3), 5)
        _wrap(patch, picking, "take", before=other.act)
        assert done(lambda: scan("maja", "pick:O-1", "MUG", 1)) == "done"
        other.leave()
        wanted = db.run(lambda s: scanning.wanted(s, "pick:O-1", holder(worker("maja"), "")))["next"]
        assert wanted["want"] == "nothing" or wanted["code"]
