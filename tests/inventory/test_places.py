"""Bins, racks, zones and the walk, on both databases: what a manager may change, and what stays as it is."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from stowline import site as starter
from stowline.catalog import service as goods
from stowline.core import author, db
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.core.fields import Bad
from stowline.inventory import faces, fill, places, queries
from stowline.inventory import service as inventory
from stowline.inventory.models import Location, Zone
from stowline.inventory.places import read_facts
from stowline.inventory.racks import Rack
from stowline.people.models import Audit
from stowline.scanning.models import PrintedCode
from tests import services
from tests.makers import at_once, found_site


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[db.Database]:
    """A starter site on each database."""
    if request.param == "sqlite":
        yield from _opened(f"sqlite:///{tmp_path_factory.mktemp('places') / 'stowline.db'}")
        return
    with services.postgres_database(str(services.postgres().url)) as url:
        yield from _opened(url)


def _opened(url: str) -> Iterator[db.Database]:
    found_site(url)
    house = db.Database(url)
    yield house
    house.close()


@pytest.fixture
def session(house: db.Database) -> Iterator[Session]:
    """A transaction that is thrown away, so that every test finds the starter site."""
    with pytest.raises(_ThrownAway), house.transaction() as session, author.acting("Ruth Adeyemi"):  # noqa: PT012  (the test runs inside)
        yield session
        raise _ThrownAway


class _ThrownAway(Exception):
    pass


def lay(session: Session, sku: str, code: str, units: int, **more: Any) -> int:
    """Units of a product in a bin."""
    product, _ = goods.add_product(session, sku=sku, name=sku, weight_g=more.pop("weight_g", None), dims_mm=more.pop("dims_mm", None))
    bin_ = queries.location_by_code(session, code)
    inventory.move(session, product_id=product.id or 0, from_id=queries.ADJUSTMENT, to_id=bin_.id or 0, qty=units, because="import", **more)
    return product.id or 0


def bin_id(session: Session, code: str) -> int:
    return queries.location_by_code(session, code).id or 0


def walked(session: Session, zone: str) -> list[str]:
    """The bins of a zone along the walk."""
    query = sa.select(Location.code).where(Location.zone == zone).order_by(Location.sequence, Location.id)  # type: ignore[call-overload]
    return list(session.execute(query).scalars())


def notes(session: Session) -> list[tuple[str, str, str]]:
    found = session.execute(sa.select(Audit.who, Audit.what, Audit.detail).order_by(Audit.id.desc()))  # type: ignore[call-overload,union-attr]
    return [tuple(row) for row in found]


def test_a_change_of_a_bin_is_made_once_and_stands_in_the_audit(session: Session) -> None:
    assert places.change_bin(session, "A-01-1", read_facts({"max_units": "40", "mixing": "one_product"}))
    assert not places.change_bin(session, "A-01-1", read_facts({"max_units": "40"}))
    found = notes(session)
    assert found[0] == ("Ruth Adeyemi", "Bin changed", "A-01-1: max_units none to 40, mixing none to one_product")
    assert [note for note in found if note[1] == "Bin changed"] == found[:1]


def test_an_empty_cell_takes_a_limit_away_and_a_missing_one_leaves_it(session: Session) -> None:
    places.put_bin(session, "A-01-1", read_facts({"max_units": "40", "max_weight_g": "9000"}))
    assert places.put_bin(session, "A-01-1", read_facts({"max_units": "", "kind": ""})) == "changed"
    bin_ = queries.location_by_code(session, "A-01-1")
    assert (bin_.max_units, bin_.max_weight_g, bin_.kind) == (None, 9000, "pick")
    assert places.put_bin(session, "A-01-1", {}) == "same"


def test_a_bin_with_stock_keeps_its_kind_until_it_is_empty(session: Session) -> None:
    mug = lay(session, "MUG", "A-01-1", 2)
    with pytest.raises(Conflict, match="holds stock, so it stays a pick bin"):
        places.put_bin(session, "A-01-1", {"kind": "storage"})
    inventory.move(session, product_id=mug, from_id=bin_id(session, "A-01-1"), to_id=bin_id(session, "A-01-2"), qty=2, because="move")
    assert places.put_bin(session, "A-01-1", {"kind": "storage"}) == "changed"


@pytest.mark.parametrize("code", ["DOCK-1", "STAGE-1", "PACK-1", "SHIP-1", "QUARANTINE"])
def test_the_last_bin_that_goods_pass_through_keeps_its_kind(session: Session, code: str) -> None:
    kind = queries.location_by_code(session, code).kind
    with pytest.raises(Conflict, match=f"{code} is the only {kind} bin, and goods pass through it. Add another one first."):
        places.put_bin(session, code, {"kind": "pick"})
    places.put_bin(session, "NEW-1", {"kind": kind})
    assert places.put_bin(session, code, {"kind": "pick"}) == "changed"


def test_a_pick_face_stays_a_picking_bin(session: Session) -> None:
    mug, _ = goods.add_product(session, sku="MUG", name="Mug")
    faces.put_face(session, mug.id or 0, "A-01-1", 5, 20)
    with pytest.raises(Conflict, match="A-01-1 is a pick face of MUG, so it stays a pick bin"):
        places.put_bin(session, "A-01-1", {"kind": "storage"})
    faces.drop_face(session, mug.id or 0, "A-01-1")
    assert places.put_bin(session, "A-01-1", {"kind": "storage"}) == "changed"


@pytest.mark.parametrize("code", ["TOTE-01", "SUPPLIER", "SCRAP"])
def test_totes_and_the_ends_of_the_ledger_are_no_bins_of_the_building(session: Session, code: str) -> None:
    known = session.execute(sa.select(Location.code).where(sa.func.upper(Location.code) == code)).scalar_one()  # type: ignore[call-overload]
    with pytest.raises(Refused, match="it is no bin of the building"):
        places.put_bin(session, known, {"zone": "A"})


def test_a_new_bin_needs_a_kind_stands_last_on_the_walk_and_can_be_scanned(session: Session) -> None:
    with pytest.raises(Refused, match="Say its kind"):
        places.put_bin(session, "Z-1", {"zone": "Z"})
    with pytest.raises(Refused, match="a command to scan"):
        places.put_bin(session, "CMD:UNDO", {"kind": "pick"})
    last = session.execute(sa.select(sa.func.max(Location.sequence))).scalar_one()
    assert places.put_bin(session, "Z-1", {"kind": "pick", "zone": "Z"}) == "new"
    bin_ = queries.location_by_code(session, "Z-1")
    assert (bin_.sequence, bin_.active) == (last + 1, True)
    assert session.execute(sa.select(PrintedCode.ref).where(PrintedCode.code == "Z-1")).scalar_one() == bin_.id  # type: ignore[call-overload]
    assert session.execute(sa.select(Zone.sequence).where(Zone.code == "Z")).scalar_one() == last + 1  # type: ignore[call-overload]


def test_a_bin_is_added_once_at_the_end_of_its_zone(session: Session) -> None:
    bin_ = places.add_bin(session, "A-06-1", {"kind": "pick", "zone": "A"})
    assert bin_.sequence == queries.location_by_code(session, "A-05-4").sequence + 1
    with pytest.raises(Conflict, match="There is a bin A-06-1 already"):
        places.add_bin(session, "A-06-1", {"kind": "pick"})


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"max_units": "0"}, "whole number from 1"),
        ({"max_units": "1.5"}, "whole number"),
        ({"bay": "-1"}, "whole number from 0"),
        ({"x_mm": "far"}, "whole number"),
        ({"kind": "tote"}, "A bin is one of: dock"),
        ({"mixing": "none"}, "empty or one of: any, one_product, one_lot"),
        ({"zone": "Z" * 21}, "At most 20 fit"),
        ({"aisle": "A\x00"}, "cannot be printed"),
    ],
)
def test_what_cannot_be_said_of_a_bin_is_refused_with_the_reason(said: dict[str, str], sentence: str) -> None:
    with pytest.raises(Bad, match=sentence):
        read_facts(said)


def test_a_closed_bin_takes_nothing_until_it_is_opened(session: Session) -> None:
    mug = lay(session, "MUG", "A-01-1", 2)
    places.close_bin(session, "A-01-1")
    assert fill.room(session, bin_id(session, "A-01-1"), mug).why == "A-01-1 is closed"
    assert queries.quantity(session, mug, bin_id(session, "A-01-1")) == (2, 0)
    places.open_bin(session, "A-01-1")
    places.open_bin(session, "A-01-1")
    assert fill.room(session, bin_id(session, "A-01-1"), mug).units is None
    assert [note[1:] for note in notes(session)[:2]] == [("Bin opened", "A-01-1"), ("Bin closed", "A-01-1")]


def test_a_bin_that_goods_must_pass_through_is_not_closed(session: Session) -> None:
    with pytest.raises(Refused, match="Only picking and storage bins can be closed"):
        places.close_bin(session, "DOCK-1")


def test_room_counts_what_lies_there_in_every_condition_lot_and_serial(session: Session) -> None:
    mug = lay(session, "MUG", "A-01-1", 5, weight_g=100, dims_mm=(100, 100, 100))
    lay(session, "MUG", "A-01-1", 3, to_condition="damaged")
    lay(session, "PEN", "A-01-1", 4, weight_g=10)
    here = bin_id(session, "A-01-1")
    places.put_bin(session, "A-01-1", {"max_units": 20})
    assert fill.room(session, here, mug, lock=True).units == 8
    places.put_bin(session, "A-01-1", {"max_weight_g": 1000})
    assert fill.room(session, here, mug).why == "A-01-1 has room for 1 more: 0.8 of 1.0 kg"
    places.put_bin(session, "A-01-1", {"max_volume_cm3": 8000})
    assert fill.room(session, here, mug).why == "A-01-1 is full: 8.0 of 8.0 litres"


def test_a_zones_rule_holds_for_its_bins_unless_they_have_their_own(session: Session) -> None:
    lay(session, "MUG", "A-01-1", 5)
    lay(session, "MUG", "A-01-2", 5)
    pen = lay(session, "PEN", "B-01-1", 1)
    places.put_zone(session, "A", name="Aisle A", mixing="one_product", sequence=10)
    places.put_bin(session, "A-01-2", {"mixing": "any"})
    ids = {code: bin_id(session, code) for code in ("A-01-1", "A-01-2", "A-01-3", "B-01-1")}
    found = fill.rooms(session, ids.values(), pen)
    assert {code: found[id_].takes(1) for code, id_ in ids.items()} == {"A-01-1": False, "A-01-2": True, "A-01-3": True, "B-01-1": True}
    assert found[ids["A-01-1"]].why == "A-01-1 takes one product only, and MUG lies in it"


def test_a_question_about_a_bin_or_product_nobody_knows_is_refused(session: Session) -> None:
    with pytest.raises(NotFound, match="no such product"):
        fill.room(session, bin_id(session, "A-01-1"), 999_999)
    pen = lay(session, "PEN", "B-01-1", 1)
    with pytest.raises(NotFound, match="no such bin"):
        fill.room(session, 999_999, pen)


def test_a_rack_is_built_once_after_the_zones_last_bin(session: Session) -> None:
    rack = Rack("C", 1, 3, 1, 2, run="right", x_mm=1000, y_mm=500, pitch_mm=900)
    facts = read_facts({"kind": "pick", "zone": "C", "max_units": "30"})
    assert places.build_rack(session, rack, facts) == 6
    assert places.build_rack(session, rack, facts) == 0
    assert places.build_rack(session, Rack("C", 1, 4, 1, 2), facts) == 2
    assert walked(session, "C") == ["C-01-1", "C-01-2", "C-02-1", "C-02-2", "C-03-1", "C-03-2", "C-04-1", "C-04-2"]
    far = queries.location_by_code(session, "C-03-2")
    assert (far.aisle, far.bay, far.level, far.x_mm, far.y_mm, far.max_units) == ("C", 3, 2, 2800, 500, 30)
    assert session.execute(sa.select(PrintedCode.ref).where(PrintedCode.code == "C-03-2")).scalar_one() == far.id  # type: ignore[call-overload]
    with pytest.raises(Refused, match="same code"):
        places.build_rack(session, Rack("D", 1, 4, 1, 2, pattern="{aisle}"), facts)
    with pytest.raises(Refused, match="A bin is one of"):
        places.build_rack(session, Rack("D", 1, 4, 1, 2), {})


def test_numbering_the_walk_turns_at_each_aisle_and_moves_the_zones_behind(session: Session) -> None:
    for aisle in ("P", "Q"):
        places.build_rack(session, Rack(aisle, 1, 15, 1, 1), {"kind": "pick", "zone": "A"})
    before = {zone: walked(session, zone) for zone in ("B", "dock", "shelf", "pack")}
    assert places.number_walk(session, "A") == 50
    assert walked(session, "A")[:2] + walked(session, "A")[20:22] + walked(session, "A")[-1:] == ["A-01-1", "A-01-2", "P-15-1", "P-14-1", "Q-15-1"]
    assert [queries.location_by_code(session, code).sequence for code in ("A-01-1", "Q-15-1", "B-01-1")] == [10, 59, 60]
    assert {zone: walked(session, zone) for zone in before} == before
    starts: dict[str, int] = dict(session.execute(sa.select(Zone.code, Zone.sequence)).all())  # type: ignore[call-overload]
    assert (starts["dock"], starts["A"], starts["B"], starts["shelf"]) == (0, 10, 60, 980)
    assert places.number_walk(session, "A") == 50
    assert queries.location_by_code(session, "B-01-1").sequence == 60


def test_a_zone_with_bins_stays_and_an_empty_one_goes(session: Session) -> None:
    with pytest.raises(Conflict, match="Zone A has bins"):
        places.drop_zone(session, "A")
    places.put_zone(session, "COLD", name="Cold store", mixing="one_lot", sequence=700)
    places.drop_zone(session, "COLD")
    places.drop_zone(session, "COLD")
    assert [note[1:] for note in notes(session)[:2]] == [("Zone taken away", "COLD"), ("Zone set", "COLD: Cold store, One product of one lot, from place 700")]


def test_the_starter_site_leaves_what_a_manager_changed(session: Session) -> None:
    places.change_bin(session, "A-01-1", {"max_units": 40, "zone": "B"})
    places.put_zone(session, "A", name="Fast movers", mixing="", sequence=12)
    starter.init(session, "stories")
    bin_ = queries.location_by_code(session, "A-01-1")
    assert (bin_.max_units, bin_.zone) == (40, "B")
    assert session.execute(sa.select(Zone.name).where(Zone.code == "A")).scalar_one() == "Fast movers"  # type: ignore[call-overload]


def test_two_who_fill_the_same_bin_at_once_never_overfill_it(house: db.Database) -> None:
    with house.transaction() as session:
        mug = lay(session, "MUG", "DOCK-1", 16)
        places.put_bin(session, "B-05-4", {"max_units": 10})
        dock, shelf = bin_id(session, "DOCK-1"), bin_id(session, "B-05-4")

    def put_away(session: Session) -> bool:
        fits = fill.room(session, shelf, mug, lock=True).takes(8)
        if fits:
            inventory.move(session, product_id=mug, from_id=dock, to_id=shelf, qty=8, because="putaway")
        return fits

    assert sorted(at_once([lambda: house.run(put_away)] * 2)) == [False, True]
    with house.reading() as session:
        assert queries.quantity(session, mug, shelf) == (8, 0)
