"""What mail servers report is read right, in the form of each; what is no notice is left alone; nothing broken trips it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stowline.notifications import dsn_rules, return_path
from stowline.notifications.bounce_rules import failure_kind
from tests.notifications import notices
from tests.notifications.notices import KEY, MAIL_ID, TO, complaint, exchange, exim, gmail, old_exim, postfix

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
GONE = "550 5.1.1 <ines@post.example>: Recipient address rejected: User unknown in virtual mailbox table"


@pytest.mark.parametrize(
    ("raw", "kind", "code"),
    [
        (postfix("5.1.1", GONE), "hard", "5.1.1"),
        (postfix("5.4.4", "X-Postfix; Host or domain name not found. Name service error for name=post.example type=A: Host not found"), "hard", "5.4.4"),
        (postfix("5.2.2", "552 5.2.2 Over quota"), "soft", "5.2.2"),
        (postfix("5.7.1", "554 5.7.1 Message rejected as spam by content filtering"), "soft", "5.7.1"),
        (postfix("4.4.1", "connect to mx.post.example[203.0.113.9]:25: Connection timed out"), "soft", "4.4.1"),
        (postfix("5.0.0", "550 Requested action not taken: mailbox unavailable"), "hard", "5.0.0"),
        (postfix("5.0.0", "554 Our reputation service blocked your network"), "soft", "5.0.0"),
        (exim("5.0.0", "550 5.1.1 No such user here"), "hard", "5.1.1"),
        (exim("5.0.0", "550-Mailbox of ines is full\n 550 quota exceeded"), "soft", "5.0.0"),
        (old_exim("SMTP error from remote mail server after RCPT TO:<ines@post.example>: 550 5.1.1 user unknown"), "hard", "5.1.1"),
        (old_exim("retry timeout exceeded"), "soft", ""),
        (exchange("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ines@post.example not found by SMTP address lookup"), "hard", "5.1.10"),
        (exchange("5.4.1", "550 5.4.1 Recipient address rejected: Access denied."), "hard", "5.4.1"),
        (exchange("5.2.2", "554 5.2.2 mailbox full; STOREDRV.Deliver; recipient mailbox over quota"), "soft", "5.2.2"),
        (exchange("5.7.133", "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup"), "soft", "5.7.133"),
        (gmail("5.1.1", "550-5.1.1 The email account that you tried to reach does not exist. Please try\r\n 550-5.1.1 double-checking the address. NoSuchUser"), "hard", "5.1.1"),
        (gmail("5.2.1", "550 5.2.1 The email account that you tried to reach is inactive."), "hard", "5.2.1"),
        (gmail("4.2.2", "452 4.2.2 The recipient's inbox is out of storage space."), "soft", "4.2.2"),
    ],
)  # fmt: skip
def test_the_form_of_each_server_is_read(raw: bytes, kind: str, code: str) -> None:
    found = dsn_rules.read(raw, NOW)
    assert found is not None
    [one] = found
    assert (one.kind, one.address, one.code, one.mail_id) == (kind, TO, code, MAIL_ID)
    assert one.at <= NOW
    assert one.key.startswith("mailbox:")


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_no_failure_is_a_notice_of_no_consequence(action: str) -> None:
    assert dsn_rules.read(postfix("4.4.1", "still trying", action=action), NOW) == []


@pytest.mark.parametrize("kind", ["abuse", "fraud", "opt-out"])
@pytest.mark.parametrize("part", ["message/rfc822", "text/rfc822-headers"])
def test_a_complaint_is_read(kind: str, part: str) -> None:
    found = dsn_rules.read(complaint(kind, part=part), NOW)
    assert found is not None
    assert [(one.kind, one.address, one.code, one.mail_id) for one in found] == [("complaint", TO, kind, MAIL_ID)]


def test_a_reader_who_says_that_it_is_no_spam_complains_of_nothing() -> None:
    assert dsn_rules.read(complaint("not-spam"), NOW) == []


@pytest.mark.parametrize("raw", [notices.ANSWER, notices.AWAY, b"", b"\x00\xff" * 50, b"Subject: hello\n\nbody"])
def test_an_answer_of_a_person_or_a_program_is_no_notice(raw: bytes) -> None:
    assert dsn_rules.read(raw, NOW) is None


def test_the_message_is_named_by_the_address_it_came_back_to_and_by_what_came_back() -> None:
    path = return_path.address_for("bounces+{token}@mail.example", 7, KEY)
    to_path = dsn_rules.read(postfix("5.1.1", GONE, to=path.upper()), NOW)
    by_mark = dsn_rules.read(postfix("5.1.1", GONE, head=notices.returned(8)), NOW)
    by_sender = dsn_rules.read(complaint(mail_from=path), NOW)
    assert [[return_path.message_of(mark, KEY) for mark in (one[0].marks if one else ()) if return_path.message_of(mark, KEY)] for one in (to_path, by_mark, by_sender)] == [
        [7], [8], [7]]  # fmt: skip


def test_the_same_notice_has_the_same_key_and_each_recipient_one() -> None:
    once, twice = dsn_rules.read(gmail("5.1.1", GONE), NOW), dsn_rules.read(gmail("5.1.1", GONE), NOW)
    assert once == twice
    two = postfix("5.1.1", GONE).replace(b"\r\n\r\n--B1\r\nContent-Type: text/rfc822", b"\r\n\r\nFinal-Recipient: rfc822; tom@post.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--B1\r\nContent-Type: text/rfc822")
    found = dsn_rules.read(two, NOW)
    assert found is not None
    assert [one.address for one in found] == [TO, "tom@post.example"]
    assert len({one.key for one in found}) == 2


@given(cut=st.integers(0, 2500), at=st.integers(0, 2500), junk=st.binary(max_size=30))
@settings(max_examples=200, deadline=None)
def test_a_notice_that_is_cut_off_or_damaged_trips_nothing(cut: int, at: int, junk: bytes) -> None:
    for whole in (postfix("5.1.1", GONE), gmail("5.1.1", GONE), complaint(), old_exim("550 5.1.1 user unknown")):
        for raw in (whole[:cut], whole[:at] + junk + whole[at:], whole.replace(b"multipart/report", b"multipart/report" + junk)):
            for one in dsn_rules.read(raw, NOW) or []:
                assert one.kind in {"hard", "soft", "complaint"}
                assert len(one.say) <= 500
                assert one.at <= NOW


def test_a_code_that_says_nothing_leaves_it_to_the_words() -> None:
    assert failure_kind("", "550 no such user") == "hard"
    assert failure_kind("5.0.0", "554 delivery error") == "soft"
    assert failure_kind("5.1.1", "mailbox is full, over quota") == "soft"
    assert failure_kind("", "") == "soft"
