"""What a STOWLINE_SMTP_URL says."""

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")
TLS_BY_SCHEME = {"smtp": "none", "smtps": "implicit", "smtp+starttls": "starttls"}
DEFAULT_PORTS = {"none": 25, "starttls": 587, "implicit": 465}
SHAPE = "STOWLINE_SMTP_URL must look like smtp://user:password@host:port, smtps://… or smtp+starttls://…"


@dataclass(frozen=True, slots=True)
class Server:
    """What an SMTP URL says."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    tls: str = "none"  # "none", "starttls", "implicit"
    verify: bool = True


def server_of(url: str) -> Server:
    """Read smtp://user:password@host:port, smtps://…, smtp+starttls://… or smtp://…?starttls=1.

    `?verify=0` accepts any certificate, `?plain=1` lets a password travel unencrypted to another machine. Default
    ports: 25, 465 for smtps, 587 for starttls. Raises ValueError with a sentence (which never holds the password).
    """
    try:
        parts = urlsplit(url.strip())
        tls, host, port = TLS_BY_SCHEME[parts.scheme], parts.hostname, parts.port
    except (KeyError, ValueError):
        raise ValueError(SHAPE) from None
    if not host:
        raise ValueError(SHAPE)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    if tls == "none" and options.get("starttls") == "1":
        tls = "starttls"
    if parts.username and tls == "none" and host not in LOOPBACK and options.get("plain") != "1":
        raise ValueError("STOWLINE_SMTP_URL would send its password unencrypted. Add ?starttls=1, or use smtps://.")
    return Server(
        host=host,
        port=port or DEFAULT_PORTS[tls],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=tls,
        verify=options.get("verify") != "0",
    )
