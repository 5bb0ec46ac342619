"""Reads about people: plain views."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from stowline.core import clock
from stowline.people import rules
from stowline.people.models import ApiToken, Audit, SignInFailure, StaffSession, User


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff, without secrets."""

    id: int
    name: str
    email: str | None
    badge: str | None
    has_pin: bool
    has_password: bool
    roles: tuple[str, ...]
    active: bool

    @property
    def short(self) -> str:
        """The name as it may stand on a shared screen."""
        return rules.short_name(self.name)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A sign-in that still counts."""

    id: int
    user_id: int
    name: str
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """An API token that still counts, without its secret."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Note:
    """A line of the audit."""

    at: datetime
    who: str
    what: str
    detail: str


def person(user: User) -> Person:
    """The view of a user row."""
    return Person(
        id=user.id or 0,
        name=user.name,
        email=user.email,
        badge=user.badge,
        has_pin=user.pin_hash is not None,
        has_password=user.password_hash is not None,
        roles=tuple(user.roles.split()),
        active=user.active,
    )


def staff(session: Session, *, most: int = 500) -> list[Person]:
    """Everybody, the active ones first, by name."""
    rows = session.scalars(select(User).order_by(col(User.active).desc(), col(User.name), col(User.id)).limit(most))
    return [person(user) for user in rows]


def by_badge(session: Session, code: str) -> Person | None:
    """Whose badge this is, exactly as printed; None if nobody's, or of somebody who is not active."""
    user = session.scalars(select(User).where(col(User.badge) == code, col(User.active))).first()
    return person(user) if user else None


def by_id(session: Session, user_id: int) -> Person | None:
    """The person of that number, or None."""
    user = session.get(User, user_id)
    return person(user) if user else None


def signed_in_since(session: Session, session_id: int | None) -> datetime | None:
    """When the session began, for "since 13:02"."""
    return session.scalars(select(col(StaffSession.created_at)).where(col(StaffSession.id) == session_id)).first()


def open_sessions(session: Session, *, most: int = 200) -> list[OpenSession]:
    """Sessions that count now, the last seen first."""
    now = clock.now()
    rows = session.execute(
        select(StaffSession, col(User.name))
        .join(User, col(User.id) == col(StaffSession.user_id))
        .where(col(StaffSession.revoked_at).is_(None), col(StaffSession.expires_at) > now)
        .order_by(col(StaffSession.seen_at).desc(), col(StaffSession.id).desc())
        .limit(most)
    )
    return [OpenSession(s.id, s.user_id, name, s.device, s.created_at, s.seen_at, s.expires_at) for s, name in rows]


def tokens(session: Session, *, most: int = 200) -> list[Token]:
    """Tokens that count now, the newest first."""
    rows = session.scalars(
        select(ApiToken).where(col(ApiToken.revoked_at).is_(None)).order_by(col(ApiToken.id).desc()).limit(most)
    )
    return [Token(t.id or 0, t.name, tuple(t.scopes.split()), t.created_at, t.last_used_at) for t in rows]


def maker_of(session: Session, key: str) -> str:
    """The key ("u3") of the person who made a program's token ("t5"); '' for people, and for tokens that nobody made."""
    number = key.removeprefix("t").partition(":")[0]
    if not key.startswith("t") or not number.isdigit():
        return ""
    made_by = session.scalar(select(col(ApiToken.made_by)).where(col(ApiToken.id) == int(number)))
    return f"u{made_by}" if made_by else ""


def audit(session: Session, *, most: int = 50) -> list[Note]:
    """The last lines of the audit, newest first."""
    rows = session.scalars(select(Audit).order_by(col(Audit.id).desc()).limit(most))
    return [Note(note.at, note.who, note.what, note.detail) for note in rows]


def noted_since(session: Session, who: str, what: str, since: datetime, most: int) -> int:
    """How often the audit says this of somebody since a moment, counted to `most`."""
    mine = select(col(Audit.id)).where(col(Audit.at) >= since, col(Audit.who) == who[:160], col(Audit.what) == what)
    return len(list(session.scalars(mine.limit(most))))


def failures(session: Session, account: str, address: str) -> rules.Failures:
    """Failed tries for the account within the throttle's window."""
    since = clock.now() - rules.WINDOW
    rows = session.execute(
        select(col(SignInFailure.address), col(SignInFailure.at))
        .where(col(SignInFailure.account) == account, col(SignInFailure.at) > since)
        .order_by(col(SignInFailure.at).desc())
        .limit(rules.TRIES_FROM_ANYWHERE)
    ).all()
    return rules.Failures(tuple(at for where, at in rows if where == address), tuple(at for _, at in rows))


def admins_left(session: Session, without: int) -> int:
    """How many active admins there are beside this one."""
    count = select(func.count()).select_from(User).where(col(User.active), col(User.id) != without)
    return int(session.scalar(count.where(col(User.roles).contains("admin"))) or 0)
