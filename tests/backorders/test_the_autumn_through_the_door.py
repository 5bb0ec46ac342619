"""The replay through the product's own door: API, scans, timers and a database promise what the reckoning alone promises."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from litestar.testing import TestClient

from stowline import site
from stowline.app import create_app
from stowline.backorders import queries
from stowline.core import db
from tests.asserts import breaches
from tests.backorders.replay import BEGINS, FILE, HALF, Autumn, share
from tests.backorders.through_the_door import Door
from tests.makers import Tablet, found_site, in_process
from tests.services import proof_is_full
from tests.stories.conftest import fresh

FULL = pytest.mark.skipif(not proof_is_full(), reason="STOWLINE_PROOF=full replays it on PostgreSQL, too, and 200 products on SQLite")
HOUSES = ["sqlite", pytest.param("postgres", marks=[FULL, pytest.mark.proof])]


@contextmanager
def at_a_desk(url: str, patch: pytest.MonkeyPatch) -> Iterator[Tablet]:
    """A tablet in a house of its own."""
    patch.setenv("STOWLINE_DATABASE_URL", url)
    fresh()
    token = found_site(url)
    with TestClient(create_app()) as client:
        yield Tablet(in_process(client), token, "maja")
    fresh()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", HOUSES)
def test_every_window_is_the_one_that_the_reckoning_gives(
    kind: str, shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Three products that sell slowly, a hundred days: every order that waited is promised, fills and leaves on the same days
    as in the replay on plain objects, and the house's own page counts the same.
    """
    url = f"sqlite:///{tmp_path / 'stowline.db'}" if kind == "sqlite" else str(request.getfixturevalue("fresh_postgres_url"))
    reckoned = Autumn(shared / FILE, products=3, skip=1200)
    reckoned.run()
    with at_a_desk(url, monkeypatch) as desk:
        told = Door(desk, shared / FILE, products=3, skip=1200).run()
        with db.reading() as session:
            kept = sum(one.n for _, _, one in queries.kept(session, BEGINS))
            assert set(breaches(session)) <= {"every event has its receipts"}  # nobody plays the relay
    expected = {str(one.n): (one.told.p50, one.told.p90, one.went) for one in reckoned.lines}
    assert {ref: (one.p50, one.p90, one.left) for ref, one in told.items()} == expected
    assert {one.told.source for one in reckoned.lines} >= {"assumed", "pooled", "own"}
    assert kept == sum(one.went is not None for one in reckoned.lines) > 100


@FULL
@pytest.mark.proof
@pytest.mark.timeout(7200)
def test_the_whole_autumn_through_the_door(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """200 products; one order in twenty leaves by scans, and there is no backorder shelf, as it would be full for ever."""
    monkeypatch.setattr(site, "SLOTS", 0)
    with at_a_desk(f"sqlite:///{tmp_path / 'stowline.db'}", monkeypatch) as desk:
        told = Door(desk, shared / FILE, products=200, ship_one_in=20).run()
    counted = [(one.left, one.p50, one.p90) for one in told.values() if one.on > HALF and one.p50 and one.p90 and one.left]
    assert len(counted) > 25_000
    assert share(sum(left <= p50 for left, p50, _ in counted), len(counted)) == pytest.approx(50, abs=5)
    assert share(sum(left <= p90 for left, _, p90 in counted), len(counted)) == pytest.approx(90, abs=5)
