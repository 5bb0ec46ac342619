"""An envelope -> the bytes of a mail (RFC 5322, MIME), safe against names that try to be headers."""

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Mapping
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from email.utils import format_datetime
from functools import lru_cache
from types import MappingProxyType

from stowline.notifications.channels.envelope import DeliveryFailed, Envelope, Prepared
from stowline.notifications.render import clean_text

FOR_PEOPLE = ("Subject", "X-Stowline-Order")  # any script; all other headers are ASCII

class _Headers(HeaderRegistry):
    """The library's headers, whose classes are made once and not for each header anew: that took a third of a mail's time."""

    @lru_cache(maxsize=100)  # noqa: B019  (there are two of them, for good)
    def __getitem__(self, name: str) -> type:
        made: type = super().__getitem__(name)
        return made


_PLAIN, _FOREIGN = SMTP.clone(header_factory=_Headers()), SMTPUTF8.clone(header_factory=_Headers())
_ATOM = r"[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f-\x9f]"
_ADDRESS = re.compile(rf"{_ATOM}{{1,64}}@{_ATOM}{{1,253}}")
_IDNA_2003_DIFFERS = frozenset("ßς\u200c\u200d")  # letters that the older rules would send to another domain


def prepare(envelope: Envelope, more: Mapping[str, str] = MappingProxyType({})) -> Prepared:
    """The mail with more headers and its two addresses; DeliveryFailed (permanent) for an address that is none."""
    sender, recipient = plain_address(envelope.brand.from_address), plain_address(envelope.to_address)
    reply_to = plain_address(envelope.brand.reply_to) if envelope.brand.reply_to else sender
    utf8 = not (sender + recipient + reply_to).isascii()
    policy = _FOREIGN if utf8 else _PLAIN
    mail = EmailMessage(policy=policy)
    mail["From"] = _named(envelope.brand.name, sender)
    mail["To"] = _named(envelope.to_name, recipient)
    mail["Reply-To"] = _named(envelope.brand.name, reply_to)
    for name, value in {**_headers(envelope), **more}.items():
        mail[name] = header_text(value) if name in FOR_PEOPLE else _ascii(header_text(value))
    mail["MIME-Version"] = "1.0"
    mail["Content-Type"] = "multipart/alternative"
    mail.attach(_part(envelope.rendered.text, "plain", policy))
    mail.attach(_part(envelope.rendered.html, "html", policy))
    for one in envelope.attachments:
        mail.add_attachment(one.content, "application", "pdf", filename=header_text(one.name))
    return Prepared(sender, recipient, mail.as_bytes(), utf8)


def _headers(envelope: Envelope) -> dict[str, str]:
    headers = {
        "Subject": envelope.rendered.subject,
        "Date": format_datetime(envelope.date),
        "Message-ID": envelope.message_id,
        "Auto-Submitted": "auto-generated",  # RFC 3834: no out-of-office answers
        "X-Stowline-Message": envelope.kind,
    }
    if envelope.order_ref:
        headers |= {"In-Reply-To": envelope.thread_id, "References": envelope.thread_id, "X-Stowline-Order": envelope.order_ref}
    if envelope.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{envelope.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    return headers


def header_text(value: str) -> str:
    """One line of at most 300 characters that cannot pass for an RFC 2047 encoded word."""
    return " ".join(clean_text(value).split())[:300].replace("=?", "= ?")


def _ascii(text: str) -> str:
    return text.encode("ascii", "replace").decode("ascii")


def _named(name: str, address: str) -> Address:
    username, _, domain = address.rpartition("@")
    return Address(header_text(name)[:70], username, domain)


def plain_address(address: str) -> str:
    """The address as SMTP takes it: no name, no folding, its domain in ASCII where that is safe (IDNA)."""
    if not _ADDRESS.fullmatch(address) or clean_text(address) != address:
        raise DeliveryFailed(f"{header_text(address)[:100]!r} is no mail address.", permanent=True)
    username, _, domain = address.rpartition("@")
    return f"{username}@{_ascii_domain(domain)}"


def _ascii_domain(domain: str) -> str:
    if domain.isascii() or _IDNA_2003_DIFFERS & set(domain):
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def _part(text: str, subtype: str, policy: "EmailPolicy[EmailMessage]") -> EmailMessage:
    """Short lines in seven bits, whatever the text: readable for Latin scripts, compact for the others."""
    part, raw = EmailMessage(policy=policy), "\n".join(text.splitlines()).encode() + b"\n"
    is_latin = (len(raw) - len(text)) * 3 <= len(text)
    part["Content-Type"] = f'text/{subtype}; charset="utf-8"'
    part["Content-Transfer-Encoding"] = "quoted-printable" if is_latin else "base64"
    part.set_payload((b2a_qp(raw, istext=True) if is_latin else _base64(raw)).decode("ascii"))
    return part


def _base64(raw: bytes) -> bytes:
    raw = raw.replace(b"\n", b"\r\n")
    return b"".join(b2a_base64(raw[n : n + 57]) for n in range(0, len(raw), 57))
