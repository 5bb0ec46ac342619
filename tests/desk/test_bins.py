"""Managers and the building: bins, racks, zones, labels and the map, as they are met in a browser."""

import csv
import io
import re

import pypdfium2
import zxingcpp

from stowline.core import db
from stowline.inventory import places, velocity
from stowline.inventory.racks import Rack
from tests.commands import stowline
from tests.desk.conftest import Desk, House
from tests.desk.effort import long_walks, watched
from tests.desk.pages import Page

RACK = {"aisle": "C", "first_bay": "1", "last_bay": "3", "first_level": "1", "last_level": "2", "step": "1", "pattern": "{aisle}-{bay:02}-{level}",
        "pitch_mm": "1200", "kind": "pick", "zone": "C", "run": "down", "x_mm": "9000", "y_mm": "1500", "max_units": "30"}  # fmt: skip


def address(path: str, **query: str) -> str:
    return f"{path}?{'&'.join(f'{name}={value}'.replace('{', '%7B').replace('}', '%7D').replace(':', '%3A') for name, value in query.items())}"


def codes(answer: object) -> list[str]:
    """The bar codes of every page of a PDF, page by page."""
    found = []
    for page in pypdfium2.PdfDocument(answer.content):  # type: ignore[attr-defined]
        read = zxingcpp.read_barcodes(page.render(scale=203 / 72).to_pil())
        found += [
            one.text
            for one in sorted(read, key=lambda one: (round(one.position.top_left.y / 50), one.position.top_left.x))
        ]
    return found


def boxes(page: Page) -> dict[str, tuple[str, str]]:
    """What the map shows: the words of each box, with its class and where it leads."""
    found = re.findall(r'<a href="([^"]+)"><title>([^<]+)</title><path class="([^"]+)"', page.answer.text)
    return {words: (shade, href) for href, words, shade in found}


def test_a_manager_changes_a_bin_and_sees_what_it_takes(house: House) -> None:
    ruth = house.ruth()
    house.robot().stock_up({"MUG": 12})
    page = ruth.get("/bins/A-01-1")
    done = ruth.send(page, "/bins/A-01-1", max_units="10", mixing="one_product", zone="B")
    assert "The bin was changed." in done.text
    assert "One product, 10 units" in done.text
    assert "Nothing was different" in ruth.send(done, "/bins/A-01-1", kind="pick", mixing="one_product").text
    listed = ruth.get("/bins?zone=B&q=A-01")
    assert "One product, 10 units" in listed.text
    assert "A-01-1" in listed.links.values()
    assert "A-01-2" not in ruth.get("/bins?zone=B").links.values()
    assert "Bin changed" in ruth.get("/staff").text


def test_a_bin_that_cannot_be_changed_so_says_why_and_keeps_what_was_typed(house: House) -> None:
    ruth = house.ruth()
    house.robot().stock_up({"MUG": 12})
    code = next(row["bin"] for row in _lying("MUG"))
    page = ruth.get(f"/bins/{code}")
    refused = ruth.send(page, f"/bins/{code}", kind="storage", mixing="", max_units="77")
    assert (refused.status, "holds stock, so it stays a pick bin" in refused.text) == (409, True)
    assert refused.form(f"/bins/{code}").fields["max_units"] == "77"
    assert "whole number" in ruth.send(page, f"/bins/{code}", kind="pick", mixing="", max_units="1.5").text


def _lying(sku: str) -> list[dict[str, str]]:
    with db.reading() as session:
        rows = session.connection().exec_driver_sql(
            "SELECT l.code FROM balance b JOIN location l ON l.id = b.location_id JOIN product p ON p.id = b.product_id"
            f" WHERE p.sku = '{sku}' AND b.qty > 0 AND l.kind = 'pick'"
        )
        return [{"bin": row[0]} for row in rows]


def test_a_bin_is_closed_and_opened_and_a_dock_cannot_be(ruth: Desk) -> None:
    closed = ruth.send(ruth.get("/bins/A-01-1"), "/closure")
    assert "The bin is closed." in closed.text
    assert "Closed" in ruth.get("/bins?q=A-01-1").text
    assert "The bin is open again." in ruth.send(closed, "/opening").text
    dock = ruth.get("/bins/DOCK-1")
    assert not [form for form in dock.forms if "closure" in form.action]
    answer = ruth.ask("POST", "/bins/DOCK-1/closure", data={"csrf": dock.form("/bins/DOCK-1").fields["csrf"]})
    assert (answer.status_code, "Only picking and storage bins can be closed" in answer.text) == (422, True)


def test_a_rack_is_previewed_then_built_and_a_second_time_only_what_lacks(ruth: Desk) -> None:
    preview = ruth.get(address("/racks", **RACK))
    assert "6 new bins" in preview.text
    assert "C-01-1" in preview.text
    assert ruth.get("/bins/C-01-1").status == 404
    form = next(form for form in preview.forms if form.method == "post" and form.action == "/racks")
    built = Page(ruth.ask("POST", "/racks", data=form.fields))
    assert "6 bins were added. Print their labels, and number the walk of zone C anew." in built.text
    again = ruth.get(address("/racks", **RACK | {"last_bay": "4"}))
    assert "2 new bins, 6 of them stand already" in again.text
    assert "30 units" in ruth.get("/bins/C-03-2").text


WRONG_RACKS = (
    ({"last_bay": "0"}, "Bays go from"),
    ({"aisle": ""}, "The aisle is missing."),
    ({"first_level": "x"}, "The lowest level is “x”"),
    ({"pattern": "{aisle}"}, "several bins the same code"),
    ({"x_mm": ""}, "needs x and y of its first bay"),
    ({"last_bay": "999", "last_level": "9"}, "Add at most 2,000 at once."),
    ({"kind": "tote"}, "A bin is one of"),
)


def test_a_rack_that_cannot_be_is_refused_with_the_reason(ruth: Desk) -> None:
    for wrong, say in WRONG_RACKS:
        page = ruth.get(address("/racks", **RACK | wrong))
        assert (page.status, say in page.text) == (422, True), page.text
        assert page.form("/racks").fields["pitch_mm"] == "1200"


def test_one_bin_is_added_where_its_zone_ends_and_a_taken_code_is_refused(ruth: Desk) -> None:
    page = ruth.get("/racks")
    typed = {"code": "B-06-1", "kind": "pick", "zone": "B", "mixing": ""}
    fields = next(form for form in page.forms if form.action == "/bins").fields
    added = Page(ruth.ask("POST", "/bins", data=fields | typed))
    assert "The bin was added. Print its label." in added.text
    assert "Place on the walk 50" in added.text
    answer = ruth.ask("POST", "/bins", data=fields | typed)
    assert (answer.status_code, "There is a bin B-06-1 already." in answer.text) == (409, True)


def test_a_zone_gets_a_rule_and_its_walk_is_numbered_anew(ruth: Desk) -> None:
    page = ruth.get("/zones")
    fields = next(form for form in page.forms if form.fields.get("code") == "A").fields
    done = Page(ruth.ask("POST", "/zones", data=fields | {"name": "Fast movers", "mixing": "one_product"}))
    assert "Zone A stands as you said." in done.text
    assert "Fast movers" in done.text
    assert "One product" in ruth.get("/bins?zone=A").text
    assert "The walk of zone A was numbered anew." in ruth.send(done, "/zones/A/walk").text
    added = Page(
        ruth.ask(
            "POST",
            "/zones",
            data={"csrf": fields["csrf"], "code": "COLD", "name": "", "mixing": "one_lot", "sequence": "700"},
        )
    )
    assert "The zone is gone." in ruth.send(added, "/zones/COLD/removal").text
    answer = ruth.ask("POST", "/zones", data={"csrf": fields["csrf"], "code": "COLD", "sequence": "soon"})
    assert (answer.status_code, "whole number" in answer.text) == (422, True)


def test_the_list_goes_out_as_a_file_and_comes_in_again_unchanged(ruth: Desk, tmp_path: object) -> None:
    ruth.send(ruth.get("/bins/A-01-1"), "/bins/A-01-1", max_units="10", max_weight_g="2500", mixing="one_lot")
    sent = ruth.file("/bins.csv?zone=A")
    rows = list(csv.DictReader(io.StringIO(sent.content.decode("utf-8-sig"))))
    assert (len(rows), rows[0]["code"], rows[0]["max_units"], rows[0]["mixing"], rows[0]["units"]) == (
        20,
        "A-01-1",
        "10",
        "one_lot",
        "0",
    )
    file = tmp_path / "bins.csv"  # type: ignore[operator]
    file.write_bytes(sent.content)
    tally = stowline("import", "bins", str(file), "--json").json
    assert (tally["accepted"], tally["duplicates"], tally["refused"]) == (0, 20, 0)


def test_labels_are_printed_for_a_zone_along_the_walk_or_for_named_bins(ruth: Desk) -> None:
    zone = ruth.file("/bins/labels.pdf?size=a4&zone=A&q=A-01")
    assert codes(zone) == ["A-01-1", "A-01-2", "A-01-3", "A-01-4"]
    named = ruth.file("/bins/labels.pdf?codes=B-02-1%0AA-03-3%0AB-02-1")
    assert (codes(named), named.headers["content-type"]) == (["B-02-1", "A-03-3"], "application/pdf")
    assert len(pypdfium2.PdfDocument(ruth.file("/bins/labels.pdf").content)) == 86


WRONG_LABELS = (
    ("codes=NOPE", 404, "There is no bin NOPE."),
    ("zone=NOPE", 404, "nothing to print"),
    ("codes=TOTE-01", 404, "There is no bin TOTE-01."),
    ("size=a3", 400, "There is no size"),
    ("kind=tote", 400, "There is no kind"),
    ("codes=" + "%0A".join(str(n) for n in range(501)), 422, "more than 500 codes"),
)


def test_labels_that_cannot_be_printed_say_why(ruth: Desk) -> None:
    for query, status, say in WRONG_LABELS:
        answer = ruth.file(f"/bins/labels.pdf?{query}")
        assert (answer.status_code, say in answer.text) == (status, True), answer.text


def test_the_map_shows_how_full_each_bin_is_and_marks_where_a_product_lies(house: House) -> None:
    ruth = house.ruth()
    house.robot().stock_up({"MUG": 12})
    code = next(row["bin"] for row in _lying("MUG"))
    page = ruth.get(f"/bins/{code}")
    ruth.send(page, f"/bins/{code}", max_units="20", mixing="", kind="pick")
    shown = ruth.get("/map?q=MUG")
    assert boxes(shown)[f"{code}: 12 units, 60 % full"] == ("s3 hit", f"/bins/{code}")
    assert "1 bin marked" in shown.text
    assert len(boxes(shown)) == 86
    assert "86 bins, 85 empty." in shown.text
    closed = ruth.send(ruth.get("/bins/B-01-1"), "/closure")
    assert closed.status == 200
    assert boxes(ruth.get("/map?zone=B"))["B-01-1: 0 units, closed"] == ("s0 shut", "/bins/B-01-1")
    assert len(boxes(ruth.get("/map?zone=B&level=2"))) == 5


def test_the_map_warms_where_pickers_go(house: House) -> None:
    ruth, robot = house.ruth(), house.robot()
    robot.stock_up({"MUG": 5})
    robot.place("1042", {"MUG": 2})
    robot.follow("pick:CART-1")
    velocity.catch_up()
    shown = ruth.get("/map?show=7")
    (warm,) = [words for words, (shade, _) in boxes(shown).items() if shade == "s4"]
    assert re.fullmatch(r"[AB]-\d\d-\d: 1 picks?", warm)
    assert "Busiest bins" in shown.text
    code = warm.partition(":")[0]
    assert "Picks in 28 days 1" in ruth.get(f"/bins/{code}").text


def test_the_map_of_twenty_thousand_bins_keeps_to_a_page(house: House) -> None:
    ruth = house.ruth()
    with db.transaction(bulk=True) as session:
        for n in range(10):
            rack = Rack(f"R{n}", 1, 400, 1, 5, run="down", x_mm=20_000 + n * 3000, y_mm=0)
            places.build_rack(session, rack, {"kind": "pick", "zone": "hall", "max_units": 40})
    with watched(db.database()) as effort:
        whole = ruth.get("/map")
    assert "Each box is 4 bays: choose a zone or an aisle" in whole.text
    assert 1000 <= len(boxes(whole)) <= 1500
    assert len(whole.answer.text) < 400_000
    assert long_walks(effort.plans(db.database())) == []
    aisle = ruth.get("/map?zone=hall&aisle=R3")
    assert "Each box is 2 bays" not in aisle.text
    assert len(boxes(aisle)) == 400
    assert boxes(aisle)["Aisle R3, bay 7: 0 units in 5 bins, 0 % full"][0] == "s0"
    one = ruth.get("/map?zone=hall&aisle=R3&level=2")
    assert boxes(one)["R3-07-2: 0 units, 0 % full"] == ("s0", "/bins/R3-07-2")
    refused = ruth.file("/bins/labels.pdf?zone=hall")
    assert (refused.status_code, "more than 500 labels" in refused.text) == (422, True)


def test_a_choice_that_no_page_offers_is_refused(ruth: Desk) -> None:
    for path in (
        "/map?zone=NOPE",
        "/map?level=99",
        "/map?level=x",
        "/map?show=blue",
        "/map?aisle=Q",
        "/bins?zone=NOPE",
    ):
        assert ruth.get(path).status == 400, path


def test_only_those_who_may_write_stock_change_the_building(house: House) -> None:
    maja = house.somebody().sign_in("maja@example.test")
    for path in ("/map", "/zones", "/racks", "/bins.csv", "/bins/labels.pdf"):
        assert maja.get(path).status == 403, path
    csrf = maja.ask("GET", "/session", headers={"accept": "application/json"}).json()["csrf"]
    for path in (
        "/bins",
        "/bins/A-01-1",
        "/bins/A-01-1/closure",
        "/bins/A-01-1/opening",
        "/racks",
        "/zones",
        "/zones/A/walk",
        "/zones/A/removal",
    ):
        answer = maja.ask("POST", path, data={"csrf": csrf})
        assert (answer.status_code, "it needs the permission" in answer.text) == (403, True), path
