"""Bounces come back to a mailbox: notices are read and marked as seen, everything else is left to people."""

import ssl
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from stowline.core import clock, db, timers
from stowline.core.config import settings
from stowline.notifications import bounce_mailbox, mail_reports, suppressions
from stowline.notifications.imap_url import mailbox_of
from stowline.notifications.models import Message
from tests.desk.conftest import House
from tests.makers import email_of
from tests.notifications import notices
from tests.notifications.notices import complaint, exchange, gmail, postfix
from tests.notifications.test_smtp import certificate as certificate  # noqa: PLC0414  (a fixture)
from tests.services import ImapServer, SmtpSink, free_port

INES = email_of("1042")
GONE = "550 5.1.1 User unknown"


@pytest.fixture(scope="module")
def server() -> Iterator[ImapServer]:
    with ImapServer() as running:
        yield running


@pytest.fixture
def imap(server: ImapServer, house: House, smtp_sink: SmtpSink, monkeypatch: pytest.MonkeyPatch) -> ImapServer:
    """A house that writes by SMTP, with a return path for each mail, and reads what comes back."""
    server.clear()
    monkeypatch.setenv("STOWLINE_BOUNCE_IMAP_URL", server.url)
    monkeypatch.setenv("STOWLINE_SMTP_URL", smtp_sink.url)
    monkeypatch.setenv("STOWLINE_RETURN_PATH", "bounces+{token}@mail.example")
    db.forget()
    assert house.token
    return server


@pytest.fixture
def path(imap: ImapServer, house: House, smtp_sink: SmtpSink) -> str:
    """The return path of a confirmation that went out to Ines."""
    assert imap.unseen() == []
    robot = house.robot()
    robot.add_product("CUP")
    robot.place("1042", {"CUP": 1})
    house.deliver()
    smtp_sink.wait_for(1)
    return smtp_sink.envelopes[0][0]


def why(address: str, *, marketing: bool = False) -> str:
    with db.reading() as session:
        return suppressions.suppressed(session, "email", address, marketing=marketing, store_id=1)


def poll() -> None:
    bounce_mailbox.poll("")


def test_a_mail_that_came_back_stops_its_address_and_stands_on_the_messages_page(
    imap: ImapServer, house: House, smtp_sink: SmtpSink, path: str
) -> None:
    imap.bring(postfix("5.1.1", GONE, to=path))
    poll()
    assert "hard bounce" in why(INES)
    assert imap.unseen() == []
    with db.reading() as session:
        [message] = session.exec(select(Message))
        [report] = mail_reports.of_message(session, message.id or 0)
    assert (message.state, report.kind, report.source) == ("sent", "hard", "mailbox")
    page = house.ruth().get(f"/messages/{message.id}").text
    assert "Came back" in page
    assert "550 5.1.1 User unknown" in page
    for name in ("Message-ID", "Reply-To", "X-Stowline-Order"):
        assert f"{name} {smtp_sink.mails[0][name]}" in page  # the headers, as the mail went out with them
    with db.reading() as session:
        assert mail_reports.totals(session, report.kept_at) == {("hard", "transactional"): 1}
        assert mail_reports.totals(session, report.kept_at + timedelta(seconds=1)) == {}


def test_automatic_answers_are_left_unseen_and_what_came_since_is_read_once(imap: ImapServer, path: str) -> None:
    imap.bring(notices.ANSWER, postfix("5.2.2", "552 5.2.2 Over quota", to=path, own="<q1@mx.example>"), notices.AWAY)
    poll()
    assert imap.unseen() == ["Out of office"]
    imap.bring(postfix("5.2.2", "552 5.2.2 Over quota", to=path, own="<q1@mx.example>"), complaint(mail_from=path))
    poll()
    poll()
    assert imap.unseen() == ["Out of office"]
    with db.reading() as session:
        assert mail_reports.counts(session, [INES])[INES] == {("complaint", "transactional"): 1, ("soft", "transactional"): 1}
    assert why(INES) == ""
    assert "complaint" in why(INES, marketing=True)


def test_a_notice_that_names_no_message_of_ours_stops_nobody(imap: ImapServer, path: str) -> None:
    forged = path.replace("-", "-0", 1)
    imap.bring(postfix("5.1.1", GONE), gmail("5.1.1", GONE), exchange("5.1.10", "RecipientNotFound"), postfix("5.1.1", GONE, to=forged))
    poll()
    assert why(notices.TO) == why(INES) == ""
    assert imap.unseen() == []  # they are notices all the same


def test_a_mail_that_comes_back_without_its_return_path_is_known_by_its_message_id(imap: ImapServer, smtp_sink: SmtpSink, path: str) -> None:
    mail_id = str(smtp_sink.mails[0]["Message-ID"])
    raw = gmail("5.1.1", GONE).replace(notices.MAIL_ID.encode(), mail_id.encode())
    imap.bring(raw.replace(notices.TO.encode(), b"tom@example.test"))  # the id alone, told by somebody else's server
    poll()
    assert why("tom@example.test") == why(INES) == ""
    imap.bring(raw.replace(notices.TO.encode(), INES.upper().encode()).replace(b"<g1@", b"<g2@"))
    poll()
    assert path
    assert "hard bounce" in why(INES)


def test_a_mailbox_that_cannot_be_opened_is_tried_again_and_says_why(imap: ImapServer, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for url in (f"imap://bounces:x@127.0.0.1:{free_port()}/INBOX", imap.url.replace("pass", "wrong"), imap.url.replace("INBOX", "Nowhere")):
        monkeypatch.setenv("STOWLINE_BOUNCE_IMAP_URL", url)
        db.forget()
        poll()
        with db.reading() as session:
            state = bounce_mailbox.state(session)
            assert state is not None
            assert state.trouble
            assert "wrong" not in state.trouble + state.name
            assert timers.is_set(session, bounce_mailbox.TIMER, "")
        assert "The bounce mailbox cannot be read" in house.ruth().get("/messages/suppressions").text
    monkeypatch.setenv("STOWLINE_BOUNCE_IMAP_URL", imap.url)
    db.forget()
    poll()
    with db.reading() as session:
        state = bounce_mailbox.state(session)
        assert state is not None
        assert (state.trouble, state.read_at is not None and state.read_at <= clock.now()) == ("", True)


def test_a_mailbox_is_opened_over_tls_and_only_where_somebody_vouches_for_it(
    house: House, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert house.token
    with ImapServer(certificate) as server:
        server.clear()
        server.bring(postfix("5.1.1", GONE))
        box = mailbox_of(server.url.replace("imap://", "imap+starttls://").replace("127.0.0.1", "localhost"))
        with pytest.raises(ssl.SSLCertVerificationError):
            bounce_mailbox.read(box)
        assert server.unseen() != []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
        bounce_mailbox.read(box)
        assert server.unseen() == []


def test_without_a_mailbox_nothing_is_read(house: House) -> None:
    assert settings().bounce_imap_url == ""
    poll()
    with db.reading() as session:
        assert bounce_mailbox.state(session) is None
        assert timers.is_set(session, bounce_mailbox.TIMER, "")
    assert "bounce mailbox" not in house.ruth().get("/messages/suppressions").text


@pytest.mark.parametrize(
    "url", ["http://u:p@host/INBOX", "imaps://host/INBOX", "imaps://", "imap://u:secret@mail.example/INBOX", 'imaps://u:secret@host/IN"BOX', "imaps://u:secret@host:x/"]
)
def test_a_url_that_says_nothing_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="STOWLINE_BOUNCE_IMAP_URL") as refused:
        mailbox_of(url)
    assert "secret" not in str(refused.value)


def test_the_url_says_where_and_how() -> None:
    box = mailbox_of("imaps://b%40mail.example:p%2Fw@mail.example/Bounces/In")
    assert (box.host, box.port, box.user, box.password, box.folder, box.tls) == ("mail.example", 993, "b@mail.example", "p/w", "Bounces/In", "implicit")
    assert mailbox_of("imap+starttls://b:p@mail.example").port == 143
