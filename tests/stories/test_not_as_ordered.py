"""Deliveries that are not as ordered: damaged, more, less, the wrong thing, a box that nobody knows."""

import io
from urllib.parse import urlencode

import pypdfium2
import pytest
import zxingcpp

from stowline.core.barcode import sscc
from tests.asserts import accepted, clear_no, refused
from tests.makers import FORM_TYPE, Json, Reply, Tablet
from tests.stories.conftest import House

pytestmark = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(40)


@pytest.fixture
def maja(house: House) -> Tablet:
    tablet = house.tablet("maja")
    for sku in ("MUG", "BOWL"):
        tablet.add_product(sku)
    lines = [{"sku": "MUG", "quantity": 10}]
    assert tablet.post("/api/v1/purchase-orders", {"ref": "PO-1", "supplier": "Kiln", "lines": lines}).status == 201
    return tablet


def line(tablet: Tablet) -> Json:
    found: Json = tablet.get("/api/v1/purchase-orders/PO-1")["lines"][0]
    return {name: found[name] for name in ("received", "over", "damaged")}


def drawn(desk: Tablet, path: str) -> str:
    return desk.send("GET", path, None, {**desk.headers, "Accept": "text/html"}).raw.decode()


def sent(desk: Tablet, path: str, form: dict[str, str]) -> Reply:
    return desk.post(path, urlencode(form).encode(), FORM_TYPE)


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def codes_of(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        return [code.text for page in document for code in zxingcpp.read_barcodes(page.render(scale=4).to_pil())]


def test_damaged_goods_are_counted_and_serve_nobody(house: House, maja: Tablet) -> None:
    maja.place("1042", {"MUG": 2})
    assert "CMD:DAMAGED" in drawn(maja, "/floor/task/receive:PO-1")
    accepted(maja.scan("receive:PO-1", "CMD:DAMAGED"), "The next scan is damaged goods.")
    reply = accepted(maja.scan("receive:PO-1", "MUG", 3), "Thing MUG, damaged: 3 of 10")
    assert (reply["hint"], reply["next"].get("damaged")) == ("Keep damaged goods apart: they go to quarantine.", None)
    assert line(maja) == {"received": 3, "over": 0, "damaged": 3}
    assert maja.stock("MUG") == {"on_hand": 0, "promised": 0, "free": 0, "waiting": 2}
    house.prove()
    accepted(maja.scan("receive:PO-1", "CMD:UNDO"), "3 units are not received")
    assert line(maja) == {"received": 0, "over": 0, "damaged": 0}
    accepted(maja.scan("receive:PO-1", "MUG", 1, kind="condition damaged"), "damaged: 1 of 10")
    accepted(maja.scan("receive:PO-1", "MUG", 2), "pack bench, order 1042")
    assert ">Don&#39;t put away: pack bench, order 1042</strong> 2 Thing MUG" in drawn(maja, "/receiving/PO-1")
    assert line(maja) == {"received": 3, "over": 0, "damaged": 1}
    assert maja.stock("MUG")["promised"] == 2
    house.prove()


def test_the_key_damaged_is_pressed_off_and_taken_back(house: House, maja: Tablet) -> None:
    accepted(maja.scan("receive:PO-1", "CMD:DAMAGED"))
    assert 'value="CMD:DAMAGED" aria-pressed="true"' in drawn(maja, "/floor/task/receive:PO-1")  # seen by whoever comes back to it
    accepted(maja.scan("receive:PO-1", "CMD:DAMAGED"), "good again")
    assert accepted(maja.scan("receive:PO-1", "CMD:DAMAGED"))["next"]["damaged"] is True
    refused(maja.scan("receive:PO-1", "NO-SUCH-9"))
    assert "counts as damaged" in maja.lease("receive:PO-1")["next"]["say"]
    assert "damaged" not in accepted(maja.scan("receive:PO-1", "CMD:UNDO"), "The next scan is good again.")["next"]
    assert 'value="CMD:DAMAGED" aria-pressed="false"' in drawn(maja, "/floor/task/receive:PO-1")
    accepted(maja.scan("receive:PO-1", "MUG", 1))
    assert line(maja)["damaged"] == 0
    refused(maja.scan("putaway:", "CMD:DAMAGED"))


def test_more_than_ordered_is_taken_when_somebody_says_so(house: House, maja: Tablet) -> None:
    accepted(maja.scan("receive:PO-1", "MUG", 8))
    reply = refused(maja.scan("receive:PO-1", "MUG", 5), "5 are more than the 2 still expected")
    (choice,) = reply["choices"]
    accepted(maja.scan("receive:PO-1", "MUG", 5, kind=choice["kind"]), "13 of 10")
    assert line(maja) == {"received": 10, "over": 3, "damaged": 0}
    assert maja.stock("MUG")["on_hand"] == 13
    house.prove()
    accepted(maja.scan("receive:PO-1", "CMD:UNDO"))
    assert line(maja) == {"received": 8, "over": 0, "damaged": 0}
    accepted(maja.scan("receive:PO-1", "MUG", 5, kind=choice["kind"]))
    more = {"why": "We keep them", "lines": [{"sku": "MUG", "quantity": 12}]}
    assert maja.post("/api/v1/purchase-orders/PO-1/revisions", more).status == 201
    assert line(maja) == {"received": 12, "over": 1, "damaged": 0}
    house.prove()


def test_a_supplier_may_send_a_little_more(house: House, maja: Tablet, ruth: Tablet) -> None:
    clear_no(sent(ruth, "/suppliers/1", {"email": "no address", "over_percent": "10"}), 400, 422)
    clear_no(sent(ruth, "/suppliers/77", {"email": "", "over_percent": "10"}), 404)
    assert sent(ruth, "/suppliers/1", {"email": "orders@kiln.example", "over_percent": "10"}).status == 303
    refused(maja.scan("receive:PO-1", "MUG", 12), "12 are more")
    accepted(maja.scan("receive:PO-1", "MUG", 11), "11 of 10")
    refused(maja.scan("receive:PO-1", "MUG", 1), "already 10 of 10")
    for path in ("/suppliers", "/suppliers/1"):
        assert "orders@kiln.example" in drawn(ruth, path)
    assert "PO-1" in drawn(ruth, "/receiving?view=all&supplier=1")
    clear_no(ruth.get("/receiving?supplier=99"), 400)
    house.prove()


def test_what_does_not_belong_gets_a_case_with_an_owner(house: House, maja: Tablet, ruth: Tablet) -> None:
    (choice,) = refused(maja.scan("receive:PO-1", "BOWL", 4), "is not on PO-1")["choices"]
    reply = accepted(maja.scan("receive:PO-1", "BOWL", 4, kind=choice["kind"]), "CASE-1 is open: 4 Thing BOWL set aside.")
    assert reply["next"]["case"] == "CASE-1"
    (choice,) = refused(maja.scan("receive:", "NOBODYKNOWS"), "Nobody knows the code")["choices"]
    accepted(maja.scan("receive:", "NOBODYKNOWS", kind=choice["kind"]), "CASE-2 is open")
    accepted(maja.scan("receive:", "CMD:UNDO"), "taken back")
    page = drawn(ruth, "/dock-cases")
    assert "CASE-1" in page
    assert "CASE-2" not in page
    assert sent(ruth, "/dock-cases/CASE-1/owner", {"owner": "1"}).status == 303
    assert "Ruth Adeyemi" in drawn(ruth, "/dock-cases/CASE-1")
    assert sent(ruth, "/dock-cases/CASE-1/solution", {"reason": "Goes back on Friday"}).status == 303
    assert sent(ruth, "/dock-cases/CASE-1/solution", {"reason": "Goes back on Friday"}).status == 303
    clear_no(sent(ruth, "/dock-cases/CASE-1/solution", {"reason": "Kept"}), 409)
    clear_no(ruth.get("/dock-cases/CASE-77"), 404)
    assert maja.stock("BOWL")["on_hand"] == 0
    house.prove()


def test_a_photograph_is_kept_with_a_case_and_served_as_a_file(house: House, maja: Tablet, ruth: Tablet) -> None:
    form = {"kind": "damaged", "order": "PO-1", "sku": "MUG", "units": "2", "owner": "1", "note": "Wet box"}
    assert sent(ruth, "/dock-cases", form).status == 303
    clear_no(sent(ruth, "/dock-cases", form | {"kind": "nonsense"}), 422)
    for content, status in ((PNG, 303), (PNG, 303), (b"<svg onload=alert(1)>", 422)):
        assert upload(ruth, content).status == status
    assert house.count("dock_photo") == 1
    reply = ruth.get("/dock-cases/CASE-1/photos/1")
    assert reply.raw == PNG
    assert reply.headers["content-disposition"] == 'attachment; filename="CASE-1-1.png"'
    assert (reply.headers["x-content-type-options"], "sandbox" in reply.headers["content-security-policy"]) == ("nosniff", True)


def upload(desk: Tablet, content: bytes) -> Reply:
    body = b'--x\r\nContent-Disposition: form-data; name="photos"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n' + content + b"\r\n--x--\r\n"
    return desk.send("POST", "/dock-cases/CASE-1/photos", body, {**desk.headers, "Accept": "text/html", "Content-Type": "multipart/form-data; boundary=x"})


def test_the_report_says_what_was_not_as_ordered(house: House, maja: Tablet, ruth: Tablet) -> None:
    accepted(maja.scan("receive:PO-1", "MUG", 2, kind="condition damaged"))
    accepted(maja.scan("receive:PO-1", "BOWL", 4, kind="units aside"))
    assert "Short" not in text_of(ruth.get("/receiving/PO-1/discrepancies").raw)
    accepted(maja.scan("receive:PO-1", "CMD:DONE"), "8 units short")
    said = text_of(ruth.get("/receiving/PO-1/discrepancies").raw)
    for words in ("Purchase order PO-1", "To Kiln", "Damaged", "Short", "Not ordered", "CASE-1", "Thing BOWL (BOWL)"):
        assert words in said, said
    assert "Not as ordered" in drawn(ruth, "/receiving/PO-1")


def test_labels_of_products_and_pallets_are_read_back(house: House, maja: Tablet, ruth: Tablet) -> None:
    pallet = sscc("4006381", 9)
    units = [{"sscc": pallet, "contents": [{"sku": "MUG", "quantity": 10}]}]
    assert maja.post("/api/v1/arrivals", {"ref": "ASN-1", "purchase_order": "PO-1", "units": units}).status == 201
    assert codes_of(ruth.get("/products/MUG/labels?copies=2").raw) == ["MUG", "MUG"]
    clear_no(ruth.get("/products/MUG/labels?copies=0"), 400, 422)
    label = ruth.get("/notices/ASN-1/labels").raw
    assert [code.replace("(00)", "").removeprefix("00") for code in codes_of(label)] == [pallet]
    assert "10 × Thing MUG" in text_of(label)
    accepted(maja.scan("receive:", pallet), "10 units")


def test_the_tablet_prints_labels_of_what_came_in_just_now(house: House, maja: Tablet, ruth: Tablet) -> None:
    pallet = sscc("4006381", 9)
    units = [{"sscc": pallet, "contents": [{"sku": "MUG", "quantity": 4}]}]
    assert maja.post("/api/v1/arrivals", {"ref": "ASN-1", "purchase_order": "PO-1", "units": units}).status == 201
    reply = accepted(maja.scan("receive:PO-1", "MUG", 2))
    assert reply["next"]["received"] == {"sku": "MUG", "name": "Thing MUG", "units": 2}
    form = {"scan_id": "0192f0c4-0000-4000-8000-000000000001", "task": "receive:PO-1", "code": "MUG", "quantity": "3"}
    page = maja.send("POST", "/scans", urlencode(form).encode(), {**maja.headers, "Accept": "text/html", **FORM_TYPE}).raw.decode()
    assert '<form class="print-row" action="/products/MUG/labels" method="get" target="_blank">' in page
    assert 'name="copies" type="number" inputmode="numeric" min="1" max="500" value="3"' in page
    assert "print-row" not in drawn(maja, "/floor/task/receive:PO-1")
    reply = accepted(maja.scan("receive:PO-1", pallet), "4 units")
    assert reply["next"]["received"] == {"notice": "ASN-1", "sscc": pallet, "kind": "pallet"}
    assert len(codes_of(ruth.get(f"/notices/ASN-1/labels?sscc={pallet}&copies=2").raw)) == 2
    for copies in ("0", "21", "x"):
        clear_no(ruth.get(f"/notices/ASN-1/labels?sscc={pallet}&copies={copies}"), 400, 422)
    clear_no(ruth.get("/products/MUG/labels?copies=501"), 400, 422)
    assert "received" not in accepted(maja.scan("receive:PO-1", "CMD:UNDO"))["next"]
