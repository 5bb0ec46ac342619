"""People of the demo, each with both ways in, and the token for the robot crew. The logins are no secret."""

from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from stowline.people import queries, service

PASSWORD, PIN = "stowline-demo", "2468"  # printed on the terminal: only a demo has them
TOKEN = "demo crew"  # noqa: S105  (its name)


@dataclass(frozen=True, slots=True)
class Login:
    """A person of the demo."""

    role: str
    name: str
    email: str
    badge: str


LOGINS = (
    Login("manager", "Ruth Adeyemi", "manager@example.test", "B-101"),
    Login("picker", "Maja Kowalska", "picker@example.test", "B-102"),
    Login("packer", "Tomás Herrera", "packer@example.test", "B-103"),
    Login("receiver", "Wen Zhang", "receiver@example.test", "B-104"),
    Login("admin", "Ada Lund", "admin@example.test", "B-105"),
)


def hire(session: Session) -> None:
    """Everybody, each in one role."""
    for login in LOGINS:
        service.add_user(session, name=login.name, roles=[login.role], email=login.email, password=PASSWORD,
                         badge=login.badge, pin=PIN, by="demo")


def crew_token(session: Session, kept_in: Path) -> str:
    """The token for robots. A secret is told once, so the demo keeps its own in a file, to show it at each start."""
    live = [token for token in queries.tokens(session) if token.name == TOKEN]
    if live and kept_in.exists():
        return kept_in.read_text().strip()
    for token in live:
        service.revoke_token(session, token.id, by="demo")
    secret = service.add_token(session, TOKEN, ["scan", "api"], by="demo")
    kept_in.parent.mkdir(parents=True, exist_ok=True)
    kept_in.touch(mode=0o600)
    kept_in.write_text(secret)
    return secret
