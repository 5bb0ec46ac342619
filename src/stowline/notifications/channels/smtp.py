"""Mail by SMTP (RFC 5321), with a kept connection per thread and a clear word on what became of each mail.

The phases of a delivery decide what a failure means. Until the final dot is on its way, nothing can have been accepted:
a lost connection is temporary. Once it is, only the server's answer tells; without one the mail may have arrived, and
the failure is `unsure`.
"""

import contextlib
import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from stowline.notifications.channels import mime
from stowline.notifications.channels.dress import PLAIN, Dress
from stowline.notifications.channels.envelope import DeliveryFailed, Envelope, Prepared
from stowline.notifications.channels.smtp_url import server_of

OUR_FAULT = (530, 534, 535, 538)  # login wanted or refused: a setting to mend, not a mail to give up
DONE, GO_AHEAD, SHUTTING_DOWN = 250, 354, 421
FORWARDED = (251, 252)  # taken, and passed on


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, and how much to ask of one connection.

    `final_s` is the wait for the answer after the final dot: long, because giving up early makes a mail uncertain
    (RFC 5321, 4.5.3.2.6 asks for minutes). A connection idle for `idle_s`, or used for `most_mails`, is opened anew.
    """

    connect_s: float = 10
    command_s: float = 60
    final_s: float = 180
    idle_s: float = 20
    most_mails: int = 100


@dataclass(slots=True)
class _Line:
    """One open connection and how much it was used."""

    smtp: smtplib.SMTP
    sent: int = 0
    used_at: float = 0.0


class SmtpChannel:
    """Delivers mail to one SMTP server. Threads share the channel; each keeps a connection of its own."""

    name = "email"

    def __init__(self, url: str, *, patience: Patience = Patience(), dress: Dress = PLAIN) -> None:
        """ValueError with a sentence for a URL that cannot be read."""
        self.server = server_of(url)
        self._dress = dress
        self._patience = patience
        self._lines = threading.local()

    def build(self, envelope: Envelope) -> bytes:
        """The mail as it goes over the line. Raises DeliveryFailed (permanent) for an address that is none."""
        return self.prepare(envelope).message

    def prepare(self, envelope: Envelope) -> Prepared:
        """The mail with the addresses that SMTP wants, signed if that is set. Raises DeliveryFailed."""
        return self._dress.put_on(envelope)

    def send(self, prepared: Prepared, before_data: Callable[[], None] | None = None) -> None:
        """Deliver one mail, or raise DeliveryFailed.

        `before_data` runs once the server has taken both addresses and waits for the text, so that the caller marks
        the mail "sending" as late as can be. What it raises calls the mail off: the connection is cut without a final
        dot, nothing is delivered, and the exception passes on.
        """
        line = self._addressed(prepared)
        try:
            if before_data:
                before_data()
            self._write(line.smtp, prepared.message)
        except BaseException:
            self._drop()
            raise
        line.sent += 1
        line.used_at = time.monotonic()

    def close(self) -> None:
        """Say goodbye on this thread's connection, if there is one."""
        line: _Line | None = getattr(self._lines, "line", None)
        self._lines.line = None
        if line is not None:
            _wait(line.smtp, 2)
            with contextlib.suppress(smtplib.SMTPException, OSError):
                line.smtp.quit()
            line.smtp.close()

    # -- the addresses: nothing has left the house yet ---------------------------------------------------------------

    def _addressed(self, prepared: Prepared) -> _Line:
        """A connection on which the server has said 354: give me the text."""
        line = self._kept()
        if line is not None:
            with contextlib.suppress(_Gone):
                return self._address(line, prepared)
            self._drop()  # the server closed a kept connection, as it may: once more on a fresh one
        line = self._open()
        try:
            return self._address(line, prepared)
        except _Gone as gone:
            self._drop()
            raise DeliveryFailed(f"The mail server hung up before it took the mail ({gone}).", down=True) from gone

    def _address(self, line: _Line, prepared: Prepared) -> _Line:
        options = []
        if prepared.utf8:
            if not line.smtp.has_extn("smtputf8"):
                say = f"The mail server cannot deliver to {prepared.recipient}: it takes only ASCII addresses."
                raise DeliveryFailed(say, permanent=True)
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        line.smtp.command_encoding = "utf-8" if prepared.utf8 else "ascii"
        try:
            self._expect(line, DONE, lambda smtp: smtp.mail(prepared.sender, options))
            self._expect(line, DONE, lambda smtp: smtp.rcpt(prepared.recipient))
            self._expect(line, GO_AHEAD, lambda smtp: smtp.docmd("DATA"))
        except (smtplib.SMTPException, OSError) as error:
            raise _Gone(error) from error
        return line

    def _expect(self, line: _Line, wanted: int, step: Callable[[smtplib.SMTP], tuple[int, bytes]]) -> None:
        code, words = step(line.smtp)
        if code == wanted or (wanted == DONE and code in FORWARDED):
            return
        if code == SHUTTING_DOWN and line.sent:
            raise _Gone(_sentence(code, words))
        if code == SHUTTING_DOWN or not _reset(line.smtp):
            self._drop()
        raise _refusal(code, words)

    # -- the text: from the final dot on, only the answer tells ------------------------------------------------------

    def _write(self, smtp: smtplib.SMTP, message: bytes) -> None:
        try:
            smtp.send(_dotted(message))
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(f"The connection broke before the mail was complete ({error}).") from error
        try:
            _wait(smtp, self._patience.final_s)
            smtp.send(b".\r\n")
            code, words = smtp.getreply()
            _wait(smtp, self._patience.command_s)
        except (smtplib.SMTPException, OSError) as error:
            say = f"The mail was out, but the server's answer never came ({error}). It may have arrived."
            raise DeliveryFailed(say, unsure=True) from error
        if code == DONE:
            return
        if not 400 <= code < 600:
            raise DeliveryFailed(f"The server's answer is no answer ({_sentence(code, words)}).", unsure=True)
        raise _refusal(code, words)

    # -- the connection ----------------------------------------------------------------------------------------------

    def _kept(self) -> _Line | None:
        line: _Line | None = getattr(self._lines, "line", None)
        if line is None:
            return None
        if line.sent >= self._patience.most_mails or time.monotonic() - line.used_at > self._patience.idle_s:
            self.close()
            return None
        return line

    def _open(self) -> _Line:
        try:
            line = _Line(self._connected(), used_at=time.monotonic())
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryFailed(f"No connection to the mail server {self.server.host}: {_reason(error)}.", down=True) from error
        self._lines.line = line
        return line

    def _connected(self) -> smtplib.SMTP:
        server, smtp = self.server, self._dialled()
        try:
            _wait(smtp, self._patience.command_s)
            smtp.ehlo_or_helo_if_needed()
            if server.tls == "starttls":
                smtp.starttls(context=self._tls())
                smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _dialled(self) -> smtplib.SMTP:
        host, port, wait = self.server.host, self.server.port, self._patience.connect_s
        if self.server.tls == "implicit":
            return smtplib.SMTP_SSL(host, port, _own_name(), timeout=wait, context=self._tls())
        return smtplib.SMTP(host, port, _own_name(), timeout=wait)

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.server.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def _drop(self) -> None:
        line: _Line | None = getattr(self._lines, "line", None)
        self._lines.line = None
        if line is not None:
            line.smtp.close()


class _Gone(Exception):
    """The connection ended before the server had the text."""


def _wait(smtp: smtplib.SMTP, seconds: float) -> None:
    if smtp.sock:
        smtp.sock.settimeout(seconds)
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # the final dot must not wait for an ACK


def _reset(smtp: smtplib.SMTP) -> bool:
    """Clear the half-made mail; False when the connection is of no more use."""
    try:
        return smtp.rset()[0] == DONE
    except (smtplib.SMTPException, OSError):
        return False


@lru_cache(maxsize=1)
def _own_name() -> str:
    """What we say in EHLO, asked once: the lookup may be slow. A name without a domain is no name (RFC 5321, 4.1.3)."""
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"


def _dotted(message: bytes) -> bytes:
    """The text with CRLF line ends and leading dots doubled (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    lines = re.sub(rb"(?m)^\.", b"..", lines)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _refusal(code: int, words: bytes) -> DeliveryFailed:
    say = f"The mail server refused it: {_sentence(code, words)}"
    ours = code in OUR_FAULT
    return DeliveryFailed(say, permanent=500 <= code < 600 and not ours, retry_after=_wish(code, words), down=ours or code == SHUTTING_DOWN)


def _sentence(code: int, words: bytes) -> str:
    said = mime.header_text(words.decode("utf-8", "replace"))
    return f"{code} {said}".strip()


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return _sentence(error.smtp_code, words if isinstance(words, bytes) else words.encode())
    return mime.header_text(str(error)) or type(error).__name__


def _wish(code: int, words: bytes) -> float | None:
    """Seconds that a greylisting server names in its 4xx answer ("try again in 300 seconds")."""
    named = re.search(rb"(\d{1,5})\s*(s|sec|second|min|minute)s?\b", words, re.IGNORECASE)
    if not named or not 400 <= code < 500:
        return None
    return float(named[1]) * (60 if named[2].lower().startswith(b"min") else 1)
