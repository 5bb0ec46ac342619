"""Posting to an address that somebody typed in, without being led anywhere else by it.

The host is looked up once, every address found must be a public one (unless private ones are allowed), and the
connection goes to the very address that was checked: a name that answers differently the second time gains nothing.
No redirect is followed, no proxy of the environment is used, no more of the answer is read than was asked for (nothing,
unless told otherwise), and the whole conversation ends after so many seconds however slowly the other side drips.
"""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import SplitResult, urlsplit

from stowline.core import clock
from stowline.core.errors import Refused

PATIENCE_S = 15.0
LONGEST_URL = 500
_SHOWN = range(0x21, 0x7F)
# Public IPv6 addresses are given out of the first net only: what lies outside is local, mapped, translated or nobody's.
# Inside it, 6to4 and Teredo wrap an IPv4 address, and the last is for books. 6to4 has its own IPv4 net too.
_GIVEN_OUT = IPv6Network("2000::/3")
_BUT_NOT = tuple(IPv6Network(net) for net in ("2002::/16", "2001::/32", "3fff::/20"))
_6TO4 = IPv4Network("192.88.99.0/24")


class CalloutFailed(Exception):
    """No answer came. `say` tells why, in words."""

    def __init__(self, say: str) -> None:
        super().__init__(say)
        self.say = say


@dataclass(frozen=True, slots=True)
class Answer:
    """The status of an answer, and the seconds it asks us to wait (`Retry-After`), None where it does not; the first
    bytes of its body, as many as were asked for.
    """

    status: int
    retry_after_s: int | None
    body: bytes = b""


def refuse_address(url: str, *, private: bool) -> None:
    """Raise Refused, with a sentence, for what is no address that may be posted to, as far as it can be told from the
    address alone. `private` allows http and addresses of one's own network.
    """
    parts = _parts(url)
    if parts is None:
        raise Refused("Give an address such as https://shop.example/stock, without user name and #.", where="url")
    if parts.scheme == "http" and not private:
        raise Refused("Give an https:// address: what is sent over http can be read on its way.", where="url")
    try:
        host = ip_address(parts.hostname or "")
    except ValueError:
        return
    if not private and not is_public(host):
        raise Refused(f"{host} is an address of a private network. STOWLINE_WEBHOOK_PRIVATE=true allows it.", where="url")


def _parts(url: str) -> SplitResult | None:
    if len(url) > LONGEST_URL or not all(ord(c) in _SHOWN for c in url) or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        fit = parts.port != 0 and bool(parts.hostname) and bool((parts.hostname or "").encode("idna"))
    except ValueError:  # no port, no IPv6 address, or a label that no host has
        return None
    plain = parts.username is None and parts.password is None and "#" not in url
    return parts if fit and plain and parts.scheme in ("http", "https") else None


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the public network: no private, local, shared or reserved one, nor one wrapped."""
    if isinstance(address, IPv6Address):
        return address.is_global and address in _GIVEN_OUT and not any(address in net for net in _BUT_NOT)
    return address.is_global and not address.is_multicast and address not in _6TO4


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, private: bool, patience_s: float = PATIENCE_S, read: int = 0
) -> Answer:
    """Post once. Raises CalloutFailed where no answer came; any status at all is an answer. `read` is how many bytes of
    the answer's body are wanted at most.
    """
    return _ask("POST", url, body, headers, private=private, patience_s=patience_s, read=read)


def fetch(url: str, *, private: bool, patience_s: float = PATIENCE_S, read: int) -> Answer:
    """Ask for what stands at an address, once and as carefully as `post`."""
    return _ask("GET", url, None, {}, private=private, patience_s=patience_s, read=read)


def _ask(
    verb: str, url: str, body: bytes | None, headers: Mapping[str, str], *, private: bool, patience_s: float, read: int
) -> Answer:
    parts, ends = _parts(url), time.monotonic() + patience_s
    if parts is None:
        raise CalloutFailed("the address cannot be read")
    if parts.scheme == "http" and not private:  # allowed when it was typed in, and no more
        raise CalloutFailed("the address must begin with https://, as STOWLINE_WEBHOOK_PRIVATE is not set")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    addresses = _look_up(parts.hostname or "", port, private=private)
    if (left := ends - time.monotonic()) <= 0:  # looking up cannot be cut short, but nothing is sent after it
        raise CalloutFailed(f"no answer within {patience_s:g} s: its name took too long to look up")
    line = _Line(parts, port, addresses, ends)
    watch = threading.Timer(left, line.hang_up)
    watch.start()
    try:
        line.request(verb, _target(parts), body, dict(headers))
        with line.getresponse() as answer:
            if time.monotonic() >= ends:  # hung up on in the middle of its headers, which the library takes for their end
                raise TimeoutError
            said = answer.read(read) if read else b""
            if time.monotonic() >= ends:
                raise TimeoutError
            return Answer(answer.status, _pause(answer.getheader("Retry-After")), said)
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:  # AttributeError: hung up in mid-read
        late = time.monotonic() >= ends
        raise CalloutFailed(f"no answer within {patience_s:g} s" if late else _why(error)) from error
    finally:
        watch.cancel()
        line.close()


def check_host(host: str, port: int, *, private: bool) -> None:
    """Raise CalloutFailed for a host that is not there, or leads into a private network. For callers that connect by
    themselves: what a name means may change until they do, so `post` and `fetch` are the safer way.
    """
    _look_up(host, port, private=private)


def _target(parts: SplitResult) -> str:
    """What is asked for: path and query, as they were typed."""
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _look_up(host: str, port: int, *, private: bool) -> list[str]:
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError:
        raise CalloutFailed(f"there is no host {host}") from None
    if not private and not all(is_public(ip_address(address.partition("%")[0])) for address in found):
        raise CalloutFailed(f"{host} leads into a private network, and STOWLINE_WEBHOOK_PRIVATE is not set")
    return list(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Line(http.client.HTTPConnection):
    """A connection to one of the addresses that were checked, whatever the name means by now."""

    def __init__(self, parts: SplitResult, port: int, addresses: list[str], ends: float) -> None:
        super().__init__(parts.hostname or "", port)
        self._secure, self._addresses, self._ends = parts.scheme == "https", addresses, ends
        self.default_port = 443 if self._secure else 80  # so that Host names the port only where it must

    def connect(self) -> None:
        """Take the first address that answers."""
        for n, address in enumerate(self._addresses):
            try:
                self.sock = socket.create_connection((address, self.port), timeout=self._left())
                break
            except OSError:
                if n == len(self._addresses) - 1:
                    raise
        self.sock.settimeout(self._left())
        if self._secure:
            self.sock = _tls().wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock.do_handshake()

    def _left(self) -> float:
        return max(self._ends - time.monotonic(), 0.001)

    def hang_up(self) -> None:
        """End it now, from another thread: whoever reads wakes up."""
        if self.sock is not None:
            try:
                self.sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # it ended by itself


def _why(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not good: {error.verify_message}"
    if isinstance(error, ConnectionRefusedError):
        return "nobody listens at that address"
    said = "".join(c if c.isprintable() else "\ufffd" for c in str(error))  # it may quote what the other side sent
    return f"the connection failed: {said.strip() or type(error).__name__}"[:200]


def _pause(said: str | None) -> int | None:
    """Seconds from `Retry-After`: a number of them, or a date."""
    text = (said or "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # no date, or one with a year or a zone that no clock knows
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=clock.now().tzinfo)
    return max(int((aware - clock.now()).total_seconds()) + 1, 0)
