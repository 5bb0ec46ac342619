"""SMS, WhatsApp, push and the rest through Apprise: one URL per gateway, `{to}` in it standing for the number.

Apprise mostly answers yes or no and writes the reason to its log; the lines of this very try are read there. A gateway
that says the request itself is wrong has refused for good; a connection that ended without an answer may have
delivered.
"""

import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from stowline.core import callout
from stowline.core.errors import Refused
from stowline.notifications.channels.envelope import DeliveryFailed, Envelope, Prepared
from stowline.notifications.render import clean_text

PLACE = "{to}"
NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
SAMPLE = {"sms": "+4915112345678", "whatsapp": "+4915112345678", "push": "somebody"}
LONGEST = 1600
# What reaches this machine instead of a gateway, or is a way of its own already.
NOT_HERE = frozenset({
    "dbus", "kde", "qt", "glib", "gio", "gnome", "macosx", "windows", "syslog", "blink1", "file", "mailto", "mailtos", "smpp", "smpps",
})  # fmt: skip
FOR_GOOD, BUSY = frozenset({400, 404, 410, 413, 422}), 429
_STATUS = re.compile(r"error\s*[=:]\s*(\d{3})|\(error=(\d{3})\)|HTTP[ /=](\d{3})", re.IGNORECASE)
_ENDED = ("read timed out", "remote end closed", "connection aborted", "connection reset", "broken pipe", "incompleteread")


def refuse_url(template: str, channel: str, *, private: bool) -> None:
    """Raise Refused, with a sentence, for what is no URL of a gateway that this channel may use."""
    if PLACE not in template and channel != "push":
        raise Refused("The URL must hold {to}, where the shopper's number goes.", where="url")
    scheme = template.partition("://")[0].lower()
    if len(template) > 1000 or not scheme or "://" not in template or not template.isprintable():
        raise Refused("Give an Apprise URL such as twilio://SID:TOKEN@+15550100/{to}.", where="url")
    if scheme in NOT_HERE:
        raise Refused(f"{scheme}:// reaches no gateway from here.", where="url")
    plugin = _plugin(template, SAMPLE[channel])
    if plugin is None:
        raise Refused("Apprise cannot read this URL. Look up the form of your gateway in Apprise's list.", where="url")
    try:
        _guard(plugin, private=private)
    except callout.CalloutFailed as why:
        raise Refused(f"This URL cannot be used: {why.say}.", where="url") from why


def shown(template: str, channel: str) -> str:
    """The URL as a page may show it: whose gateway, and nothing that is secret."""
    plugin = _plugin(template, SAMPLE[channel])
    scheme = template.partition("://")[0]
    if plugin is None:
        return f"{scheme}://…"
    return f"{plugin.service_name} ({scheme}://…)"


def _plugin(template: str, to: str) -> Any:  # noqa: ANN401  (Apprise has no types)
    import apprise  # noqa: PLC0415  (it takes a while, and only who has a gateway needs it)

    plugin = apprise.Apprise.instantiate(template.replace(PLACE, quote(to, safe="")), suppress_exceptions=True)
    if plugin is not None:
        plugin.redirects, plugin.retry = False, 0  # one try is one try, at the address that was checked
    return plugin


def _guard(plugin: Any, *, private: bool) -> None:  # noqa: ANN401
    """Where the URL itself names a host, it must be one that may be called."""
    host = getattr(plugin, "host", None)
    if isinstance(host, str) and host and _names_host(plugin):
        callout.check_host(host, int(getattr(plugin, "port", None) or 443), private=private)


def _names_host(plugin: Any) -> bool:  # noqa: ANN401
    return any("{host}" in one for one in getattr(plugin, "templates", ()))


class GatewayChannel:
    """One store's gateway for one channel. Safe to share between threads; holds nothing open."""

    def __init__(self, name: str, template: str, *, private: bool) -> None:
        self.name = name
        self._template, self._private = template, private

    def prepare(self, envelope: Envelope) -> Prepared:
        """The short text with the number it goes to. Raises DeliveryFailed (permanent) for a number that is none."""
        return self.addressed(envelope.brand.name, envelope.to_address.strip(), envelope.rendered.short)

    def addressed(self, sender: str, to: str, text: str) -> Prepared:
        """A text for a number. Raises DeliveryFailed (permanent) for a number that is none."""
        if not to or (self.name in ("sms", "whatsapp") and not NUMBER.fullmatch(to)):
            raise DeliveryFailed(f"{clean_text(to)[:40]!r} is no number in the form +4915112345678.", permanent=True)
        return Prepared(sender, to, text[:LONGEST].encode())

    def send(self, prepared: Prepared, before_data: Callable[[], None] | None = None) -> None:
        """Have the gateway take it, or raise DeliveryFailed."""
        plugin = _plugin(self._template, prepared.recipient)
        if plugin is None:
            raise DeliveryFailed("The gateway's URL cannot be read, or it refuses this number. See the store's channels.")
        try:
            _guard(plugin, private=self._private)
        except callout.CalloutFailed as why:
            raise DeliveryFailed(f"The gateway could not be called: {why.say}.", down=True) from why
        if before_data:
            before_data()
        with _heard() as lines:
            taken = plugin.notify(body=prepared.message.decode(), title="", body_format="text")
        if not taken:
            raise _failure(lines)

    def close(self) -> None:
        """Nothing is held open."""


@contextmanager
def _heard() -> Iterator[list[str]]:
    """What Apprise logs in this thread meanwhile."""
    lines: list[str] = []
    thread = threading.get_ident()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.thread == thread:
                lines.append(record.getMessage())

    log, ear = logging.getLogger("apprise"), Ear(logging.DEBUG)
    if log.level == logging.NOTSET or log.level > logging.DEBUG:
        log.setLevel(logging.DEBUG)
        log.propagate = False  # its debug lines hold numbers and texts: they are for us, not for the log
    log.addHandler(ear)
    try:
        yield lines
    finally:
        log.removeHandler(ear)


def _failure(lines: list[str]) -> DeliveryFailed:
    said = next((line for line in lines if _STATUS.search(line) or "error" in line.lower()), "") or next(iter(lines), "")
    told = clean_text(said)[:200] or "no reason given"
    whole = " ".join(lines).lower()
    if any(words in whole for words in _ENDED):
        return DeliveryFailed(f"The gateway's answer never came ({told}). It may have arrived.", unsure=True)
    found = _STATUS.search(said)
    status = int(next(filter(None, found.groups()))) if found else 0
    return DeliveryFailed(f"The gateway did not take it: {told}", permanent=status in FOR_GOOD, down=status >= 500 or status == BUSY)
