"""A delivery that was not as ordered: the supplier hears of it by e-mail, once, and it can be looked up later."""

import io
from typing import Any

import pypdfium2
import pytest

from stowline.core import db
from tests.asserts import accepted
from tests.desk.conftest import Desk, House
from tests.makers import Tablet
from tests.services import SmtpSink


@pytest.fixture
def robot(house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> Tablet:
    """At the dock: ten mugs were ordered, seven came, two of them damaged, and nothing more will come."""
    monkeypatch.setenv("STOWLINE_SMTP_URL", smtp_sink.url)
    db.forget()
    robot = house.robot()
    robot.add_product("MUG")
    order(robot, "PO-1", {"MUG": 10})
    accepted(robot.scan("receive:PO-1", "MUG", 5))
    accepted(robot.scan("receive:PO-1", "MUG", 2, kind="condition damaged"))
    accepted(robot.scan("receive:PO-1", "CMD:DONE"))
    return robot


@pytest.fixture
def ruth(house: House, robot: Tablet) -> Desk:
    return house.ruth()


def order(robot: Tablet, ref: str, lines: dict[str, int], supplier: str = "Kiln") -> None:
    body = {"ref": ref, "supplier": supplier, "lines": [{"sku": sku, "quantity": n} for sku, n in lines.items()]}
    assert robot.post("/api/v1/purchase-orders", body).status == 201


def give_address(ruth: Desk, email: str = "orders@kiln.example") -> None:
    assert ruth.send(ruth.get("/suppliers/1"), "/suppliers/1", email=email).status == 200


def plain(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def paper_of(mail: Any) -> str:
    [paper] = [part for part in mail.iter_attachments() if part.get_content_type() == "application/pdf"]
    with pypdfium2.PdfDocument(io.BytesIO(paper.get_content())) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_one_press_is_one_mail_with_the_report(house: House, ruth: Desk, smtp_sink: SmtpSink) -> None:
    give_address(ruth)
    page = ruth.get("/receiving/PO-1")
    for _ in range(2):  # an impatient finger
        sent = ruth.send(page, "/reports")
        assert "The report goes to the supplier by e-mail." in sent.text
    house.deliver()
    house.deliver()
    [mail] = smtp_sink.mails
    assert (mail["To"], mail["X-Stowline-Message"]) == ("Kiln <orders@kiln.example>", "delivery-report")
    assert "PO-1" in mail["Subject"]
    assert "3 × Thing MUG (MUG): short" in plain(mail)
    paper = paper_of(mail)
    assert "Purchase order PO-1" in paper
    assert "Damaged" in paper
    page = ruth.get("/receiving/PO-1")
    assert "Report 1 to the supplier: 3 short, 2 damaged" in page.text
    assert "By Ruth Adeyemi" in page.text
    assert "to orders@kiln.example" in page.text
    assert "Ruth Adeyemi sent" in ruth.get("/discrepancies?view=reports").text
    assert ruth.file("/receiving/PO-1/reports/1").content.startswith(b"%PDF")
    assert ruth.get("/receiving/PO-1/reports/2").status == 404
    message = ruth.get("/messages/1")
    assert "/receiving/PO-1" in message.links
    assert "goes to Kiln, orders@kiln.example, by Ruth Adeyemi" in message.text


def test_another_press_is_another_report_as_it_stands_then(house: House, robot: Tablet, ruth: Desk, smtp_sink: SmtpSink) -> None:
    give_address(ruth)
    ruth.send(ruth.get("/receiving/PO-1"), "/reports")
    ruth.send(ruth.get("/receiving/PO-1"), "/reopen")
    accepted(robot.scan("receive:PO-1", "MUG", 3))
    ruth.send(ruth.get("/receiving/PO-1"), "/reports")
    house.deliver()
    first, second = (paper_of(mail) for mail in smtp_sink.mails)
    assert ("Short" in first, "Short" in second) == (True, False)
    assert smtp_sink.mails[0]["Message-ID"] != smtp_sink.mails[1]["Message-ID"]


def test_a_mail_server_that_is_away_gets_it_later(house: House, ruth: Desk, smtp_sink: SmtpSink) -> None:
    give_address(ruth)
    smtp_sink.answer_next("451 4.3.0 Try later")
    ruth.send(ruth.get("/receiving/PO-1"), "/reports")
    house.deliver()
    assert smtp_sink.mails == []
    house.deliver()
    assert len(smtp_sink.wait_for(1)) == 1


def test_without_an_address_or_anything_to_tell_nothing_goes(house: House, robot: Tablet, ruth: Desk, smtp_sink: SmtpSink) -> None:
    page = ruth.get("/receiving/PO-1")
    assert "Kiln has no e-mail address." in page.text
    give_address(ruth)
    page = ruth.get("/receiving/PO-1")
    give_address(ruth, "")
    refused = ruth.send(page, "/reports")
    assert (refused.status, "Kiln has no e-mail address. Give one on the supplier's page" in refused.text) == (422, True)
    give_address(ruth)
    order(robot, "PO-2", {"MUG": 1})
    form = page.form("/reports")
    fine = ruth.ask("POST", "/receiving/PO-2/reports", data=form.fields)
    assert (fine.status_code, "there is nothing to tell" in fine.text) == (422, True)
    assert ruth.ask("POST", "/receiving/PO-1/reports", data=form.fields | {"press": "x"}).status_code == 400
    assert ruth.ask("POST", "/receiving/PO-9/reports", data=form.fields).status_code == 404
    ruth.send(page, "/reports")
    other = ruth.ask("POST", "/receiving/PO-2/reports", data=form.fields)
    assert (other.status_code, "another purchase order" in other.text) == (409, True)
    maja = house.somebody().sign_in("maja@example.test")
    assert maja.ask("POST", "/receiving/PO-1/reports", data=form.fields).status_code == 403
    house.deliver()
    assert len(smtp_sink.mails) == 1


def test_the_house_writes_in_its_own_name(house: House, ruth: Desk, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOWLINE_WAREHOUSE_NAME", "Lager Nord")
    monkeypatch.setenv("STOWLINE_WAREHOUSE_EMAIL", "dock@nord.example")
    db.forget()
    give_address(ruth)
    ruth.send(ruth.get("/receiving/PO-1"), "/reports")
    house.deliver()
    assert smtp_sink.mails[0]["From"] == "Lager Nord <dock@nord.example>"


def test_what_was_not_as_ordered_is_found_again_by_supplier(robot: Tablet, ruth: Desk) -> None:
    order(robot, "PO-2", {"MUG": 1}, supplier="Forge")
    order(robot, "PO-3", {"MUG": 1}, supplier="Forge")
    accepted(robot.scan("receive:PO-3", "MUG", 4, kind="units over"))
    page = ruth.get("/discrepancies")
    assert [row.split()[0][:4] for row in page.rows[1:]] == ["PO-3", "PO-1"]  # nothing was wrong with PO-2
    assert "none sent" in page.text
    page = ruth.get("/discrepancies?supplier=1")
    assert [row.split()[0][:4] for row in page.rows[1:]] == ["PO-1"]
    assert "No report here" in ruth.get("/discrepancies?view=reports").text
    assert ruth.get("/discrepancies?supplier=99").status == 400
    assert "/discrepancies?supplier=1" in ruth.get("/suppliers/1").links


def test_tags_of_a_purchase_order_are_given_on_its_page(house: House, robot: Tablet, ruth: Desk) -> None:
    page = ruth.send(ruth.get("/receiving/PO-1"), "/tags", tag="Season ")
    assert "The tags are changed." in page.text
    assert robot.get("/api/v1/purchase-orders/PO-1/tags").body == {"tags": ["season"]}
    refused = ruth.send(page, "/tags", tag="backorder")
    assert (refused.status, "has the tag backorder by itself" in refused.text) == (422, True)
    assert "No tag." in ruth.send(ruth.get("/receiving/PO-1"), "/tags/removal").text
    maja = house.somebody().sign_in("maja@example.test")
    assert maja.ask("POST", "/receiving/PO-1/tags", data={"tag": "mine"}).status_code == 403
