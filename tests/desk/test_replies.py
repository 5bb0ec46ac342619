"""What shoppers answer comes in, finds its order, is told apart and kept once."""

from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from sqlmodel import select

from stowline.cases.contact_models import Contact
from stowline.core import db
from stowline.notifications import bounce_mailbox
from tests.desk.conftest import House
from tests.makers import email_of
from tests.notifications import notices
from tests.services import ImapServer, SmtpSink

INES = email_of("1042")


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with ImapServer() as running:
        yield running


@pytest.fixture
def imap(server: ImapServer, house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> ImapServer:
    """A house that told Ines by SMTP that her order 1042 is confirmed, and reads what comes back."""
    server.clear()
    for name, value in {"BOUNCE_IMAP_URL": server.url, "SMTP_URL": smtp_sink.url, "RETURN_PATH": "bounces+{token}@mail.example"}.items():
        monkeypatch.setenv(f"STOWLINE_{name}", value)
    db.forget()
    robot = house.robot()
    robot.add_product("CUP")
    robot.place("1042", {"CUP": 1})
    house.deliver()
    smtp_sink.wait_for(1)
    return server


def mail(text: str, *, ident: str = "<a1@post.example>", sender: str = INES, subject: str = "Re: Your order is confirmed", **heads: str) -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"], made["Message-ID"] = f"Ines Moreau <{sender}>", "hello@kiln.example", subject, ident
    made["Date"] = "Thu, 26 Nov 2026 08:00:00 +0000"
    for name, value in heads.items():
        made[name.replace("_", "-")] = value
    made.set_content(text)
    return made.as_bytes()


def read(imap: ImapServer, *mails: bytes) -> list[Contact]:
    imap.bring(*mails)
    bounce_mailbox.poll("")
    with db.reading() as session:
        return list(session.exec(select(Contact).order_by(Contact.id)))  # type: ignore[arg-type]


def test_an_answer_joins_the_order_of_the_mail_it_answers(imap: ImapServer, house: House, smtp_sink: SmtpSink) -> None:
    mail_id = str(smtp_sink.mails[0]["Message-ID"])
    said = "Where is my order? \u202eIt was due on Monday.\n\nOn Thu, 26 Nov 2026 at 08:00, Demo <shop@example.test>\nwrote:\n> Your order is confirmed, thank you\n> cancel it here"
    raw = mail(said, sender="ines.work@office.example", In_Reply_To=mail_id)  # from another address of hers
    [one] = read(imap, raw)
    assert (one.text, one.about, one.why) == ("Where is my order? It was due on Monday.", "where", "It says “where is my”.")
    assert (one.order_id, one.answers, one.source, one.channel, one.address) == (1, "order-confirmed", "mailbox", "mail", "ines.work@office.example")
    assert imap.unseen() == []
    assert len(read(imap, raw)) == 1, "the same mail again"
    page = house.ruth().get("/orders/1042?store=demo").text
    assert page.count("The shopper wrote: where is my order") == 1


def test_an_answer_is_known_by_its_thread_by_the_order_it_names_and_else_waits_for_a_person(imap: ImapServer, smtp_sink: SmtpSink) -> None:
    thread = str(smtp_sink.mails[0]["References"])
    found = read(
        imap,
        mail("Please cancel", ident="<b1@x.example>", References=f"<unknown@x.example> {thread}"),
        mail("It came broken", ident="<b2@x.example>", subject="About 1042, please"),
        mail("It came broken", ident="<b3@x.example>", subject="About 1042, please", sender="mallory@else.example"),
        mail("Please cancel", ident="<b4@x.example>", References=thread, sender="mallory@else.example"),
        mail("Hello", ident="<b5@x.example>", subject="About 10421"),
    )  # fmt: skip
    assert [(one.order_id, one.about) for one in found] == [(1, "cancel"), (1, "damaged"), (None, "damaged"), (None, "cancel"), (None, "other")]


def test_what_a_program_wrote_is_no_contact_and_stays_for_people(imap: ImapServer, smtp_sink: SmtpSink) -> None:
    own = smtp_sink.mails[0].as_bytes()  # our own mail, which somebody's rule sent on
    marks = [{"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"List_Id": "<news.example>"}, {"X_Autoreply": "yes"}]
    programs = [mail("I am away", ident=f"<c{n}@x.example>", subject=f"Away {n}", **heads) for n, heads in enumerate(marks)]
    assert read(imap, own, notices.AWAY, *programs, notices.postfix("5.1.1", "550 5.1.1 User unknown")) == []
    assert len(imap.unseen()) == 6
