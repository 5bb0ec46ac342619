"""Adjustments at the desk: the form with its photographs, a second person's word, the reasons, the ledger as a file."""

import re
import struct
import zlib
from typing import Any

import pytest

from stowline.core import db
from stowline.inventory.attachments import LARGEST, kind_of
from stowline.people import service as people
from tests.desk.conftest import PASSWORD, Desk, House
from tests.desk.pages import Page

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(40)
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(24)
PDF = b"%PDF-1.7\n%\xe2\xe3\n1 0 obj\nendobj\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def png(rest: bytes = b"") -> bytes:
    """A picture of one dot, with some bytes after its end."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    dot = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\x00\x80")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + dot + rest


@pytest.fixture
def ruth(house: House) -> Desk:
    house.robot().stock_up({"MUG": 20})
    return house.ruth()


@pytest.fixture
def otto(house: House) -> Desk:
    """Another manager."""
    with db.transaction() as session:
        people.add_user(session, name="Otto Wels", roles=["manager"], email="otto@example.test", password=PASSWORD)
    return house.somebody().sign_in("otto@example.test")


def fill_in(desk: Desk, files: list[tuple[str, bytes]] | None = None, **typed: str) -> Page:
    page = desk.get("/adjustments/new?sku=MUG")
    fields = page.form("/adjustments").fields | {"bin": "A-01-1", "condition": "good", "note": ""} | typed
    return sent(desk, "/adjustments", fields, files)


def sent(desk: Desk, path: str, fields: dict[str, str], files: list[tuple[str, bytes]] | None = None) -> Page:
    """As a browser sends a form with files; a file field that nobody filled is sent empty."""
    plain = {name: value for name, value in fields.items() if name not in ("files", "photo")}
    parts: list[Any] = [("photo", ("", b"", "application/octet-stream"))]
    parts += [("files", (name, content, "application/octet-stream")) for name, content in files or []]
    return Page(desk.ask("POST", path, data=plain, files=parts))


def test_a_product_is_found_chosen_and_adjusted(house: House, ruth: Desk) -> None:
    found = ruth.get("/adjustments/new?q=MU")
    form = ruth.get(next(link for link, text in found.links.items() if text == "Thing MUG"))
    assert "A-01-1 good 20" in form.text
    page = fill_in(ruth, units="-3", reason="lost", note="Nowhere to be seen.\nAsk Maja.")
    assert "Posted. The books are changed." in page.text
    assert "Nowhere to be seen." in page.text
    assert "Ruth Adeyemi" in page.rows[1]
    assert house.robot().stock("MUG")["on_hand"] == 17


def test_a_wrong_form_keeps_what_was_typed(ruth: Desk) -> None:
    page = fill_in(ruth, units="1.5", reason="found", note="typed before")
    assert page.status == 422
    assert "whole units" in page.text
    assert "typed before" in page.text
    assert page.form("/adjustments").fields["bin"] == "A-01-1"
    assert fill_in(ruth, units="-99", reason="lost").status == 409
    assert "were to be taken out" in ruth.get("/bins/A-01-1").text
    assert fill_in(ruth, units="1", reason="found", bin="NONE").status == 404


def test_the_button_pressed_twice_adjusts_once(house: House, ruth: Desk) -> None:
    fields = ruth.get("/adjustments/new?sku=MUG").form("/adjustments").fields
    typed = fields | {"bin": "A-01-1", "condition": "good", "units": "-1", "reason": "lost", "note": ""}
    first, again = (sent(ruth, "/adjustments", typed, [("a.png", png())]) for _ in range(2))
    assert first.path == again.path
    assert house.robot().stock("MUG")["on_hand"] == 19


def test_a_second_manager_approves_what_waits(house: House, ruth: Desk, otto: Desk) -> None:
    page = fill_in(ruth, units="-15", reason="lost")
    ref = page.path.partition("?")[0]
    assert "somebody else must approve it" in page.text
    assert not [form for form in page.forms if form.action.endswith("/approval")]
    assert "1 adjustment waits for a second person" in otto.get("/today").text
    assert "1 waits for approval" in otto.get("/adjustments").text
    seen = otto.get(ref)
    assert ruth.ask("POST", f"{ref}/approval", data={"csrf": page.form("/withdrawal").fields["csrf"]}).status_code == 422
    done = otto.send(seen, "/approval")
    assert "Approved and posted" in done.text
    assert "Approved by Otto Wels" in done.text
    assert house.robot().stock("MUG")["on_hand"] == 5


def test_a_refusal_needs_its_reason(ruth: Desk, otto: Desk) -> None:
    ref = fill_in(ruth, units="-15", reason="lost").path.partition("?")[0]
    page = otto.get(ref)
    assert "Say why" in otto.send(page, "/refusal", reason=" ").text
    assert "Refused by Otto Wels" in otto.send(page, "/refusal", reason="Count the bin first").text
    assert "Count the bin first" in ruth.get(ref).text
    assert ruth.get("/adjustments").text.count("None waits for approval") == 1


def test_photographs_are_kept_and_never_run(house: House, ruth: Desk) -> None:
    page = fill_in(ruth, [("dent.png", png()), ("../../etc/paß.pdf", PDF)], units="-1", reason="scrap")
    assert "2 of 5" in page.text
    assert "paß.pdf" in page.text
    link = next(link for link, text in page.links.items() if "dent.png" in text)
    file = ruth.file(link)
    assert file.content == png()
    assert file.headers["content-type"] == "image/png"
    assert file.headers["content-disposition"].startswith('attachment; filename="ADJ-1-')
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    assert ruth.file(link.replace("ADJ-1", "ADJ-2")).status_code == 404
    assert house.somebody().ask("GET", link, follow=False).status_code in (302, 303)


@pytest.mark.parametrize(("name", "content"), [("x.png", SVG), ("x.html", b"<html>"), ("x.png", b""), ("x.jpg", b"\xff\xd8\xff")])
def test_what_is_no_picture_is_refused_and_nothing_is_posted(house: House, ruth: Desk, name: str, content: bytes) -> None:
    page = fill_in(ruth, [(name, content)], units="-1", reason="lost")
    assert page.status == 422
    assert "no PNG, JPEG, WebP or PDF" in page.text
    assert house.robot().stock("MUG")["on_hand"] == 20


def test_files_have_bounds(ruth: Desk) -> None:
    assert "At most 5,000,000" in fill_in(ruth, [("big.png", png(bytes(LARGEST)))], units="-1", reason="lost").text
    page = fill_in(ruth, [(f"{n}.png", png(bytes([n]))) for n in range(5)], units="-1", reason="lost")
    here = page.path.partition("?")[0]
    assert "5 of 5" in page.text
    assert not [form for form in page.forms if form.action.endswith("/files")]
    token = page.forms[0].fields["csrf"]
    assert "has 5 files already" in sent(ruth, f"{here}/files", {"csrf": token}, [("6.png", png(b"6"))]).text
    assert sent(ruth, f"{here}/files", {"csrf": token}, [("same.png", png(b"\x01"))]).status == 200
    assert "5 of 5" in ruth.get(here).text


def test_five_large_photographs_come_in_one_form_and_more_than_that_is_told(house: House, ruth: Desk) -> None:
    large = [(f"{n}.png", png(bytes([n]) * (LARGEST - 100))) for n in range(5)]
    page = fill_in(ruth, large, units="-1", reason="lost")
    assert "5 of 5" in page.text
    more = fill_in(ruth, [*large, ("6.png", png(bytes(LARGEST - 100)))], units="-1", reason="lost")
    assert (more.status, "larger than 26,000,000 bytes" in more.text) == (413, True)
    assert house.robot().stock("MUG")["on_hand"] == 19


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("..\\..\\boot.ini.png", "boot.ini.png"), ("/etc/passwd", "passwd"), ("..", ".."), ("x\u202egnp.exe", "xgnp.exe"),
        ("><img src=x onerror=alert(1)>.png", "><img src=x onerror=alert(1)>.png"), ("%0d%0aX-Evil: 1.png", "%0d%0aX-Evil: 1.png"),
        ("é" * 300 + ".png", "é" * 120), ("\u202e\u200b", "file"), ("=HYPERLINK(1).png", "=HYPERLINK(1).png"),
        ('a.png" onerror="alert(1)', "a.png"), ("a\u2028b\x07.png", "ab.png"),
    ],
)  # fmt: skip
def test_an_evil_name_is_shown_as_text_and_names_no_file(ruth: Desk, name: str, shown: str) -> None:
    here = fill_in(ruth, units="-1", reason="lost").path.partition("?")[0]
    page = sent_raw(ruth, f"{here}/files", f'name="files"; filename="{name}"'.encode(), png())
    (link,) = [link for link in page.links if "/files/" in link]
    assert page.links[link].strip() == shown
    assert "<img src=x" not in page.answer.text
    assert "onerror=" not in page.answer.text.replace("&gt;", ">").replace("onerror=alert(1)>.png", "")
    file = ruth.file(link)
    assert re.fullmatch(r'attachment; filename="ADJ-1-[0-9]+\.png"', file.headers["content-disposition"])
    assert "x-evil" not in file.headers


def sent_raw(desk: Desk, path: str, disposition: bytes, content: bytes, more: bytes = b"") -> Page:
    """A form of parts, as no browser writes it."""
    token = desk.get(path.rpartition("/")[0]).forms[0].fields["csrf"].encode()
    parts = [b'name="csrf"' + b"\r\n\r\n" + token, disposition + more + b"\r\n\r\n" + content]
    body = b"".join(b"--edge\r\nContent-Disposition: form-data; " + part + b"\r\n" for part in parts) + b"--edge--\r\n"
    kind = {"content-type": "multipart/form-data; boundary=edge"}
    return Page(desk.ask("POST", path, content=body, headers=kind))


@pytest.mark.parametrize(
    ("disposition", "more"),
    [
        (b'name="files"', b""), (b'name="note"', b"\r\nContent-Type: text/plain; charset=klingon"),
        (b'name="files"; filename=""', b""), (b'name="files"; filename="a\x00.png"', b""), (b'name="\xff"; filename="\xff"', b""),
        (b"", b""), (b'name="files"; filename="a.png', b""), (b'name="files"', b"\r\nContent-Length: 99999999999999999999"),
    ],
)  # fmt: skip
def test_a_form_that_no_browser_sends_is_a_clear_no(house: House, ruth: Desk, disposition: bytes, more: bytes) -> None:
    here = fill_in(ruth, units="-1", reason="lost").path.partition("?")[0]
    answer = sent_raw(ruth, f"{here}/files", disposition, png(), more)
    assert answer.status in {200, 400, 422}, answer.text
    if answer.status == 200:
        assert "0 of 5" in answer.text or "1 of 5" in answer.text
    robot = house.robot()
    body = b"--edge\r\nContent-Disposition: form-data; " + disposition + more + b"\r\n\r\n" + png() + b"\r\n--edge--\r\n"
    told = robot.post(f"{here}/files", body, {"Content-Type": "multipart/form-data; boundary=edge"})
    assert told.status in {303, 400, 422}, told.raw


def test_a_picture_that_is_also_a_page_is_only_ever_a_picture_to_be_saved(ruth: Desk) -> None:
    page = fill_in(ruth, [("cat.html", png(b"<html><script>alert(1)</script>")), ("cat.svg", PDF + SVG)], units="-1", reason="lost")
    for link in [link for link in page.links if "/files/" in link]:
        file = ruth.file(link)
        assert file.headers["content-type"] in {"image/png", "application/pdf"}
        assert file.headers["content-disposition"].startswith("attachment; ")
        assert file.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in file.headers["content-security-policy"]


def test_what_people_wrote_is_no_formula_in_a_spreadsheet(ruth: Desk) -> None:
    fill_in(ruth, units="-1", reason="lost", note='=HYPERLINK("http://evil.example")\n@SUM(1)')
    lines = ruth.file("/adjustments.csv?view=all").content.decode("utf-8-sig")
    assert "'=HYPERLINK" in lines
    assert "'@SUM" in lines


def test_a_kind_is_known_by_its_first_bytes() -> None:
    kinds = [kind_of(content) for content in (png(), JPEG, WEBP, PDF, SVG, b"GIF89a", b"", png()[:12])]
    assert kinds == ["image/png", "image/jpeg", "image/webp", "application/pdf", None, None, None, None]


def test_a_reason_is_changed_and_the_next_adjustment_obeys(house: House, ruth: Desk) -> None:
    page = ruth.get("/adjustments/reasons")
    form = next(form for form in page.forms if form.fields.get("code") == "lost")
    typed = form.fields | {"direction": "out", "goes_to": "adjustment", "approve_above": "0", "label": "Gone", "active": "1"}
    assert "Gone" in Page(ruth.ask("POST", "/adjustments/reasons", data=typed)).text
    assert "waits until somebody else approves it" in fill_in(ruth, units="-1", reason="lost").text
    wrong = Page(ruth.ask("POST", "/adjustments/reasons", data=typed | {"direction": "in", "goes_to": "scrap"}))
    assert (wrong.status, "Only units that go out" in wrong.text) == (422, True)
    new = typed | {"code": "gift", "new": "1", "label": "Given away", "approve_above": ""}
    assert "Given away" in Page(ruth.ask("POST", "/adjustments/reasons", data=new)).text
    assert Page(ruth.ask("POST", "/adjustments/reasons", data=new)).status == 409
    assert "Posted" in fill_in(ruth, units="-9", reason="gift").text
    off = {name: value for name, value in new.items() if name not in ("new", "active")}
    ruth.ask("POST", "/adjustments/reasons", data=off)
    assert "There is no reason gift" in fill_in(ruth, units="-1", reason="gift").text


def test_the_list_is_filtered_and_is_a_file(ruth: Desk) -> None:
    fill_in(ruth, units="-15", reason="lost")
    fill_in(ruth, units="2", reason="found")
    assert len(ruth.get("/adjustments").rows) == 2
    assert len(ruth.get("/adjustments?view=all").rows) == 3
    for query in ("view=all&q=MUG", "view=all&q=Ruth", "view=all&q=ADJ-2", "view=posted&reason=found"):
        assert "ADJ-2" in ruth.get(f"/adjustments?{query}").text
    assert "No adjustment fits" in ruth.get("/adjustments?q=nobody&view=all").text
    lines = ruth.file("/adjustments.csv?view=all").content.decode("utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in lines] == ["ref", "ADJ-2", "ADJ-1"]
    assert "Ruth Adeyemi" in ruth.file("/stock/MUG/moves.csv").text


def test_pickers_do_not_adjust_at_the_desk(house: House) -> None:
    maja = house.somebody().sign_in("maja@example.test")
    assert {maja.ask("GET", path).status_code for path in ("/adjustments", "/adjustments/new", "/adjustments/reasons")} == {403}
