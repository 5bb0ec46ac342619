"""Signing in and out, and telling whom a secret belongs to.

A sign-in takes two steps, because hashing takes tens of milliseconds and must not hold up the scans that wait to be
written: `check_…` reads and hashes (in a reading session), `admit` writes (in a transaction). `admit` returns a
refusal instead of raising it, since the failed try must be committed.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from stowline.core import clock
from stowline.core.access import Identity, Kind
from stowline.core.db import reading, transaction
from stowline.core.errors import Refused
from stowline.core.ids import fingerprint, new_secret
from stowline.people import passwords, queries, rules
from stowline.people.models import ApiToken, SignInFailure, StaffSession, User
from stowline.people.service import note

_LONGEST_SECRET = 200
_UNKNOWN_BADGE = "badge nobody has"


class TooManyTries(Refused):
    """Wait before the next try (429); `retry_after_s` goes into `Retry-After`."""

    def __init__(self, wait_s: int) -> None:
        minutes = -(-wait_s // 60)
        say = f"Too many wrong tries. Wait {minutes} min, then try again, or ask an admin for a new password or PIN."
        super().__init__(say, code="too_many", status=429)
        self.retry_after_s = wait_s


@dataclass(frozen=True, slots=True)
class Checked:
    """What the check of a password or PIN found; `user_id` is None where it does not match."""

    account: str
    address: str
    user_id: int | None
    say: str
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: the secret for the cookie (told this once), how long it lasts in seconds, and who it is."""

    secret: str
    lasts_s: int
    identity: Identity


def check_password(session: Session, email: str, password: str, *, address: str) -> Checked:
    """Compare a password; takes equally long whether or not there is such an account. Raises `TooManyTries`."""
    account = email.strip().lower()[:254]
    _throttle(session, account, address)
    user = session.scalars(select(User).where(col(User.email) == account, col(User.active))).first()
    right = passwords.matches(user.password_hash if user else None, password[: rules.PASSWORD_LENGTH[1] + 1])
    say = "E-mail address and password do not belong together. Check both, then try again."
    return Checked(account, address, user.id if user and right else None, say, rules.PASSWORD_SESSION)


def check_pin(session: Session, badge: str, pin: str, *, address: str) -> Checked:
    """Compare a badge's PIN; as `check_password`."""
    account = f"badge:{badge[:64]}"
    _throttle(session, account, address)
    user = session.scalars(select(User).where(col(User.badge) == badge, col(User.active))).first()
    right = passwords.matches(user.pin_hash if user else None, pin[: rules.PIN_DIGITS[1] + 1])
    return Checked(
        account, address, user.id if user and right else None, "Wrong PIN. Enter it again.", rules.BADGE_SESSION
    )


def admit(session: Session, checked: Checked, *, device: str, replaces: int | None = None) -> SignedIn | Refused:
    """Open a session for the person who was checked, or return why not. Commit in either case.

    `replaces` is the session that this device had: it ends, so that a shared tablet belongs to one person at a time.
    """
    try:
        _throttle(session, checked.account, checked.address)  # once more: rivals may have failed meanwhile
    except TooManyTries as refused:
        return refused
    user = session.get(User, checked.user_id) if checked.user_id is not None else None
    if user is None or not user.active:
        _failed(session, checked.account, checked.address)
        return Refused(checked.say, code="sign_in_failed")
    if replaces is not None:
        _end(session, replaces)
    session.execute(delete(SignInFailure).where(col(SignInFailure.account) == checked.account))
    return _open(session, user, device, checked.lasts)


def unknown_badge(session: Session, address: str) -> Refused:
    """Write down that a badge nobody has was scanned; the answer to it. Commit it."""
    failures = queries.failures(session, _UNKNOWN_BADGE, address)
    if wait := rules.wait_s(rules.Failures(here=failures.here), clock.now(), here=rules.UNKNOWN_BADGES):
        return TooManyTries(wait)
    _failed(session, _UNKNOWN_BADGE, address)
    return Refused("Nobody has this badge. Scan your own badge, or sign in with e-mail and password.", where="badge")


def sign_out(session: Session, session_id: int) -> None:
    """End the session, now and in every process."""
    _end(session, session_id)


def identify(kind: Kind, secret: str) -> Identity | None:
    """Whom a session's or a token's secret belongs to, or None. Opens its own reading session.

    Writes when it was last seen, at most once a minute.
    """
    if not secret or len(secret) > _LONGEST_SECRET:
        return None
    with reading() as session:
        found = _by_session(session, secret) if kind == "user" else _by_token(session, secret)
    if found is None:
        return None
    identity, stale = found
    if stale:
        with transaction() as session:
            _seen(session, identity)
    return identity


# ---------------------------------------------------------------- parts


def _throttle(session: Session, account: str, address: str) -> None:
    if wait := rules.wait_s(queries.failures(session, account, address), clock.now()):
        raise TooManyTries(wait)


def _failed(session: Session, account: str, address: str) -> None:
    now = clock.now()
    session.execute(delete(SignInFailure).where(col(SignInFailure.at) < now - timedelta(days=1)))
    session.add(SignInFailure(account=account, address=address[:64], at=now))


def _open(session: Session, user: User, device: str, lasts: timedelta) -> SignedIn:
    now, secret = clock.now(), new_secret()
    row = StaffSession(
        secret_hash=fingerprint(secret),
        user_id=user.id or 0,
        csrf=new_secret(),
        device=device[:200],
        created_at=now,
        seen_at=now,
        expires_at=now + lasts,
    )
    session.add(row)
    session.flush()
    note(session, f"user {user.id}, {user.name}", "signed in", device)
    return SignedIn(secret, int(lasts.total_seconds()), _identity(row, user))


def _end(session: Session, session_id: int) -> None:
    live = (col(StaffSession.id) == session_id, col(StaffSession.revoked_at).is_(None))
    session.execute(update(StaffSession).where(*live).values(revoked_at=clock.now()))


def _by_session(session: Session, secret: str) -> tuple[Identity, bool] | None:
    now = clock.now()
    found = session.execute(
        select(StaffSession, User)
        .join(User, col(User.id) == col(StaffSession.user_id))
        .where(col(StaffSession.secret_hash) == fingerprint(secret), col(StaffSession.revoked_at).is_(None))
        .where(col(StaffSession.expires_at) > now, col(User.active))
    ).first()
    if found is None:
        return None
    row, user = found
    return _identity(row, user), row.seen_at < now - rules.SEEN_EVERY


def _identity(row: StaffSession, user: User) -> Identity:
    return Identity(
        kind="user",
        id=user.id or 0,
        name=user.name,
        permissions=rules.permissions_of_roles(user.roles.split()),
        csrf=row.csrf,
        session_id=row.id,
        device=row.device[:80],
    )


def _by_token(session: Session, secret: str) -> tuple[Identity, bool] | None:
    live = (col(ApiToken.secret_hash) == fingerprint(secret), col(ApiToken.revoked_at).is_(None))
    token = session.scalars(select(ApiToken).where(*live)).first()
    if token is None:
        return None
    permissions = rules.permissions_of_scopes(token.scopes.split())
    identity = Identity(kind="token", id=token.id or 0, name=token.name, permissions=permissions, device=token.name[:80])
    return identity, token.last_used_at is None or token.last_used_at < clock.now() - rules.SEEN_EVERY


def _seen(session: Session, identity: Identity) -> None:
    now = clock.now()
    seen: Any
    if identity.kind == "user":
        seen = update(StaffSession).where(col(StaffSession.id) == identity.session_id).values(seen_at=now)
    else:
        seen = update(ApiToken).where(col(ApiToken.id) == identity.id).values(last_used_at=now)
    session.execute(seen)
