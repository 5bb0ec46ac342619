"""The tests' own tools do what they promise."""

import re
import smtplib
import socket
from email.message import EmailMessage
from pathlib import Path

import pika
import psycopg
import pytest
import redis
from playwright.sync_api import Page

from tests import services
from tests.conftest import KEPT_SETTINGS
from tests.services import SmtpSink, stowline_process
from tests.stories.conftest import Founded, copy_postgres, founded_postgres

__all__ = ["founded_postgres"]  # a fixture of the stories


def _mail(subject: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@example.test", "Zoë <zoe@example.test>", subject
    mail.set_content("Your parcel is on its way.")
    return mail


def test_a_connection_beyond_this_machine_is_refused() -> None:
    with socket.socket() as outside, pytest.raises(RuntimeError, match="tests stay on this machine"):
        outside.connect(("192.0.2.1", 80))


def test_what_make_tells_the_tests_reaches_them() -> None:
    """Settings of whoever runs the tests are dropped; those that the Makefile sets for a long proof are not."""
    told = re.findall(r"(STOWLINE_[A-Z_]+)=\S+ exec \$\(BIN\)/python -m pytest", (services.ROOT / "Makefile").read_text())
    assert set(told) == {"STOWLINE_PROOF", "STOWLINE_SOAK_MINUTES"}
    assert [name for name in told if not name.startswith(KEPT_SETTINGS)] == []


def test_a_mail_sent_to_the_sink_is_kept_as_it_was(smtp_sink: SmtpSink) -> None:
    with smtplib.SMTP("127.0.0.1", smtp_sink.port) as client:
        client.send_message(_mail("Größe geändert"))
    (mail,) = smtp_sink.wait_for(1, seconds=5)
    assert mail["subject"] == "Größe geändert"
    assert smtp_sink.envelopes == [("shop@example.test", ["zoe@example.test"])]


def test_a_mail_that_the_sink_was_told_to_defer_is_not_kept(smtp_sink: SmtpSink) -> None:
    smtp_sink.answer_next("451 4.3.0 Try later")
    with smtplib.SMTP("127.0.0.1", smtp_sink.port) as client:
        with pytest.raises(smtplib.SMTPDataError, match="Try later"):
            client.send_message(_mail("first try"))
        client.send_message(_mail("second try"))
    assert [mail["subject"] for mail in smtp_sink.mails] == ["second try"]


def test_a_sink_that_hangs_up_leaves_the_sender_uncertain(smtp_sink: SmtpSink) -> None:
    smtp_sink.hang_up_next()
    with pytest.raises(smtplib.SMTPServerDisconnected), smtplib.SMTP("127.0.0.1", smtp_sink.port) as client:
        client.send_message(_mail("lost"))
    assert len(smtp_sink.mails) == 1


def test_two_databases_of_one_run_are_apart_and_empty(fresh_postgres_url: str, postgres_url: str) -> None:
    assert fresh_postgres_url != postgres_url
    with psycopg.connect(services.plain_postgres(fresh_postgres_url)) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    assert tables == (0,)


def test_redis_holds_only_what_this_run_put_there(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        services.forget_all(redis_url)
        client.set("parcel", "P-1")
        keys = set(client.keys())
        client.delete("parcel")
    assert keys == {b"parcel", services.CLAIM.encode()}


def test_rabbitmq_takes_a_message_and_gives_it_back(rabbitmq_url: str) -> None:
    with pika.BlockingConnection(pika.URLParameters(rabbitmq_url)) as connection:
        channel = connection.channel()
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.basic_publish("", queue, b"handed over")
        assert channel.basic_get(queue, auto_ack=True)[2] == b"handed over"


def test_the_browser_draws_a_page_and_runs_its_script(page: Page) -> None:
    page.set_content("<h1></h1><script>document.querySelector('h1').textContent = 'Pick';</script>")
    assert page.get_by_role("heading").inner_text() == "Pick"


def test_stowline_starts_answers_and_leaves_when_asked(tmp_path: Path) -> None:
    with stowline_process(tmp_path) as stowline:
        assert stowline.healthy()
        assert stowline.stop() == 0
        assert not stowline.healthy()


def test_a_killed_stowline_starts_again_on_the_same_data_and_port(tmp_path: Path) -> None:
    with stowline_process(tmp_path) as stowline:
        stowline.cli("init", "--store", "kiln")
        stowline.kill()
        stowline.start()
        assert stowline.healthy()
        assert stowline.cli_json("check")["invariants"]


@pytest.mark.postgres
def test_a_copy_is_lent_again_as_new_unless_its_tables_were_changed(founded_postgres: Founded) -> None:
    names, drawn, with_rights = [], [], False
    for deed in (
        "INSERT INTO zone (code, name, mixing, sequence) VALUES ('Q', 'Quay', '', 990)",
        "DELETE FROM zone WHERE code = 'shelf'",
        "UPDATE location SET code = 'X' || id",
        "ALTER TABLE orders DROP COLUMN note",
        "ALTER TABLE ledger DISABLE TRIGGER USER",
        "SELECT 1",
    ):
        with copy_postgres(founded_postgres) as url, psycopg.connect(services.plain_postgres(url), autocommit=True) as line:
            names.append(url)
            assert line.execute("SELECT COUNT(*), MAX(id) FROM zone WHERE code = 'Q'").fetchone() == (0, None)
            assert line.execute("SELECT COUNT(*) FROM location WHERE code LIKE 'X%'").fetchone() == (0,)
            assert line.execute("SELECT COUNT(*) FROM zone WHERE code = 'shelf'").fetchone() == (1,)
            drawn.append(line.execute("SELECT nextval(pg_get_serial_sequence('zone', 'id'))").fetchone())
            line.execute(deed)
            with_rights = line.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (True,)
    assert len(set(names[:4])) == (1 if with_rights else 4), "rows are put back, by whoever may"
    assert len(set(drawn)) == 1, "and the numbers that come next"
    assert len(set(names[3:])) == 3, "tables are not"
