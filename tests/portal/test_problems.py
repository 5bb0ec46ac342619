"""A shopper says on the order's page that something is wrong; it is a case, answered by staff, and both talk there."""

import io
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image
from sqlmodel import select

from stowline.cases import casework
from stowline.cases.case_models import Case, CaseEntry, CasePhoto
from stowline.core import clock, db
from stowline.notifications.models import Message
from tests import payloads
from tests.desk.conftest import House
from tests.desk.pages import Page
from tests.portal.conftest import Shopper


def jpeg() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(made, "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08")
    return made.getvalue()


def wrong(ines: Shopper, ref: str = "1042", *, photos: tuple[bytes, ...] = (), page: Page | None = None, **typed: Any) -> Page:
    """Fill in the form of what is wrong, and send it."""
    asked = page or ines.browser.get(f"{ines.link(ref)}/problem")
    fields = dict(asked.form("/problem").fields)
    fields.pop("line", None), fields.pop("photos", None)
    data = fields | {"kind": "damaged", "text": "The cup has a chip."} | typed
    files = [("photos", (f"{n}.jpg", one, "image/jpeg")) for n, one in enumerate(photos)] or [("photos", ("", b"", "application/octet-stream"))]
    return Page(ines.browser.ask("POST", asked.form("/problem").action, data=data, files=files))


@pytest.fixture
def told(ines: Shopper) -> Shopper:
    ines.house.robot().add_product("CUP")
    ines.house.robot().place("1042", {"CUP": 1})
    ines.house.deliver()
    return ines


def everything(kind: type[Any]) -> list[Any]:
    with db.reading() as session:
        return list(session.exec(select(kind).order_by(kind.id)))


def test_a_problem_is_a_case_with_its_photo_drawn_anew_however_often_it_is_sent(told: Shopper) -> None:
    asked = told.browser.get(f"{told.link('1042')}/problem")
    for _ in range(2):
        page = wrong(told, page=asked, photos=(jpeg(),), line=asked.form("/problem").fields["line"])
    assert page.status == 200
    assert "The cup has a chip." in page.text
    assert "With us" in page.text
    [case], [photo] = everything(Case), everything(CasePhoto)
    assert (case.kind, case.state, len(case.lines)) == ("damaged", "open", 1)
    assert b"Exif" not in photo.content
    wrong(told, text="And its saucer, too.")
    assert len(everything(Case)) == 1
    assert [one.text for one in everything(CaseEntry)] == ["The cup has a chip.", "And its saucer, too."]
    wrong(told, kind="question", text="When does it come?")
    assert len(everything(Case)) == 2


def test_what_is_no_photo_or_says_nothing_is_refused_with_all_that_was_typed(told: Shopper) -> None:
    again = wrong(told, photos=(b"<svg onload=pwned(1)>",), text="Here it is.")
    assert (again.status, "cannot be read" in again.text, "Here it is." in again.text) == (422, True, True)
    assert wrong(told, text=" ").status == 422
    assert wrong(told, kind="war").status == 422
    assert everything(Case) == []
    link = told.link("1042")
    forged = link[:-1] + ("0" if link[-1] != "0" else "1")
    assert told.browser.get(f"{forged}/problem").status == 404
    assert told.browser.ask("POST", f"{forged}/problem", data={"kind": "damaged", "text": "x"}, files=[("photos", ("", b""))]).status_code == 404


def test_what_anothers_case_is_about_is_not_said(told: Shopper) -> None:
    told.house.robot().place("1043", {"CUP": 1})
    wrong(told)
    case = everything(Case)[0].id
    for link, code in ((told.link("1042"), 422), (told.link("1043"), 404)):
        said = told.browser.ask("POST", f"{link}/cases/{case}/entries", data={"text": "And?"}, files=[("photos", ("a.jpg", b"none", "image/jpeg"))])
        assert (said.status_code, "Something is damaged" in said.text) == (code, code == 422), said.text[:2000]


def test_an_answer_is_read_before_it_goes_goes_once_and_stands_on_the_shoppers_page(told: Shopper) -> None:
    wrong(told)
    ruth = told.house.ruth()
    queue = ruth.get("/cases?view=unowned")
    assert "The cup has a chip." in queue.text
    case = ruth.get("/cases/Q-1")
    back = ruth.get(next(href for href, said in case.links.items() if said == "Start a return"))
    assert (back.status, "1042" in back.text) == (200, True)
    bad = ruth.send(case, "/answers", text="Hello {{ nobody }}", step="preview")
    assert (bad.status, "There is no placeholder" in bad.text) == (422, True)
    shown = ruth.send(case, "/answers", text="Dear {{ customer }}, a new one leaves for {{ order }}.", step="preview")
    assert "a new one leaves for 1042." in shown.text
    assert [one.author for one in everything(CaseEntry)] == ["shopper"]
    ready = next(form for form in shown.forms if form.action.endswith("/answers"))
    for _ in range(2):
        sent = ruth.ask("POST", ready.action, data={name: said for name, said in ready.fields.items() if name != "solve"} | {"text": "Dear Ines, a new one leaves for 1042.", "step": "send"})
    assert sent.status_code == 200
    ruth.send(ruth.get("/cases/Q-1"), "/notes", text="She is a friend of the house.")
    told.house.deliver()
    [mail] = [one for one in everything(Message) if one.kind == "case-answer"]
    assert (mail.state, "a new one leaves" in mail.text, "#talk" in mail.text) == ("sent", True, True)
    page = told.sees("1042")
    assert "a new one leaves for 1042." in page.text
    assert "a friend of the house" not in page.text
    [one] = everything(Case)
    assert (one.state, one.owner) == ("waiting", "Ruth Adeyemi")


def test_a_case_closes_asks_once_how_it_was_and_opens_again_at_a_word(told: Shopper) -> None:
    wrong(told)
    ruth, link = told.house.ruth(), told.link("1042")
    assert "not over yet" in told.browser.get(f"{link}/cases/1/verdict").text
    ruth.send(ruth.get("/cases/Q-1"), "/solution")
    with clock.stopped_at(clock.now() + timedelta(hours=49)):
        with db.transaction() as session:
            casework.close_solved(session, "")
        told.house.deliver()
        assert everything(Case)[0].state == "closed"
        asked = told.browser.get(f"{link}/cases/1/verdict")
        assert everything(Case)[0].verdict == ""
        assert "Thank you" in told.browser.send(asked, "/verdict", verdict="bad", text="Slow.").text
        again = told.browser.ask("POST", f"{link}/cases/1/verdict", data={"verdict": "good"})
        assert (again.status_code, everything(Case)[0].verdict) == (409, "bad")
        said = told.sees("1042").form("/entries")
        told.browser.ask("POST", said.action, data={"press": said.fields["press"], "text": "It broke again."}, files=[("photos", ("", b""))])
    [one] = everything(Case)
    assert (one.state, one.reopened) == ("open", 1)


def test_a_reply_by_mail_joins_the_case_and_a_call_opens_one(told: Shopper) -> None:
    robot = told.house.robot()
    wrong(told)
    said = {"store": "demo", "channel": "phone", "order": "1042", "kind": "damaged", "text": "I called about the cup.", "ref": "call-1"}
    for _ in range(2):
        robot.post("/api/v1/contacts", said)
    assert [one.text for one in everything(CaseEntry)] == ["The cup has a chip.", "I called about the cup."]
    robot.post("/api/v1/contacts", said | {"ref": "call-2", "kind": "thanks", "text": "Thank you!"})
    assert len(everything(Case)) == 1


def test_whatever_a_shopper_types_is_only_text_everywhere(any_house: House) -> None:
    ines = Shopper(any_house)
    ines.house.robot().add_product("CUP")
    ines.house.robot().place("1042", {"CUP": 1})
    ines.house.deliver()
    wrong(ines, text="\n\n".join(payloads.PAYLOADS))
    ruth = ines.house.ruth()
    ruth.send(ruth.get("/cases/Q-1"), "/notes", text=payloads.ONE)
    pages = {path: ruth.get(path) for path in ("/cases", "/cases/Q-1", "/today", "/support?q=1042", "/orders/1042?store=demo")} | {"order": ines.sees("1042")}
    assert {path: page.status for path, page in pages.items() if page.status != 200} == {}
    assert {path: payloads.live(page.answer.text) for path, page in pages.items() if payloads.live(page.answer.text)} == {}
    with db.transaction() as session:
        casework.answer(session, 1, payloads.PAYLOADS[0] + "\n\n" + payloads.PAYLOADS[1], "x")
    ines.house.deliver()
    [mail] = [one for one in everything(Message) if one.kind == "case-answer"]
    assert (mail.state, payloads.live(mail.html)) == ("sent", [])
