"""With 100,000 orders no page walks through them: each asks few questions, and each question is a short index walk."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar

from stowline.core import db
from stowline.desk.queries import counts
from tests.desk import crowded
from tests.desk.conftest import House, running
from tests.desk.effort import long_walks, watched

MOST_STATEMENTS = 80  # a page with the rail's counts, which are kept for some seconds after
MOST_STEPS, MOST_COUNTING = 500_000, 1_000_000
"""Steps of SQLite's machine, and what counting each state and queue to 10,000 may add every five seconds. One walk
through the lines of 100,000 orders takes 1,500,000."""
PAGES = (
    "/today", "/orders", "/orders?view=all", "/orders?view=ready", "/orders?view=waiting", "/orders?view=held",
    "/orders?view=working", "/orders?view=done", "/orders?view=cancelled", "/orders?store=shop-1", "/orders?state=picked",
    "/orders?view=done&store=shop-2", "/orders?q=person17", "/orders?q=person", "/orders?q=person17+family17",
    "/orders?q=R1050000", "/orders?q=SKU-77", "/orders?q=p17%40example.test", "/waiting", "/waiting?store=shop-1",
    "/waiting?q=SKU-77", "/waiting?q=person17", "/stock", "/stock?view=waiting", "/stock?view=none", "/stock?q=thing",
    "/stock/SKU-1", "/stock/SKU-77", "/bins", "/bins?kind=pick", "/bins?q=SKU-5", "/bins?zone=Z", "/bins/Z-5", "/zones", "/map", "/map?zone=Z&show=28", "/counts", "/receiving",
    "/receiving?view=late", "/receiving?view=all", "/receiving?q=SKU-5", "/receiving/PO-900007", "/messages",
    "/messages?view=dead", "/messages?view=skipped", "/messages?q=person17", "/messages/150000", "/intake-errors",
    "/intake-errors?view=solved", "/orders/R1050000", "/orders/R1050092?store=shop-1",
)  # fmt: skip
WALKED = ("/orders", "/orders?view=all", "/orders?view=done", "/waiting", "/messages", "/stock/SKU-1")


@pytest.fixture(scope="module")
def crowd(cast_file: tuple[Path, str], app: Litestar, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    file = tmp_path_factory.mktemp("crowd") / "stowline.db"
    shutil.copy(cast_file[0], file)
    big = db.Database(f"sqlite:///{file}")
    crowded.fill(big)
    big.close()
    with pytest.MonkeyPatch.context() as patch:
        yield from running(app, cast_file[1], f"sqlite:///{file}", patch)


@pytest.mark.slow
def test_no_page_walks_through_all_orders_or_asks_once_for_each_row(crowd: House) -> None:
    ruth = crowd.ruth()
    faults = []
    for path in PAGES:
        counts.forget()
        with watched(db.database()) as first:
            assert ruth.get(path).status == 200, path
        with watched(db.database()) as again:
            ruth.get(path)
        walks = long_walks(first.plans(db.database()))
        if walks or len(first.asked) > MOST_STATEMENTS or first.steps > MOST_COUNTING or again.steps > MOST_STEPS:
            faults.append((path, len(first.asked), first.steps, again.steps, walks))
    assert faults == []


@pytest.mark.slow
def test_a_later_page_costs_no_more_than_the_first(crowd: House) -> None:
    ruth = crowd.ruth()
    for path in WALKED:
        page = ruth.get(path)
        for _ in range(12):
            page = ruth.get(next(href for href, said in page.links.items() if said == "Later"))
        with watched(db.database()) as effort:
            later = ruth.get(page.path)
        assert "Earlier" in later.links.values()
        assert (path, effort.steps <= MOST_STEPS, long_walks(effort.plans(db.database()))) == (path, True, [])
