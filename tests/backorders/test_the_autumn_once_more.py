"""Promises on real orders: what was told holds as often as it says, within five points."""

from pathlib import Path

import pytest

from tests.backorders.replay import FILE, Autumn, share
from tests.services import proof_is_full


def test_windows_hold_as_often_as_they_say(shared: Path) -> None:
    """A few products; the whole is in test_the_whole_autumn and in docs/promise-calibration.md."""
    found = Autumn(shared / FILE, products=20).run()
    assert found.total.n > 1500
    assert found.undated < found.lines / 20
    assert share(found.total.p50, found.total.n) == pytest.approx(50, abs=5)
    assert share(found.total.p90, found.total.n) == pytest.approx(90, abs=5)


@pytest.mark.proof
@pytest.mark.timeout(900)
@pytest.mark.skipif(not proof_is_full(), reason="STOWLINE_PROOF=full replays 200 products three times")
@pytest.mark.parametrize("seed", [4, 5, 6])
def test_the_whole_autumn(shared: Path, seed: int) -> None:
    found = Autumn(shared / FILE, products=200, seed=seed).run()
    assert share(found.total.p50, found.total.n) == pytest.approx(50, abs=5)
    assert share(found.total.p90, found.total.n) == pytest.approx(90, abs=5)
    for supplier, kept in found.by_supplier.items():
        assert share(kept.p90, kept.n) == pytest.approx(90, abs=8), supplier
